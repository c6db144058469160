"""A table from the clipboard: its cells, and what they mean as values of fields."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Text
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.transfer.cells import value_of
from klientura.kernel.transfer.wishes import NO_USER, NOT_FOUND, SEVERAL, Users, names_in, titled

MOST_CELLS = 5_000
CURRENCIES = "₽$€£¥₸"
LONGEST = 100_000


@dataclass(slots=True)
class Meant:
    """What a pasted table asks for: raw values by record and field, and the cells that could not be read."""

    wanted: dict[int, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    faults: dict[tuple[int, str], tuple[str, Text]] = field(default_factory=dict)


def table_in(text: str) -> list[list[str]]:
    """The rows of a text as spreadsheets copy it: cells between tabs, those of several lines within quotes."""
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter="\t", strict=False))
    except csv.Error:  # a quote that never ends, or a cell without one
        rows = [line.split("\t") for line in text.splitlines()]
    if any(len(cell) > LONGEST for row in rows for cell in row):
        raise BadRequest(
            _("A cell is longer than %(count)s characters. Shorten it.") % {"count": LONGEST}, code="paste"
        )
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows


def spread(
    table: Sequence[Sequence[str]], ids: Sequence[int], fields: Sequence[FieldShape]
) -> Iterable[tuple[int, FieldShape, str]]:
    """Each cell of a table with the record and the field it falls on; a single value fills all that is marked."""
    if len(table) == 1 and len(table[0]) == 1:
        yield from ((i, f, table[0][0]) for i in ids for f in fields)
        return
    for record_id, row in zip(ids, table, strict=False):
        for each, text in zip(fields, row, strict=False):
            yield record_id, each, text


def meaning(actor: Actor, cells: Sequence[tuple[int, FieldShape, str]]) -> Meant:
    """Read the cells; whom and what they name is looked up once for each kind of record."""
    found = Meant()
    users: Users | None = None
    named: dict[str, list[tuple[int, FieldShape, str]]] = defaultdict(list)
    for record_id, each, text in cells:
        if not text.strip():
            found.wanted[record_id][each.key] = None
        elif each.type.key == "user":
            users = users or Users()
            _put(found, record_id, each, text, users.find(text), NO_USER)
        elif each.type.key == "reference":
            target = "team" if each.column == "team_id" else each.params.target or ""
            named[target].append((record_id, each, text))
        else:
            _read(found, record_id, each, text)
    for target, cells_of in named.items():
        titles: Mapping[str, Sequence[int]] = titled(
            actor, target, sorted({name for _i, _f, text in cells_of for name in names_in(text)})
        )
        for record_id, each, text in cells_of:
            fitting = next((titles[name] for name in names_in(text) if name in titles), [])
            one = fitting[0] if len(fitting) == 1 else None
            _put(found, record_id, each, text, one, SEVERAL if fitting else NOT_FOUND)
    return found


def _put(found: Meant, record_id: int, each: FieldShape, text: str, value: int | None, missing: Text) -> None:
    if value is None:
        found.faults[record_id, each.key] = (text, missing)
    else:
        found.wanted[record_id][each.key] = value


def _read(found: Meant, record_id: int, each: FieldShape, text: str) -> None:
    if each.type.numeric:
        text = text.strip().strip(CURRENCIES + "%").strip()
    try:
        value, _mended = value_of(text, each)
    except FieldProblem as problem:
        found.faults[record_id, each.key] = (text, problem.message)
    else:
        found.wanted[record_id][each.key] = each.type.to_json(value)


def refuse_too_many(rows: int, columns: int) -> None:
    """Raise BadRequest for more cells than one looks through."""
    if rows * columns > MOST_CELLS:
        text = _("At most %(limit)s cells are pasted at once. Import the table as a file instead.")
        raise BadRequest(text % {"limit": MOST_CELLS}, code="too_many")
