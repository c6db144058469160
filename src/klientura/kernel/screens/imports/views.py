"""The pages of an import: bring a file, sort its columns, check, import, take back."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.errors import BadRequest, KernelError, NotFound
from klientura.kernel.jobs import service
from klientura.kernel.screens.context import show
from klientura.kernel.screens.imports import forms, outcome, taking_back, tray
from klientura.kernel.screens.language import lang
from klientura.kernel.transfer import imports, opening, strangers
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.plan import plan_from_json
from klientura.kernel.transfer.wishes import Users
from klientura.kernel.web.bodies import Takes, TooLarge
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.leading import lead_to
from klientura.kernel.web.requests import number, of
from klientura.kit.formats import format_datetime, format_decimal

STATE_HUES = {
    "new": "gray", "checking": "blue", "checked": "blue", "running": "blue", "done": "green", "cancelled": "yellow",
    "failed": "red", "undone": "gray",
}  # fmt: skip
ACCEPT = ".csv,.tsv,.txt,.xlsx,.xls,.ods,.vcf"
MAX_PASTE = 2_000_000


@open_to(Door.SIGNED_IN)
@require_GET
def past(request: HttpRequest) -> HttpResponse:
    """Past imports with their state."""
    actor = of(request).actor
    records = imports.past(actor)
    partly = taking_back.partly_undone(records)
    rows = [
        {
            "record": record,
            "url": _address(record),
            "at": format_datetime(timezone.localtime(record.created_at), lang()),
            "state": _("partly undone") if record.pk in partly else record.get_state_display(),
            "hue": "orange" if record.pk in partly else STATE_HUES[record.state],
            "made": outcome.made(record, record.result or {}),
            "partly": record.pk in partly,
            "can_undo": _can_undo(record) or record.pk in partly,
        }
        for record in records
    ]
    return show(
        request, "imports/past.html", imports=rows, may=bool(imports.importable(actor)), active="imports"
    )


def _address(record: Import) -> str:
    step = {"new": "import-map", "checking": "import-check", "checked": "import-check"}.get(
        record.state, "import-run"
    )
    return reverse(step, args=[record.pk])


def _can_undo(record: Import) -> bool:
    return record.state in {"done", "cancelled", "failed"} and bool(record.operation_id)


FILE = Takes(lambda: opening.MAX_FILE, lambda: TooLarge(opening.SENTENCES["too_large"]))


@FILE.on
@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Bring a file: drop it, choose it or paste a table."""
    actor = of(request).actor
    shapes = imports.importable(actor)
    error = ""
    if request.method == "POST":
        upload, pasted = request.FILES.get("file"), request.POST.get("pasted", "")
        try:
            if upload is not None:
                record = imports.receive(
                    actor, upload.name or "file", upload.chunks(), request.POST.get("object", "")
                )
            elif pasted.strip():
                if len(pasted) > MAX_PASTE:
                    raise BadRequest(_("This is too much to paste. Save it as a file and choose that."))
                title = _("Pasted table.csv")
                record = imports.receive(
                    actor, title, [pasted.encode("utf-8")], request.POST.get("object", "")
                )
            else:
                raise BadRequest(_("Choose a file or paste a table."))
        except BadRequest as refused:
            error = str(refused.message)
        else:
            return HttpResponseRedirect(reverse("import-map", args=[record.pk]))
    return show(
        request,
        "imports/new.html",
        status=422 if error else 200,
        error=error,
        objects=[{"value": s.key, "label": str(s.plural)} for s in shapes],
        chosen=request.POST.get("object") or request.GET.get("object", ""),
        accept=ACCEPT,
        most=opening.MAX_FILE,
        too_large=opening.SENTENCES["too_large"],
        pasted=request.POST.get("pasted", ""),
        active="imports",
    )


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Where the columns go. Sending the page begins the check."""
    actor = of(request).actor
    record = imports.find(actor, import_id)
    if record.state in imports.BUSY | imports.OVER:
        return HttpResponseRedirect(_address(record))
    error = ""
    table = imports.table_of(record)
    plan = plan_from_json(record.plan or {})
    if request.method == "POST":
        try:
            plan = forms.read_plan(actor, plan, request.POST, len(table.header))
            imports.save_plan(actor, record, plan)
            imports.check(actor, record)
        except KernelError as refused:
            error = str(refused.message)
        else:
            return HttpResponseRedirect(reverse("import-check", args=[record.pk]))
    unknown = strangers.strangers(actor, plan, imports.file_of(record), table)
    return show(
        request,
        "imports/map.html",
        status=422 if error else 200,
        record=record,
        error=error,
        warnings=opening.warnings_of(table),
        preview_columns=[{"label": title} for title in table.header[:40]],
        preview=[row[:40] for row in opening.sample_rows(table, 5)],
        reading=forms.reading_fields(actor, plan, table, record.reading),
        columns=forms.column_fields(actor, plan, table),
        hidden_columns=max(0, len(table.header) - forms.SHOWN_COLUMNS),
        choices=forms.choice_fields(actor, plan),
        people=forms.people_fields(plan, unknown, Users()) if unknown.names else [],
        people_rows=format_decimal(unknown.rows, lang()) if unknown.cut else "",
        active="imports",
    )


@open_to(Door.SIGNED_IN)
@require_POST
def reading(request: HttpRequest, import_id: int) -> HttpResponse:
    """Read the file otherwise, or as another object."""
    actor = of(request).actor
    record = imports.find(actor, import_id)
    header_row = request.POST.get("header_row", "")
    place = number(header_row)
    if header_row and (place is None or place > 100):
        raise BadRequest(_("Give the number of the row with the titles, from 0 to 100."))
    wanted = request.POST.get("object", "")
    if wanted and wanted != (record.plan or {}).get("object"):
        imports.change_object(actor, record, wanted)
    imports.change_reading(actor, record, request.POST.dict())
    return HttpResponseRedirect(reverse("import-map", args=[record.pk]))


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """What the import would do. Sending the page begins it."""
    actor = of(request).actor
    record = imports.find(actor, import_id)
    if request.method == "POST":
        if record.state != "checked":
            raise BadRequest(_("Check the file first."), code="state")
        imports.begin(actor, record)
        return HttpResponseRedirect(reverse("import-run", args=[record.pk]))
    if record.state not in {"new", "checking", "checked"}:
        return HttpResponseRedirect(_address(record))
    result = record.check_result or {}
    if record.state == "new" and not result:
        return HttpResponseRedirect(_address(record))
    return show(request, "imports/check.html", **outcome.report(record, result), step=1)


@open_to(Door.SIGNED_IN)
@require_GET
def run(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """The progress of an import, then its result."""
    record = imports.find(of(request).actor, import_id)
    if record.state in {"new", "checking", "checked"}:
        return HttpResponseRedirect(_address(record))
    partly, undoing = bool(taking_back.partly_undone([record])), imports.job_of_undo(record)
    return show(
        request,
        "imports/run.html",
        undoing=tray.bar(undoing) if undoing else None,
        **outcome.report(record, record.result or {}),
        lists=outcome.lists(record),
        left=taking_back.left_by_undo(of(request).actor, record),
        partly=partly,
        can_undo=not undoing and (_can_undo(record) or partly),
        step=2,
    )


@open_to(Door.SIGNED_IN)
@require_POST
def stop(request: HttpRequest, import_id: int) -> HttpResponse:
    """Stop a check or an import; what has been written stays."""
    actor = of(request).actor
    record = imports.find(actor, import_id)
    if record.job_id:
        service.cancel(actor, record.job_id)
    return HttpResponseRedirect(_address(imports.find(actor, import_id)))


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, import_id: int) -> HttpResponse:
    """GET: ask whether the import is to be undone, saying what that means. POST: undo it."""
    asked = of(request)
    record = imports.find(asked.actor, import_id)
    if request.method == "GET":
        return show(
            request,
            "imports/undo.html",
            record=record,
            made=outcome.made(record, record.result or {}),
            partly=bool(taking_back.partly_undone([record])),
            **taking_back.foretold(asked.actor, record),
        )
    imports.take_back(asked.actor, record)
    address = reverse("import-run", args=[record.pk])
    return lead_to(asked, address)


@FILE.on
@open_to(Door.SIGNED_IN)
@require_POST
def corrected(request: HttpRequest, import_id: int) -> HttpResponse:
    """Bring a corrected file; it keeps the mapping."""
    actor = of(request).actor
    record = imports.find(actor, import_id)
    upload = request.FILES.get("file")
    if upload is None:
        raise BadRequest(_("Choose a file."))
    fresh = imports.replace_file(actor, record, upload.name or "file", upload.chunks())
    return HttpResponseRedirect(reverse("import-map", args=[fresh.pk]))


@open_to(Door.SIGNED_IN)
@require_GET
def report(request: HttpRequest, import_id: int, name: str) -> HttpResponseBase:
    """A report as a file: rejected rows, or all remarks."""
    record = imports.find(of(request).actor, import_id)
    path = imports.file_of(record).parent / outcome.REPORTS.get(name, "")
    if name not in outcome.REPORTS or not path.is_file():
        raise NotFound(_("There is no such report, or it was deleted after 30 days."))
    titles = {"rejected": _("rejected rows"), "remarks": _("remarks")}
    stem = record.title.rpartition(".")[0] or record.title
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{stem} — {titles[name]}.csv")
