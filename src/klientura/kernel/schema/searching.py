"""The search text of records that are there already, when a field begins or ceases to be searched: made anew in the background."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _now
from psycopg import sql

from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.service import Starter
from klientura.kernel.objects.registry import all_shapes, follow_latest
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.generated import column_names

KIND = "schema.search"
BATCH = 2000
# The trigger that keeps the search text runs whenever a column it reads is written, though with what it held: nothing that
# people or the history see changes. Rows are held in the order of their numbers, as every other bulk write holds them.
_ANEW = """
with held as (select id from {table} where id > %s{filled}{kind} order by id limit {most} for no key update),
anew as (update {table} t set {touched} = t.{touched} from held where t.id = held.id returning t.id)
select max(id), count(*) from anew
"""


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work)


def begin(actor: Starter, object_key: str, column: str) -> None:
    """Have records found by a field, or no longer found by it, whose values they held before."""
    title = _now("Bringing the search up to date")
    service.start(actor, KIND, {"object": object_key, "column": column}, title)


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job: batch by batch by the numbers of the records that hold a value; a restart goes on where it broke off."""
    follow_latest()
    shape = all_shapes().get(str(handle.arguments["object"]))
    if shape is None:  # it has been taken out since, and nobody searches it
        return {"records": 0}
    saved = handle.saved or {}
    after, done = int(saved.get("after", 0)), int(saved.get("done", 0))
    text, last = _statement(shape, str(handle.arguments["column"])), _last(shape)
    while True:
        handle.progress(min(after, last), last)
        if handle.cancelled():
            return {"state": "cancelled", "records": done}
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(text, [after])
                reached, number = cursor.fetchone()
            if not number:
                break
            after, done = reached, done + number
            handle.checkpoint({"after": after, "done": done})
    handle.progress(last, last)
    return {"records": done}


def _statement(shape: Shape, column: str) -> sql.Composed:
    held = sql.SQL(" and {} is not null").format(sql.Identifier(column))
    kinds = [
        sql.SQL(" and {} = {}").format(sql.Identifier(c), sql.Literal(v)) for c, v in shape.constants.items()
    ]
    return sql.SQL(_ANEW).format(
        table=sql.Identifier(shape.table),
        # A field may have been purged since: then whatever was found by it may be any record.
        filled=held if column in column_names(shape.table) else sql.SQL(""),
        kind=sql.SQL("").join(kinds),
        most=sql.Literal(BATCH),
        touched=sql.Identifier(shape.fields[shape.spec.title[0]].column),
    )


def _last(shape: Shape) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select coalesce(max(id), 0) from {}").format(sql.Identifier(shape.table)))
        return int(cursor.fetchone()[0])
