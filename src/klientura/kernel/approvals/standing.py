"""What of a record matters to whoever approves it, as a digest; and whether an approval still stands."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, Final

import orjson

from klientura.kernel.access.actor import SystemActor
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
    return digests_of(shape, [record_id])[record_id]


def digests_of(shape: Shape, record_ids: Collection[int]) -> dict[int, str]:
    """As `digest_of`, of several records; one query for the records and one for each kind of line. Raises NotFound."""
    ids = sorted(set(record_ids))
    keys = [k for k, f in shape.fields.items() if f.writable and not f.system and k not in NEVER]
    tree = {"field": "id", "op": "in", "value": ids}
    rows = [
        row
        for start in range(0, len(ids), read.MAX_LIMIT)
        for row in read.page(
            PRODUCT, shape, keys=keys, sort="id", limit=read.MAX_LIMIT,
            tree={**tree, "value": ids[start : start + read.MAX_LIMIT]},
        ).rows
    ]  # fmt: skip
    if len(rows) != len(ids):
        raise NotFound
    parts = read.parts_of(PRODUCT, shape, ids)
    own = {k for k, p in shape.parts.items() if not p.by_verb}
    return {
        row["id"]: _hash(
            {k: row[k] for k in keys if row[k] not in (None, [], False)},
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


def is_stale(approval: Approval, digest: str) -> bool:
    """Whether a round is about another state of the record than the one that stands now."""
    return approval.state in {PENDING, APPROVED} and approval.digest != digest


def kind_of(base: str, record_id: int) -> Shape | None:
    """The kind of record that a round is about; None when it is gone, or in the trash."""
    for shape in shapes_of_base(base):
        if read.titles(PRODUCT, shape, [record_id]):
            return shape
    return None
