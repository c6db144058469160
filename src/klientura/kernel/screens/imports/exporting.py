"""A list as a file: the choice of format, a download at once or a file made in the background."""

import tempfile
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import require
from klientura.kernel.errors import NotFound
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.imports.tray import bar
from klientura.kernel.screens.state import read_state, shown_columns
from klientura.kernel.transfer import exports
from klientura.kernel.transfer.exports import Export, export_from_json
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of


@open_to(Door.SIGNED_IN)
@require_GET
def export(request: HttpRequest, object: str) -> HttpResponseBase:
    """Without a format: the choice of one. With it: the file, or the page that waits for it."""
    actor, shape = of(request).actor, shape_of(object)
    require(actor, shape, "export")
    state = read_state(request, actor, shape, opens=False)
    chosen = request.GET.get("format", "")
    if not chosen:
        kept = [(k, v) for k, v in request.GET.items() if k in {"q", "filter", "sort", "columns"}]
        return show(request, "imports/export.html", shape=shape, kept=kept, active=shape.key)
    columns = shown_columns(actor, shape, state.columns)
    if request.GET.get("all") == "1":
        columns = exports.all_columns(actor, shape)
    wanted = export_from_json(
        {
            "object": shape.key,
            "columns": columns,
            "tree": state.tree,
            "sort": state.sort,
            "search": state.q,
            "format": "xlsx" if chosen == "xlsx" else "csv",
            "encoding": "cp1251" if chosen == "csv1251" else "utf-8-sig",
        }
    )
    if not exports.is_small(actor, wanted):
        job = exports.begin(actor, wanted)
        return HttpResponseRedirect(reverse("export-made", args=[job.pk]))
    return _at_once(request, wanted)


def _at_once(request: HttpRequest, wanted: Export) -> HttpResponseBase:
    with tempfile.TemporaryDirectory(prefix="klientura-") as folder:
        path = Path(folder) / f"export.{wanted.format}"
        exports.write(of(request).actor, wanted, path)
        stream = path.open("rb")
    # The open file outlives its name, so nothing is left behind however the download ends.
    return FileResponse(
        stream, as_attachment=True, filename=exports.file_name(shape_of(wanted.object), wanted)
    )


@open_to(Door.SIGNED_IN)
@require_GET
def made(request: HttpRequest, job_id: int) -> HttpResponse:
    """The page of a file that is being made."""
    job = Job.objects.filter(pk=job_id, actor_id=of(request).actor.user_id, kind=exports.KIND).first()
    if job is None:
        raise NotFound
    return show(request, "imports/export_made.html", job=job, bar=bar(job), title=_("Export"))


@open_to(Door.SIGNED_IN)
@require_GET
def file(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """The finished file."""
    path, name = exports.finished_file(of(request).actor, job_id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
