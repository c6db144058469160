"""What the worker does for sharing by the clock. Found by procrastinate by its name."""

from django.db import close_old_connections, transaction
from procrastinate.contrib.django import app

from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.sharing.terms import forget_ended


@app.periodic(cron="53 * * * *")
@app.task(name="klientura.sharing.sweep", queueing_lock="klientura.sharing.sweep")
def sweep_ended(timestamp: int) -> None:
    """Every hour: close the shares whose term is over. They have let nobody in since then."""
    close_old_connections()
    try:
        follow_latest()
        with transaction.atomic():
            forget_ended()
    finally:
        close_old_connections()
