"""The step that sets fields of the record that a field points at: an invoice is paid, its deal moves on."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of, readable
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.rules import sources
from klientura.kernel.rules.acts import NOT_SEEN, Setting, set_values, values_of
from klientura.kernel.rules.sources import Value
from klientura.kernel.rules.standing import stored_rows
from klientura.kernel.rules.steps import Act, BadStep, Step, StepKind, register
from klientura.kernel.rules.work import Work
from klientura.kernel.store import write

KIND: Final = "set_linked"
NOT_OPEN: Final = _("The rule's author may not change what «%(field)s» names.")


def links_from(actor: Actor, shape: Shape) -> list[FieldShape]:
    """The fields of a record by which such a step may find another one: those naming records that the actor may change."""
    return [
        f
        for f in readable(actor, shape).values()
        if f.type.key == "reference" and any(may(actor, kind, "edit") for kind in _kinds(f))
    ]


def _kinds(field: FieldShape) -> tuple[Shape, ...]:
    """The kinds of record that a field names: a client is an organisation or a person."""
    target = all_shapes().get(field.params.target or "")
    return () if target is None else members_of(target) or (target,)


def target_of(actor: Actor, shape: Shape, by: Any) -> Shape:
    """The kind of record that the step changes. Raises BadStep."""
    field = next((f for f in links_from(actor, shape) if f.key == by), None)
    if field is None:
        raise BadStep("by", _("Choose a field that names a record which the rule's author may change."))
    return shape_of(field.params.target or "")


def _values(actor: Actor, shape: Shape, step: Step) -> tuple[FieldShape, dict[str, dict[str, Value]]]:
    """The field that names the other record, and for each kind it may be of what is set. Raises BadStep."""
    target_of(actor, shape, step.get("by"))
    field = shape.fields[step["by"]]
    raw = step.get("values")
    return field, {
        kind.key: values_of(actor, shape, kind, raw, creating=False)
        for kind in _kinds(field)
        if may(actor, kind, "edit")
    }


def compile_linked(actor: Actor, shape: Shape, step: Step) -> Act:
    """{"kind": "set_linked", "by": field that names the other record, "values": {field of that one: source}}.

    Sources read the record of the rule. Where several of them name one record, the last of them is read.
    """
    field, by_kind = _values(actor, shape, step)

    def act(work: Work, ids: Sequence[int]) -> None:
        naming: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
        # Not locked: a rule from the other record to this one may run at the same moment.
        seen = stored_rows(work.actor, shape, ids)
        work.refuse(sorted(set(ids) - {row["id"] for row in seen}), NOT_SEEN)
        for row in seen:
            if row[field.key] is not None:
                naming[row[field.key]].append(row)
        found: set[int] = set()
        for key, values in by_kind.items():
            kind = shape_of(key)
            rows = write.lock_open_rows(work.actor, kind, sorted(naming), "edit")
            settings = [Setting(r, naming[r["id"]][-1], [n["id"] for n in naming[r["id"]]]) for r in rows]
            found |= {r["id"] for r in rows}
            if settings:
                set_values(work, kind, values, settings, {"in": key})
        for number in naming.keys() - found:
            work.refuse([r["id"] for r in naming[number]], NOT_OPEN % {"field": field.label})

    return act


def foretell(
    actor: Actor, shape: Shape, step: Step
) -> Callable[[Work, Sequence[Mapping[str, Any]]], dict[int, str]]:
    """What would be set, in words."""
    field, by_kind = _values(actor, shape, step)
    kind = shape_of(next(iter(by_kind)))
    fields = ", ".join(f"«{kind.fields[key].label}»" for key in next(iter(by_kind.values())))

    def show(_work: Work, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
        nothing = gettext("«{field}» is empty: nothing to set").format(field=field.label)
        would = gettext("Sets {fields} in «{field}»").format(fields=fields, field=field.label)
        return {r["id"]: would if r.get(field.key) is not None else nothing for r in rows}

    return show


def _uses(shape: Shape, step: Step) -> set[tuple[str, str]]:
    values, by = step.get("values") or {}, str(step.get("by"))
    field = shape.fields.get(by)
    kinds = _kinds(field) if field is not None else ()
    read = {(shape.key, k) for source in values.values() for k in sources.reads(source)}
    return {(shape.key, by)} | read | {(kind.key, k) for kind in kinds for k in values}


def register_step() -> None:
    """Make the step known."""
    register(KIND, StepKind(_("Set fields of a linked record"), compile_linked, _uses, foretell=foretell))
