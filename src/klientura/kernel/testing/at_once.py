"""Two who do something at the same moment, in two transactions of a real database."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from klientura.kernel.errors import BadRequest, Invalid

MEANWHILE = 0.4
"""How long the first one waits before it commits, in seconds: the second one has come to its locks by then."""


def at_once(first: Callable[[], Any], second: Callable[[], Any]) -> type[Exception] | None:
    """Do the first, and the second while that is not committed; return what the second was refused with."""
    done = threading.Event()

    def lead() -> None:
        with transaction.atomic():
            first()
            done.set()
            time.sleep(MEANWHILE)
        connection.close()

    thread = threading.Thread(target=lead)
    thread.start()
    try:
        if not done.wait(10):
            raise TimeoutError("the first one did not come to its end")
        second()
    except (BadRequest, Invalid) as refused:
        return type(refused)
    finally:
        thread.join()
    return None
