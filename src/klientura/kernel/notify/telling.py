"""Writing notifications: many users by one statement, each happening once, as each of them wishes."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from django.db import connection

from klientura.kernel.notify.devices import have_pushed
from klientura.kernel.notify.kinds import KINDS
from klientura.kernel.notify.models import Notification

KEPT_IDS = 100
"""Records that a notification about many knows by their numbers."""


class Ways(NamedTuple):
    """How a user is told of a kind: shown in the product, when by e-mail, on their devices."""

    product: bool
    mail: str
    push: bool


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
    " returning n.id, n.user_id, n.kind, n.xmax = 0"  # the last: whether it is a new one
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
    wishes, mailing, pushed_to = _wishes({t.user_id for t in told})
    rows: list[dict[str, Any]] = []
    shown_to: set[int] = set()
    pushed: set[tuple[int, str]] = set()
    for each in told:
        shown, mail, push = wished(wishes.get(each.user_id, {}), each.kind)
        mail, push = mail if mailing else "", push and each.user_id in pushed_to
        if not shown and not mail and not push:
            continue
        pushed |= {(each.user_id, each.kind)} if push else set()
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
            made = [
                pk for pk, user_id, kind, is_new in cursor.fetchall() if is_new and (user_id, kind) in pushed
            ]
        if made:
            have_pushed(made)
        for hook in _afterwards:
            hook(shown_to)


def tell_new(told: Sequence[Told]) -> int:
    """Tell those who have not been told of the same cause yet; return how many. For what is looked for again and again."""
    known = set(
        Notification.objects.filter(
            kind__in={t.kind for t in told}, cause__in={t.cause for t in told}
        ).values_list("user_id", "kind", "cause")
    )
    fresh = [t for t in told if (t.user_id, t.kind, t.cause) not in known]
    tell(fresh)
    return len(fresh)


def wished(kinds: Mapping[str, Any], key: str) -> Ways:
    """How somebody wishes to be told of a kind."""
    usual, own = KINDS[key], kinds.get(key) or {}
    return Ways(
        bool(own.get("product", usual.product)),
        str(own.get("mail", usual.mail)),
        bool(own.get("push", usual.push)),
    )


def _wishes(user_ids: Collection[int]) -> tuple[dict[int, Mapping[str, Any]], bool, set[int]]:
    """What some users wish, whether letters can be sent at all, and who has devices that take notifications; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select null, null, exists (select from kernel_mail_server where active)"
            " union all select user_id, kinds, false from kernel_notify_wish where user_id = any(%(users)s)"
            " union all select user_id, null, true from kernel_push_device where user_id = any(%(users)s)",
            {"users": sorted(user_ids)},
        )
        rows = cursor.fetchall()
    found = {r[0]: orjson.loads(r[1]) if isinstance(r[1], str) else r[1] for r in rows if r[1] is not None}
    return found, any(r[2] for r in rows if r[0] is None), {r[0] for r in rows if r[0] is not None and r[2]}
