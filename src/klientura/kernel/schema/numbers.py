"""Numbers that the product gives: each new record the next, from a sequence of the field's own.

A number is never given twice; one whose record was not kept after all stays free. What begins anew each year notes
where the sequence stood when the year began, before it takes a number, so that the first of a year is always one.
"""

from collections.abc import Iterator
from typing import Final

from django.db import connection
from psycopg import sql

from klientura.kernel.objects.shape import FieldShape, Shape

AUTONUMBER: Final = "autonumber"
MAX_PREFIX = 30
MAX_DIGITS = 12
MAX_START = 10**12
_YEAR = "extract(year from new.created_at at time zone (select time_zone from kernel_installation where id = 1))::int"
_NEXT = "declare n bigint; y int := {year}; begin {take} {put} end;"
_TAKE = "n := nextval({sequence});"
_TAKE_OF_YEAR = """insert into kernel_number_year ("column", year, base)
      select {column}, y, case when is_called then last_value else last_value - 1 end from {name}
      on conflict do nothing;
    select nextval({sequence}) - base into n from kernel_number_year where "column" = {column} and year = y;"""
_PUT = "new.{field} := replace({prefix}, '{{year}}', y::text) || lpad(n::text, greatest({digits}, length(n::text)), '0');"


def sequence_of(column: str) -> str:
    """The sequence that a field's numbers come from."""
    return f"numbers_{column}"


def make_sequence(table: str, column: str, start: int) -> None:
    """Make the sequence of a field; it goes with the field's column."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("create sequence {} start {} owned by {}").format(
                sql.Identifier(sequence_of(column)), sql.Literal(start), sql.Identifier(table, column)
            )
        )


def steps(shape: Shape) -> Iterator[sql.Composable]:
    """What numbers a record of an object that has no number yet; part of the trigger that computes formulas."""
    for field in shape.fields.values():
        if field.numbering:
            yield sql.SQL("if new.{} is null then {} end if;").format(
                sql.Identifier(field.column), _step(field)
            )


def _step(field: FieldShape) -> sql.Composable:
    numbering = field.numbering
    if numbering is None:
        raise LookupError(field.key)
    name = sequence_of(field.column)
    take = sql.SQL(_TAKE_OF_YEAR if numbering.yearly else _TAKE).format(
        column=sql.Literal(field.column), name=sql.Identifier(name), sequence=sql.Literal(name)
    )
    put = sql.SQL(_PUT).format(
        field=sql.Identifier(field.column), prefix=sql.Literal(numbering.prefix), digits=sql.Literal(numbering.digits)
    )  # fmt: skip
    return sql.SQL(_NEXT).format(year=sql.SQL(_YEAR), take=take, put=put)
