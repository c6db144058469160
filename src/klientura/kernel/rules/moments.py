"""Moments and schedules: what has come due since they were last looked at. A time without a worker is made up for."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.gate import require
from klientura.kernel.errors import KernelError
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.rules import authority, hearing, keeping, triggers
from klientura.kernel.rules.definition import shape_for
from klientura.kernel.rules.models import Moment, Rule, Run
from klientura.kernel.settings.installation import current
from klientura.kernel.store.compiler import conditions

KEPT = dt.timedelta(days=400)
MOST = 100_000
"""Records of one turn; the rest follow with the next."""


def look() -> int:
    """Note runs for all moments and turns that have come; return how many."""
    follow_latest()
    if keeping.held() is not None:
        return 0
    now = timezone.now()
    rules = (
        Rule.objects.filter(active=True, trigger__kind__in=["due", "schedule"])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    noted = 0
    for rule_id in list(rules):
        with timezone.override(current().time_zone):
            noted += _look_at(rule_id, now)
    return noted


def _look_at(rule_id: int, now: dt.datetime) -> int:
    with transaction.atomic():
        found = Rule.objects.select_for_update(of=("self",), skip_locked=True).select_related("owner")
        rule = found.filter(pk=rule_id, active=True).first()
        if rule is None:
            return 0
        try:
            ids = _due(rule, now) if rule.trigger["kind"] == "due" else _turn(rule, now)
        except KernelError as bad:
            _refuse(rule, now, str(bad.message))
            return 0
        if not ids:
            return 0
        hearing.note(rule, ids, cause=rule.trigger["kind"])
        hearing.wake(rule.pk)
        return 1


def _refuse(rule: Rule, now: dt.datetime, why: str) -> None:
    """Say in the log that a rule may not or cannot look for its records, and pause it: the next look would find the same."""
    Run.objects.create(
        rule=rule, rule_version=rule.version, cause=rule.trigger["kind"], object=rule.object, record_ids=[], due_at=now,
        created_at=now, finished_at=now, state="refused", error=why,
    )  # fmt: skip
    keeping.pause(rule, "refused")


def _due(rule: Rule, now: dt.datetime) -> list[int]:
    """The records whose moment has come since the watermark; the watermark moves in the same transaction."""
    shape, actor, zone = shape_for(rule), authority.acting(rule), current().time_zone
    require(actor, shape, "read")
    triggers.checked(actor, shape, rule.trigger)
    since = rule.watermark or now
    at, params = triggers.moment(shape, rule.trigger, zone)
    where = conditions(
        actor, shape, tree=rule.filter, more=[triggers.due_between(shape, rule.trigger, since, now, zone)]
    )
    text = sql.SQL(
        "insert into kernel_rule_moment (rule_id, record_id, at) select {rule}, r.id, {at} from {table} r where {where}"
        " order by 3, r.id limit {most} on conflict do nothing returning record_id, at"
    ).format(
        rule=sql.Literal(rule.pk),
        at=at,
        table=sql.Identifier(shape.table),
        where=where.sql,
        most=sql.Literal(MOST),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*params, *where.params])
        rows = cursor.fetchall()
    # More than fits into one turn: the next begins where this one ends.
    reached = max(row[1] for row in rows) - dt.timedelta(microseconds=1) if len(rows) >= MOST else now
    Rule.objects.filter(pk=rule.pk).update(watermark=reached)
    return list(dict.fromkeys(row[0] for row in rows))


def _turn(rule: Rule, now: dt.datetime) -> list[int]:
    """The records of a schedule whose turn has come; turns that were missed are one."""
    if rule.next_at is None or rule.next_at > now:
        return []
    shape, actor = shape_for(rule), authority.acting(rule)
    require(actor, shape, "read")
    where = conditions(actor, shape, tree=rule.filter)
    text = sql.SQL("select r.id from {} r where {} order by r.id limit {}").format(
        sql.Identifier(shape.table), where.sql, sql.Literal(MOST)
    )
    ids = triggers.found(text, where.params)
    Rule.objects.filter(pk=rule.pk).update(next_at=triggers.next_turn(rule.trigger, now, current().time_zone))
    return ids


def forget_old_moments() -> int:
    """Delete moments that came long ago; return how many."""
    return Moment.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
