"""Running an import, for real or dry. Chunks are committed with their checkpoint, so that a crash loses and doubles nothing."""

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from django.db import OperationalError, transaction
from django.utils import timezone, translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.store import operations, upkeep
from klientura.kernel.store.models import Operation
from klientura.kernel.transfer import wishes
from klientura.kernel.transfer.landing import Landing
from klientura.kernel.transfer.plan import ImportPlan, check_plan
from klientura.kernel.transfer.report import Report
from klientura.kernel.transfer.steps import make_reader
from klientura.kernel.transfer.turns import passes, take_turn
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
    attempt = _Attempt(actor, plan, path, table, folder, dry, title, watch or Unwatched(), chunk)
    tries = 0
    while True:
        try:
            return attempt.carry_out(resume)
        except OperationalError as error:
            # A deadlock with another writer: on from the last committed chunk. A dry run keeps nothing, and starts over.
            if attempt.committed is not None:
                resume, attempt.committed, tries = attempt.committed, None, 0
            if not passes(error, tries):
                raise
            tries += 1


@dataclass(slots=True)
class _Attempt:
    """One try at a file, from a checkpoint to its end. `committed` is the last checkpoint that will stand."""

    actor: Actor
    plan: ImportPlan
    path: Path
    table: TableInfo
    folder: Path
    dry: bool
    title: str
    watch: Watch
    chunk: int
    committed: Mapping[str, Any] | None = None

    def carry_out(self, resume: Mapping[str, Any] | None) -> Result:
        """Read, land and report chunk by chunk."""
        actor, plan, dry = self.actor, self.plan, self.dry
        reader = make_reader(actor, plan, self.table.header, check_plan(actor, plan))
        users = wishes.Users(plan.people)
        report = Report(self.folder, self.table)
        done, operation = self._begin(report, resume)
        landing = Landing(actor, plan, operation.pk if operation else None, dry)
        for key, numbers in (resume["made"] if resume else {}).items():
            landing.made[key].update(numbers)
        state = "done"
        rows_ahead = _chunks(read_rows(self.path, self.table.options()), done, self.chunk)
        with (
            translation.override(actor.language if actor.user_id else translation.get_language()),
            closing(_ahead(reader.parse_chunk, rows_ahead)) as parsed,
        ):
            for rows, wanted in parsed:
                if self.watch.cancelled():
                    state = "cancelled"
                    break
                with transaction.atomic():
                    with transaction.atomic():
                        if not dry:
                            take_turn(landing.tables)
                        wishes.grant(actor, reader, users, wanted)
                        landing.land(rows)
                        # Whatever the rules of an object do while they check, a dry run leaves nothing of it.
                        transaction.set_rollback(dry)
                    report.add(rows)
                    done += len(rows)
                    kept = _checkpoint(done, report, landing, operation)
                    self.watch.checkpoint(kept)
                if not dry:
                    self.committed = kept
                    _refresh_statistics(plan, done, self.chunk)
                self.watch.progress(done)
        return self._finish(report, landing, operation, state, done)

    def _begin(self, report: Report, resume: Mapping[str, Any] | None) -> tuple[int, Operation | None]:
        """How many rows are done already, and the operation that the rest belongs to."""
        operation: Operation | None = None
        if resume:
            report.resume(resume["report"], resume["sizes"])
            operation = Operation.objects.get(pk=resume["operation"]) if resume["operation"] else None
        else:
            report.start()
        if not self.dry and operation is None:
            operation = operations.start(
                self.actor, "import", self.plan.object, file=self.title or self.path.name
            )
            self.committed = _checkpoint(0, report, None, operation)
            self.watch.checkpoint(self.committed)
        return (resume["done"] if resume else 0), operation

    def _finish(
        self, report: Report, landing: Landing, operation: Operation | None, state: str, done: int
    ) -> Result:
        made = landing.counts()
        if done > self.chunk and not self.dry:
            shape = self.plan.shape
            upkeep.settle([shape.table, *(p.table for p in shape.parts.values())])
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
    done: int, report: Report, landing: Landing | None, operation: Operation | None
) -> dict[str, Any]:
    return {
        "done": done,
        "report": report.to_json(),
        "sizes": report.sizes(),
        "made": landing.counts() if landing else {},
        "operation": operation.pk if operation else None,
    }


def _ahead[T](parse: Callable[[list[RawRow]], T], chunks: Iterator[list[RawRow]]) -> Generator[T]:
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
