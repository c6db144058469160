"""One change of the schema at a time, and never one that makes readers wait.

An ALTER TABLE that waits for a lock makes every reader behind it wait as well (two seconds were measured behind one open
transaction). So it waits a fifth of a second, gives way, and tries again.
"""

import random
import time
from collections.abc import Callable

import psycopg.errors
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import KernelError
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.settings.installation import schema_changed

ATTEMPTS = 40
PAUSE = 0.1
LOCK_TIMEOUT_MS = 200
_TURN = 7_115_201  # the number of our advisory lock; no other part of the product uses it


class Busy(KernelError):
    """The table could not be had for the blink of an eye that a change of the schema needs."""

    status = 503
    code = "busy"
    default_message = _(
        "The records are in heavy use at the moment. Nothing was changed; try again in a minute."
    )


def change_schema[T](act: Callable[[], T]) -> T:
    """Carry out a change of tables and metadata in one transaction and tell every process. Raises Busy."""
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                made = _locked(act)
                schema_changed()
            break
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable) or attempt == ATTEMPTS - 1:
                if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                    raise Busy from error
                raise
            time.sleep(PAUSE * (1 + random.random()))  # noqa: S311 - not a secret: two who wait should not meet again
    follow_latest()
    return made


def _locked[T](act: Callable[[], T]) -> T:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_TURN])
        cursor.execute("select set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_MS}ms"])
        # Rows that this very transaction wrote must have met their foreign keys before a table is altered.
        cursor.execute("set constraints all immediate")
    follow_latest()  # what another administrator has just added
    made = act()
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', '0', true)")
    return made
