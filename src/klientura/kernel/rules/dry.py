"""A rule tried on what has been: which records it would have touched, and what it would set. Nothing is written."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, require
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules import authority, triggers
from klientura.kernel.rules.keeping import one
from klientura.kernel.rules.models import Rule
from klientura.kernel.rules.sources import Around
from klientura.kernel.rules.standing import stored_rows
from klientura.kernel.rules.steps import BadStep, kinds
from klientura.kernel.rules.work import Work
from klientura.kernel.settings.installation import current
from klientura.kernel.store.compiler import conditions

LONGEST = dt.timedelta(days=92)
MOST = 10_000
SHOWN = 100
SLACK = dt.timedelta(hours=2)
"""A change may be noted so much later than another of the same moment."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How many records the rule would have touched (`capped`: at least so many), and the first of them.

    `looked` is at how many it would have looked: those for which it was time, whatever its conditions say; of a
    schedule all that it may see. At most MOST are counted.
    """

    number: int
    capped: bool
    looked: int
    records: list[dict[str, Any]]


def try_on(actor: Actor, rule_id: int, since: dt.datetime, until: dt.datetime) -> Tried:
    """Try a rule on a period. The records are judged as they stand now. Raises Denied, NotFound, BadRequest."""
    rule = one(actor, rule_id)
    if not since < until or until - since > LONGEST:
        raise BadRequest(_("Choose a period of at most 92 days."), code="period")
    shape, acts = shape_of(rule.object), authority.owner_now(rule)
    require(acts, shape, "read")
    with timezone.override(current().time_zone):
        more = _when(acts, shape, rule, since, until)
        ids = _meant(acts, shape, rule.filter, more)
        looked = len(_meant(acts, shape, None, more)) if rule.filter else len(ids)
        try:
            records = _shown(rule, acts, shape, ids[:SHOWN])
        except BadStep as bad:
            raise BadRequest(bad.message, code="step") from bad
    return Tried(min(len(ids), MOST), len(ids) > MOST, min(looked, MOST), records)


def _meant(actor: Actor, shape: Shape, tree: Any, more: Sequence[Predicate]) -> list[int]:
    where = conditions(actor, shape, tree=tree, more=more)
    text = sql.SQL("select r.id from {} r where {} order by r.id limit {}").format(
        sql.Identifier(shape.table), where.sql, sql.Literal(MOST + 1)
    )
    return triggers.found(text, where.params)


def _when(actor: Actor, shape: Shape, rule: Rule, since: dt.datetime, until: dt.datetime) -> list[Predicate]:
    kind = rule.trigger["kind"]
    if kind == "schedule":
        return []
    if kind == "due":
        return [triggers.due_between(shape, rule.trigger, since, until, current().time_zone)]
    first, last = _first_change(since - SLACK), _first_change(until + SLACK)
    happened = Predicate(
        sql.SQL("c.id >= %s and c.id < %s and c.at >= %s and c.at < %s"), (first, last, since, until)
    )
    return [triggers.touched(actor, shape, rule.trigger, happened)]


def _first_change(at: dt.datetime) -> int:
    """The number from which the history is not older, sought by halves: its moments grow with its numbers."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(min(id), 0), coalesce(max(id), 0) + 1 from kernel_change")
        low, high = cursor.fetchone()
        while low < high:
            middle = (low + high) // 2
            cursor.execute("select id, at from kernel_change where id >= %s order by id limit 1", [middle])
            row = cursor.fetchone()
            if row is None or row[1] >= at:
                high = middle
            else:
                low = row[0] + 1
    return int(low)


def _shown(rule: Rule, actor: Actor, shape: Shape, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What the rule would do with each of some records."""
    rows = stored_rows(actor, shape, ids)
    work = Work(actor, shape, Around(None, rule.owner_id, timezone.now()), lambda: 0)
    shows = [(s, kinds()[s["kind"]]) for s in rule.steps if s["kind"] in kinds()]
    made: list[dict[str, Any]] = []
    previews = [kind.preview(actor, shape, s) if kind.preview else None for s, kind in shows]
    foretold = [kind.foretell(actor, shape, s)(work, rows) if kind.foretell else None for s, kind in shows]
    for row in rows:
        sets: list[dict[str, Any]] = []
        for preview in previews:
            if preview is not None:
                sets += preview(work, row)
        others = [
            said[row["id"]] if said is not None else str(kind.label)
            for (_s, kind), preview, said in zip(shows, previews, foretold, strict=True)
            if preview is None
        ]
        made.append({"id": row["id"], "title": row.get("title") or "", "sets": sets, "also": others})
    return made
