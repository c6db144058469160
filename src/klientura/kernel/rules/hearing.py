"""From events to runs: each rule that waits for an event gets a run, in the transaction of the event's delivery."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from klientura.kernel.events.outbox import Delivered
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.rules.keeping import held
from klientura.kernel.rules.models import Rule, Run
from klientura.kernel.rules.triggers import columns_of

RUN = "klientura.rules.run"
"""The name of the worker's task that carries runs out."""
MAX_DEPTH = 5
"""How long a chain of rules that set each other off may become."""
TOO_LONG = "chain"

# Changes that one operation makes in pieces are one run, as long as it has not begun.
_JOIN = (
    "update kernel_rule_run set record_ids = record_ids || %s::bigint[], moments = moments || %s::timestamptz[]"
    " where id = (select id from kernel_rule_run where rule_id = %s and cause_operation_id = %s and state = 'waiting'"
    "  and cause = 'event' and depth = %s order by id limit 1 for update skip locked) returning id"
)


def hear(event: Delivered) -> None:
    """Note for each rule that waits for such an event that it is to run."""
    key, _dot, verb = event.kind.rpartition(".")
    shape = all_shapes().get(key)
    if shape is None or verb not in {"created", "changed"}:
        return
    rules = [
        r for r in Rule.objects.filter(object=key, active=True).order_by("pk") if r.trigger["kind"] == verb
    ]
    if not rules or held() is not None:
        return
    payload = _payload(event)
    moments = [event.at, *([dt.datetime.fromisoformat(payload["at"])] if "at" in payload else [])]
    parent = _behind(event.operation_id)
    due = set()
    for rule in rules:
        wanted = columns_of(shape, rule.trigger)
        if "columns" in payload and verb == "changed" and wanted and not wanted & set(payload["columns"]):
            continue
        note(rule, event.record_ids, cause="event", moments=moments, operation_id=event.operation_id,
             actor_id=parent.actor_id if parent else event.actor_id, parent=parent)  # fmt: skip
        due.add(rule.pk)
    for rule_id in sorted(due):
        wake(rule_id)


def _payload(event: Delivered) -> dict[str, Any]:
    """What the event says of itself; the driver hands JSON over as it is written."""
    said = orjson.loads(event.payload) if isinstance(event.payload, str | bytes) else event.payload
    return said if isinstance(said, dict) else {}


def _behind(operation_id: int | None) -> Run | None:
    """The run whose own writing an event is."""
    return Run.objects.filter(operation_id=operation_id).first() if operation_id is not None else None


def note(
    rule: Rule,
    record_ids: Sequence[int],
    *,
    cause: str,
    moments: Sequence[dt.datetime] = (),
    operation_id: int | None = None,
    actor_id: int | None = None,
    parent: Run | None = None,
) -> Run | None:
    """Write a run that is to be carried out; None when it was joined to one that waits. One too deep in a chain ends at once."""
    depth = parent.depth + 1 if parent else 1
    if operation_id is not None:
        with connection.cursor() as cursor:
            cursor.execute(_JOIN, [list(record_ids), list(moments), rule.pk, operation_id, depth])
            if cursor.fetchone():
                return None
    now = timezone.now()
    return Run.objects.create(
        rule=rule, rule_version=rule.version, parent=parent, depth=depth, cause=cause, object=rule.object,
        record_ids=list(record_ids), moments=list(moments), cause_operation_id=operation_id, actor_id=actor_id, due_at=now,
        created_at=now, state="stopped" if depth > MAX_DEPTH else "waiting", error=TOO_LONG if depth > MAX_DEPTH else "",
        finished_at=now if depth > MAX_DEPTH else None,
    )  # fmt: skip


def wake(rule_id: int) -> None:
    """Have the worker carry out what is due of a rule. One waiting task is enough, and one at a time works."""
    name = f"rule-{rule_id}"
    try:
        with transaction.atomic():
            app.configure_task(RUN, lock=name, queueing_lock=name).defer(rule_id=rule_id)
    except AlreadyEnqueued:
        return
