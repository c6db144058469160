"""What a form says when somebody else was faster: whose change it was, both values, and theirs ready to be taken."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.errors import Conflict
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.screens import inputs
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.requests import Request

LOOK_BACK = 10


def who_changed(asked: Request, shape: Shape, record_id: int, keys: Sequence[str]) -> dict[str, str]:
    """By field: who changed it last, as far as the latest changes tell; «Somebody» else."""
    found: dict[str, str] = {}
    for entry in history_of(asked.actor, shape, record_id, limit=LOOK_BACK).entries:
        for key in {entry.part} if entry.part else {c.field.key for c in entry.fields}:
            if entry.actor:
                found.setdefault(key, entry.actor)
    return {key: found.get(key) or _("Somebody") for key in keys}


def both_sides(
    asked: Request, shape: Shape, fields: Mapping[str, FieldShape], row: Row, conflict: Conflict
) -> list[dict[str, str]]:
    """Conflicts as texts: a field's two values, or what the lines of both sides say.

    `take` is their value as the form's control holds it, as JSON; lines are taken one by one, they have none.
    """
    who = who_changed(asked, shape, row["id"], [c.field for c in conflict.conflicts])
    made = []
    for one in conflict.conflicts:
        part, field = shape.parts.get(one.field), fields.get(one.field)
        theirs = _stored(field, row) or (_lines(part, one.theirs) if part else _shown(field, one.theirs))
        made.append(
            {
                "field": one.field,
                "label": str(part.label) if part else field.heading if field else one.field,
                "who": who[one.field],
                "theirs": theirs,
                "yours": _lines(part, one.yours) if part else _shown(field, one.yours),
                "said": _("{name} changed this meanwhile: {theirs}").format(
                    name=who[one.field], theirs=theirs or _("empty")
                ),
                "take": _taken(asked, field, row) if field else "",
            }
        )
    return made


def _stored(field: FieldShape | None, row: Row) -> str:
    """What a reference points at now, by its name."""
    value = row.get(field.key) if field else None
    return (value.title or f"№ {value.id}") if isinstance(value, Ref) else ""


def _taken(asked: Request, field: FieldShape, row: Row) -> str:
    control = inputs.control(
        field, row.get(field.key), lang(), company_currency=asked.installation.currency, row=row
    )
    return json.dumps({"value": control["value"], "title": control.get("display", "")}, default=str)


def _lines(part: PartShape, lines: Sequence[Mapping[str, Any]]) -> str:
    words = [
        " ".join(
            _shown(f, line[k])
            for k, f in part.fields.items()
            if k in line and not f.read_only and f.type.key != "boolean"
        )
        for line in lines
    ]
    return "; ".join(" ".join(w.split()) for w in words)


def _shown(field: FieldShape | None, value: Any) -> str:
    if field is None or value is None:
        return ""
    try:
        return field.type.display(field.type.parse(value, field.params), field.params, lang())
    except FieldProblem:  # a value that cannot be read again is shown as it is
        return str(value)
