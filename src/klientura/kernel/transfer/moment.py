"""Reading many pages as of one moment, while the progress is told over another connection."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, transaction

type Told = Callable[[int], None]


@contextmanager
def snapshot(told: Told | None) -> Iterator[Told | None]:
    """Inside, everything read is as it was at the first query: a record that changes meanwhile is neither lost nor doubled.

    Nothing can be written inside; so `told`, as it is given back, runs in a thread with a connection of its own. Within a
    transaction that is open already nothing changes.
    """
    if connection.in_atomic_block:
        yield told
        return
    with transaction.atomic(), ThreadPoolExecutor(1) as thread:
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")

        def tell(done: int) -> None:
            if told is not None:
                thread.submit(told, done).result()

        def hang_up() -> None:
            connection.close()  # each thread has its own

        try:
            yield tell
        finally:
            thread.submit(hang_up).result()
