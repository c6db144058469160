"""Which arrangement of the card and the form somebody sees of a record: by their role and by the stage it is at."""

from collections.abc import Mapping
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.objects.spec import Section
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref

MAX_STAGES = 200


def sections_of(actor: Actor, shape: Shape, row: Mapping[str, Any] | None) -> tuple[Section, ...]:
    """The sections of a record's card and form for a reader; of a new record, without a stage that was chosen for it."""
    if not shape.arrangements:
        return shape.spec.sections
    field = stage_field(shape)
    value = row.get(field.key) if field is not None and row is not None else None
    stage = str(value.id if isinstance(value, Ref) else value or "")
    return shape.sections_for(actor.role, stage)


def on_any_form(actor: Actor, shape: Shape) -> list[str]:
    """The fields that stand on the form of this reader at some stage or other."""
    found = [*shape.spec.sections]
    found += [
        s
        for (role, _stage), sections in shape.arrangements.items()
        if role in {"", actor.role}
        for s in sections
    ]
    return list(dict.fromkeys(k for s in found for k in s.fields))


def stage_field(shape: Shape) -> FieldShape | None:
    """The field that says at which stage a record is: the one that makes the columns of its board."""
    return shape.fields.get(shape.spec.board.group) if shape.spec.board else None


def stages_of(actor: Actor, shape: Shape) -> list[dict[str, str]]:
    """The stages there are, as options of a list; none when records of this object have none."""
    field = stage_field(shape)
    if field is None:
        return []
    if field.type.key == "option":
        return [{"value": c.code, "label": str(c.label)} for c in field.params.choices if c.active]
    target = all_shapes().get(field.params.target or "")
    if target is None:
        return []
    within = next((f.key for f in target.fields.values() if f.type.key == "reference" and f.required), None)
    keys = ["id", "title", *([within] if within else [])]
    rows = read.page(actor, target, sort="id", limit=MAX_STAGES, keys=keys).rows
    return [{"value": str(r["id"]), "label": _named(r, within)} for r in rows]


def _named(row: Mapping[str, Any], within: str | None) -> str:
    whose = row.get(within) if within else None
    title = str(row["title"])
    return f"{whose.title}: {title}" if isinstance(whose, Ref) and whose.title else title
