"""Starting, running, stopping and taking up jobs again."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from klientura.kernel.errors import KernelError, NotFound
from klientura.kernel.events.outbox import emit
from klientura.kernel.jobs.handle import Interrupted, JobHandle, JobLost
from klientura.kernel.jobs.models import Job
from klientura.kernel.jobs.registry import begin, kind_of

log = logging.getLogger("klientura.jobs")
RUN = "klientura.jobs.run"
"""The name of the worker's task; by it a job is handed over, for the task imports this module and cannot be imported by it."""
STALE = timedelta(seconds=30)
"""A running job that has been silent for so long has lost its process."""
HEARTBEAT = 5.0
MAX_ATTEMPTS = 20
ACTIVE = ("queued", "running")
KEPT = timedelta(days=30)


class Starter(Protocol):
    """Whoever starts a job: an actor."""

    @property
    def user_id(self) -> int | None: ...


def start(
    actor: Starter, kind: str, arguments: Mapping[str, Any], title: str, *, queue: bool = True, total: int = 0
) -> Job:
    """Note a job and hand it to the worker when the transaction commits; without `queue` the caller runs it inline."""
    kind_of(kind)
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title[:255], actor_id=actor.user_id, arguments=dict(arguments), total=total
        )
        if queue:
            _defer(job.pk)
    return job


def _defer(job_id: int) -> None:
    app.configure_task(RUN).defer(job_id=job_id)


def run_inline(job: Job) -> Job:
    """Carry a job out here and now, where there is no worker; return it as it ended."""
    execute(job.pk)
    job.refresh_from_db()
    return job


def execute(job_id: int, stopping: Callable[[], bool] | None = None) -> None:
    """Carry out a waiting job, or one whose process has died; anything else is left alone."""
    job = _claim(job_id)
    if job is None:
        return
    handle = JobHandle(job, stopping)
    if job.attempts > MAX_ATTEMPTS:
        _failed(job, handle, _("This was begun many times and broke off each time."))
        return
    try:
        begin()
        with _heartbeat(job):
            result = kind_of(job.kind).work(handle)
    except JobLost:
        log.warning("job %s was taken over by another process", job.pk)
    except Interrupted:
        with transaction.atomic():
            if _end(job, "queued", runner="", finished_at=None):
                _defer(job.pk)
    except KernelError as error:
        _failed(job, handle, str(error.message))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("fault %s in job %s (%s)", reference, job.pk, job.kind)
        _failed(
            job,
            handle,
            _("Internal error. Give the administrator this code: %(reference)s.") % {"reference": reference},
        )
    else:
        state = "cancelled" if (result or {}).get("state") == "cancelled" else "done"
        _end(job, state, result=dict(result) if result is not None else None)


def _claim(job_id: int) -> Job | None:
    """Take a job for this process; None when it is not to be had."""
    now = timezone.now()
    runner = secrets.token_hex(16)
    free = Q(state="queued") | Q(state="running", heartbeat_at__lt=now - STALE)
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(free, pk=job_id).first()
        if job is None:
            return None
        if job.cancel_requested and job.state == "queued" and not job.checkpoint:
            Job.objects.filter(pk=job_id).update(state="cancelled", finished_at=now)
            return None
        job.state, job.runner, job.heartbeat_at = "running", runner, now
        job.attempts += 1
        job.started_at = job.started_at or now
        job.save(update_fields=["state", "runner", "heartbeat_at", "attempts", "started_at"])
    return job


def _end(job: Job, state: str, **values: Any) -> bool:
    """Note how a job ended, with an event; False when it was no longer this process's own."""
    values.setdefault("finished_at", timezone.now())
    mine = Job.objects.filter(pk=job.pk, runner=job.runner, state="running")
    with transaction.atomic():
        ended = bool(mine.update(state=state, **values))
        if ended and state not in ACTIVE:
            emit("job.ended", "job", [job.pk], actor_id=job.actor_id, payload={"state": state})
    return ended


def _failed(job: Job, handle: JobHandle, message: str) -> None:
    lost = kind_of(job.kind).lost
    if _end(job, "failed", message=message) and lost is not None:
        lost(handle, message)


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Show that this process lives, from a thread with a connection of its own: the work may sit in one transaction."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(HEARTBEAT):
                mine = Job.objects.filter(pk=job.pk, runner=job.runner, state="running")
                mine.update(heartbeat_at=timezone.now())
        except Exception:
            # Without a heartbeat the job is taken up by another process; the work itself meets the same trouble.
            log.exception("the heartbeat of job %s stopped", job.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def cancel(actor: Starter, job_id: int) -> Job:
    """Ask a job of the actor's own to stop; one that has not begun is stopped at once. Raises NotFound."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, actor_id=actor.user_id).first()
        if job is None:
            raise NotFound
        if job.state in ACTIVE:
            job.cancel_requested = True
            if job.state == "queued" and not job.checkpoint:
                job.state, job.finished_at = "cancelled", timezone.now()
            job.save(update_fields=["cancel_requested", "state", "finished_at"])
    return job


def active_jobs(actor: Starter, *, also_ended_since: timedelta | None = None) -> list[Job]:
    """The actor's waiting and running jobs, the newest first, and those that ended lately."""
    wanted = Q(state__in=ACTIVE)
    if also_ended_since is not None:
        wanted |= Q(finished_at__gt=timezone.now() - also_ended_since)
    return list(Job.objects.filter(wanted, actor_id=actor.user_id).order_by("-id")[:20])


def take_up() -> int:
    """Hand jobs whose process has died, or that the queue has lost, to the worker again; return how many."""
    old = timezone.now() - STALE
    lost = Q(state="running", heartbeat_at__lt=old) | Q(
        Q(heartbeat_at=None) | Q(heartbeat_at__lt=old), state="queued", created_at__lt=old
    )
    ids = list(Job.objects.filter(lost).order_by("id").values_list("pk", flat=True)[:100])
    for job_id in ids:
        _defer(job_id)
    return len(ids)


def forget_old() -> int:
    """Delete jobs that ended long ago; return how many."""
    ended = Job.objects.filter(finished_at__lt=timezone.now() - KEPT).exclude(state__in=ACTIVE)
    return ended.delete()[0]
