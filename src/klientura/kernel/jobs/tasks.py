"""What the worker does: one task for every job, and a tick every minute. Found by procrastinate by its name."""

import logging
from typing import Any, Final

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.events.outbox import deliver, forget_delivered
from klientura.kernel.jobs import service
from klientura.kernel.jobs.registry import begin, clocked

logger: Final = logging.getLogger(__name__)


@app.task(name=service.RUN, pass_context=True)
def run_job(context: Any, job_id: int) -> None:
    """Carry out one job."""
    close_old_connections()
    try:
        service.execute(job_id, context.should_abort)
    finally:
        close_old_connections()


@app.periodic(cron="* * * * *")
@app.task(name="klientura.jobs.tick", queueing_lock="klientura.jobs.tick")
def tick(timestamp: int) -> None:
    """Every minute: take up jobs that have lost their process, deliver events that failed or that a dead process left behind."""
    close_old_connections()
    try:
        begin()
        service.take_up()
        deliver()
    finally:
        close_old_connections()


@app.periodic(cron="*/5 * * * *")
@app.task(name="klientura.jobs.clock", queueing_lock="klientura.jobs.clock")
def clock(timestamp: int) -> None:
    """Every five minutes: what modules do by the clock. One that fails does not keep the others from their turn."""
    close_old_connections()
    try:
        begin()
        for key, work in clocked().items():
            try:
                work()
            except Exception:
                logger.exception("work by the clock failed: %s", key)
    finally:
        close_old_connections()


@app.periodic(cron="17 3 * * *")
@app.task(name="klientura.jobs.forget", queueing_lock="klientura.jobs.forget")
def forget(timestamp: int) -> None:
    """Every night: forget jobs that ended and events that were delivered long ago."""
    close_old_connections()
    try:
        service.forget_old()
        forget_delivered()
    finally:
        close_old_connections()
