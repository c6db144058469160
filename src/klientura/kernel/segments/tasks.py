"""What the worker does for segments by the clock. Found by procrastinate by its name."""

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.jobs.registry import begin
from klientura.kernel.segments.keeping import forget_deleted, forget_old_history
from klientura.kernel.segments.picture import look_at_all


@app.periodic(cron="7 1 * * *")
@app.task(name="klientura.segments.look", queueing_lock="klientura.segments.look")
def look_by_night(timestamp: int) -> None:
    """Every night: who came into each segment, who left it, how many there are; and what nobody brings back is dropped."""
    close_old_connections()
    try:
        begin()
        look_at_all()
        forget_deleted()
        forget_old_history()
    finally:
        close_old_connections()
