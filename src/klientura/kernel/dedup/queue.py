"""The pairs that people decide on: whoever reads both records sees a pair, whoever may change both decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, hidden, readable_parts, require, scope
from klientura.kernel.dedup.models import Pair
from klientura.kernel.dedup.reading import roles_of
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.objects.shape import Shape
from klientura.kit.matching.verdicts import Reason

MOST = 50
COUNTED = 1000

type State = Literal["new", "merged", "different"]
STATES: tuple[State, ...] = ("new", "merged", "different")


@dataclass(frozen=True, slots=True)
class QueuedPair:
    """One pair as its reader may see it: the reasons speak only of fields that are open to them."""

    id: int
    a: int
    b: int
    title_a: str
    title_b: str
    score: float
    verdict: str
    state: str
    found_at: datetime
    reasons: tuple[Reason, ...]


class Queue(NamedTuple):
    """Some pairs, the most certain first, and where to go on."""

    pairs: list[QueuedPair]
    next: str | None


class Counted(NamedTuple):
    """How many pairs wait; `capped` means «at least this many»."""

    number: int
    capped: bool


def pairs(
    actor: Actor, shape: Shape, *, state: State = "new", after: str | None = None, limit: int = 20
) -> Queue:
    """The pairs both of whose records the actor reads, in one query. Raises Denied, BadRequest for a bad cursor."""
    require(actor, shape, "read")
    limit = max(1, min(limit, MOST))
    more = [Predicate(sql.SQL("p.state = %s"), (state,))]
    if after:
        more.append(Predicate(sql.SQL("(p.score, p.id) < (%s, %s)"), _position(after)))
    found = _select(actor, shape, more, limit + 1)
    following = None
    if len(found) > limit:
        found = found[:limit]
        following = f"{found[-1].score!r}_{found[-1].id}"
    return Queue(found, following)


def one(actor: Actor, shape: Shape, pair_id: int, *, verb: str = "read") -> QueuedPair:
    """One pair that is open to the actor. Raises NotFound; Denied when it may be read, but not changed."""
    require(actor, shape, "read")
    mine = [Predicate(sql.SQL("p.id = %s"), (pair_id,))]
    found = _select(actor, shape, mine, 1)
    if not found:
        raise NotFound
    if verb != "read" and not _select(actor, shape, mine, 1, verb=verb):
        raise Denied(_("Only those who may change both records can decide about them."))
    return found[0]


def count(actor: Actor, shape: Shape) -> Counted:
    """How many undecided pairs the actor sees, up to COUNTED."""
    require(actor, shape, "read")
    body = _body(actor, shape, [Predicate(sql.SQL("p.state = 'new'"))], "read")
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select count(*) from (select 1 {} limit {}) q").format(
                body.sql, sql.Literal(COUNTED + 1)
            ),
            body.params,
        )
        number = int(cursor.fetchone()[0])
    return Counted(min(number, COUNTED), number > COUNTED)


def decide(actor: Actor, shape: Shape, pair_id: int, state: State) -> QueuedPair:
    """Note that a pair is two clients (`different`), or open again (`new`). For those who may change both records."""
    with transaction.atomic():
        pair = one(actor, shape, pair_id, verb="edit")
        undecided = state == "new"
        Pair.objects.filter(pk=pair_id).exclude(state="merged").update(
            state=state,
            decided_by=None if undecided else actor.user_id,
            decided_at=None if undecided else timezone.now(),
        )
    return pair


def _position(after: str) -> tuple[float, int]:
    score, _sign, number = after.partition("_")
    try:
        position = float(score), int(number)
    except ValueError:
        position = float("nan"), 0
    if position[0] != position[0] or not 0 < position[1] < 2**63:
        raise BadRequest(_("The address of this page is damaged. Open the list anew."), code="cursor")
    return position


def _body(actor: Actor, shape: Shape, more: Sequence[Predicate], verb: str) -> Predicate:
    """FROM and WHERE: both records live and within the actor's reach."""
    first, second = scope(actor, shape, verb, "ra"), scope(actor, shape, verb, "rb")
    rest = [Predicate(sql.SQL("p.object = %s"), (shape.key,)), *more, first, second]
    text = sql.SQL(
        "from kernel_duplicate_pair p join {table} ra on ra.id = p.a and ra.deleted_at is null"
        " join {table} rb on rb.id = p.b and rb.deleted_at is null where {where}"
    ).format(table=sql.Identifier(shape.table), where=sql.SQL(" and ").join(p.sql for p in rest))
    return Predicate(text, tuple(v for p in rest for v in p.params))


def _select(
    actor: Actor, shape: Shape, more: Sequence[Predicate], limit: int, verb: str = "read"
) -> list[QueuedPair]:
    body = _body(actor, shape, more, verb)
    text = sql.SQL(
        "select p.id, p.a, p.b, ra.title, rb.title, p.score, p.verdict, p.state, p.found_at, p.reasons {}"
        " order by p.score desc, p.id desc limit {}"
    ).format(body.sql, sql.Literal(limit))
    told_roles = open_roles(actor, shape)
    with connection.cursor() as cursor:
        cursor.execute(text, body.params)
        found = cursor.fetchall()
    told: list[list[Any]] = [
        [*row, tuple(r for r in _reasons(why) if r.role in told_roles)] for *row, why in found
    ]
    return [QueuedPair(*values) for values in told]


def _reasons(told: Any) -> list[Reason]:
    return [Reason(*each) for each in (orjson.loads(told) if isinstance(told, str) else told)]


def open_roles(actor: Actor, shape: Shape) -> frozenset[str]:
    """Roles of which at least one field is open to the actor, and none that plays them is hidden."""
    roles = roles_of(shape)
    away, parts = hidden(actor, shape), readable_parts(actor, shape)
    closed = {role for key, role in roles.fields.items() if key in away}
    closed |= {line.role for line in roles.lines if line.part not in parts}
    known = {*roles.fields.values(), *(line.role for line in roles.lines)} - closed
    names = {"last_name", "first_name", "middle_name"}
    return frozenset(known | ({"gender"} if names <= known else set()))
