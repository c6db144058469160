"""What a form says when somebody else was faster: whose change it was, both values, and theirs ready to be taken."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.errors import Conflict
from klientura.kernel.history.read import Entry, history_of
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.screens import inputs
from klientura.kernel.screens.chosen import Names, in_words
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request, number

LOOK_BACK = 1_000
"""Each line of a save is an entry of its own; more of them than this nobody makes while a form is open."""


def seen_version(asked: Request, row: Row) -> int:
    """The version that whoever sends a form saw when it was shown."""
    seen = number(asked.POST.get("version"))
    return int(row["version"]) if seen is None else seen


def who_changed(asked: Request, shape: Shape, row: Row, keys: Sequence[str]) -> dict[str, str]:
    """By field: who changed it last since it was seen, as far as the history tells; «Somebody» else.

    A change that nobody signed (of the product itself) hides the signed ones before it.
    """
    found: dict[str, str] = {}
    seen = seen_version(asked, row)
    for entry in history_of(asked.actor, shape, row["id"], since=seen, limit=LOOK_BACK).entries:
        for key in {entry.part} if entry.part else {c.field.key for c in entry.fields}:
            found.setdefault(key, _who(asked, entry))
    return {key: found.get(key) or _("Somebody") for key in keys}


def _who(asked: Request, entry: Entry) -> str:
    mine = bool(entry.actor_id) and entry.actor_id == asked.actor.user_id
    if entry.imported is not None:  # whoever began it did not sit in another window
        if mine:
            return _("Your import")
        return _("An import by {name}").format(name=entry.actor) if entry.actor else _("An import")
    return _("you, in another window") if mine else entry.actor


def disputed(fields: Mapping[str, FieldShape], conflict: Conflict | None) -> list[tuple[FieldShape, Any]]:
    """The values of both sides, each with its field."""
    both = [(c.field, v) for c in conflict.conflicts for v in (c.theirs, c.yours)] if conflict else []
    return [(fields[key], value) for key, value in both if key in fields]


def both_sides(
    asked: Request,
    shape: Shape,
    fields: Mapping[str, FieldShape],
    row: Row,
    conflict: Conflict,
    names: Names,
) -> list[dict[str, str]]:
    """Conflicts as texts: a field's two values, or what the lines of both sides say.

    `take` is their value as the form's control holds it, as JSON; lines are taken one by one, they have none.
    """
    who = who_changed(asked, shape, row, [c.field for c in conflict.conflicts])
    made = []
    for one in conflict.conflicts:
        part, field = shape.parts.get(one.field), fields.get(one.field)
        theirs, yours = (
            _lines(part, side) if part else in_words(field, side, names) if field else ""
            for side in (one.theirs, one.yours)
        )
        made.append(
            {
                "field": one.field,
                "label": str(part.label) if part else field.heading if field else one.field,
                "who": who[one.field],
                "theirs": theirs,
                "yours": yours,
                "said": _("{name} changed this meanwhile: {theirs}").format(
                    name=who[one.field], theirs=theirs or _("empty")
                ),
                "take": _taken(asked, field, row) if field else "",
            }
        )
    return made


def _taken(asked: Request, field: FieldShape, row: Row) -> str:
    control = inputs.control(
        field, row.get(field.key), lang(), company_currency=asked.installation.currency, row=row
    )
    return json.dumps({"value": control["value"], "title": control.get("display", "")}, default=str)


def _lines(part: PartShape, lines: Sequence[Mapping[str, Any]]) -> str:
    words = [
        " ".join(
            in_words(f, line[k], {})
            for k, f in part.fields.items()
            if k in line and not f.read_only and f.type.key != "boolean"
        )
        for line in lines
    ]
    return "; ".join(" ".join(w.split()) for w in words)
