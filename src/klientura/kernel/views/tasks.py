"""What the worker does for views by the clock. Found by procrastinate by its name."""

from procrastinate.contrib.django import app

from klientura.kernel.views.saving import forget_deleted_views


@app.periodic(cron="41 3 * * *")
@app.task(name="klientura.views.sweep", queueing_lock="klientura.views.sweep")
def sweep_views(timestamp: int) -> None:
    """Every night: forget the deleted views that nobody brings back any more."""
    forget_deleted_views()
