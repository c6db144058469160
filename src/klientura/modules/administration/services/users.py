"""People who work in the product: inviting, changing, shutting out. There is always an administrator left."""

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Team, User
from klientura.kernel.access.passwords import password_faults
from klientura.kernel.access.users import BUILT_IN_ROLES, create_user, role_of
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.notify import devices
from klientura.kernel.settings.installation import current, rights_changed
from klientura.kit.clean import BadNumber, bounded_int
from klientura.modules.administration.enums import Language, Theme, WeekStart, is_time_zone
from klientura.modules.administration.services.given import Given

# Without letters and digits that look alike; 16 of them are 78 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
MAX_ID = 2**31 - 1


def generate_password() -> str:
    """A password that can be read aloud: four groups of four."""
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(4))


def find_user(user_id: int) -> User:
    """A user by number, or NotFound."""
    found = (
        User.objects.select_related("role", "team").filter(pk=user_id).first() if user_id <= MAX_ID else None
    )
    if found is None:
        raise NotFound(_("There is no such user."))
    return found


def invite_user(raw: Mapping[str, str]) -> tuple[User, str]:
    """Make a user of name, email, role, team, language; return it with its password, which is kept nowhere. Raises Invalid."""
    given = Given(raw)
    name = given.line("name", max_length=120)
    email = given.line("email", max_length=254)
    role = given.choice("role", BUILT_IN_ROLES)
    language = given.choice("language", Language.values, current().language)
    team = _team(given)
    given.check()
    password = generate_password()
    user = create_user(
        email=email, name=name, password=password, role=role, team=team, language=language, time_zone=current().time_zone
    )  # fmt: skip
    return user, password


@transaction.atomic
def change_user(user_id: int, raw: Mapping[str, str]) -> None:
    """Change name, role and team. Raises Invalid, BadRequest for the last administrator."""
    user = find_user(user_id)
    given = Given(raw)
    name = given.line("name", max_length=120)
    role = given.choice("role", BUILT_IN_ROLES)
    team = _team(given)
    given.check()
    if user.role.key == "administrator" and role != "administrator":
        _keep_an_administrator(user)
    User.objects.filter(pk=user.pk).update(name=name, role=role_of(role), team=team)
    rights_changed()


@transaction.atomic
def set_active(actor: Actor, user_id: int, active: bool) -> None:
    """Shut a user out, or let them in again. Their records stay as they are. Raises BadRequest for oneself and the last administrator."""
    user = find_user(user_id)
    if not active:
        if user.pk == actor.user_id:
            raise BadRequest(_("You cannot shut yourself out. Ask another administrator."), code="oneself")
        _keep_an_administrator(user)
    User.objects.filter(pk=user.pk).update(is_active=active)
    rights_changed()


def renew_password(user_id: int) -> tuple[User, str]:
    """Give a user a new password and return it; whoever is signed in with the old one is signed out."""
    user, password = find_user(user_id), generate_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    devices.keep_only(user.pk, None)
    return user, password


def _keep_an_administrator(leaving: User) -> None:
    """Raise BadRequest when nobody would be left. Locks all administrators, so that two cannot leave at the same moment."""
    left = [
        u.pk
        for u in User.objects.select_for_update(of=("self",))
        .filter(role__key="administrator", is_active=True)
        .order_by("pk")
        if u.pk != leaving.pk
    ]
    if leaving.role.key == "administrator" and leaving.is_active and not left:
        raise BadRequest(
            _("This is the last administrator. Make somebody else an administrator first."),
            code="last_administrator",
        )


def _team(given: Given) -> Team | None:
    raw = given.raw.get("team", "")
    if not raw:
        return None
    try:
        found = Team.objects.filter(pk=bounded_int(raw, minimum=1, maximum=MAX_ID)).first()
    except BadNumber:
        found = None
    if found is None:
        given.refuse("team", "option", _("Choose one from the list."))
    return found


def change_profile(actor: Actor, raw: Mapping[str, str]) -> None:
    """Change one's own name, language, time zone, first day of the week and theme. Raises Invalid."""
    given = Given(raw)
    name = given.line("name", max_length=120)
    language = given.choice("language", Language.values)
    theme = given.choice("theme", Theme.values, "auto")
    week_start = given.choice("week_start", WeekStart.values, "auto")
    zone = raw.get("time_zone", "")
    if not is_time_zone(zone):
        given.refuse("time_zone", "option", _("Choose one from the list."))
    given.check()
    User.objects.filter(pk=actor.user_id or 0).update(
        name=name, language=language, theme=theme, time_zone=zone, week_start=week_start
    )


def change_password(actor: Actor, raw: Mapping[str, str], *, device_id: int | None = None) -> User:
    """Change one's own password, knowing the old one. Nothing is sent to other devices than this any more. Raises Invalid."""
    user = User.objects.get(pk=actor.user_id or 0)
    given = Given(raw)
    old, new = given.password("old"), given.password("new")
    given.check()
    if not user.check_password(old):
        given.refuse("old", "password", _("This is not your present password."))
    if faults := password_faults(new, user):
        given.refuse("new", "password", " ".join(faults))
    given.check()
    user.set_password(new)
    user.save(update_fields=["password"])
    devices.keep_only(user.pk, device_id)
    return user
