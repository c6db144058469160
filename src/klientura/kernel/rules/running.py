"""Carrying out runs: batch by batch, each in its own transaction with how far the run has come."""

import datetime as dt
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, require
from klientura.kernel.errors import KernelError
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules import authority, hearing, keeping, triggers
from klientura.kernel.rules.definition import WAIT, compile_steps, shape_for
from klientura.kernel.rules.models import Rule, RuleVersion, Run
from klientura.kernel.rules.sources import Around
from klientura.kernel.rules.steps import BadStep
from klientura.kernel.rules.work import Work
from klientura.kernel.settings.installation import current
from klientura.kernel.store import operations
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.models import Operation

log = logging.getLogger("klientura.rules")
BATCH = 2_000
KEPT_OUTCOMES = 100
STALE = dt.timedelta(minutes=5)
"""A run that has been silent for so long has lost its process."""
MAX_ATTEMPTS = 5
PATIENCE = 5
"""So many runs in a row that came to nothing because the rule may not or cannot do it pause the rule."""
HOUR = dt.timedelta(hours=1)

_CLAIM = (
    "update kernel_rule_run set state = 'running', attempts = attempts + 1, heartbeat_at = %s where id = (select id from"
    " kernel_rule_run where rule_id = %s and (state = 'waiting' and due_at <= %s or state = 'running' and heartbeat_at < %s)"
    " order by due_at, id limit 1 for update skip locked) returning id"
)


def run_due(rule_id: int, stopping: Callable[[], bool] = lambda: False) -> int:
    """Carry out the runs of a rule that are due, one after the other; return how many were begun."""
    follow_latest()
    done = 0
    with timezone.override(current().time_zone), translation.override(current().language):
        while not stopping() and keeping.held() is None:
            with connection.cursor() as cursor:
                now = timezone.now()
                cursor.execute(_CLAIM, [now, rule_id, now, now - STALE])
                row = cursor.fetchone()
            if row is None:
                break
            carry_out(row[0], stopping)
            done += 1
    return done


def wake_all() -> int:
    """Wake every rule that has something due; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct rule_id from kernel_rule_run where state = 'waiting' and due_at <= %s"
            " or state = 'running' and heartbeat_at < %s order by 1",
            [timezone.now(), timezone.now() - STALE],
        )
        due = [row[0] for row in cursor.fetchall()]
    for rule_id in due:
        hearing.wake(rule_id)
    return len(due)


def carry_out(run_id: int, stopping: Callable[[], bool] = lambda: False) -> None:
    """Carry out a run that this process has claimed. Whatever goes wrong stands in the run."""
    run = Run.objects.select_related("rule", "rule__owner").get(pk=run_id)
    try:
        if run.attempts > MAX_ATTEMPTS:
            _end(run, "failed", _("This was begun many times and broke off each time."))
            return
        _carry_out(run, stopping)
    except (KernelError, BadStep) as bad:
        _end(run, "refused", str(bad.message))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("fault %s in run %s of rule %s", reference, run.pk, run.rule_id)
        _end(
            run,
            "failed",
            _("Internal error. Give the administrator this code: %(reference)s.") % {"reference": reference},
        )


def _carry_out(run: Run, stopping: Callable[[], bool]) -> None:
    rule = run.rule
    if not rule.active:
        _end(run, "stopped", _("The rule was switched off meanwhile."))
        return
    if not rule.owner.is_active:
        keeping.pause(rule, "owner")
        _end(run, "refused", _("The user whose rights the rule acts with does not work here any more."))
        return
    _as_noted(run)
    shape, actor = shape_for(rule), authority.acting(rule)
    require(actor, shape, "read")
    before = _acted_on(run)
    while run.position < len(run.record_ids):
        if keeping.held() is not None or stopping():
            Run.objects.filter(pk=run.pk).update(state="waiting", attempts=max(run.attempts - 1, 0))
            return
        if _too_much(rule, min(BATCH, len(run.record_ids) - run.position)):
            keeping.pause(rule, "volume")
            _end(run, "stopped", _("More records in one hour than the rule is allowed."))
            return
        with transaction.atomic():
            _batch(run, actor, shape, before)
    _end(run, "done" if run.changed or not run.refused else "refused")


def _as_noted(run: Run) -> None:
    """Take a run as it was noted: with what the rule said then, and each record once, however many events named it."""
    if run.rule_version != run.rule.version:
        kept = RuleVersion.objects.filter(rule_id=run.rule_id, version=run.rule_version).first()
        if kept is not None:
            run.rule.trigger, run.rule.filter = kept.definition["trigger"], kept.definition["filter"]
            run.rule.steps = kept.definition["steps"]
    if run.position == 0:
        each = list(dict.fromkeys(run.record_ids))
        if len(each) < len(run.record_ids):
            run.record_ids = each
            run.save(update_fields=["record_ids"])


def _acted_on(run: Run) -> set[int]:
    """The records on which the same rule has acted already in the chain that led here."""
    found: set[int] = set()
    waited, above = run.cause == WAIT, run.parent
    while above is not None:
        # What went before a wait is the same act, and no turn of its own.
        if above.rule_id == run.rule_id and not waited:
            found.update(above.record_ids)
        waited = waited and above.cause == WAIT
        above = above.parent
    return found


def _too_much(rule: Rule, more: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(changed), 0) from kernel_rule_run where rule_id = %s and created_at > %s",
            [rule.pk, timezone.now() - HOUR],
        )
        done: int = cursor.fetchone()[0]
    return done + more > rule.hourly_limit


def _batch(run: Run, actor: Actor, shape: Shape, before: set[int]) -> None:
    """Do the steps with the next records and note how far the run has come, in one transaction."""
    rule = run.rule
    ids = [i for i in run.record_ids[run.position : run.position + BATCH] if i not in before]
    matched = matching(run, rule, actor, shape, ids)
    work = Work(
        actor,
        shape,
        Around(run.actor_id, rule.owner_id, timezone.now()),
        lambda: _operation(run, actor),
        rule=rule.name,
    )
    left = matched
    for place, act in enumerate(compile_steps(actor, shape, rule.steps, run.step), start=run.step):
        if not left:
            break
        if act is None:
            _wait(run, rule, place, left)
            break
        act(work, left)
        left = work.left(left)
    run.position += min(BATCH, len(run.record_ids) - run.position)
    run.matched += len(matched)
    run.changed += work.changed
    run.refused += len(work.refused)
    room = KEPT_OUTCOMES - len(run.outcomes)
    run.outcomes += [{"id": i, "done": done} for i, done in list(work.done.items())[: max(room, 0)]]
    room = KEPT_OUTCOMES - len(run.refusals)
    run.refusals += [{"id": i, "why": why} for i, why in list(work.refused.items())[: max(room, 0)]]
    run.heartbeat_at = timezone.now()
    run.save(
        update_fields=[
            "position",
            "matched",
            "changed",
            "refused",
            "outcomes",
            "refusals",
            "operation_id",
            "heartbeat_at",
        ]
    )


def matching(run: Run, rule: Rule, actor: Actor, shape: Shape, ids: Sequence[int]) -> list[int]:
    """Those of the records with which what the rule waits for has happened and that meet its conditions now."""
    if not ids:
        return []
    more = [Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))]
    tree = rule.filter
    if run.cause == "event" and rule.trigger["kind"] == "changed":
        more.append(
            triggers.touched(actor, shape, rule.trigger, triggers.by_event(ids, triggers.happened_of(run)))
        )
    elif run.cause == WAIT and not rule.steps[run.step - 1].get("check", True):
        tree = None
    where = conditions(actor, shape, tree=tree, more=more)
    text = sql.SQL("select r.id from {} r where {} order by r.id").format(
        sql.Identifier(shape.table), where.sql
    )
    return triggers.found(text, where.params)


def _operation(run: Run, actor: Actor) -> int:
    """The operation of a run, begun with its first writing."""
    if run.operation_id is None:
        details: dict[str, Any] = {
            "rule": run.rule_id,
            "run": run.pk,
            "name": run.rule.name,
            "user": run.actor_id,
        }
        run.operation_id = operations.start(actor, "rule", run.object, **details).pk
    return run.operation_id


def _wait(run: Run, rule: Rule, place: int, ids: Sequence[int]) -> None:
    """Put the further steps off, for these records too if others of the run wait already."""
    step = rule.steps[place]
    due = timezone.now() + dt.timedelta(**{step["unit"]: step["amount"]})
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_rule_run set record_ids = record_ids || %s::bigint[] where parent_id = %s and step = %s and cause = %s",
            [list(ids), run.pk, place + 1, WAIT],
        )
        if cursor.rowcount:
            return
    Run.objects.create(
        rule=rule, rule_version=rule.version, parent=run, depth=run.depth, cause=WAIT, object=run.object, record_ids=list(ids),
        actor_id=run.actor_id, step=place + 1, due_at=due, created_at=timezone.now(),
    )  # fmt: skip


def _end(run: Run, state: str, error: str = "") -> None:
    """Note how a run ended, its operation with it; a rule that only ever fails is paused."""
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state=state, error=error, finished_at=timezone.now())
        operation = Operation.objects.filter(pk=run.operation_id).first() if run.operation_id else None
        if operation is not None:
            operations.finish(operation, records=run.changed, details={"refused": run.refused})
        if state == "done" and run.rule.refusals:
            Rule.objects.filter(pk=run.rule_id).update(refusals=0)
        elif state in {"refused", "failed"}:
            run.rule.refusals += 1
            Rule.objects.filter(pk=run.rule_id).update(refusals=run.rule.refusals)
            if run.rule.refusals >= PATIENCE:
                keeping.pause(run.rule, "refused")
