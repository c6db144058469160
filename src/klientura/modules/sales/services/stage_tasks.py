"""Tasks that are made when a deal comes to a stage: each once, however often what happened is told again."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_zone
from klientura.kernel.settings.working import working_time
from klientura.kernel.store import write

REGULATION: Final = SystemActor("a stage asks for this task")
QUIET: Final = ("import", "demo", "undo")
"""Operations that bring deals as they were: nobody has just moved them."""
# Marks first: two deliveries of one event meet at the unique constraint, and the second finds nothing to make.
_MARK: Final = (
    "insert into stage_task_made (opportunity_id, template_id, entered_at)"
    " select o.id, t.id, o.stage_changed_at from opportunity o join stage_task t on t.stage_id = o.stage_id"
    " where o.id = any(%(ids)s) and o.deleted_at is null"
    "  and not exists (select from kernel_operation p where p.id = %(operation)s and p.kind = any(%(quiet)s))"
    " on conflict do nothing returning opportunity_id, template_id"
)
_WANTED: Final = (
    "select o.id, t.name, t.kind, t.days,"
    " coalesce((select u.id from access_user u where u.is_active and u.id ="
    "  case t.who when 'named' then t.user_id when 'creator' then o.created_by_id end), o.owner_id)"
    " from unnest(%s::bigint[], %s::bigint[]) m(deal, template) join opportunity o on o.id = m.deal"
    " join stage_task t on t.id = m.template order by o.id, t.position, t.id"
)


def make_tasks(deal_ids: Sequence[int], operation_id: int | None, now: dt.datetime) -> int:
    """Make the tasks that the stages of some deals ask for and that were not made yet; return how many. Set-based."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"ids": list(deal_ids), "operation": operation_id, "quiet": list(QUIET)})
        marked = cursor.fetchall()
        if not marked:
            return 0
        cursor.execute(_WANTED, [[deal for deal, _t in marked], [template for _d, template in marked]])
        wanted = cursor.fetchall()
    time, zone = working_time(), company_zone()
    today = now.astimezone(zone).date()
    due: dict[int, dt.datetime] = {}
    records: list[dict[str, Any]] = []
    for deal, name, kind, days, owner in wanted:
        if days not in due:
            due[days] = time.end_of_day_after(today, days).replace(tzinfo=zone)
        records.append(
            {
                "name": name, "kind": kind, "due_at": due[days], "owner": owner,
                "subject_object": "opportunity", "subject_id": deal,
            }
        )  # fmt: skip
    return len(write.create_many(REGULATION, shape_of("task"), records))
