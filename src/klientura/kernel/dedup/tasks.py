"""What the worker does for duplicates by the clock. Found by procrastinate by its name."""

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.dedup.scan import search_changed
from klientura.kernel.jobs.registry import begin


@app.periodic(cron="23 2 * * *")
@app.task(name="klientura.dedup.search", queueing_lock="klientura.dedup.search")
def search_by_night(timestamp: int) -> None:
    """Every night: look at what was changed in objects that somebody has once searched."""
    close_old_connections()
    try:
        begin()
        search_changed()
    finally:
        close_old_connections()
