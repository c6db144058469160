"""After one of several merges was taken apart: what it alone had filled, and another merged record knows too, stays filled.

A got its city from B, and then C, which has a city as well, was merged into A. When B goes its own way again, A takes the
city of C, as part of the merge with C: so that taking that one apart takes it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.merging.circles import dissolved
from klientura.kernel.merging.lines import same
from klientura.kernel.merging.merge import lines_of
from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.values import empty, fill
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import rows, write

type Lines = Mapping[str, Sequence[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it stood: its stored values and its lines."""

    values: Mapping[str, Any]
    lines: Lines


def seen(shape: Shape, record_id: int) -> Seen:
    """A record as it stands now, locked."""
    return Seen(write.lock_rows(shape, [record_id])[0], lines_of(shape, [record_id])[record_id])


def refill(product: Actor, shape: Shape, kept_id: int, before: Seen, *, after: int) -> None:
    """Complete the kept record from the records of later merges, where it just lost what it had."""
    later: dict[int, list[int]] = {}
    for each in Merge.objects.filter(
        base=shape.base, kept_id=kept_id, undone_at=None, operation_id__gt=after
    ).order_by("id"):
        later.setdefault(each.operation_id, []).append(each.gone_id)
    for operation_id, ids in later.items():
        _refill_from(product, shape, kept_id, before, operation_id, ids)


def _refill_from(
    product: Actor, shape: Shape, kept_id: int, before: Seen, operation_id: int, ids: Sequence[int]
) -> None:
    now = seen(shape, kept_id)
    lost = {k for k, v in before.values.items() if not empty(v) and empty(now.values.get(k))}
    others = write.lock_rows(shape, ids)
    _kept, *whole = dissolved(shape, [now.values, *others])
    given = fill(shape, now.values, whole, without=frozenset(shape.fields) - lost)
    theirs = lines_of(shape, ids)
    draft = Draft(
        dict(given.values), before=dict(now.values), record_id=kept_id, version=now.values["version"]
    )
    for key, part in shape.parts.items():
        missed = [x for x in before.lines[key] if not any(same(part, x, y) for y in now.lines[key])]
        known = [y for i in ids for y in theirs[i][key] if any(same(part, x, y) for x in missed)]
        if known:
            fresh: list[dict[str, Any]] = []
            for line in known:
                if not any(same(part, x, line) for x in fresh):
                    fresh.append({k: v for k, v in line.items() if k != "id"})
            draft.parts[key] = [*(dict(x) for x in now.lines[key]), *fresh]
    if not draft.values and not draft.parts:
        return
    batch = Batch(shape, [draft], creating=False)
    if shape.spec.before_write:
        shape.spec.before_write(batch, product)
    rows.remember_actor(product.user_id, operation_id)
    write.write_drafts(product, batch, operation_id=operation_id)
