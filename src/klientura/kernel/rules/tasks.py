"""What the worker does for rules. Found by procrastinate by its name."""

from typing import Any

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.rules import hearing, moments, reading, running


@app.task(name=hearing.RUN, pass_context=True)
def run(context: Any, rule_id: int) -> None:
    """Carry out what is due of one rule."""
    close_old_connections()
    try:
        running.run_due(rule_id, context.should_abort)
    finally:
        close_old_connections()


@app.periodic(cron="* * * * *")
@app.task(name="klientura.rules.tick", queueing_lock="klientura.rules.tick")
def tick(timestamp: int) -> None:
    """Every minute: go on with what waited for its time or lost its process."""
    close_old_connections()
    try:
        running.wake_all()
    finally:
        close_old_connections()


@app.periodic(cron="*/5 * * * *")
@app.task(name="klientura.rules.moments", queueing_lock="klientura.rules.moments")
def look(timestamp: int) -> None:
    """Every five minutes: see which moments and turns have come."""
    close_old_connections()
    try:
        moments.look()
    finally:
        close_old_connections()


@app.periodic(cron="37 3 * * *")
@app.task(name="klientura.rules.forget", queueing_lock="klientura.rules.forget")
def forget(timestamp: int) -> None:
    """Every night: forget moments that came long ago, and runs that are long over."""
    close_old_connections()
    try:
        moments.forget_old_moments()
        reading.forget_old_runs()
    finally:
        close_old_connections()
