"""Indexes for what was added, made in the background without stopping anybody; afterwards the planner is told."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.jobs.service import Starter
from klientura.kernel.objects.registry import all_shapes, follow_latest
from klientura.kernel.store import indexes

KIND = "schema.indexes"
_TURN = 7_115_202  # the number of our advisory lock; no other part of the product uses it
PAUSE = 0.2


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work)


def begin(actor: Starter) -> None:
    """Have the missing indexes made and those that nobody needs any more dropped.

    Work of this kind that has not begun yet will see what was changed just now: then nothing is added to it.
    """
    if Job.objects.filter(kind=KIND, state="queued").exists():
        return
    service.start(actor, KIND, {}, _("Making search and sorting quick"))


def begin_where_needed(actor: Starter) -> None:
    """As `begin`, where what the tables hold by now asks for other indexes."""
    follow_latest()
    if set(indexes.wanted(all_shapes(), indexes.entries_of())) != indexes.existing():
        begin(actor)


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job: bring the indexes in line, telling how far it is. Beginning anew goes on where it broke off."""
    with _alone(lambda: handle.progress(0)):
        follow_latest()
        return {"made": bring_in_line(handle.progress)}


@contextmanager
def _alone(wait: Callable[[], None]) -> Iterator[None]:
    """Only one process makes indexes at a time: two at once deadlock, for each waits for the other's snapshot.

    So nobody waits for the turn inside a statement either: it is asked for again and again.
    """
    while not _value("select pg_try_advisory_lock(%s)"):
        wait()
        time.sleep(PAUSE)
    try:
        yield
    finally:
        _value("select pg_advisory_unlock(%s)")


def _value(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_TURN])
        return cursor.fetchone()[0]


def bring_in_line(tell: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Drop the indexes that no Shape wants any more and make those that are missing, one at a time; return how many."""
    plan, present = indexes.wanted(all_shapes(), indexes.entries_of()), indexes.existing()
    for name in present - set(plan):
        _drop(name)
    missing = {name: text for name, text in plan.items() if name not in present}
    for number, (name, text) in enumerate(missing.items()):
        tell(number, len(missing))
        _drop(name)  # what an earlier attempt left unfinished is no use to anybody
        _run(sql.SQL(text.replace("create index", f"create index {_without_locks()}", 1)))
    tell(len(missing), len(missing))
    return len(missing)


def _drop(name: str) -> None:
    _run(sql.SQL("drop index {}if exists {}").format(sql.SQL(_without_locks()), sql.Identifier(name)))


def _without_locks() -> str:
    """A transaction (a test's) cannot build an index concurrently."""
    return "" if connection.in_atomic_block else "concurrently "


def _run(statement: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
