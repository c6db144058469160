"""What of a record matters to whoever approves it, as a digest; and whether an approval still stands."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import orjson

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.gate import members_of
from klientura.kernel.approvals.models import APPROVED, PENDING, Approval
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shapes_of_base
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref

PRODUCT: Final = SystemActor("an approval is for one state of a record")
NEVER: Final = frozenset({"owner", "team", "tags"})
"""Who works on a record, and by what it is found, is nobody's decision."""


def digest_of(shape: Shape, record_id: int) -> str:
    """The digest of what people fill in of a record, lines included. Raises NotFound."""
    found = digests_of(shape, [record_id])
    if record_id not in found:
        raise NotFound
    return found[record_id]


def keys_that_matter(shape: Shape) -> list[str]:
    """The fields that people fill in, and that an approval is therefore about."""
    return [k for k, f in shape.fields.items() if f.writable and not f.system and k not in NEVER]


def digests_of(shape: Shape, record_ids: Collection[int]) -> dict[int, str]:
    """As `digest_of`, of those records that are there; one query for the records and one for each kind of line."""
    ids = sorted(set(record_ids))
    keys = keys_that_matter(shape)
    tree = {"field": "id", "op": "in", "value": ids}
    rows = [
        row
        for start in range(0, len(ids), read.MAX_LIMIT)
        for row in read.page(
            PRODUCT, shape, keys=keys, sort="id", limit=read.MAX_LIMIT,
            tree={**tree, "value": ids[start : start + read.MAX_LIMIT]},
        ).rows
    ]  # fmt: skip
    parts = read.parts_of(PRODUCT, shape, [row["id"] for row in rows])
    own = {k for k, p in shape.parts.items() if not p.by_verb}
    return {
        row["id"]: _hash(
            {k: row[k] for k in keys if row[k] is not None and row[k] != []},  # nought and «no» say something
            {k: lines for k, lines in parts[row["id"]].items() if k in own and lines},
        )
        for row in rows
    }


def _hash(fields: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    lines = {
        k: [
            {c: v for c, v in line.items() if c not in {"id", "position"} and v is not None} for line in found
        ]
        for k, found in parts.items()
    }
    whole = orjson.dumps([fields, lines], default=_plain, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(whole).hexdigest()


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, Ref) else str(value)


def latest_of(shape: Shape, record_id: int) -> Approval | None:
    """The last round of a record."""
    return Approval.objects.filter(object=shape.base, record_id=record_id).order_by("-pk").first()


def stands(shape: Shape, record_id: int) -> Approval | None:
    """The approval that a record has as it is now; None: none, or it was changed since."""
    found = latest_of(shape, record_id)
    if found is None or found.state != APPROVED or found.digest != digest_of(shape, record_id):
        return None
    return found


@contextmanager
def carried_on(shape: Shape, record_ids: Collection[int]) -> Iterator[None]:
    """Around a verb that writes fields which people fill in as well: what it writes changes nothing of what was approved."""
    before = _approved_as_they_are(shape, record_ids)
    yield
    now = digests_of(shape, [a.record_id for a in before]) if before else {}
    for approval in before:
        approval.digest = now.get(approval.record_id, approval.digest)
    Approval.objects.bulk_update(before, ["digest"])


def _approved_as_they_are(shape: Shape, record_ids: Collection[int]) -> list[Approval]:
    last = Approval.objects.filter(object=shape.base, record_id__in=record_ids).order_by("record_id", "-pk")
    found = [a for a in last.distinct("record_id") if a.state == APPROVED]
    digests = digests_of(shape, [a.record_id for a in found]) if found else {}
    return [a for a in found if digests.get(a.record_id) == a.digest]


def is_stale(approval: Approval, digest: str) -> bool:
    """Whether a round is about another state of the record than the one that stands now."""
    return approval.state in {PENDING, APPROVED} and approval.digest != digest


def very_kinds(base: str) -> list[Shape]:
    """The kinds of record in a table, without the one that is all of them together (party: organisation and person)."""
    return [s for s in shapes_of_base(base) if not members_of(s)]


def kinds_of(approvals: Collection[Approval]) -> dict[int, Shape]:
    """By round, the kind of record it is about; one query for each kind. Without those that are gone, or in the trash."""
    made: dict[int, Shape] = {}
    by_base: dict[str, set[int]] = {}
    for each in approvals:
        by_base.setdefault(each.object, set()).add(each.record_id)
    for base, ids in by_base.items():
        for shape in very_kinds(base):
            there = read.titles(PRODUCT, shape, sorted(ids))
            made |= {a.pk: shape for a in approvals if a.object == base and a.record_id in there}
    return made


def kind_of(base: str, record_id: int) -> Shape | None:
    """The kind of record that a round is about; None when it is gone, or in the trash."""
    for shape in very_kinds(base):
        if read.titles(PRODUCT, shape, [record_id]):
            return shape
    return None
