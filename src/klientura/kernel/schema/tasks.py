"""What the worker does for fields by the clock. Found by procrastinate by its name."""

from django.db import close_old_connections
from procrastinate.contrib.django import app

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.jobs.registry import begin
from klientura.kernel.schema.indexing import begin_where_needed
from klientura.kernel.schema.rollup_work import verify


@app.periodic(cron="23 3 * * *")
@app.task(name="klientura.schema.indexes_by_night", queueing_lock="klientura.schema.indexes_by_night")
def indexes_by_night(timestamp: int) -> None:
    """Every night: have indexes follow what the tables hold by now."""
    close_old_connections()
    try:
        begin()
        begin_where_needed(SystemActor("schema"))
    finally:
        close_old_connections()


@app.periodic(cron="41 3 * * *")
@app.task(name="klientura.schema.verify", queueing_lock="klientura.schema.verify")
def verify_by_night(timestamp: int) -> None:
    """Every night: look whether what is gathered in fields is right."""
    close_old_connections()
    try:
        begin()
        verify()
    finally:
        close_old_connections()
