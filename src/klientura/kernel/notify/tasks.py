"""What the worker does for notifications by the clock. Found by procrastinate by its name."""

from procrastinate.contrib.django import app

from klientura.kernel.notify.merged import forget_purged
from klientura.kernel.notify.reading import forget_old
from klientura.kernel.objects.registry import follow_latest


@app.periodic(cron="53 3 * * *")
@app.task(name="klientura.notify.sweep", queueing_lock="klientura.notify.sweep")
def sweep_notifications(timestamp: int) -> None:
    """Every night: forget notifications of long ago, and all that is about records that are gone for good."""
    follow_latest()
    forget_old()
    forget_purged()


@app.periodic(cron="* * * * *")
@app.task(name="klientura.notify.post", queueing_lock="klientura.notify.post")
def post_letters(timestamp: int) -> None:
    """Every minute: send what users wish to be told by e-mail."""
    from klientura.kernel.notify.posting import post  # what sends mail is not needed to show a page

    follow_latest()
    post()
