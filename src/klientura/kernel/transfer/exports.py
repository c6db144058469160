"""Any list as a file: what the actor sees, in the order of the list, streamed page by page."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.utils import timezone, translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, readable_parts, require, scope
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.fields.location import typed
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.search.query import understand
from klientura.kernel.store import read
from klientura.kernel.transfer import opening
from klientura.kernel.transfer.imports import acting
from klientura.kernel.transfer.moment import snapshot
from klientura.kernel.transfer.paths import Target, line_title, part_targets
from klientura.kit.tabular.model import TableProblem
from klientura.kit.tabular.writing import ColumnKind, Value, write_csv, write_xlsx

KIND = "export"
AT_ONCE = 5_000
"""Up to so many records a file is made while the reader waits."""
ENCODINGS = ("utf-8-sig", "cp1251")
PAGE = read.MAX_LIMIT
_KINDS: Mapping[str, ColumnKind] = {
    "integer": "integer", "decimal": "decimal", "money": "decimal", "date": "date", "datetime": "datetime",
}  # fmt: skip

type Format = Literal["csv", "xlsx"]
type Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Export:
    """What to write: the state of a list, and how.

    `columns` are field keys, or paths into the lines such as contact_points[email] and addresses[legal].city.
    """

    object: str
    columns: tuple[str, ...] = ()
    tree: Mapping[str, Any] | None = None
    sort: str = ""
    search: str = ""
    format: Format = "csv"
    encoding: str = "utf-8-sig"

    def to_json(self) -> dict[str, Any]:
        """The export as plain data, for a job."""
        return {
            "object": self.object, "columns": list(self.columns), "tree": self.tree, "sort": self.sort,
            "search": self.search, "format": self.format, "encoding": self.encoding,
        }  # fmt: skip


def export_from_json(data: Mapping[str, Any]) -> Export:
    """An export from plain data. Raises BadRequest for a format or an encoding that is not offered."""
    made = Export(**{**data, "columns": tuple(data.get("columns", ()))})
    if made.format not in {"csv", "xlsx"} or made.encoding not in ENCODINGS:
        raise BadRequest(_("Files are written as XLSX or CSV, in UTF-8 or Windows-1251."), code="format")
    return made


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: a field of the record, or what its lines say (`line`)."""

    title: str
    kind: ColumnKind
    field: FieldShape | None = None
    line: Target | None = None


def columns_of(actor: Actor, shape: Shape, export: Export) -> list[_Column]:
    """The columns of the file. Raises BadRequest for one that does not exist or is not open to the actor."""
    fields, lines = readable(actor, shape), _line_targets(actor, shape)
    chosen: list[_Column] = []
    for key in export.columns or [k for k in shape.spec.columns if k in fields]:
        if key in fields:
            kind = _KINDS.get(fields[key].type.key, "text")
            chosen.append(_Column(_capital(fields[key].label), kind, fields[key]))
        elif key in lines:
            line = lines[key]
            title = line.label if line.kind == "contact" else line_title(line)
            chosen.append(_Column(_capital(title), "text", line=line))
        else:
            raise BadRequest(_("There is no field «%(field)s».") % {"field": key[:60]}, code="field")
    return chosen


def _line_targets(actor: Actor, shape: Shape) -> dict[str, Target]:
    return {t.path: t for key in readable_parts(actor, shape) for t in part_targets(shape, shape.parts[key])}


def _capital(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]


def all_columns(actor: Actor, shape: Shape) -> list[str]:
    """Everything that the actor sees of an object: its fields, its contacts by kind, its other lines field by field."""
    keys = shape.placed
    lines = _line_targets(actor, shape)
    mirrored = {"phone", "email"} if any(t.kind == "contact" for t in lines.values()) else set()
    fields = readable(actor, shape)
    return [
        *(
            k
            for k in dict.fromkeys([*keys, *fields])
            if k in fields and k not in {"uid", "version", "title", *mirrored}
        ),
        *(path for path, t in lines.items() if t.kind != "contact" or t.line_kind not in {"mobile", "site"}),
    ]


def predicates(actor: Actor, shape: Shape, search: str) -> tuple[Predicate, ...]:
    """The search of a list as a condition."""
    if not search.strip():
        return ()
    understood = understand(actor, shape, search)
    return (understood.predicate,) if understood is not None else ()


def rows_of(actor: Actor, export: Export) -> Iterator[list[Value]]:
    """The rows of the file without its header, read by pages: memory stays flat. Raises Denied, BadRequest.

    Inside a `snapshot` the pages are of one moment.
    """
    shape = shape_of(export.object)
    require(actor, shape, "export")
    columns = columns_of(actor, shape, export)
    # What may be read may still not be taken away: the scope of the right to export.
    more = (*predicates(actor, shape, export.search), scope(actor, shape, "export"))
    keys = [c.field.key for c in columns if c.field is not None]
    with_lines = any(c.line for c in columns)
    after: str | None = None
    while True:
        page = read.page(
            actor,
            shape,
            tree=export.tree,
            sort=export.sort or None,
            after=after,
            limit=PAGE,
            keys=["id", *keys],
            more=more,
        )
        lines: Mapping[int, Mapping[str, list[read.Row]]] = (
            read.parts_of(actor, shape, [r["id"] for r in page.rows]) if with_lines else {}
        )
        for row in page.rows:
            own = lines.get(row["id"], {})
            yield [_line_cell(c.line, own, actor) if c.line else _cell(c.field, row, actor) for c in columns]
        after = page.next
        if after is None:
            return


def _line_cell(target: Target, lines: Mapping[str, Sequence[read.Row]], actor: Actor) -> Value:
    """What the lines of one kind say, joined: several contacts by commas, several other lines by semicolons."""
    own = lines.get(target.part.key, ()) if target.part else ()
    if target.kind == "contact":
        kinds = {"phone", "mobile"} if target.line_kind == "phone" else {target.line_kind}
        return ", ".join(str(line["value"]) for line in own if line["kind"] in kinds)
    said = [_cell(target.field, line, actor) for line in own if line.get("kind", "") == target.line_kind]
    return "; ".join(str(value) for value in said if value is not None)


def _cell(field: FieldShape | None, row: read.Row, actor: Actor) -> Value:
    if field is None:
        return None
    value: Any = row[field.key]
    if value is None or value == []:
        return None
    if isinstance(value, read.Ref):
        return value.title or ""
    kind = field.type.key
    if kind == "date" or field.type.numeric:
        number: Value = value
        return number
    if kind == "datetime":
        return timezone.localtime(value).replace(tzinfo=None)
    if kind == "location":
        return typed(value)
    if kind in {"boolean", "option"} or field.type.many:
        return field.type.display(value, field.params, "en" if actor.language == "en" else "ru")
    return str(value)


def write(actor: Actor, export: Export, path: Path, told: Told | None = None) -> int:
    """Write the file as the base is at one moment; return the number of records. `told(done)` is called now and then."""
    shape = shape_of(export.object)
    require(actor, shape, "export")
    with (
        translation.override(actor.language if actor.user_id else translation.get_language()),
        snapshot(told) as tell,
    ):
        counted = _Counted(tell)
        columns = columns_of(actor, shape, export)
        header: list[str] = [c.title for c in columns]
        rows = counted.through(rows_of(actor, export))
        if export.format == "xlsx":
            try:
                write_xlsx(path, header, rows, [c.kind for c in columns], sheet=str(shape.plural)[:31])
            except TableProblem as problem:
                raise BadRequest(opening.sentence(problem), code=problem.code) from problem
        else:
            with path.open("wb") as stream:
                write_csv(_with_header(header, rows), stream, encoding=export.encoding)
    return counted.number


class _Counted:
    def __init__(self, told: Told | None) -> None:
        self.number = 0
        self.told = told

    def through(self, rows: Iterable[list[Value]]) -> Iterator[list[Value]]:
        for row in rows:
            self.number += 1
            if self.told is not None and self.number % 1000 == 0:
                self.told(self.number)
            yield row


def _with_header(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[Sequence[Value]]:
    yield header
    yield from rows


def file_name(shape: Shape, export: Export) -> str:
    """What the file is called at the user's."""
    return f"{shape.plural} {timezone.localdate():%Y-%m-%d}.{export.format}"


def is_small(actor: Actor, export: Export) -> bool:
    """Whether the file can be made while the reader waits."""
    shape = shape_of(export.object)
    require(actor, shape, "export")
    count = read.count(actor, shape, tree=export.tree, more=predicates(actor, shape, export.search))
    return not count.capped and count.number <= AT_ONCE


def begin(actor: Actor, export: Export, *, queue: bool = True) -> Job:
    """Make the file in the background. Raises Denied, BadRequest at once where they are known."""
    shape = shape_of(export.object)
    require(actor, shape, "export")
    columns_of(actor, shape, export)
    title = _now("Export: %(object)s") % {"object": shape.plural}
    return service.start(actor, KIND, export.to_json(), title, queue=queue)


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job: a file in a folder of its own."""
    export = export_from_json(handle.arguments)
    with acting(handle.actor_id) as actor:
        shape = shape_of(export.object)
        count = read.count(actor, shape, tree=export.tree, more=predicates(actor, shape, export.search))
        handle.progress(0, 0 if count.capped else count.number)
        folder = opening.new_folder()
        path = folder / f"export.{export.format}"
        try:
            number = write(actor, export, path, lambda done: _go_on(handle, done))
        except _Stopped:
            path.unlink(missing_ok=True)
            return {"state": "cancelled"}
        handle.progress(number, number)
        return {
            "state": "done",
            "folder": folder.name,
            "file": path.name,
            "name": file_name(shape, export),
            "rows": number,
            "rights": rights_mark(actor),
        }


class _Stopped(Exception):
    """The user asked to stop."""


def _go_on(handle: JobHandle, done: int) -> None:
    handle.progress(done)
    if handle.cancelled():
        raise _Stopped


def rights_mark(actor: Actor) -> str:
    """A mark of everything that decides what the actor sees: another mark, other rights."""
    rights = actor.rights
    said = [
        actor.role, actor.team_id, sorted(actor.tree_ids), sorted((*k, v) for k, v in rights.scopes.items()),
        sorted((k, sorted(v)) for k, v in rights.hidden.items()),
    ]  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()


def finished_file(actor: Actor, job_id: int) -> tuple[Path, str]:
    """The file that a job of the actor's own made, and its name for the user.

    Raises NotFound, and Denied when the actor's rights are no longer those that the file was made under.
    """
    job = Job.objects.filter(pk=job_id, actor_id=actor.user_id, kind=KIND, state="done").first()
    if job is None or not job.result:
        raise NotFound
    shape = shape_of(job.arguments["object"])
    require(actor, shape, "read")
    require(actor, shape, "export")
    if job.result.get("rights") != rights_mark(actor):
        raise Denied(
            _("Your rights have changed since this file was made. Make the export anew."),
            code="rights_changed",
        )
    path = opening.root() / job.result["folder"] / job.result["file"]
    if not path.is_file():
        raise NotFound(_("The file was deleted after 30 days. Make it again."))
    return path, str(job.result["name"])


def register() -> None:
    """Make the kind known to the worker."""
    registry.register(KIND, work)
