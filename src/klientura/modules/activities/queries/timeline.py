"""What happened and what is planned around one record, the newest first, with the reader's rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.read import Row

PARTY_BASE = "party"
SHOWN = (
    "kind", "direction", "subject", "body", "outcome", "result", "at", "minutes", "party", "person", "owner", "pinned",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of one source, and the cursor after the last of them."""

    rows: list[Row]
    next: str | None


def about(shape: Shape, record_id: int, *, people: bool) -> dict[str, Any]:
    """The filter of activities around a record: those of a party, or those linked to any other record."""
    if shape.base == PARTY_BASE:
        of_party = {"field": "party", "op": "eq", "value": record_id}
        # Only a person may be meant by the second link; asked of an organisation it would keep the index from ordering.
        if not people or shape.key != "person":
            return of_party
        return {"or": [of_party, {"field": "person", "op": "eq", "value": record_id}]}
    return {
        "and": [
            {"field": "subject_object", "op": "eq", "value": shape.key},
            {"field": "subject_id", "op": "eq", "value": record_id},
        ]
    }


def interactions_of(
    actor: Actor,
    shape: Shape,
    record_id: int,
    *,
    after: str | None,
    limit: int,
    narrow: Mapping[str, Any] | None = None,
) -> Slice:
    """Interactions around a record, the latest first; those alone that a further condition lets through."""
    target = shape_of("interaction")
    if not _sees(actor, target, "at", shape):
        return Slice([], None)
    around = about(shape, record_id, people=True)
    tree = {"and": [narrow, around]} if narrow else around
    page = read.page(
        actor, target, tree=tree, sort="-at", after=after, limit=limit,
        keys=_open(actor, target, SHOWN),
    )  # fmt: skip
    return Slice(page.rows, page.next)


def pinned_of(actor: Actor, shape: Shape, record_id: int, *, limit: int = 5) -> list[Row]:
    """Interactions around a record that somebody has pinned, the latest first."""
    target = shape_of("interaction")
    if not _sees(actor, target, "at", shape) or "pinned" not in readable(actor, target):
        return []
    pinned = {"field": "pinned", "op": "eq", "value": True}
    tree = {"and": [pinned, about(shape, record_id, people=False)]}
    return read.page(actor, target, tree=tree, sort="-at", limit=limit, keys=_open(actor, target, SHOWN)).rows


def open_tasks_of(actor: Actor, shape: Shape, record_id: int, *, limit: int = 20) -> list[Row]:
    """Open tasks around a record, the nearest first; those without a time come last."""
    target = shape_of("task")
    if not _sees(actor, target, "status", shape) or "due_at" not in readable(actor, target):
        return []
    tree = {"and": [{"field": "status", "op": "eq", "value": "open"}, about(shape, record_id, people=False)]}
    keys = _open(actor, target, ("name", "due_at", "important", "owner", "description"))
    return read.page(actor, target, tree=tree, sort="due_at", limit=limit, keys=keys).rows


def done_tasks_of(actor: Actor, shape: Shape, record_id: int, *, after: str | None, limit: int) -> Slice:
    """Tasks around a record that are done, the latest first."""
    target = shape_of("task")
    if not _sees(actor, target, "status", shape) or "done_at" not in readable(actor, target):
        return Slice([], None)
    done = {"field": "status", "op": "eq", "value": "done"}
    tree = {"and": [done, {"field": "done_at", "op": "not_empty"}, about(shape, record_id, people=False)]}
    keys = _open(actor, target, ("name", "done_at", "result", "owner", "interaction_id"))
    page = read.page(actor, target, tree=tree, sort="-done_at", after=after, limit=limit, keys=keys)
    return Slice(page.rows, page.next)


def _sees(actor: Actor, target: Shape, key: str, around: Shape) -> bool:
    """Whether the actor may read activities by a field and by what ties them to a record."""
    ties = {"party", "person"} if around.base == PARTY_BASE else {"subject_object", "subject_id"}
    needed = {key, *(ties & set(target.fields))}
    return may(actor, target, "read") and needed <= set(readable(actor, target))


def _open(actor: Actor, shape: Shape, keys: tuple[str, ...]) -> list[str]:
    fields = readable(actor, shape)
    return ["title", *(k for k in keys if k in fields)]
