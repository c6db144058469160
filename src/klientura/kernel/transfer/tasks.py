"""What the worker does for files by the clock. Found by procrastinate by its name."""

from procrastinate.contrib.django import app

from klientura.kernel.transfer.opening import sweep


@app.periodic(cron="41 3 * * *")
@app.task(name="klientura.transfer.sweep", queueing_lock="klientura.transfer.sweep")
def sweep_files(timestamp: int) -> None:
    """Every night: delete files that were brought or made more than 30 days ago."""
    sweep()
