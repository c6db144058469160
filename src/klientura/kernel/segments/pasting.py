"""Records by a pasted list: their numbers, tax numbers, e-mail addresses, phones, as people copy them from anywhere."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, readable_parts, require
from klientura.kernel.errors import BadRequest
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.expressions import column, comparable
from klientura.kit.text import fold

MAX_LINES = 20_000
MAX_TEXT = 1_000_000
_APART = re.compile(r"[\n\r\t;,]+")


class Recognised(NamedTuple):
    """What a list meant: the records, and the entries by which none was found."""

    ids: list[int]
    unknown: list[str]


def recognise(actor: Actor, shape: Shape, text: str) -> Recognised:
    """Find the records that the entries of a list name, among those open to the actor, by fields that they see.

    An entry that several records have (a shared phone) names all of them. One query for each field.
    """
    require(actor, shape, "read")
    if len(text) > MAX_TEXT:
        raise BadRequest(_("This list is too long. Divide it."), code="too_many")
    entries = list(dict.fromkeys(e for raw in _APART.split(text) if (e := " ".join(raw.split()))))
    if len(entries) > MAX_LINES:
        raise BadRequest(_("A list may have at most 20000 entries. Divide it."), code="too_many")
    found: dict[str, set[int]] = {}
    for field in _telling(actor, shape):
        _look(actor, shape, field, _operands(field, entries), found)
    for part, field in _lines(actor, shape):
        mirrored = [shape.fields[k] for k in part.mirrors if k in shape.fields]
        _look_in_lines(actor, shape, part, field, _in_lines(mirrored, entries), found)
    ids = sorted(set().union(*found.values())) if found else []
    return Recognised(ids, [e for e in entries if e not in found])


def _telling(actor: Actor, shape: Shape) -> list[FieldShape]:
    """The fields that tell one record from another: the number, e-mail, phone, and those by which files are matched."""
    fields = readable(actor, shape)
    keys = {k[0] for k in shape.spec.match_keys if len(k) == 1} - set(shape.spec.title)
    return [
        f
        for key, f in fields.items()
        if f.filterable and (key == "id" or key in keys or f.type.key in {"email", "phone"})
    ]


def _lines(actor: Actor, shape: Shape) -> list[tuple[PartShape, FieldShape]]:
    """The lines that hold further e-mails and phones of a record."""
    return [
        (shape.parts[key], shape.parts[key].fields[name])
        for key in readable_parts(actor, shape)
        for name in (shape.parts[key].search if shape.parts[key].mirrors else ())
        if name in shape.parts[key].fields
    ]


def _operands(field: FieldShape, entries: Sequence[str]) -> dict[str, list[str]]:
    """By what a field would hold: the entries that say so."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        for value in _readings(field, entry):
            found.setdefault(value, []).append(entry)
    return found


def _in_lines(mirrored: Sequence[FieldShape], entries: Sequence[str]) -> dict[str, list[str]]:
    """As `_operands`, for what lines hold as it was typed or as one of the fields that repeat them would hold it."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        for value in {entry, *(v for f in mirrored for v in _parsed(f, entry))}:
            found.setdefault(value, []).append(entry)
    return found


def _parsed(field: FieldShape, entry: str) -> set[str]:
    try:
        return {str(field.type.parse(entry, field.params))}
    except FieldProblem:
        return set()


def _readings(field: FieldShape, entry: str) -> set[str]:
    if field.key == "id":
        bare = entry.removeprefix("№").strip()
        return {str(int(bare))} if bare.isascii() and bare.isdigit() and len(bare) < 19 else set()
    read = {entry, *_parsed(field, entry)}
    return {fold(each) for each in read} if field.type.folds else read


def _look(
    actor: Actor, shape: Shape, field: FieldShape, wanted: Mapping[str, Sequence[str]], found: dict[str, set[int]]
) -> None:  # fmt: skip
    if not wanted:
        return
    value = sql.SQL("{}::text").format(column(field)) if field.key == "id" else comparable(field)
    chosen: list[int] | list[str] = [int(w) for w in wanted] if field.key == "id" else list(wanted)
    mine = Predicate(sql.SQL("{} = any(%s)").format(comparable(field)), (chosen,))
    where = conditions(actor, shape, more=[mine])
    text = sql.SQL("select r.id, {} from {} r where {}").format(value, sql.Identifier(shape.table), where.sql)
    _gather(text, where.params, wanted, found)


def _look_in_lines(
    actor: Actor, shape: Shape, part: PartShape, field: FieldShape, wanted: Mapping[str, Sequence[str]],
    found: dict[str, set[int]],
) -> None:  # fmt: skip
    if not wanted:
        return
    where = conditions(actor, shape)
    held = sql.SQL("l.{}").format(sql.Identifier(field.column))
    text = sql.SQL(
        "select r.id, {held} from {lines} l join {table} r on r.id = l.{parent} where {held} = any(%s) and {where}"
    )
    _gather(
        text.format(
            held=held, lines=sql.Identifier(part.table), table=sql.Identifier(shape.table),
            parent=sql.Identifier(part.parent_column), where=where.sql,
        ),
        (list(wanted), *where.params), wanted, found,
    )  # fmt: skip


def _gather(
    text: sql.Composable, params: Sequence[Any], wanted: Mapping[str, Sequence[str]], found: dict[str, set[int]]
) -> None:  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        for record_id, value in cursor.fetchall():
            for entry in wanted.get(str(value), ()):
                found.setdefault(entry, set()).add(record_id)
