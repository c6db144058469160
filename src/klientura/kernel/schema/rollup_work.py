"""Gathering roll-ups for the records that are there already, and looking every night whether all of them are right."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _now
from psycopg import sql

from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.service import Starter
from klientura.kernel.objects.registry import all_shapes, follow_latest
from klientura.kernel.schema.rollup_sql import Group, gather, groups

KIND = "schema.rollups"
BATCH = 5000
log = logging.getLogger("klientura.rollups")


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work)


def begin(actor: Starter, table: str, column: str) -> None:
    """Have a new or changed roll-up gathered for the records that are there already."""
    service.start(actor, KIND, {"table": table, "column": column}, _now("Gathering a roll-up"))


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job: gather in batches; a restart goes on where it broke off."""
    follow_latest()
    table, column = handle.arguments["table"], handle.arguments["column"]
    found = [g for g in groups(all_shapes()) if g.table == table and column in {f.column for f in g.fields}]
    if not found:
        return {"gathered": 0}
    return {"gathered": gather_all(found[0], handle=handle)}


def gather_all(group: Group, *, handle: JobHandle | None = None) -> int:
    """Gather a group of roll-ups into all records, a batch at a time; return how many held something else."""
    after = int((handle.saved or {}).get("after", 0)) if handle is not None else 0
    last, changed = _last(group.table), 0
    while after < last:
        with transaction.atomic():
            changed += gather(group, after, after + BATCH)
        after += BATCH
        if handle is not None:
            handle.checkpoint({"after": after})
            handle.progress(min(after, last), last)
            if handle.cancelled():
                break
    return changed


def _last(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select coalesce(max(id), 0) from {}").format(sql.Identifier(table)))
        return int(cursor.fetchone()[0])


def verify() -> int:
    """Gather everything anew and put right what differs; return how many records it was in. None is as it should be."""
    follow_latest()
    wrong = 0
    for group in groups(all_shapes()):
        found = gather_all(group)
        if found:
            log.warning(
                "roll-ups of %s from %s were wrong in %s records", group.table, group.source.key, found
            )
        wrong += found
    return wrong
