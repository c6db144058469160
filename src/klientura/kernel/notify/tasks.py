"""What the worker does for notifications by the clock. Found by procrastinate by its name."""

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.notify import devices
from klientura.kernel.notify.merged import forget_purged
from klientura.kernel.notify.reading import forget_old
from klientura.kernel.objects.registry import follow_latest


@app.periodic(cron="53 3 * * *")
@app.task(name="klientura.notify.sweep", queueing_lock="klientura.notify.sweep")
def sweep_notifications(timestamp: int) -> None:
    """Every night: forget notifications of long ago, all that is about records that are gone for good, and ended devices."""
    follow_latest()
    forget_purged()
    forget_old()
    devices.forget_ended()


@app.periodic(cron="* * * * *")
@app.task(name="klientura.notify.post", queueing_lock="klientura.notify.post")
def post_letters(timestamp: int) -> None:
    """Every minute: send what users wish to be told by e-mail."""
    from klientura.kernel.notify.posting import post  # what sends mail is not needed to show a page

    follow_latest()
    post()


@app.task(name=devices.SEND, queueing_lock=devices.SEND)
def push() -> None:
    """Send to devices what is due."""
    from klientura.kernel.notify.pushing import send_due

    close_old_connections()
    try:
        follow_latest()
        send_due()
    finally:
        close_old_connections()


@app.periodic(cron="* * * * *")
@app.task(name="klientura.notify.push_again", queueing_lock="klientura.notify.push_again")
def push_again(timestamp: int) -> None:
    """Every minute: send to devices what was not taken before and is due again, or lost its worker."""
    from klientura.kernel.notify.pushing import is_any_due

    close_old_connections()
    try:
        if is_any_due():
            devices.wake()
    finally:
        close_old_connections()
