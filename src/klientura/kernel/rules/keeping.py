"""Keeping rules: make, change, switch, delete; the brake of all. For administrators; the actor comes first."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid, NotFound, Stale
from klientura.kernel.events.outbox import emit, set_interest
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.rules import authority, definition, triggers
from klientura.kernel.rules.models import Brake, Rule, RuleVersion
from klientura.kernel.settings.installation import current

MAX_NAME = 120
MAX_RULES = 300
MAX_HOURLY = 1_000_000
PARTS = ("object", "trigger", "filter", "steps")
CHANGEABLE = frozenset({"name", "owner", "active", "hourly_limit", *PARTS})
NO_SUCH = _("There is no such rule.")


def one(actor: Actor, rule_id: int, *, lock: bool = False) -> Rule:
    """A rule. Raises Denied, NotFound."""
    allow(actor)
    found = Rule.objects.select_related("owner").filter(pk=rule_id, deleted_at=None)
    rule = (found.select_for_update(of=("self",)) if lock else found).first()
    if rule is None:
        raise NotFound(NO_SUCH)
    return rule


def every(actor: Actor) -> list[Rule]:
    """All rules by name."""
    allow(actor)
    return list(Rule.objects.filter(deleted_at=None).select_related("owner").order_by("name", "pk"))


def allow(actor: Actor) -> None:
    """Raise Denied to anybody but administrators."""
    if not (actor.is_admin or actor.is_system):
        raise Denied


@transaction.atomic
def create(actor: Actor, values: Mapping[str, Any]) -> Rule:
    """Make a rule; it is off unless `active` says otherwise. Raises Invalid, BadRequest."""
    allow(actor)
    if Rule.objects.filter(deleted_at=None).count() >= MAX_RULES:
        raise BadRequest(_("There are 300 rules already. Delete some first."), code="too_many")
    rule = Rule(owner_id=actor.user_id or 0, trigger={}, object="")
    _set(rule, {"name": "", "owner": actor.user_id, "object": None, "trigger": None, **values})
    rule.save()
    _switch(rule, bool(values.get("active")))
    _remember(actor, rule)
    return rule


@transaction.atomic
def change(
    actor: Actor, rule_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> Rule:
    """Change what is named; a rule that is on is switched on anew, with its owner's rights of now. Raises Invalid, NotFound, Stale."""
    rule = one(actor, rule_id, lock=True)
    if expected_version is not None and expected_version != rule.version:
        raise Stale
    if "object" in values and values["object"] != rule.object:
        raise Invalid(
            [FieldError("object", "object", _("A rule stays with its kind of record. Make another one."))]
        )
    _set(rule, values)
    rule.version += 1
    rule.save()
    _switch(rule, bool(values.get("active", rule.active)))
    _remember(actor, rule)
    return rule


@transaction.atomic
def delete(actor: Actor, rule_id: int) -> None:
    """Take a rule away; its runs and what the history says of it stay."""
    rule = one(actor, rule_id, lock=True)
    rule.active, rule.deleted_at = False, timezone.now()
    rule.version += 1
    rule.save()
    set_interest(who(rule.pk), ())


def versions(actor: Actor, rule_id: int) -> list[RuleVersion]:
    """What the rule was and is, the newest first."""
    one(actor, rule_id)
    return list(RuleVersion.objects.filter(rule_id=rule_id).order_by("-version")[:100])


def who(rule_id: int) -> str:
    """The name under which a rule wants events."""
    return f"rule:{rule_id}"


def pause(rule: Rule, why: str) -> None:
    """Have a rule do nothing until somebody switches it on again."""
    Rule.objects.filter(pk=rule.pk).update(active=False, paused=why, changed_at=timezone.now())
    set_interest(who(rule.pk), ())
    said = {"user": rule.owner_id, "name": rule.name, "url": f"/settings/rules/{rule.pk}"}
    emit("rule.paused", "rule", [rule.pk], actor_id=None, payload=said)


def hold_all(actor: Actor, *, hold: bool) -> None:
    """Hold all rules, or let them go on. What happens meanwhile is not made up for; moments that come are."""
    allow(actor)
    if hold:
        Brake.objects.get_or_create(id=1, defaults={"actor_id": actor.user_id})
    else:
        Brake.objects.all().delete()


def held() -> Brake | None:
    """The brake, while it is on."""
    return Brake.objects.first()


def _remember(actor: Actor, rule: Rule) -> None:
    kept = {k: getattr(rule, k) for k in ("name", *PARTS, "active", "hourly_limit")} | {
        "owner": rule.owner_id
    }
    RuleVersion.objects.create(rule=rule, version=rule.version, actor_id=actor.user_id, definition=kept)


def _switch(rule: Rule, on: bool) -> None:
    """Switch a rule, with the rights and from the moment of now."""
    if on:
        if not rule.steps:
            raise Invalid([FieldError("steps", "required", _("A rule without steps cannot be switched on."))])
        # What was allowed when it was written may not be allowed to its owner any more.
        _set(rule, {k: getattr(rule, k) for k in PARTS})
        now = timezone.now()
        rule.authority, rule.paused, rule.refusals = authority.as_of_now(rule), "", 0
        rule.watermark = rule.watermark if rule.active and rule.watermark else now
        rule.next_at = None
        if rule.trigger["kind"] == "schedule":
            rule.next_at = triggers.next_turn(rule.trigger, now, current().time_zone)
    rule.active = on
    rule.save()
    shape = all_shapes().get(rule.object)
    set_interest(who(rule.pk), triggers.events_of(shape, rule.trigger) if on and shape is not None else ())


def _set(rule: Rule, values: Mapping[str, Any]) -> None:
    """Take values over, or raise Invalid."""
    if unknown := set(values) - CHANGEABLE:
        raise BadRequest(_("A rule has no «%(key)s».") % {"key": min(unknown)[:60]}, code="rule")
    if not isinstance(values.get("active", False), bool):
        raise BadRequest(_("A rule is on or off: true or false."), code="rule")
    errors: list[FieldError] = []
    if "name" in values:
        rule.name = " ".join(values["name"].split()) if isinstance(values["name"], str) else ""
        if not rule.name or "\x00" in rule.name or len(rule.name) > MAX_NAME:
            errors.append(FieldError("name", "length", _("Give the rule a name of at most 120 characters.")))
    if "hourly_limit" in values:
        limit = values["hourly_limit"]
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_HOURLY:
            errors.append(FieldError("hourly_limit", "range", _("Enter a number from 1 to 1,000,000.")))
        else:
            rule.hourly_limit = limit
    if "owner" in values:
        _set_owner(rule, values["owner"], errors)
    if errors:
        raise Invalid(errors)
    if {*PARTS, "owner"} & set(values):
        said = {k: values.get(k, getattr(rule, k)) for k in PARTS}
        for key, value in definition.checked(authority.owner_now(rule), said).items():
            setattr(rule, key, value)


def _set_owner(rule: Rule, raw: Any, errors: list[FieldError]) -> None:
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 2**63 else 0
    user = User.objects.filter(pk=number, is_active=True).first()
    if user is None:
        errors.append(FieldError("owner", "choice", _("Choose a user who works here.")))
    else:
        rule.owner = user
