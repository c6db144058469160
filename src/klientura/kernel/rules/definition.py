"""What a rule says: checked with the rights of its owner, and read for what depends on it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of
from klientura.kernel.errors import FieldError, Invalid, KernelError, Text
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules import triggers
from klientura.kernel.rules.models import Rule
from klientura.kernel.rules.steps import Act, BadStep, kinds
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.trees import fields_of
from klientura.kernel.webhooks.keeping import kept_filter

MAX_STEPS = 20
MAX_WAIT = {"hours": 24 * 366, "days": 366}
WAIT = "wait"


def checked(actor: Actor, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Object, trigger, filter and steps as they are kept. Raises Invalid in words for people."""
    shape = _object(actor, raw.get("object"))
    trigger = triggers.checked(actor, shape, raw.get("trigger"))
    tree = raw.get("filter") or None
    if tree is not None:
        tree = kept_filter(tree)
        try:
            conditions(actor, shape, tree=tree)
        except KernelError as bad:
            raise Invalid([FieldError("filter", "filter", bad.message)]) from bad
    steps = raw.get("steps") or []
    if not isinstance(steps, list) or len(steps) > MAX_STEPS:
        raise Invalid([FieldError("steps", "steps", _("A rule has at most 20 steps."))])
    kept = [checked_step(actor, shape, step, number) for number, step in enumerate(steps)]
    return {"object": shape.key, "trigger": trigger, "filter": tree, "steps": kept}


def _object(actor: Actor, key: Any) -> Shape:
    shape = all_shapes().get(key) if isinstance(key, str) else None
    if shape is None or members_of(shape) or not may(actor, shape, "read"):
        raise Invalid([FieldError("object", "object", _("Choose a kind of record."))])
    return shape


def checked_step(actor: Actor, shape: Shape, raw: Any, number: int) -> dict[str, Any]:
    """One step as it is kept. Raises Invalid with the field `steps.<number>.<part>`."""
    kind = raw.get("kind") if isinstance(raw, Mapping) else None
    try:
        if kind == WAIT:
            return _checked_wait(raw)
        known = kinds().get(kind) if isinstance(kind, str) else None
        if known is None:
            raise BadStep("kind", _("Choose what the rule does."))
        known.compile(actor, shape, raw)
    except BadStep as bad:
        raise Invalid([FieldError(f"steps.{number}.{bad.field}", "step", bad.message)]) from bad
    return kept_filter(dict(raw))


def _checked_wait(raw: Mapping[str, Any]) -> dict[str, Any]:
    amount, unit = raw.get("amount"), raw.get("unit", "days")
    most = MAX_WAIT.get(unit) if isinstance(unit, str) else None
    if most is None or isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= most:
        raise BadStep("amount", _("Wait for a whole number of hours or days, a year at most."))
    return {"kind": WAIT, "amount": amount, "unit": unit, "check": bool(raw.get("check", True))}


def compile_steps(actor: Actor, shape: Shape, steps: list[dict[str, Any]], first: int) -> list[Act | None]:
    """What is done step by step from one on; None stands for a wait. Raises BadStep for what is not allowed any more."""
    made: list[Act | None] = []
    for step in steps[first:]:
        if step["kind"] == WAIT:
            made.append(None)
            continue
        known = kinds().get(step["kind"])
        if known is None:
            raise BadStep("kind", _("The product no longer knows one of the steps."))
        made.append(known.compile(actor, shape, step))
    return made


def warnings(rule: Rule) -> list[Text]:
    """What to think of before the rule is switched on: above all, that it may set itself off."""
    shape = all_shapes().get(rule.object)
    if shape is None:
        return []
    said: list[Text] = []
    kind, named = rule.trigger["kind"], set(rule.trigger.get("fields", ()))
    sets = {k for s in rule.steps if s["kind"] == "set" for k in s["values"]}
    if kind == "changed" and (sets & named if named else sets):
        said.append(
            _(
                "This rule changes what it waits for. It does not act twice on one record in one chain, but look whether you mean it."
            )
        )
    if kind == "created" and any(s["kind"] == "create" and s["object"] == rule.object for s in rule.steps):
        said.append(
            _(
                "This rule makes records of the kind it waits for: each of them may set it off again, five times at most."
            )
        )
    return said


def uses_of_rule(rule: Rule) -> frozenset[tuple[str, str]]:
    """Every field that a rule would miss, each with its object."""
    return frozenset(_uses(rule))


def _uses(rule: Rule) -> Iterator[tuple[str, str]]:
    for key in (
        *rule.trigger.get("fields", ()),
        *([rule.trigger["field"]] if "field" in rule.trigger else ()),
    ):
        yield rule.object, key
    yield from fields_of(rule.object, rule.filter)
    shape = all_shapes().get(rule.object)
    for step in rule.steps:
        known = kinds().get(step["kind"])
        if known is not None and shape is not None:
            yield from known.uses(shape, step)


def rules_using(object_key: str, field_key: str) -> list[Text]:
    """The rules that use a field, for whoever is about to remove it."""
    return [
        _("rule «%(rule)s»") % {"rule": r.name}
        for r in Rule.objects.filter(deleted_at=None).order_by("name", "pk")
        if (object_key, field_key) in uses_of_rule(r)
    ]


def shape_for(rule: Rule) -> Shape:
    """The kind of record of a rule. Raises NotFound when it was removed."""
    return shape_of(rule.object)
