"""API tokens: made by their user, shown once, revoked by the user or an administrator."""

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import ApiToken, User
from klientura.kernel.access.sessions import issue_device_password, issue_token
from klientura.kernel.errors import BadRequest, NotFound
from klientura.modules.administration.services.given import Given

MAX_TOKENS = 50
LIFETIMES = {
    "90": gettext_lazy("90 days"),
    "30": gettext_lazy("30 days"),
    "365": gettext_lazy("a year"),
    "never": gettext_lazy("no end"),
}


def make_token(actor: Actor, raw: Mapping[str, str]) -> str:
    """Make a token of the actor's own: name, lifetime. It can be read only now. Raises Invalid, BadRequest."""
    given = Given(raw)
    name = given.line("name", max_length=120)
    lifetime = given.choice("lifetime", LIFETIMES, "90")
    given.check()
    user = _maker(actor)
    expires_at = None if lifetime == "never" else timezone.now() + dt.timedelta(days=int(lifetime))
    return issue_token(user, name, expires_at=expires_at)


def make_device_password(actor: Actor, raw: Mapping[str, str]) -> str:
    """Make a password for one of the actor's devices: name. It can be read only now. Raises Invalid, BadRequest."""
    given = Given(raw)
    name = given.line("name", max_length=120)
    given.check()
    return issue_device_password(_maker(actor), name)


def revoke_token(actor: Actor, token_id: int) -> None:
    """Take a token out of use: one's own, or anybody's for an administrator. Raises NotFound."""
    found = ApiToken.objects.filter(pk=token_id, revoked_at=None)
    if not actor.is_admin:
        found = found.filter(user_id=actor.user_id or 0)
    if not found.update(revoked_at=timezone.now()):
        raise NotFound(_("There is no such token, or it is revoked already."))


def _maker(actor: Actor) -> User:
    if ApiToken.objects.filter(user_id=actor.user_id or 0, revoked_at=None).count() >= MAX_TOKENS:
        raise BadRequest(_("You have too many tokens. Revoke those that nobody uses."), code="too_many")
    return User.objects.get(pk=actor.user_id or 0)
