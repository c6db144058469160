"""Delivering, beside the requests of a web process, what no answer waits for: who is told, which pages look anew.

What other records depend on is delivered before the answer (see `outbox`), so that the next page shows it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from django.db import connection

log = logging.getLogger("klientura.events")
PATIENCE = 2.0
GATHER = 0.1
"""Seconds in which what happens is gathered: a hundred saves cost little more than one."""


class Background:
    """A thread of its own that hands events over. It begins with the first, and ends with its process.

    What it has not come to when the process ends is delivered by the worker within a minute.
    """

    def __init__(self, deliver: Callable[[list[int]], object]) -> None:
        self._deliver = deliver
        self._waiting: list[int] = []
        self._something = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ends = False

    def take(self, event_ids: Sequence[int]) -> None:
        """Have events delivered soon."""
        with self._lock:
            self._waiting.extend(event_ids)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="delivery", daemon=True)
                self._thread.start()
        self._something.set()

    def end(self) -> None:
        """Deliver what waits, and end."""
        self._ends = True
        self._something.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _work(self) -> None:
        while not self._ends:
            self._something.wait()
            time.sleep(GATHER)
            self._something.clear()
            with self._lock:
                ids, self._waiting = self._waiting, []
            try:
                self._deliver(ids)
            except Exception:
                # The events wait in the outbox; the worker delivers them.
                log.exception("%s events could not be delivered at once", len(ids))
                connection.close()
        connection.close()
