"""Imports beside each other: whose turn it is to write, and what is tried again when two writers stood in each other's way."""

import random
import time
from collections.abc import Iterable

from django.db import OperationalError, connection

# Deadlock detected, serialisation failure: nothing is wrong with the work, only the moment was.
_PASSING = frozenset({"40P01", "40001"})
_IMPORTS = 0x6B6C6E74
TRIES = 6
FIRST_PAUSE = 0.1


def take_turn(tables: Iterable[str]) -> None:
    """Wait until no other import writes to these tables; the turn ends with the transaction.

    Whoever comes next then finds what this one has made, so that one company never becomes two records.
    """
    with connection.cursor() as cursor:
        for table in sorted(set(tables)):
            cursor.execute(
                "select pg_advisory_xact_lock(%s, hashtext(current_schema() || %s))", [_IMPORTS, f".{table}"]
            )


def passes(error: OperationalError, tries: int) -> bool:
    """Whether the work may be tried once more; if so, the pause is over when this returns."""
    if getattr(error.__cause__, "sqlstate", None) not in _PASSING or tries >= TRIES:
        return False
    time.sleep(FIRST_PAUSE * 2**tries * (1 + random.random()))  # noqa: S311 - so that two do not meet again
    return True
