"""The tray of background work."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.bulk import acts
from klientura.kernel.history import undoing
from klientura.kernel.history.undo import OVER
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.screens.language import lang
from klientura.kernel.store.models import Operation
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_decimal

LATELY = timedelta(minutes=2)
"""So long an ended job is still shown."""


def bar(job: Job) -> dict[str, Any]:
    """A job as the progress bar shows it."""
    active = job.state in service.ACTIVE
    known = job.total > 0
    text = job.message
    if active and job.done:
        text = format_decimal(job.done, lang())
        if known:
            text = _("{done} of {total}").format(
                done=text, total=format_decimal(max(job.total, job.done), lang())
            )
    elif active:
        text = _("Waiting") if job.state == "queued" else ""
    elif job.state == "cancelled":
        text = _("Stopped")
    elif job.state == "done" and (
        left := (job.result or {}).get("refused") or (job.result or {}).get("kept")
    ):
        text = ngettext("%(count)s record left", "%(count)s records left", left) % {"count": left}
    total = max(job.total, job.done, 1)
    return {
        "id": job.pk,
        "label": job.title,
        "value": (job.done if known or job.done else None) if active else total,
        "max": total,
        "text": text,
        "state": "running" if active else "failed" if job.state == "failed" else "done",
    }


def _line(job: Job, undoable: Collection[int | None]) -> dict[str, Any]:
    line = bar(job)
    if job.kind == "import":
        step = "import-check" if job.arguments.get("dry") else "import-run"
        line["url"] = reverse(step, args=[job.arguments["import"]])
    elif url := job.arguments.get("url"):  # where a module shows what comes of its own work
        line["url"] = url
    elif job.kind == "export" and job.state == "done":
        line["url"] = reverse("export-made", args=[job.pk])
    elif job.kind in acts.KINDS and job.operation_id in undoable:
        line["undo_url"] = f"/operations/{job.operation_id}/undo"
    line["renews"] = job.kind in {*acts.KINDS, undoing.KIND}
    if job.state in service.ACTIVE and not job.cancel_requested:
        line["cancel_url"] = reverse("progress-stop", args=[job.pk])
    return line


def _answer(request: HttpRequest) -> HttpResponse:
    jobs = service.active_jobs(of(request).actor, also_ended_since=LATELY)
    undoable = _undoable(jobs)
    return render(request, "imports/tray.html", {"jobs": [_line(job, undoable) for job in jobs]})


def _undoable(jobs: Iterable[Job]) -> set[int]:
    """The operations of these jobs that can be taken back still."""
    ids = [job.operation_id for job in jobs if job.kind in acts.KINDS and job.operation_id]
    if not ids:
        return set()
    begun = set(Operation.objects.filter(undoes__in=ids, state="running").values_list("undoes_id", flat=True))
    found = Operation.objects.filter(pk__in=ids, state__in=OVER)
    return set(found.values_list("pk", flat=True)) - begun


@open_to(Door.SIGNED_IN)
@require_GET
def tray(request: HttpRequest) -> HttpResponse:
    """The user's running jobs, and those that ended a moment ago."""
    return _answer(request)


@open_to(Door.SIGNED_IN)
@require_POST
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask one of the user's own jobs to stop."""
    service.cancel(of(request).actor, job_id)
    return _answer(request)
