"""How often one address may be asked within a minute, for doors that are open to anybody. Kept in the process, of nobody in person."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

MINUTE: Final = 60.0


class Pace:
    """At most `most` times a minute for each key; of more keys than `keys` those asked about longest ago are forgotten."""

    def __init__(self, most: int, keys: int = 10_000) -> None:
        self._most, self._keys = most, keys
        self._begun: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, key: Hashable, now: float | None = None) -> bool:
        """Count one more and tell whether it is within the pace."""
        moment = time.monotonic() if now is None else now
        with self._lock:
            since, number = self._begun.pop(key, (moment, 0))
            if moment - since >= MINUTE:
                since, number = moment, 0
            self._begun[key] = (since, number + 1)
            while len(self._begun) > self._keys:
                self._begun.popitem(last=False)
        return number < self._most
