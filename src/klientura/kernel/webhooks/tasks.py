"""What the worker does for webhooks. Found by procrastinate by its name."""

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.webhooks import hearing, sending


@app.task(name=hearing.SEND)
def send(webhook_id: int) -> None:
    """Send what is due of one webhook."""
    close_old_connections()
    try:
        sending.send_due(webhook_id)
    finally:
        close_old_connections()


@app.periodic(cron="* * * * *")
@app.task(name="klientura.webhooks.tick", queueing_lock="klientura.webhooks.tick")
def tick(timestamp: int) -> None:
    """Every minute: send what failed before and is due again."""
    close_old_connections()
    try:
        sending.wake_all()
    finally:
        close_old_connections()


@app.periodic(cron="23 3 * * *")
@app.task(name="klientura.webhooks.forget", queueing_lock="klientura.webhooks.forget")
def forget(timestamp: int) -> None:
    """Every night: forget messages that are long over."""
    close_old_connections()
    try:
        sending.forget_old_messages()
    finally:
        close_old_connections()
