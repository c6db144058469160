"""Everything in the database that is generated from Shapes is made anew here, after each migration."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg import sql

from klientura.kernel.objects.shape import PartShape, Shape
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
    """The columns of a model's table."""
    for model in apps.get_models():
        if model._meta.db_table == table:
            return [f.column or f.name for f in model._meta.concrete_fields]
    raise LookupError(table)


def synchronise_changes(shapes: Mapping[str, Shape]) -> None:
    """History triggers, bounds of dates, indexes."""
    with connection.cursor() as cursor:
        for table, kinds in by_table(shapes).items():
            base = kinds[0].base
            untracked = {f.column for kind in kinds for f in kind.fields.values() if not f.tracked}
            columns = [c for c in column_names(table) if c not in untracked]
            for statement in changes.record_statements(base, table, columns):
                cursor.execute(statement)
            for part in parts_of(kinds).values():
                for statement in changes.line_statements(base, table, part, column_names(part.table)):
                    cursor.execute(statement)
            _bound_dates(cursor, kinds)
    indexes.synchronise(shapes)


def _bound_dates(cursor: Any, kinds: list[Shape]) -> None:
    """A moment outside the years 1…9999 would break every later read of its page, so the database refuses it."""
    columns = {f.column: f.type.key for s in kinds for f in s.fields.values() if f.type.key in DATE_COLUMNS}
    for name in sorted(columns):
        constraint = f"kc_{kinds[0].table}_{name}"[:63]
        cursor.execute(
            sql.SQL("alter table {} drop constraint if exists {}").format(
                sql.Identifier(kinds[0].table), sql.Identifier(constraint)
            )
        )
        cursor.execute(
            sql.SQL(
                "alter table {0} add constraint {1} check ({2} >= '0001-01-02' and {2} < '9999-12-31') not valid"
            ).format(sql.Identifier(kinds[0].table), sql.Identifier(constraint), sql.Identifier(name))
        )
