"""One import from the file to its end: kept, planned, checked, run, taken back. Every function takes the actor first."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import may
from klientura.kernel.access.sessions import at_work
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.history import undoing
from klientura.kernel.history.undo import Undone
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.models import Operation
from klientura.kernel.transfer import opening, run
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.plan import ImportPlan, check_plan, default_match, plan_from_json
from klientura.kernel.transfer.strangers import remembered
from klientura.kernel.transfer.suggest import remember, suggest, suggest_object
from klientura.kit.tabular.model import TableInfo, TableProblem

KIND = "import"
BUSY = frozenset({"checking", "running"})
OVER = frozenset({"done", "cancelled", "failed", "undone"})


def importable(actor: Actor) -> list[Shape]:
    """The objects that the actor may import into."""
    return [
        s
        for s in all_shapes().values()
        if may(actor, s, "import")
        and may(actor, s, "create")
        and (s.constants or s.key == s.base)
        and _concrete(s)
    ]


def _concrete(shape: Shape) -> bool:
    return bool(shape.constants) or not any(
        other.base == shape.base and other.constants for other in all_shapes().values()
    )


def receive(actor: Actor, title: str, pieces: Iterable[bytes], object_key: str = "") -> Import:
    """Keep a file and suggest how to import it. Raises BadRequest when it is no table, Denied without the right."""
    allowed = importable(actor)
    if not allowed:
        raise Denied
    path, size = opening.keep(title, pieces)
    try:
        table = opening.open_table(path)
    except BadRequest:
        path.unlink()
        path.parent.rmdir()
        raise
    shape = next((s for s in allowed if s.key == object_key), None)
    if shape is None:
        people = [s for s in allowed if s.spec.vcard]
        shape = suggest_object(actor, table, people if table.kind == "vcard" and people else allowed)
    record = Import(
        actor_id=actor.user_id or 0, folder=path.parent.name, file=path.name, title=title[-255:], size=size
    )
    record.plan = suggested_plan(actor, shape, table).to_json()
    record.save()
    return record


def suggested_plan(actor: Actor, shape: Shape, table: TableInfo) -> ImportPlan:
    """The plan that suggests itself for a file."""
    columns = suggest(actor, shape, table)
    return ImportPlan(shape.key, columns, default_match(actor, shape, columns), people=remembered(actor))


def find(actor: Actor, import_id: int) -> Import:
    """An import of the actor's own (an administrator: anybody's), or NotFound. Its state is brought up to date."""
    record = Import.objects.filter(pk=import_id).first()
    if record is None or (record.actor_id != actor.user_id and not actor.is_admin and not actor.is_system):
        raise NotFound
    return _refreshed(record)


def past(actor: Actor, limit: int = 100) -> list[Import]:
    """The actor's imports, the newest first."""
    found = Import.objects.all() if actor.is_admin else Import.objects.filter(actor_id=actor.user_id or 0)
    return [_refreshed(record) for record in found.order_by("-id")[:limit]]


def _refreshed(record: Import) -> Import:
    """A job may have been stopped before it began, an operation taken back elsewhere."""
    if (
        record.state in BUSY
        and Job.objects.filter(pk=record.job_id or 0, state="cancelled", started_at=None).exists()
    ):
        record.state = "checked" if record.state == "running" else "new"
        record.save(update_fields=["state"])
    if record.state in OVER - {"undone"} and record.operation_id:
        state = Operation.objects.filter(pk=record.operation_id).values_list("state", flat=True).first()
        if state in {"undone", "partly_undone"}:
            record.state = "undone"
            record.save(update_fields=["state"])
    return record


def file_of(record: Import) -> Path:
    """The file, or one of its reports lies beside it."""
    return opening.root() / record.folder / record.file


def table_of(record: Import) -> TableInfo:
    """What the file holds, read as the user chose. Raises BadRequest, also when the file is gone after 30 days."""
    return opening.open_table(file_of(record), record.reading)


def change_reading(actor: Actor, record: Import, reading: Mapping[str, Any]) -> TableInfo:
    """Read the file otherwise (encoding, delimiter, sheet, row of titles); the mapping is suggested anew."""
    _free(record)
    kept = {
        k: reading[k]
        for k in ("encoding", "delimiter", "sheet", "header_row")
        if reading.get(k) not in (None, "")
    }
    table = opening.open_table(file_of(record), kept)
    record.reading = kept
    plan = plan_from_json(record.plan or {})
    record.plan = suggested_plan(actor, plan.shape, table).to_json()
    record.state, record.check_result = "new", None
    record.save()
    return table


def change_object(actor: Actor, record: Import, object_key: str) -> ImportPlan:
    """Import into another object; the mapping is suggested anew."""
    _free(record)
    shape = next((s for s in importable(actor) if s.key == object_key), None)
    if shape is None:
        raise Denied
    plan = suggested_plan(actor, shape, table_of(record))
    record.plan, record.state, record.check_result = plan.to_json(), "new", None
    record.save()
    return plan


def save_plan(actor: Actor, record: Import, plan: ImportPlan) -> None:
    """Keep a changed plan, and remember the mapping for the next file. Raises BadRequest, Denied."""
    _free(record)
    check_plan(actor, plan)
    table = table_of(record)
    if len(plan.columns) != len(table.header):
        raise BadRequest(_("The columns of the plan are not those of the file."), code="columns")
    remember(actor, plan.shape, table.header, plan.columns)
    record.plan, record.state, record.check_result = plan.to_json(), "new", None
    record.save()


def replace_file(actor: Actor, record: Import, title: str, pieces: Iterable[bytes]) -> Import:
    """Bring a corrected file for the same plan: a new import with the mapping of the old one where the titles agree."""
    plan = plan_from_json(record.plan or {})
    old = dict(zip(table_of(record).header, plan.columns, strict=False))
    fresh = receive(actor, title, pieces, plan.object)
    table = table_of(fresh)
    if sum(h in old for h in table.header) >= len(old) / 2:
        columns = tuple(old.get(title, "") for title in table.header)
        known = (fresh.plan or {})["people"]
        fresh.plan = {**plan.to_json(), "columns": list(columns), "people": known}
        fresh.save(update_fields=["plan"])
    return fresh


def check(actor: Actor, record: Import, *, queue: bool = True) -> Job:
    """Begin the dry run."""
    return _begin(actor, record, "checking", dry=True, queue=queue)


def begin(actor: Actor, record: Import, *, queue: bool = True) -> Job:
    """Begin the import."""
    return _begin(actor, record, "running", dry=False, queue=queue)


@transaction.atomic
def _begin(actor: Actor, record: Import, state: str, *, dry: bool, queue: bool) -> Job:
    record = Import.objects.select_for_update().get(pk=record.pk)
    _free(record)
    check_plan(actor, plan_from_json(record.plan or {}))
    title = _now("Check of %(file)s") if dry else _now("Import of %(file)s")
    job = service.start(
        actor, KIND, {"import": record.pk, "dry": dry}, title % {"file": record.title}, queue=queue
    )
    record.state, record.job_id = state, job.pk
    record.save(update_fields=["state", "job_id"])
    return job


def job_of_undo(record: Import) -> Job | None:
    """The job that is taking an import back now."""
    return undoing.under_way(record.operation_id) if record.operation_id else None


def _free(record: Import) -> None:
    if record.state in BUSY:
        raise BadRequest(_("This file is being worked on. Wait until it is done, or stop it."), code="busy")
    if record.state in OVER:
        raise BadRequest(
            _("This file has been imported already. Bring it anew to import it again."), code="over"
        )


def take_back(actor: Actor, record: Import) -> Undone | Job:
    """Undo the whole import; a large one in the background."""
    if not record.operation_id:
        raise BadRequest(_("Nothing was written, so there is nothing to take back."), code="state")
    with transaction.atomic():
        result = undoing.undo(actor, record.operation_id)
        if not isinstance(result, Job):
            record.state = "undone"
            record.save(update_fields=["state"])
    return result


@contextmanager
def acting(actor_id: int | None) -> Iterator[Actor]:
    """Inside, work as a user with the rights of this moment, in their language and time zone. Raises Denied."""
    if actor_id is None:
        yield SystemActor("import from the command line")
        return
    with at_work(actor_id) as actor:
        yield actor


class _Watch:
    """Ties a run to its job and its import."""

    def __init__(self, handle: JobHandle, record: Import) -> None:
        self.handle, self.record = handle, record

    def progress(self, done: int) -> None:
        self.handle.progress(done)

    def cancelled(self) -> bool:
        return self.handle.cancelled()

    def checkpoint(self, data: Mapping[str, Any]) -> None:
        self.handle.checkpoint(data)
        if data["operation"] and self.record.operation_id != data["operation"]:
            self.handle.belongs_to(data["operation"])
            self.record.operation_id = data["operation"]
            self.record.save(update_fields=["operation_id"])


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job: a dry or a real run."""
    record = Import.objects.get(pk=handle.arguments["import"])
    dry = bool(handle.arguments["dry"])
    with acting(handle.actor_id) as actor:
        table = table_of(record)
        # Only counted files know their end; a stream is told by what is done.
        handle.progress(0, _estimate(record, table))
        try:
            result = run.run(
                actor,
                plan_from_json(record.plan or {}),
                file_of(record),
                table,
                file_of(record).parent,
                dry=dry,
                title=record.title,
                watch=_Watch(handle, record),
                resume=handle.saved,
            )
        except TableProblem as problem:
            raise BadRequest(opening.sentence(problem), code=problem.code) from problem
    data = result.to_json()
    if dry:
        record.check_result = data
        record.state = "checked" if result.state == "done" else "new"
        record.save(update_fields=["check_result", "state"])
    else:
        record.result, record.state = data, result.state
        record.save(update_fields=["result", "state"])
    handle.progress(result.report["rows"], result.report["rows"])
    return {"state": result.state, "import": record.pk}


def _estimate(record: Import, table: TableInfo) -> int:
    """About how many rows the file has, by the length of the first ones."""
    if table.kind != "csv" or len(table.sample) < 5:
        return 0
    size = sum(
        sum(len(str(c).encode(table.encoding, "replace")) + 1 for c in r.cells) + 1 for r in table.sample
    )
    return max(len(table.sample), int(record.size * len(table.sample) / max(size, 1)))


def lost(handle: JobHandle, message: str) -> None:
    """The job has failed for good: say so on the import, and close its operation so that it can be taken back."""
    record = Import.objects.get(pk=handle.arguments["import"])
    if handle.arguments["dry"]:
        record.state, record.check_result = "new", {"error": message}
    else:
        record.state = "failed"
        record.result = {"error": message, **((handle.saved or {}).get("report") or {})}
        if record.operation_id:
            run.fail(record.operation_id, message)
    record.save(update_fields=["state", "check_result", "result"])


def register() -> None:
    """Make the kind known to the worker."""
    registry.register(KIND, work, lost=lost)
