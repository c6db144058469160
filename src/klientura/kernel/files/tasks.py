"""What the worker does for files by the clock. Found by procrastinate by its name."""

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.files.sweeping import sweep
from klientura.kernel.jobs.registry import begin


@app.periodic(cron="17 4 * * *")
@app.task(name="klientura.files.sweep", queueing_lock="klientura.files.sweep")
def sweep_by_night(timestamp: int) -> None:
    """Every night: delete files that no record holds."""
    close_old_connections()
    try:
        begin()
        sweep()
    finally:
        close_old_connections()
