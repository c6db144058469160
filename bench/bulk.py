"""Changing many records at once, with history, and taking that back.

python -m bench.bulk [--scale 1] [--data DIR] [--field importance]

What it changes it puts back, but the base keeps the history of both.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import base
from bench.cpu import both_sides, cpu_ms
from bench.figures import Figure, finish

RECORDS = 100_000


def main() -> int:
    parser = base.arguments(__doc__)
    parser.add_argument("--field", default="importance", help="a choice field of people (default importance)")
    options = parser.parse_args()
    with base.database(options):
        return finish("bulk", _measured(options.field, int(RECORDS * options.scale)), options.scale)


def _measured(field: str, number: int) -> list[Figure]:
    from klientura.kernel.history.undo import undo
    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import bulk

    actor, person = base.actor(), shape_of("person")
    table, column = person.table, person.fields[field].column
    ids = _spread(table, number)
    before = _values(table, column, ids)
    value = next(o.code for o in person.fields[field].params.choices if o.code != before[ids[0]])
    bare = _bare(table, column, value, ids)
    done, outcome = _timed(lambda: bulk.edit(actor, person, bulk.Selection(ids=tuple(ids)), {field: value}))
    back, undone = _timed(lambda: undo(actor, outcome.operation_id))
    if _values(table, column, ids) != before or undone.kept:
        raise RuntimeError("the undo did not put back what there was")
    return [
        _speed("bare UPDATE of as many", number, bare),
        _speed("bulk edit with history", outcome.changed, done),
        _speed("its undo", undone.restored, back),
        Figure("bulk edit, times the bare UPDATE", done.cpu / bare.cpu, "×"),
        Figure("undo, times the bulk edit", back.cpu / done.cpu, "×"),
    ]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that something took, by the clock and of CPU, here and in the database."""

    wall: float
    cpu: float


def _speed(what: str, records: int, spent: Spent) -> Figure:
    return Figure(
        what, records / spent.cpu, "rows/s", remark=f"of CPU; by the clock {records / spent.wall:,.0f}"
    )


def _bare(table: str, column: str, value: str, ids: list[int]) -> Spent:
    """What the statement alone takes, with the table's indexes but without what the product keeps: it is rolled back."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        spent, _done = _timed(
            lambda: cursor.execute(
                f"update {table} set {column} = %s, updated_at = now(), version = version + 1"
                " where id = any(%s)",
                [value, ids],
            )
        )
        transaction.set_rollback(True)
    return spent


def _spread(table: str, number: int) -> list[int]:
    """People from everywhere in the table, by number."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"select id from {table} where kind = 'person' and deleted_at is null"
            " order by hashint8(id) limit %s",
            [number],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _values(table: str, column: str, ids: list[int]) -> dict[int, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"select id, {column} from {table} where id = any(%s)", [ids])
        return dict(cursor.fetchall())


def _timed[T](act: Callable[[], T]) -> tuple[Spent, T]:
    processes = both_sides()
    began, used = time.monotonic(), cpu_ms(processes)
    made = act()
    return Spent(time.monotonic() - began, (cpu_ms(processes) - used) / 1000), made


if __name__ == "__main__":
    sys.exit(main())
