"""Of which changes users are told: of those records they hear of, and of those fields they see, judged by the history."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, readable_parts
from klientura.kernel.events.outbox import Delivered
from klientura.kernel.notify import following
from klientura.kernel.notify.steps import columns_apart, made_apart, step_of, told_apart
from klientura.kernel.notify.telling import Told
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.models import Operation
from klientura.kernel.store.sight import actors_of, seen_by


@dataclass(frozen=True, slots=True)
class Happening:
    """An event about records, with the operation that it is a piece of."""

    shape: Shape
    event: Delivered
    payload: Mapping[str, Any]
    operation: Operation | None

    @property
    def by_rule(self) -> bool:
        """Whether a rule did it, with the rights of its user."""
        return self.operation is not None and self.operation.kind == "rule"

    @property
    def taken_back(self) -> bool:
        """Whether it is the taking back of something."""
        return self.operation is not None and self.operation.kind == "undo"

    def cause(self) -> str:
        """What makes pieces of one operation one happening for each user; the kinds of record apart."""
        if self.event.operation_id is not None:
            return f"op:{self.event.operation_id}:{self.event.object}"
        return f"event:{self.event.id}"

    def told(self, user_id: int, kind: str, cause: str, ids: Collection[int], **more: Any) -> Told:
        """One user's notification of it. Of a rule its name is told, not its user."""
        said = dict(more) | ({"undone": True} if self.taken_back else {})
        if self.by_rule and self.operation is not None:
            said["rule"] = self.operation.details.get("name", "")
        actor_id = None if self.by_rule else self.event.actor_id
        return Told(user_id, kind, cause, self.event.at, self.event.object, ids, actor_id, said)


_OWNED = sql.SQL(
    "select r.owner_id, array_agg(r.id) from {} r where r.id = any(%(ids)s) and r.owner_id is not null"
    " and r.deleted_at is null and r.owner_id is distinct from %(besides)s and {} group by 1"
)
_GIVEN = sql.SQL(
    "exists (select from kernel_change c where c.root_object = %(object)s and c.root_id = r.id and c.object = c.root_object"
    " and c.changes ? 'owner_id' and (c.operation_id = %(operation)s or c.at = %(at)s::timestamptz))"
)


def assigned(happening: Happening, *, new: bool = False) -> list[Told]:
    """Those who became owners by what others did, or by a rule."""
    shape, event = happening.shape, happening.event
    values = {
        "ids": list(event.record_ids), "besides": None if happening.by_rule else event.actor_id, "object": shape.base,
        "operation": event.operation_id, "at": happening.payload.get("at"),
    }  # fmt: skip
    test = sql.SQL("true") if new else _GIVEN
    with connection.cursor() as cursor:
        cursor.execute(_OWNED.format(sql.Identifier(shape.table), test), values)
        owned = dict(cursor.fetchall())
    if not owned:
        return []
    handed = happening.operation is not None and happening.operation.kind == "hand_over"
    cause, apart = happening.cause(), made_apart(shape, event.record_ids) if new else set()
    return [
        happening.told(user_id, "handed" if handed else "assigned", cause, told)
        for user_id, ids in sorted(seen_by(shape, owned).items())
        if (told := {i for i in ids if (user_id, i) not in apart})
    ]


def changed(happening: Happening, known: Collection[tuple[int, int]]) -> list[Told]:
    """Those who hear of the changed records and see something of what was changed; `known` are told otherwise."""
    shape, event = happening.shape, happening.event
    hearing = following.concerned(shape, event.record_ids, besides=_doer(happening))
    for user_id, record_id in known:
        hearing.get(user_id, set()).discard(record_id)
    actors = actors_of([u for u, ids in hearing.items() if ids])
    seeing = seen_by(shape, hearing, actors)
    by_view: dict[View, dict[int, set[int]]] = defaultdict(dict)
    for user_id, ids, said in _said_to(happening, seeing):
        if view := visible(actors[user_id], shape, said):
            by_view[view][user_id] = ids
    told: list[Told] = []
    alone = bool(by_view) and event.operation_id is None and len(event.record_ids) == 1
    step = step_of(shape, event.record_ids[0], happening.payload.get("at")) if alone else {}
    for view, users in sorted(by_view.items(), key=lambda pair: sorted(pair[1])):
        sure = len(event.record_ids) == 1 and not happening.taken_back
        within = set(event.record_ids) if sure else _touched(happening, view)
        told += [_one(happening, u, ids, view, step) for u in sorted(users) if (ids := users[u] & within)]
    return told


def _said_to(
    happening: Happening, seeing: Mapping[int, set[int]]
) -> Iterator[tuple[int, set[int], Mapping[str, Any]]]:
    """Each user with their records and what is said of these: of what a module tells by itself nothing."""
    shape, payload = happening.shape, happening.payload
    apart = told_apart(shape, happening.event.record_ids, payload.get("columns", ()))
    rest = {
        **payload,
        "columns": [c for c in payload.get("columns", ()) if c not in columns_apart(shape)],
    }
    for user_id, ids in seeing.items():
        mine = {i for i in ids if (user_id, i) in apart}
        if mine:
            yield user_id, mine, rest
        if ids - mine:
            yield user_id, ids - mine, payload


def _doer(happening: Happening) -> int | None:
    """Who needs not be told: whoever did it, or set the rule off that did it."""
    if happening.by_rule and happening.operation is not None:
        user: int | None = happening.operation.details.get("user")
        return user
    return happening.event.actor_id


type View = tuple[tuple[str, ...], tuple[str, ...]]
"""The columns and the parts of a change that somebody sees."""


def visible(actor: Actor, shape: Shape, said: Mapping[str, Any]) -> View | None:
    """What a reader sees of the columns and parts that a change touched; None: nothing. Only what the history keeps counts."""
    columns, parts = set(said.get("columns", ())), set(said.get("parts", ()))
    seen = tuple(f.column for f in readable(actor, shape).values() if f.tracked and f.column in columns)
    lines = tuple(p for p in readable_parts(actor, shape) if p in parts)
    return (seen, lines) if seen or lines else None


_TOUCHED = (
    "select distinct c.root_id from kernel_change c where c.root_object = %s and c.root_id = any(%s)"
    " and (c.operation_id = %s or c.at = %s::timestamptz)"
    " and (c.object = c.root_object and c.changes ?| %s::text[] or c.object = any(%s::text[]))"
)


def _touched(happening: Happening, view: View) -> set[int]:
    """The records of the event in which something of what a reader sees was changed."""
    event = happening.event
    values: list[Any] = [
        happening.shape.base, list(event.record_ids), event.operation_id, happening.payload.get("at"), list(view[0]), list(view[1]),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, values)
        return {row[0] for row in cursor.fetchall()}


def _one(happening: Happening, user_id: int, ids: set[int], view: View, step: Mapping[str, Any]) -> Told:
    """One user's line: of a bulk act one in all; of each step of a matter one; of one record's other edits by one colleague one in
    an hour, with its fields."""
    event = happening.event
    if event.operation_id is not None or len(event.record_ids) > 1:
        return happening.told(user_id, "changed", happening.cause(), ids)
    record_id = event.record_ids[0]
    if step:
        return happening.told(
            user_id, "changed", happening.cause(), ids, columns=[*view[0], *view[1]], step=dict(step)
        )
    cause = f"edit:{event.object}:{record_id}:{event.actor_id}:{event.at:%Y%m%d%H}"
    return happening.told(user_id, "changed", cause, ids, columns=[*view[0], *view[1]])
