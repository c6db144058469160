"""What a filter may ask of records beside their fields; whoever keeps it (a room above) says here how it is asked."""

from collections.abc import Callable
from typing import Any, Final

from klientura.kernel.access.gate import Predicate
from klientura.kernel.store.operators import Context

type Mark = Callable[[str, Any, Context], Predicate]
"""(operator, value, context) → the condition. Raises BadRequest."""

_marks: Final[dict[str, Mark]] = {}


def register(key: str, mark: Mark) -> None:
    """Have filters ask {"field": key, …}; the key begins with @, which no field's does."""
    _marks[key] = mark


def known(key: object) -> Mark | None:
    """What is asked by a key."""
    return _marks.get(key) if isinstance(key, str) else None
