"""What activities do by the clock: what repeats and has its time come, reminders, escalation."""

from django.db import close_old_connections
from django.utils import timezone
from procrastinate.contrib.django import app

from klientura.kernel.jobs.registry import by_the_clock
from klientura.kernel.objects.registry import follow_latest
from klientura.modules.activities.services import guests, reminders
from klientura.modules.activities.services.reminding import remind
from klientura.modules.activities.services.repeating import make_due


def look_at_the_clock() -> None:
    """Every five minutes; each thing happens once, however often this is called."""
    now = timezone.now()
    try:
        make_due(now)
    finally:  # reminders go out, whatever keeps the next ones from being made
        remind(now)


def attach() -> None:
    """Have it called."""
    by_the_clock("activities", look_at_the_clock)


@app.periodic(cron="* * * * *")
@app.task(name="klientura.activities.remind", queueing_lock="klientura.activities.remind")
def tell_what_begins(timestamp: int) -> None:
    """Every minute: tell of what begins soon, and send what guests are to be told."""
    close_old_connections()
    try:
        follow_latest()
        reminders.fire()
        guests.send_due()
    finally:
        close_old_connections()


@app.periodic(cron="52 3 * * *")
@app.task(name="klientura.activities.sweep", queueing_lock="klientura.activities.sweep")
def sweep_activities(timestamp: int) -> None:
    """Every night: forget what was kept of records that are gone for good."""
    close_old_connections()
    try:
        follow_latest()
        reminders.forget_purged()
    finally:
        close_old_connections()
