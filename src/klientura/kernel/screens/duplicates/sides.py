"""Two records side by side: every value either has, and whether they agree in it."""

from collections.abc import Mapping
from typing import Any

from psycopg import sql

from klientura.kernel.access.gate import Predicate, readable, readable_parts
from klientura.kernel.dedup.queue import QueuedPair
from klientura.kernel.dedup.reading import roles_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens.cells import Cell, cell
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.lines import told
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request
from klientura.kit.text import fold

FACTS = ("owner", "created_at", "updated_at")
"""Told of every record besides what its card shows: by these one chooses which of the two to keep."""
SIMILAR = frozenset({"same", "sounds", "close", "part", "swapped", "initial", "variant", "tail", "mailbox"})


def sides(asked: Request, shape: Shape, pair: QueuedPair) -> list[dict[str, Any]]:
    """The lines of the comparison: label, both values, and `mark`: same, similar, differs, one, or plain for what proves nothing."""
    both = Predicate(sql.SQL("r.id = any(%s)"), ([pair.a, pair.b],))
    fields = _fields(asked, shape)
    page = read.page(asked.actor, shape, sort="id", keys=list(fields), more=[both], limit=2)
    rows = {row["id"]: row for row in page.rows}
    if len(rows) < 2:  # one of them was trashed a moment ago
        return []
    one, two = rows[pair.a], rows[pair.b]
    levels = {reason.role: reason.level for reason in pair.reasons}
    roles = roles_of(shape).fields
    told_lines = [_line(asked, f, one, two, levels.get(roles.get(k, ""), "")) for k, f in fields.items()]
    for key, line in zip(fields, told_lines, strict=True):
        if key not in roles and line["mark"] == "same":
            line["mark"] = "none"  # neither compared nor a choice
        elif key in FACTS:
            line["mark"] = "plain"
    return [line for line in told_lines if line["mark"] != "none"] + _parts(asked, shape, pair)


def _fields(asked: Request, shape: Shape) -> Mapping[str, FieldShape]:
    """What tells the two apart first, then the rest of the card, then who keeps it and since when."""
    known = readable(asked.actor, shape)
    named = shape.placed
    compared = [k for k in named if k in roles_of(shape).fields]
    wanted = dict.fromkeys((*compared, *named, *FACTS))
    return {k: known[k] for k in wanted if k in known}


def _line(asked: Request, field: FieldShape, one: Row, two: Row, level: str) -> dict[str, Any]:
    mine, other = one[field.key], two[field.key]
    shown = [
        cell(field, row[field.key], row, lang(), company_currency=asked.installation.currency)
        for row in (one, two)
    ]
    return {"label": field.heading, "a": shown[0], "b": shown[1], "mark": _mark(mine, other, level)}


def _mark(one: Any, two: Any, level: str) -> str:
    empty = [value in (None, "", []) for value in (one, two)]
    if all(empty):
        return "none"
    if any(empty):
        return "one"
    if one == two or (isinstance(one, str) and isinstance(two, str) and fold(one) == fold(two)):
        return "same"
    return "similar" if level in SIMILAR else "differs"


def _parts(asked: Request, shape: Shape, pair: QueuedPair) -> list[dict[str, Any]]:
    """Phones, addresses and the like: all lines of either, each with whether the other has it too."""
    found = read.parts_of(asked.actor, shape, [pair.a, pair.b])
    made = []
    for key in readable_parts(asked.actor, shape):
        part = shape.parts[key]
        one, two = (
            [told(part, line).partition(f"{part.label} · ")[2] or told(part, line) for line in found[i][key]]
            for i in (pair.a, pair.b)
        )
        if one or two:
            mark = (
                "one"
                if not (one and two)
                else "same"
                if set(one) == set(two)
                else "similar"
                if {*one} & {*two}
                else "differs"
            )
            made.append(
                {"label": str(part.label), "a": _listed(one), "b": _listed(two), "mark": mark, "lines": True}
            )
    return made


def _listed(lines: list[str]) -> Cell:
    return "\n".join(lines)
