"""What the worker does for merges by the clock. Found by procrastinate by its name."""

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.merging.stragglers import turn_stragglers
from klientura.kernel.objects.registry import follow_latest


@app.periodic(cron="* * * * *")
@app.task(name="klientura.merging.stragglers", queueing_lock="klientura.merging.stragglers")
def sweep_stragglers(timestamp: int) -> None:
    """Every minute: turn links to merged records that were committed after their merge."""
    close_old_connections()
    try:
        follow_latest()
        turn_stragglers()
    finally:
        close_old_connections()
