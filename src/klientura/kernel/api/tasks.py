"""What the worker does for the API by the clock. Found by procrastinate by its name."""

from procrastinate.contrib.django import app

from klientura.kernel.api.idempotency import forget_old_answers


@app.periodic(cron="23 3 * * *")
@app.task(name="klientura.api.sweep", queueing_lock="klientura.api.sweep")
def sweep_answers(timestamp: int) -> None:
    """Every night: forget the answers to requests that need not be repeated any more."""
    forget_old_answers()
