"""What the worker does for comments by the clock. Found by procrastinate by its name."""

from procrastinate.contrib.django import app

from klientura.kernel.comments.merged import forget_purged
from klientura.kernel.objects.registry import follow_latest


@app.periodic(cron="47 3 * * *")
@app.task(name="klientura.comments.sweep", queueing_lock="klientura.comments.sweep")
def sweep_comments(timestamp: int) -> None:
    """Every night: forget what was said about records that are gone for good."""
    follow_latest()
    forget_purged()
