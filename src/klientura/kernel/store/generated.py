"""What the database keeps by itself for each table of records is generated from Shapes here: after each migration, and for
one table when something is added to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import connection
from psycopg import sql

from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.store import changes, indexes

DATE_COLUMNS = ("date", "datetime")


def by_table(shapes: Mapping[str, Shape]) -> dict[str, list[Shape]]:
    """The Shapes of each table."""
    tables: dict[str, list[Shape]] = defaultdict(list)
    for shape in shapes.values():
        tables[shape.table].append(shape)
    return tables


def parts_of(shapes: list[Shape]) -> dict[str, PartShape]:
    """The parts of all kinds of record in one table, each once."""
    return {part.key: part for shape in shapes for part in shape.parts.values()}


def column_names(table: str) -> list[str]:
    """The columns that a table has, also those of fields that were removed and not yet purged."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped"
            " order by attnum",
            [f'"{table}"'],
        )
        return [row[0] for row in cursor.fetchall()]


def synchronise_changes(shapes: Mapping[str, Shape]) -> None:
    """History triggers, bounds of dates, indexes: of all tables."""
    for kinds in by_table(shapes).values():
        keep_history(kinds)
        bound_dates(kinds[0].table, (f for s in kinds for f in s.fields.values()))
    indexes.synchronise(shapes)


def keep_history(kinds: list[Shape], *, without: Iterable[str] = ()) -> None:
    """Have one table and its lines keep their history, column by column; `without` are columns about to be dropped."""
    table, base = kinds[0].table, kinds[0].base
    untracked = {f.column for kind in kinds for f in kind.fields.values() if not f.tracked} | set(without)
    with connection.cursor() as cursor:
        columns = [c for c in column_names(table) if c not in untracked]
        for statement in changes.record_statements(base, table, columns):
            cursor.execute(statement)
        for part in parts_of(kinds).values():
            for statement in changes.line_statements(base, table, part, column_names(part.table)):
                cursor.execute(statement)


def bound_dates(table: str, fields: Iterable[FieldShape]) -> None:
    """A moment outside the years 1…9999 would break every later read of its page, so the database refuses it."""
    with connection.cursor() as cursor:
        for name in sorted({f.column for f in fields if f.type.key in DATE_COLUMNS}):
            constraint = f"kc_{table}_{name}"[:63]
            cursor.execute(
                sql.SQL("alter table {} drop constraint if exists {}").format(
                    sql.Identifier(table), sql.Identifier(constraint)
                )
            )
            cursor.execute(
                sql.SQL(
                    "alter table {0} add constraint {1} check ({2} >= '0001-01-02' and {2} < '9999-12-31') not valid"
                ).format(sql.Identifier(table), sql.Identifier(constraint), sql.Identifier(name))
            )
