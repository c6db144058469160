"""Changes that are steps of a matter: a module tells of them in its own words, where else the changed fields would be named."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Text
from klientura.kernel.objects.shape import Shape

type Changed = Mapping[str, tuple[Any, Any]]
"""By column: the stored value before and after."""
type Pairs = Collection[tuple[int, int]]
"""(user, record)"""


@dataclass(frozen=True, slots=True)
class Apart:
    """What a module tells of in notices of its own: changes of these columns to `changed`, that a record was made to `made`.

    They hear nothing of it in the general way, so that one happening is one notice; everybody else does.
    """

    columns: frozenset[str]
    changed: Callable[[Sequence[int]], Pairs]
    made: Callable[[Sequence[int]], Pairs]


@dataclass(frozen=True, slots=True)
class Steps:
    """How an object's steps are told. `step` says what is kept of a change (empty: it is none); `say` gives the text and what was
    written to it, judged for its reader at the moment of reading (None: not theirs to know); `given` greets a new owner."""

    step: Callable[[Changed], Mapping[str, Any]]
    say: Callable[[Actor, Shape, Mapping[str, Any]], tuple[str, str] | None]
    given: Text


_steps: dict[str, Steps] = {}
_apart: dict[str, Apart] = {}
_CHANGES = (
    "select c.changes from kernel_change c where c.root_object = %(object)s and c.root_id = %(id)s and c.object = c.root_object"
    " and c.action = 'update' and c.changes is not null and c.at = %(at)s::timestamptz order by c.id"
)


def register_steps(base: str, steps: Steps) -> None:
    """Have a module tell of the steps of its object."""
    _steps[base] = steps


def register_apart(base: str, apart: Apart) -> None:
    """Have a module tell of some changes of its object by itself."""
    _apart[base] = apart


def columns_apart(shape: Shape) -> frozenset[str]:
    """The columns of which the object's module tells by itself."""
    apart = _apart.get(shape.base)
    return apart.columns if apart is not None else frozenset()


def told_apart(shape: Shape, record_ids: Sequence[int], columns: Collection[str]) -> set[tuple[int, int]]:
    """Who hears of a change of these columns from the object's own module: (user, record)."""
    apart = _apart.get(shape.base)
    return set(apart.changed(record_ids)) if apart is not None and apart.columns & set(columns) else set()


def made_apart(shape: Shape, record_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Who hears of new records from the object's own module: (user, record)."""
    apart = _apart.get(shape.base)
    return set(apart.made(record_ids)) if apart is not None else set()


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
