"""Keeping webhooks: make, change, switch, delete, a new secret, send again. For administrators; the actor comes first."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.access.models import User
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.errors import (
    BadRequest,
    Denied,
    FieldError,
    Invalid,
    KernelError,
    NotFound,
    Stale,
    Text,
)
from klientura.kernel.events.outbox import emit, set_interest
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.settings.installation import current
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.trees import fields_of
from klientura.kernel.webhooks import signing
from klientura.kernel.webhooks.addresses import BadAddress, take_apart
from klientura.kernel.webhooks.bodies import TEST
from klientura.kernel.webhooks.hearing import VERBS, interests, wake
from klientura.kernel.webhooks.models import Delivery, Webhook

type Wrong = Callable[[str, str, Text], None]

MAX_NAME = 120
MAX_WEBHOOKS = 100
MAX_FILTER = 12_000
CHANGEABLE = frozenset({"name", "address", "events", "filter", "owner", "active"})
NO_SUCH = _("There is no such webhook.")
NO_SUCH_MESSAGE = _("There is no such message.")


def offered() -> list[str]:
    """Every kind of event a webhook can be told of, object by object."""
    return [f"{s.key}.{verb}" for s in all_shapes().values() if not members_of(s) for verb in VERBS]


def who(webhook_id: int) -> str:
    """The name under which a webhook wants events."""
    return f"webhook:{webhook_id}"


def one(actor: Actor, webhook_id: int, *, lock: bool = False) -> Webhook:
    """A webhook. Raises Denied, NotFound."""
    _allow(actor)
    found = Webhook.objects.select_related("owner")
    webhook = (found.select_for_update(of=("self",)) if lock else found).filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFound(NO_SUCH)
    return webhook


def every(actor: Actor) -> list[Webhook]:
    """All webhooks by name."""
    _allow(actor)
    return list(Webhook.objects.select_related("owner").order_by("name", "pk"))


def _allow(actor: Actor) -> None:
    if not (actor.is_admin or actor.is_system):
        raise Denied


@transaction.atomic
def create(actor: Actor, values: Mapping[str, Any]) -> tuple[Webhook, str]:
    """Make a webhook; return it with its secret, which is shown this once. Raises Invalid, BadRequest."""
    _allow(actor)
    if Webhook.objects.count() >= MAX_WEBHOOKS:
        raise BadRequest(_("There are 100 webhooks already. Delete some first."), code="too_many")
    made = Webhook(owner_id=actor.user_id or 0, salt=signing.new_salt(), events=[])
    _set(made, {"name": "", "address": "", "events": [], "owner": actor.user_id, **values})
    made.save()
    _listen(made)
    return made, signing.secret_of(made)


@transaction.atomic
def change(
    actor: Actor, webhook_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> Webhook:
    """Change what is named. To switch it on again forgets why it was paused. Raises Invalid, NotFound or Stale."""
    webhook = one(actor, webhook_id, lock=True)
    if expected_version is not None and expected_version != webhook.version:
        raise Stale
    was = webhook.active
    _set(webhook, values)
    if webhook.active and not was:
        webhook.paused, webhook.failing_since = "", None
    webhook.version += 1
    webhook.save()
    _listen(webhook)
    if webhook.active:
        wake(webhook.pk)
    return webhook


@transaction.atomic
def delete(actor: Actor, webhook_id: int) -> None:
    """Delete a webhook with its log."""
    webhook = one(actor, webhook_id, lock=True)
    set_interest(who(webhook.pk), ())
    Delivery.objects.filter(webhook_id=webhook.pk).delete()
    webhook.delete()


@transaction.atomic
def new_secret(actor: Actor, webhook_id: int) -> tuple[Webhook, str]:
    """Make another secret and return it; for a day messages are signed with the old one too."""
    webhook = one(actor, webhook_id, lock=True)
    webhook.old_salt, webhook.salt = webhook.salt, signing.new_salt()
    webhook.old_until = timezone.now() + signing.OLD_LIVES
    webhook.version += 1
    webhook.save()
    return webhook, signing.secret_of(webhook)


def pause(webhook: Webhook, why: str) -> None:
    """Have a webhook send nothing until somebody switches it on again."""
    Webhook.objects.filter(pk=webhook.pk).update(active=False, paused=why, changed_at=timezone.now())
    set_interest(who(webhook.pk), ())
    said = {"user": webhook.owner_id, "name": webhook.name, "url": f"/settings/webhooks/{webhook.pk}"}
    emit("webhook.paused", "webhook", [webhook.pk], actor_id=None, payload=said)


def _listen(webhook: Webhook) -> None:
    set_interest(who(webhook.pk), interests(webhook.events) if webhook.active else ())


@transaction.atomic
def test(actor: Actor, webhook_id: int) -> Delivery:
    """Send a message that says only that it is a test."""
    webhook = _awake(actor, webhook_id)
    now = timezone.now()
    made = Delivery.objects.create(webhook=webhook, kind=TEST, actor_id=actor.user_id, at=now, next_at=now)
    wake(webhook.pk)
    return made


@transaction.atomic
def replay(actor: Actor, webhook_id: int, delivery_id: int | None = None) -> int:
    """Send one message again under its old number, or all that were given up; return how many."""
    webhook = _awake(actor, webhook_id)
    over = Delivery.objects.filter(webhook_id=webhook.pk, state__in=["delivered", "failed"])
    over = over.filter(state="failed") if delivery_id is None else over.filter(pk=delivery_id)
    number = over.update(state="waiting", attempts=0, next_at=timezone.now())
    if delivery_id is not None and not number:
        raise NotFound(NO_SUCH_MESSAGE)
    wake(webhook.pk)
    return number


def _awake(actor: Actor, webhook_id: int) -> Webhook:
    webhook = one(actor, webhook_id)
    if not webhook.active:
        raise BadRequest(_("This webhook is switched off. Switch it on first."), code="paused")
    return webhook


def _set(webhook: Webhook, values: Mapping[str, Any]) -> None:
    """Take values over, or raise Invalid with everything that is wrong with them."""
    if unknown := set(values) - CHANGEABLE:
        raise BadRequest(_("A webhook has no «%(key)s».") % {"key": min(unknown)[:60]}, code="webhook")
    errors: list[FieldError] = []

    def wrong(field: str, code: str, message: Text) -> None:
        errors.append(FieldError(field, code, message))

    setters = {
        "name": _set_name,
        "address": _set_address,
        "events": _set_events,
        "owner": _set_owner,
        "active": _set_active,
    }
    for key, setter in setters.items():
        if key in values:
            setter(webhook, values[key], wrong)
    if "filter" in values:
        webhook.filter = values["filter"] or None
    if errors:
        raise Invalid(errors)
    if webhook.filter and {"filter", "events", "owner"} & set(values):
        _check_filter(webhook)


def _set_name(webhook: Webhook, raw: Any, wrong: Wrong) -> None:
    webhook.name = " ".join(raw.split()) if isinstance(raw, str) else ""
    if not webhook.name or "\x00" in webhook.name or len(webhook.name) > MAX_NAME:
        wrong("name", "length", _("Give the webhook a name of at most 120 characters."))


def _set_address(webhook: Webhook, raw: Any, wrong: Wrong) -> None:
    webhook.address = raw.strip() if isinstance(raw, str) else ""
    try:
        take_apart(webhook.address)
    except BadAddress as bad:
        wrong("address", "address", bad.message)


def _set_active(webhook: Webhook, raw: Any, wrong: Wrong) -> None:
    if isinstance(raw, bool):
        webhook.active = raw
    else:
        wrong("active", "type", _("A webhook is on or off: true or false."))


def _set_events(webhook: Webhook, raw: Any, wrong: Wrong) -> None:
    listed = raw if isinstance(raw, list | tuple) and all(isinstance(k, str) for k in raw) else []
    strange = set(listed) - {*offered(), *webhook.events}
    if not listed:
        wrong("events", "required", _("Choose at least one event."))
    elif strange:
        wrong("events", "choice", _("There is no event «%(event)s».") % {"event": min(strange)[:80]})
    else:
        webhook.events = sorted(set(listed))


def _set_owner(webhook: Webhook, raw: Any, wrong: Wrong) -> None:
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 2**63 else 0
    if webhook.pk is not None and number == webhook.owner_id:
        return  # as it was, even of somebody who has left
    user = User.objects.filter(pk=number, is_active=True).first()
    if user is None:
        wrong("owner", "choice", _("Choose a user who works here."))
    else:
        webhook.owner = user


def _check_filter(webhook: Webhook) -> None:
    """The filter must be one that the owner could ask a list for. Raises Invalid."""
    objects = {kind.rpartition(".")[0] for kind in webhook.events}
    tree = webhook.filter

    def refused(message: Text) -> Invalid:
        return Invalid([FieldError("filter", "filter", message)])

    if len(objects) != 1:
        raise refused(_("A webhook with conditions tells of one kind of record only."))
    shape = all_shapes().get(next(iter(objects)))
    if shape is None:
        raise refused(_("There is no such kind of record any more."))
    webhook.filter = kept_filter(tree)
    try:
        conditions(owner_of(webhook), shape, tree=webhook.filter)
    except KernelError as bad:
        raise refused(bad.message) from bad


def kept_filter(tree: Any) -> dict[str, Any]:
    """A filter as the database can keep it. Raises Invalid."""
    message = _("The filter holds a value that cannot be kept, or is too large.")
    try:
        text = orjson.dumps(tree)
    except TypeError as bad:
        raise Invalid([FieldError("filter", "filter", message)]) from bad
    if not isinstance(tree, dict) or b"\\u0000" in text or len(text) > MAX_FILTER:
        raise Invalid([FieldError("filter", "filter", message)])
    kept: dict[str, Any] = orjson.loads(text)
    return kept


def owner_of(webhook: Webhook) -> Actor:
    """The actor whose eyes a webhook sees with, as of now; what is lent to the owner for a while is left out."""
    return replace(actor_of(webhook.owner, current().access_version), stands_in=())


def webhooks_using(object_key: str, field_key: str) -> list[Text]:
    """The webhooks whose conditions name a field, for whoever is about to remove it."""
    return [
        _("webhook «%(webhook)s»") % {"webhook": w.name}
        for w in Webhook.objects.filter(filter__isnull=False).order_by("name", "pk")
        if (object_key, field_key) in set(fields_of(w.events[0].rpartition(".")[0], w.filter))
    ]
