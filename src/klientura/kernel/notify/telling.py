"""Writing notifications: many users by one statement, each happening once, as each of them wishes."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

from klientura.kernel.notify.kinds import KINDS

KEPT_IDS = 100
"""Records that a notification about many knows by their numbers."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one user is to be told: `record_ids` are all the records that are meant."""

    user_id: int
    kind: str
    cause: str
    at: dt.datetime
    object: str = ""
    record_ids: Collection[int] = ()
    actor_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


# A further piece of one happening joins what is there already: its records, and the fields that it names.
_TELL = (
    "insert into kernel_notification as n (user_id, kind, cause, object, record_id, record_ids, number, actor_id, payload, at,"
    "  shown, mail, attempts, moves)"
    " select t.user_id, t.kind, t.cause, t.object, case when t.number = 1 then t.record_ids[1] end, t.record_ids, t.number,"
    "  t.actor_id, t.payload, t.at, t.shown, t.mail, 0, '[]'"
    " from jsonb_to_recordset(%s::jsonb) as t(user_id bigint, kind text, cause text, object text, record_ids bigint[],"
    "  number int, actor_id bigint, payload jsonb, at timestamptz, shown boolean, mail text)"
    " on conflict (user_id, kind, cause) do update set"
    "  number = n.number + excluded.number - (select count(*) from unnest(excluded.record_ids) x where x = any(n.record_ids)),"
    "  record_id = case when n.record_ids = excluded.record_ids then n.record_id end,"
    "  record_ids = (n.record_ids || array(select x from unnest(excluded.record_ids) x where x <> all(n.record_ids)))[1:%s],"
    "  payload = case when n.payload ? 'columns' and excluded.payload ? 'columns' then n.payload || jsonb_build_object('columns',"
    "   (select jsonb_agg(distinct x) from jsonb_array_elements((n.payload->'columns') || (excluded.payload->'columns')) x))"
    "   else n.payload end,"
    "  at = greatest(n.at, excluded.at)"
)


_afterwards: list[Callable[[set[int]], None]] = []


def afterwards(hook: Callable[[set[int]], None]) -> None:
    """Have a function called with the users who were just told something, in the same transaction."""
    if hook not in _afterwards:
        _afterwards.append(hook)


def tell(told: Sequence[Told]) -> None:
    """Write what some users are to be told; whoever wishes to hear nothing of a kind gets no row."""
    if not told:
        return
    wishes, mailing = _wishes({t.user_id for t in told})
    rows: list[dict[str, Any]] = []
    shown_to: set[int] = set()
    for each in told:
        shown, mail = wished(wishes.get(each.user_id, {}), each.kind)
        mail = mail if mailing else ""
        if not shown and not mail:
            continue
        shown_to |= {each.user_id} if shown else set()
        ids = sorted(each.record_ids)
        rows.append({
            "user_id": each.user_id, "kind": each.kind, "cause": each.cause, "object": each.object, "record_ids": ids[:KEPT_IDS],
            "number": max(1, len(ids)), "actor_id": each.actor_id, "payload": dict(each.payload), "at": each.at.isoformat(),
            "shown": shown, "mail": mail,
        })  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, [orjson.dumps(rows).decode(), KEPT_IDS])
        for hook in _afterwards:
            hook(shown_to)


def wished(kinds: Mapping[str, Any], key: str) -> tuple[bool, str]:
    """Whether a kind is shown in the product, and when it is sent, as somebody wishes it."""
    usual, own = KINDS[key], kinds.get(key) or {}
    return bool(own.get("product", usual.product)), str(own.get("mail", usual.mail))


def _wishes(user_ids: Collection[int]) -> tuple[dict[int, Mapping[str, Any]], bool]:
    """What some users wish, and whether letters can be sent at all; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select null, null, exists (select from kernel_mail_server where active)"
            " union all select user_id, kinds, false from kernel_notify_wish where user_id = any(%s)",
            [sorted(user_ids)],
        )
        rows = cursor.fetchall()
    found = {r[0]: orjson.loads(r[1]) if isinstance(r[1], str) else r[1] for r in rows if r[0] is not None}
    return found, any(r[2] for r in rows)
