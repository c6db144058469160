"""The faces of records, read by what their object declares under `duplicates`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import build, conditions, statement
from klientura.kit.matching.face import ROLES, Face, describe

SYSTEM = SystemActor("search for duplicates")
AT_ONCE = 4000
_PATH = re.compile(r"(?P<part>\w+)\[(?P<kind>\w*)\](?:\.(?P<column>\w+))?")


class LineRole(NamedTuple):
    """Where lines of a record play a role: of one kind (any, when empty), by one of their columns."""

    part: str
    kind: str
    column: str
    role: str


class Roles(NamedTuple):
    """What the fields and lines of an object mean for the comparison."""

    fields: Mapping[str, str]
    lines: tuple[LineRole, ...]


def comparable_shapes() -> list[Shape]:
    """The objects whose duplicates are looked for."""
    return [shape for shape in all_shapes().values() if shape.spec.duplicates]


def comparable_shape(key: str) -> Shape:
    """An object whose duplicates are looked for, or NotFound."""
    shape = shape_of(key)
    if not shape.spec.duplicates:
        raise NotFound
    return shape


def roles_of(shape: Shape) -> Roles:
    """The declaration of an object, read. Raises LookupError for a path or role that does not exist."""
    fields: dict[str, str] = {}
    lines: list[LineRole] = []
    for path, role in (shape.spec.duplicates or {}).items():
        if role not in ROLES:
            raise LookupError(f"{shape.key}: {role} is no role")
        if found := _PATH.fullmatch(path):
            line = LineRole(found["part"], found["kind"] or "", found["column"] or "value", role)
            if line.part not in shape.parts or line.column not in shape.parts[line.part].fields:
                raise LookupError(f"{shape.key}: there is no {path}")
            lines.append(line)
        elif path in shape.fields:
            fields[path] = role
        else:
            raise LookupError(f"{shape.key}: there is no {path}")
    return Roles(fields, tuple(lines))


def faces_after(
    shape: Shape, last: int, changed_since: datetime | None = None, limit: int = AT_ONCE
) -> list[tuple[int, Face]]:
    """The faces of the next records by their numbers, those changed since a moment only when one is given."""
    more = [Predicate(sql.SQL("r.id > %s"), (last,))]
    if changed_since is not None:
        more.append(Predicate(sql.SQL("r.updated_at > %s"), (changed_since,)))
    return _faces(SYSTEM, shape, roles_of(shape), conditions(SYSTEM, shape, more=more), limit)


def faces_seen(actor: Actor, shape: Shape, ids: Sequence[int], open_roles: frozenset[str]) -> dict[int, Face]:
    """The faces of those of the records that the actor reads, made of nothing but these roles."""
    roles = roles_of(shape)
    seen = Roles(
        {key: role for key, role in roles.fields.items() if role in open_roles},
        tuple(line for line in roles.lines if line.role in open_roles),
    )
    where = conditions(actor, shape, more=[Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))])
    return dict(_faces(actor, shape, seen, where, len(ids)))


def _faces(actor: Actor, shape: Shape, roles: Roles, where: Predicate, limit: int) -> list[tuple[int, Face]]:
    fields = [shape.fields[key] for key in roles.fields]
    query = build(actor, shape, [shape.fields["id"], *fields], where)
    with connection.cursor() as cursor:
        cursor.execute(*statement(query, order=sql.SQL("r.id"), limit=limit))
        rows = cursor.fetchall()
    facts: dict[int, dict[str, list[str]]] = {}
    for row in rows:
        mine = facts[row[0]] = {}
        place = 1
        for picked in query.columns[1:]:
            value = row[place + 1] if picked.titled else row[place]
            place += 2 if picked.titled else 1
            if value not in (None, ""):
                mine.setdefault(roles.fields[picked.field.key], []).append(_text(value))
    for record_id, role, value in _lines(shape, roles.lines, list(facts)):
        known = facts[record_id].setdefault(role, [])
        if value not in known:
            known.append(value)
    return [(record_id, describe(mine)) for record_id, mine in facts.items()]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _lines(shape: Shape, wanted: Sequence[LineRole], record_ids: list[int]) -> Iterator[tuple[int, str, str]]:
    """Number of the record, role and value of each line that plays a role; one query per kind of line."""
    for key in dict.fromkeys(line.part for line in wanted):
        part = shape.parts[key]
        mine = [line for line in wanted if line.part == key]
        columns = list(dict.fromkeys(line.column for line in mine))
        kind = part.fields.get("kind")
        text = sql.SQL(
            "select {parent}, {kind}, {columns} from {table} where {parent} = any(%s) order by id"
        ).format(
            parent=sql.Identifier(part.parent_column),
            kind=sql.Identifier(kind.column) if kind else sql.Literal(""),
            columns=sql.SQL(", ").join(sql.Identifier(part.fields[c].column) for c in columns),
            table=sql.Identifier(part.table),
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [record_ids])
            for record_id, kind_of_line, *values in cursor.fetchall():
                for line in mine:
                    value = values[columns.index(line.column)]
                    if value and line.kind in ("", kind_of_line):
                        yield record_id, line.role, str(value)
