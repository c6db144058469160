"""What a message says: as much of the event as the webhook's owner may see at this moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable, readable_parts
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import as_json, read
from klientura.kernel.webhooks.hearing import PIECE
from klientura.kernel.webhooks.models import Delivery, Webhook

TEST = "test"

# What this very event changed: the history of an event without an operation bears its moments.
_TOUCHED = (
    "select c.root_id, c.object, array(select jsonb_object_keys(c.changes)) from kernel_change c"
    " where c.root_object = %s and c.root_id = any(%s) and (c.operation_id = %s or (%s::bigint is null and c.at = any(%s::timestamptz[])))"
)


def body_of(delivery: Delivery, webhook: Webhook, owner: Actor) -> bytes | None:
    """The body of a message; None when there is nothing in the event that the owner may know of.

    Raises KernelError when the webhook's filter cannot be carried out for the owner.
    """
    if delivery.kind == TEST:
        return _written(delivery, {"webhook": webhook.name})
    shape = all_shapes().get(delivery.object)
    if shape is None or not may(owner, shape, "read"):
        return None
    verb = delivery.kind.rpartition(".")[2]
    ids: Sequence[int] = delivery.record_ids
    more: dict[str, Any] = {}
    if verb == "changed":
        touched = _touched(owner, shape, delivery)
        ids = [i for i in ids if i in touched]
        more["changed"] = {str(i): sorted(keys) for i, keys in touched.items()}
    if verb == "merged":
        more |= _merged(owner, shape, delivery)
    records = _records(owner, shape, webhook, ids, trashed=verb == "trashed")
    if not records:
        return None
    shown = [r["id"] for r in records]
    if verb == "changed":
        more["changed"] = {str(i): more["changed"][str(i)] for i in shown}
    data = {
        "object": shape.key,
        "ids": shown,
        "actor": _actor(delivery.actor_id),
        "operation": delivery.operation_id,
        **more,
        # What lies in the trash is told by its number only.
        "records": [] if verb == "trashed" else records,
    }
    return _written(delivery, data)


def _written(delivery: Delivery, data: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"type": delivery.kind, "timestamp": delivery.at, "data": data})


def _records(
    owner: Actor, shape: Shape, webhook: Webhook, ids: Sequence[int], *, trashed: bool
) -> list[dict[str, Any]]:
    if not ids:
        return []
    mine = Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))
    page = read.page(
        owner, shape, tree=webhook.filter, sort="id", limit=PIECE, more=[mine], trashed=trashed,
        keys=["id"] if trashed else None,
    )  # fmt: skip
    made = as_json.records(page.fields, page.rows)
    if not trashed and shape.parts:
        parts = read.named_parts_of(owner, shape, [r["id"] for r in made])
        made = [{**r, **as_json.lines(shape, parts[r["id"]])} for r in made]
    return made


def _touched(owner: Actor, shape: Shape, delivery: Delivery) -> dict[int, set[str]]:
    """By record: the fields and lines that the event changed, as far as the owner sees them. Others are not in it."""
    payload = delivery.payload if isinstance(delivery.payload, dict) else {}
    moments = [delivery.at.isoformat(), *([payload["at"]] if "at" in payload else [])]
    keys = {f.column: k for k, f in readable(owner, shape).items()}
    parts = set(readable_parts(owner, shape))
    found: dict[int, set[str]] = defaultdict(set)
    operation = delivery.operation_id
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [shape.base, delivery.record_ids, operation, operation, moments])
        for record_id, kind, columns in cursor.fetchall():
            if kind == shape.base:
                found[record_id].update(keys[c] for c in columns if c in keys)
            elif kind in parts:
                found[record_id].add(kind)
    return {i: told for i, told in found.items() if told}


def _merged(owner: Actor, shape: Shape, delivery: Delivery) -> dict[str, Any]:
    """Which records have become which one; those that are gone are told as far as the owner could see them."""
    payload = delivery.payload if isinstance(delivery.payload, dict) else {}
    gone = Predicate(sql.SQL("r.id = any(%s)"), ([i for i in payload.get("gone", []) if isinstance(i, int)],))
    page = read.page(owner, shape, sort="id", limit=PIECE, more=[gone], trashed=True, keys=["id"])
    return {"kept": payload.get("kept"), "gone": [r["id"] for r in page.rows]}


def _actor(user_id: int | None) -> dict[str, Any] | None:
    if user_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("select name from access_user where id = %s", [user_id])
        row = cursor.fetchone()
    return {"id": user_id, "name": row[0]} if row else None
