"""What rules have done: the log, one run, and why a record was changed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules.keeping import allow, one
from klientura.kernel.rules.models import RUN_STATES, Rule, Run
from klientura.kernel.store import read

PAGE = 50
KEPT = dt.timedelta(days=180)
NO_SUCH_RUN = _("There is no such run.")


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs, the newest first; `next` is the number to go on before."""

    items: list[Run]
    next: int | None


@dataclass(frozen=True, slots=True)
class Why:
    """What a reader of a record is told of the rule that changed it: no condition, for it may name what is closed to them."""

    rule_id: int
    run_id: int
    name: str
    cause: str
    at: dt.datetime
    user: str
    above: str  # the rule whose doing set this one off


def runs(
    actor: Actor, *, rule_id: int | None = None, state: str = "", before: int | None = None, limit: int = PAGE
) -> Page:
    """Runs of one rule or of all, all or those in one state. Raises Denied, NotFound, BadRequest."""
    allow(actor)
    found = Run.objects.select_related("rule")
    if rule_id is not None:
        one(actor, rule_id)
        found = found.filter(rule_id=rule_id)
    if state:
        if state not in dict(RUN_STATES):
            raise BadRequest(code="state")
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.defer("record_ids", "moments", "outcomes", "refusals").order_by("-pk")[: limit + 1])
    return Page(rows[:limit], rows[limit - 1].pk if len(rows) > limit else None)


def run(actor: Actor, run_id: int) -> Run:
    """One run. Raises Denied, NotFound."""
    allow(actor)
    found = Run.objects.select_related("rule", "parent", "parent__rule").filter(pk=run_id).first()
    if found is None:
        raise NotFound(NO_SUCH_RUN)
    return found


def last_runs(rule_ids: Sequence[int]) -> Mapping[int, Run]:
    """The last run of each of some rules, in one query."""
    last = Run.objects.filter(rule_id=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    numbers = Rule.objects.filter(pk__in=rule_ids).annotate(last=Subquery(last)).values("last")
    rows = Run.objects.filter(pk__in=numbers).defer("record_ids", "moments", "outcomes", "refusals")
    return {r.rule_id: r for r in rows}


def why(actor: Actor, shape: Shape, record_id: int, run_id: int) -> Why:
    """Why a rule changed a record that is open to the actor. Raises NotFound, also when the run did not touch it."""
    read.get(actor, shape, record_id, keys=["id"])
    with connection.cursor() as cursor:
        cursor.execute(
            "select r.rule_id, r.id, u.name, r.cause, r.created_at, coalesce(t.name, ''), coalesce(p.name, '') from kernel_rule_run r"
            " join kernel_rule u on u.id = r.rule_id left join access_user t on t.id = r.actor_id"
            " left join kernel_rule_run a on a.id = r.parent_id and a.rule_id <> r.rule_id left join kernel_rule p on p.id = a.rule_id"
            " where r.id = %s and exists (select from kernel_change c where c.root_object = %s and c.root_id = %s"
            "  and c.operation_id = r.operation_id)",
            [run_id, shape.base, record_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound(NO_SUCH_RUN)
    return Why(*row)


def titles_of(actor: Actor, shape: Shape, rows: Sequence[Mapping[str, Any]]) -> Mapping[int, str]:
    """The titles of the records that a run speaks of, as far as they are open to the reader."""
    return read.titles(actor, shape, [int(r["id"]) for r in rows])


def forget_old_runs() -> int:
    """Delete runs that are over and half a year old; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from kernel_rule_run r where created_at < %s and state not in ('waiting', 'running')"
            " and not exists (select from kernel_rule_run c where c.parent_id = r.id)",
            [timezone.now() - KEPT],
        )
        return int(cursor.rowcount)
