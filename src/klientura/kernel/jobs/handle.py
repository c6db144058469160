"""What a job at work holds in its hands: its arguments, its checkpoint, and the ways to tell how far it is."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from klientura.kernel.jobs.models import Job

TELL_EVERY = 0.5
"""Seconds between two writes of the progress."""


class JobLost(Exception):
    """Somebody else has taken the job up, or it is over: whatever this process still writes must not stand."""


class Interrupted(Exception):
    """The worker is about to stop; the job goes on from its checkpoint at the next start."""


class JobHandle:
    """One run of one job."""

    def __init__(self, job: Job, stopping: Callable[[], bool] | None = None) -> None:
        self.id: int = job.pk
        self.actor_id: int | None = job.actor_id
        self.arguments: Mapping[str, Any] = job.arguments
        self.saved: Mapping[str, Any] | None = job.checkpoint
        self._runner = job.runner
        self._stopping = stopping or (lambda: False)
        self._told = 0.0

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far the work is; written at most twice a second. Call it outside of transactions.

        Raises Interrupted when the worker is stopping, so that a restart does not wait for long work.
        """
        if self._stopping():
            raise Interrupted
        now = time.monotonic()
        if now - self._told < TELL_EVERY and done != total:
            return
        self._told = now
        self._write(done=done, **({} if total is None else {"total": total}))

    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return Job.objects.filter(pk=self.id, cancel_requested=True).exists()

    def checkpoint(self, data: Mapping[str, Any]) -> None:
        """Keep where to go on after a crash, in the transaction of the work it speaks of. Raises JobLost."""
        self._write(checkpoint=dict(data))
        self.saved = data

    def belongs_to(self, operation_id: int) -> None:
        """Note the operation that the job carries out, by which it can be undone."""
        self._write(operation_id=operation_id)

    def say(self, message: str) -> None:
        """Show a sentence beside the progress."""
        self._write(message=message)

    def _write(self, **values: Any) -> None:
        mine = Job.objects.filter(pk=self.id, runner=self._runner, state="running")
        if not mine.update(heartbeat_at=timezone.now(), **values):
            raise JobLost
