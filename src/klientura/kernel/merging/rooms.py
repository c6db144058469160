"""Which columns of which tables point at the records of a table: from the Shapes, and from the database what no Shape shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db import connection
from psycopg import sql

from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.store.generated import column_names

ALWAYS = sql.SQL("true")
HEADER = frozenset({"version", "updated_at", "updated_by_id", "operation_id"})


@dataclass(slots=True)
class Pointing:
    """The columns of one table that point at the records of another, each with the condition (over `x`) for doing so.

    `part`: the rows are lines of the records of the table `root`. `header`: they are records, with a version of their own.
    """

    table: str
    columns: dict[str, sql.Composable] = field(default_factory=dict)
    part: PartShape | None = None
    root: str = ""
    header: bool = False


def pointing_at(shape: Shape) -> list[Pointing]:
    """Every table that points at records of the shape's table, in a fixed order, so that two merges lock alike."""
    found: dict[str, Pointing] = {}
    for other in all_shapes().values():
        for column, only in columns_of(other, shape):
            found.setdefault(other.table, Pointing(other.table)).columns[column] = only
        for part in other.parts.values():
            for each in part.fields.values():
                if refers(each, shape):
                    lines = found.setdefault(part.table, Pointing(part.table, part=part, root=other.table))
                    lines.columns[each.column] = ALWAYS
    for table, column in _ties(shape.table):
        found.setdefault(table, Pointing(table)).columns.setdefault(column, ALWAYS)
    for place in found.values():
        place.header = set(column_names(place.table)) >= HEADER
    return [found[table] for table in sorted(found)]


def refers(each: FieldShape, shape: Shape) -> bool:
    """Whether a field may hold a record of the shape's table."""
    target = all_shapes().get(each.params.target or "") if each.type.key == "reference" else None
    return target is not None and target.base == shape.base


def columns_of(other: Shape, shape: Shape) -> Iterator[tuple[str, sql.Composable]]:
    """The columns by which records of one object point at those of another's table, also by the name of the object."""
    for each in other.fields.values():
        if refers(each, shape):
            yield each.column, ALWAYS
    if {"subject_object", "subject_id"} <= set(other.fields):
        yield "subject_id", about(shape)


def about(shape: Shape, alias: str = "x") -> sql.Composed:
    """Whether a link by name (subject_object, subject_id) means a record of the shape's table."""
    names = sorted(s.key for s in all_shapes().values() if s.table == shape.table)
    return sql.SQL("{}.subject_object = any({})").format(sql.Identifier(alias), sql.Literal(names))


def _ties(table: str) -> list[tuple[str, str]]:
    """Foreign keys to a table that belong to no Shape: of fields and kinds of record that were removed and may come back.

    The lines of the records themselves are not among them: each keeps its own.
    """
    own = {
        (p.table, p.parent_column)
        for s in all_shapes().values()
        if s.table == table
        for p in s.parts.values()
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.conrelid::regclass::text, a.attname from pg_constraint c"
            " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
            " join pg_class r on r.oid = c.conrelid where c.contype = 'f' and c.confrelid = to_regclass(%s)"
            " and cardinality(c.conkey) = 1 and r.relnamespace = current_schema()::regnamespace order by 1, 2",
            [f'"{table}"'],
        )
        return [
            (name.strip('"'), column)
            for name, column in cursor.fetchall()
            if (name.strip('"'), column) not in own
        ]


def shapes_by_table() -> Mapping[str, list[Shape]]:
    """The objects of each table, those without a kind of their own last."""
    found: dict[str, list[Shape]] = defaultdict(list)
    for each in sorted(all_shapes().values(), key=lambda s: not s.constants):
        found[each.table].append(each)
    return found
