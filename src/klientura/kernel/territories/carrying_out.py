"""Distributing what is there already: what that would do, and doing it, as one job and one operation that can be undone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.sessions import at_work
from klientura.kernel.errors import BadRequest, Denied
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import follow_latest, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations
from klientura.kernel.store.bulk import CHUNK
from klientura.kernel.store.models import Operation
from klientura.kernel.store.read import COUNT_CAP, Count
from klientura.kernel.territories.dividing import Rule, choose, divide, hand_out, rules_of, which

KIND = "distribute"


@dataclass(frozen=True, slots=True)
class Portion:
    """What one rule would do: how many records fall under it, and how many of them are with its people already."""

    name: str
    found: Count
    stays: Count


@dataclass(slots=True)
class Progress:
    """How far a distribution is, and what came of it so far."""

    operation_id: int
    after: int = 0
    given: int = 0
    refused: int = 0


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work, lost=lost)


def _require(actor: Actor) -> None:
    if not (actor.is_admin or actor.is_system):
        raise Denied


def _rules(shape: Shape) -> list[Rule]:
    rules = rules_of(shape)
    if not rules:
        raise BadRequest(_("There is no rule in force for these records."), code="rules")
    return rules


def preview(actor: Actor, shape: Shape, *, unowned_only: bool) -> list[Portion]:
    """What a distribution would do now, rule by rule, counted up to the cap of counts in one query."""
    _require(actor)
    rules = rules_of(shape)
    if not rules:
        return []
    place = which(rules)
    takers = sql.SQL("case q.place {} end").format(
        sql.SQL(" ").join(
            sql.SQL("when {} then {}::bigint[]").format(sql.Literal(n), sql.Literal(list(rule.takers)))
            for n, rule in enumerate(rules)
        )
    )
    text = sql.SQL(
        "select q.place, count(*), count(*) filter (where q.owner_id = any({takers})) from (select * from"
        " (select r.owner_id, {place} as place from {table} r where {live} and {free}) a where a.place is not null"
        " limit {cap}) q group by 1"
    ).format(
        takers=takers, place=place.sql, table=sql.Identifier(shape.table), live=_live(shape),
        free=_free(unowned_only), cap=sql.Literal(COUNT_CAP + 1),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(text, place.params)
        counted = {at: (some, stay) for at, some, stay in cursor.fetchall()}
    capped = sum(some for some, _stay in counted.values()) > COUNT_CAP
    return [
        Portion(rule.name, Count(counted.get(n, (0, 0))[0], capped), Count(counted.get(n, (0, 0))[1], capped))
        for n, rule in enumerate(rules)
    ]


def _live(shape: Shape) -> sql.Composable:
    parts: list[sql.Composable] = [sql.SQL("r.deleted_at is null")]
    parts += [
        sql.SQL("r.{} = {}").format(sql.Identifier(c), sql.Literal(v)) for c, v in shape.constants.items()
    ]
    return sql.SQL(" and ").join(parts)


def _free(unowned_only: bool) -> sql.SQL:
    return sql.SQL("r.owner_id is null") if unowned_only else sql.SQL("true")


def start(actor: Actor, shape: Shape, *, unowned_only: bool, queue: bool = True) -> Job:
    """Begin a distribution in the background. Raises Denied, BadRequest when no rule is in force."""
    _require(actor)
    _rules(shape)
    with transaction.atomic():
        operation = operations.start(actor, "distribute", shape.key)
        arguments = {"object": shape.key, "unowned_only": unowned_only, "operation": operation.pk}
        title = _("Distributing: {records}").format(records=shape.plural)
        return service.start(actor, KIND, arguments, title, queue=queue)


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job. It acts with the rights that whoever started it has now; rules are read anew for each chunk."""
    follow_latest()
    with at_work(handle.actor_id) as actor:
        _require(actor)
        return _work(handle)


def _work(handle: JobHandle) -> dict[str, Any]:
    shape = shape_of(handle.arguments["object"])
    state = Progress(**(handle.saved or {"operation_id": handle.arguments["operation"]}))
    handle.belongs_to(state.operation_id)
    while _chunk(handle, shape, state):
        handle.progress(state.given)
        if handle.cancelled():
            return _finish(state, "cancelled")
    return _finish(state, "done")


def _chunk(handle: JobHandle, shape: Shape, state: Progress) -> bool:
    """Give away the next records; False when there are no more. Who has theirs from a rule's people keeps it."""
    rules = _rules(shape)
    place = which(rules)
    text = sql.SQL(
        "select r.id from {} r where {} and {} and r.id > %s and ({}) is not null order by r.id limit {}"
    ).format(
        sql.Identifier(shape.table), _live(shape), _free(handle.arguments["unowned_only"]), place.sql,
        sql.Literal(CHUNK),
    )  # fmt: skip
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(text, [state.after, *place.params])
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return False
        divided = {n: r for n, (r, owner) in divide(shape, ids, rules).items() if owner not in r.takers}
        changed, refused = hand_out(shape, choose(shape, divided), state.operation_id) if divided else (0, 0)
        state.given += changed
        state.refused += refused
        state.after = ids[-1]
        handle.checkpoint(asdict(state))
    return len(ids) == CHUNK


def _finish(state: Progress, how: str) -> dict[str, Any]:
    operation = Operation.objects.get(pk=state.operation_id)
    operations.finish(operation, records=state.given, state=how, details={"refused": state.refused})
    return {"state": how, "given": state.given, "refused": state.refused}


def lost(handle: JobHandle, message: str) -> None:
    """The job has failed for good: what it did until then can be undone."""
    done = (handle.saved or {}).get("given", 0)
    operations.broke_off(handle.arguments["operation"], records=done, message=message)
