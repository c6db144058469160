"""Running an import, for real or dry. Chunks are committed with their checkpoint, so that a crash loses and doubles nothing."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone, translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.store import operations, upkeep
from klientura.kernel.store.models import Operation
from klientura.kernel.transfer import wishes
from klientura.kernel.transfer.landing import Landing
from klientura.kernel.transfer.plan import ImportPlan, check_plan
from klientura.kernel.transfer.reader import make_reader
from klientura.kernel.transfer.report import Report
from klientura.kit.tabular.model import RawRow, TableInfo
from klientura.kit.tabular.reading import read_rows

CHUNK = 2_000


class Watch(Protocol):
    """Whoever looks on: told of progress, asked whether to stop, and keeping the checkpoint."""

    def progress(self, done: int) -> None: ...

    def cancelled(self) -> bool: ...

    def checkpoint(self, data: Mapping[str, Any]) -> None: ...


class Unwatched:
    """Nobody looks on."""

    def progress(self, done: int) -> None:
        """Nothing to tell."""

    def cancelled(self) -> bool:
        """Never."""
        return False

    def checkpoint(self, data: Mapping[str, Any]) -> None:
        """Not kept."""


@dataclass(slots=True)
class Result:
    """How an import went. `made` counts created and updated records by object; `state` is done or cancelled."""

    state: str
    operation_id: int | None
    report: dict[str, Any]
    made: dict[str, dict[str, int]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {"state": self.state, "operation_id": self.operation_id, "made": self.made, **self.report}


def run(
    actor: Actor,
    plan: ImportPlan,
    path: Path,
    table: TableInfo,
    folder: Path,
    *,
    dry: bool,
    title: str = "",
    watch: Watch | None = None,
    resume: Mapping[str, Any] | None = None,
    chunk: int = CHUNK,
) -> Result:
    """Import a file by a plan; with `dry` everything happens but the writing.

    `resume` is the last checkpoint of a run that was broken off. Files with rejected rows and remarks appear in
    `folder`. A real run is one operation, which history.undo takes back. Raises Denied, BadRequest, TableProblem.
    """
    watch = watch or Unwatched()
    targets = check_plan(actor, plan)
    reader = make_reader(actor, plan, table.header, targets)
    users = wishes.Users()
    report = Report(folder, table)
    done = 0
    operation: Operation | None = None
    if resume:
        done = resume["done"]
        report.resume(resume["report"], resume["sizes"])
        operation = Operation.objects.get(pk=resume["operation"]) if resume["operation"] else None
    else:
        report.start()
    if not dry and operation is None:
        operation = operations.start(actor, "import", plan.object, file=title or path.name)
        watch.checkpoint(_checkpoint(0, report, {}, operation))
    landing = Landing(actor, plan, operation.pk if operation else None, dry)
    for key, numbers in (resume["made"] if resume else {}).items():
        landing.made[key].update(numbers)
    state = "done"
    with translation.override(actor.language if actor.user_id else translation.get_language()):
        parsed = _ahead(reader.parse_chunk, _chunks(read_rows(path, table.options()), done, chunk))
        for rows, wanted in parsed:
            if watch.cancelled():
                state = "cancelled"
                break
            with transaction.atomic():
                wishes.grant(actor, reader, users, wanted)
                landing.land(rows)
                report.add(rows)
                done += len(rows)
                made = {k: dict(v) for k, v in landing.made.items()}
                watch.checkpoint(_checkpoint(done, report, made, operation))
            if not dry:
                _refresh_statistics(plan, done, chunk)
            watch.progress(done)
    made = {k: dict(v) for k, v in landing.made.items()}
    if done > chunk and not dry:
        upkeep.settle([plan.shape.table, *(p.table for p in plan.shape.parts.values())])
    if operation is not None:
        records = sum(sum(numbers.values()) for numbers in made.values())
        operations.finish(operation, records=records, state=state, details={"made": made})
    return Result(state, operation.pk if operation else None, report.to_json(), made)


def _refresh_statistics(plan: ImportPlan, done: int, chunk: int) -> None:
    """Let the planner know how large a growing table is: after 1, 4, 16, 64… chunks, else it reads all of it each time."""
    chunks = -(-done // chunk)
    if chunks.bit_count() == 1 and chunks.bit_length() % 2:
        upkeep.analyse([plan.shape.table])


def fail(operation_id: int, message: str) -> None:
    """Note that an import broke off for good; what was written stays and can be undone."""
    operation = Operation.objects.get(pk=operation_id)
    if operation.state == "running":
        operations.finish(
            operation, records=0, state="failed", details={"error": message[:500], "at": str(timezone.now())}
        )


def _checkpoint(
    done: int, report: Report, made: Mapping[str, Any], operation: Operation | None
) -> dict[str, Any]:
    return {
        "done": done,
        "report": report.to_json(),
        "sizes": report.sizes(),
        "made": made,
        "operation": operation.pk if operation else None,
    }


def _ahead[T](parse: Callable[[list[RawRow]], T], chunks: Iterator[list[RawRow]]) -> Iterator[T]:
    """Parse the next chunk in a thread while the database is busy with the current one."""

    def following() -> T | None:
        raw = next(chunks, None)
        return None if raw is None else parse(raw)

    with ThreadPoolExecutor(1) as thread:
        # Language and time zone of the user hold there too.
        coming = thread.submit(copy_context().run, following)
        while (done := coming.result()) is not None:
            coming = thread.submit(copy_context().run, following)
            yield done


def _chunks(rows: Iterator[RawRow], skip: int, size: int) -> Iterator[list[RawRow]]:
    rows = islice(rows, skip, None)
    while batch := list(islice(rows, size)):
        yield batch
