"""Changes that are steps of a matter: a module tells of them in its own words, where else the changed fields would be named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Text
from klientura.kernel.objects.shape import Shape

type Changed = Mapping[str, tuple[Any, Any]]
"""By column: the stored value before and after."""


@dataclass(frozen=True, slots=True)
class Steps:
    """How an object's steps are told. `step` says what is kept of a change (empty: it is none); `say` gives the text and what was
    written to it, judged for its reader at the moment of reading (None: not theirs to know); `given` greets a new owner."""

    step: Callable[[Changed], Mapping[str, Any]]
    say: Callable[[Actor, Shape, Mapping[str, Any]], tuple[str, str] | None]
    given: Text


_steps: dict[str, Steps] = {}
_CHANGES = (
    "select c.changes from kernel_change c where c.root_object = %(object)s and c.root_id = %(id)s and c.object = c.root_object"
    " and c.action = 'update' and c.changes is not null and c.at = %(at)s::timestamptz order by c.id"
)


def register_steps(base: str, steps: Steps) -> None:
    """Have a module tell of the steps of its object."""
    _steps[base] = steps


def step_of(shape: Shape, record_id: int, at: str | None) -> Mapping[str, Any]:
    """What is kept of a change for those who are told of it; empty where the object has no steps, or it was none."""
    steps = _steps.get(shape.base)
    if steps is None or at is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"object": shape.base, "id": record_id, "at": at})
        rows = cursor.fetchall()
    changed: dict[str, tuple[Any, Any]] = {}
    for (said,) in rows:
        for column, (old, new) in (orjson.loads(said) if isinstance(said, str | bytes) else said).items():
            changed[column] = (changed.get(column, (old, new))[0], new)
    return steps.step(changed)


def worded(actor: Actor, shape: Shape, step: Mapping[str, Any]) -> tuple[str, str] | None:
    """A step in words, and what was written to it; None where the reader may not know of it."""
    steps = _steps.get(shape.base)
    return steps.say(actor, shape, step) if steps is not None and step else None


def given(shape: Shape) -> str:
    """What a new owner of one record reads; empty where nothing else is said than of any record."""
    steps = _steps.get(shape.base)
    return str(steps.given) if steps is not None else ""
