"""Deals that wait too long: who is warned, and what becomes of them when their day is over. Each thing happens once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.notify.telling import Told, tell_new
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import operations, write
from klientura.modules.activities.services.reminding import People
from klientura.modules.sales.enums import OnExpiry
from klientura.modules.sales.models import Stage

AT_ONCE: Final = 2_000
CAUGHT_UP: Final = 2
"""So many days after its day a notification is still sent, when nothing ran at the time."""
KIND: Final = "expiry"
CLOCK: Final = SystemActor("a deal has waited for as long as its stage allows")
_NEAR: Final = (
    "select o.id, o.owner_id, o.expires_on, o.expires_on < %(today)s from opportunity o"
    " join pipeline_stage s on s.id = o.stage_id"
    " where o.status = 'open' and o.deleted_at is null and o.expires_on is not null and o.owner_id is not null"
    "  and (o.expires_on < %(today)s and o.expires_on >= %(today)s - %(caught)s::int"
    "   or o.expires_on >= %(today)s and coalesce(s.warn_days, 0) > 0 and o.expires_on <= %(today)s + s.warn_days)"
    " order by o.id limit 5000"
)
_OVER: Final = (
    "select o.id, o.stage_id from opportunity o join pipeline_stage s on s.id = o.stage_id"
    " where o.status = 'open' and o.deleted_at is null and o.expires_on < %s and s.on_expiry = any(%s)"
    " order by o.id limit %s for no key update of o skip locked"
)


def follow_expiry(now: dt.datetime, today: dt.date) -> int:
    """Warn of deals whose day is near, tell of those whose day is over, and do with these what their stage says."""
    told = _warn(now, today)
    done = 0
    while moved := _carry_out(today):
        done += moved
    return told + done


def _warn(now: dt.datetime, today: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, {"today": today, "caught": CAUGHT_UP})
        rows = cursor.fetchall()
    if not rows:
        return 0
    people = People({owner for _id, owner, _day, _over in rows})
    told = [each for row in rows for each in _told(*row, now=now, people=people)]
    return tell_new(told)


def _told(
    deal: int, owner: int, day: dt.date, over: bool, *, now: dt.datetime, people: People
) -> Iterable[Told]:
    about = "expired" if over else "expiring"
    for user_id in dict.fromkeys((owner, *people.heads_of(owner))) if over else (owner,):
        name = "" if user_id == owner else people.names.get(owner, "")
        payload = {"about": f"{about}_by" if name else about, "day": day.isoformat(), "name": name}
        yield Told(
            user_id, "due", f"{about}:{deal}:{day.isoformat()}", now, "opportunity", [deal], payload=payload
        )


@transaction.atomic
def _carry_out(today: dt.date) -> int:
    """Close or move some of the deals whose day is over; return how many. Two at once take different deals."""
    acting = [OnExpiry.LOSE.value, OnExpiry.MOVE.value]
    with connection.cursor() as cursor:
        cursor.execute(_OVER, [today, acting, AT_ONCE])
        by_stage: dict[int, list[int]] = defaultdict(list)
        for deal, stage in cursor.fetchall():
            by_stage[stage].append(deal)
    if not by_stage:
        return 0
    stages = {s.pk: s for s in Stage.objects.filter(deleted_at=None).order_by("place", "id")}
    return sum(_move(stages[pk], stages, ids) for pk, ids in by_stage.items() if pk in stages)


def _move(stage: Stage, stages: dict[int, Stage], ids: Sequence[int]) -> int:
    shape = shape_of("opportunity")
    target = _target(stage, stages)
    name = _("«{stage}»: the deal has waited too long").format(stage=stage.name)
    operation = operations.start(CLOCK, KIND, shape.key, name=name)
    values: dict[str, Any] = {"stage": target.pk} if target else {"expires_on": None}
    if target and target.kind == "lost":
        values |= {"loss_reason": "no_answer", "loss_note": name[:500]}
    drafts = [
        Draft(values=dict(values), before=row, record_id=row["id"], version=row["version"])
        for row in write.lock_rows(shape, ids)
    ]
    batch = Batch(shape, drafts, creating=False)
    write.follow_rules(CLOCK, batch)
    for draft in batch:
        if (
            draft.errors
        ):  # a rule of the company's own is in the way: the deal stays, and its day is over for good
            draft.errors.clear()
            draft.values = {"expires_on": None}
    changed = write.write_drafts(CLOCK, batch, operation_id=operation.pk)
    operations.finish(operation, records=len(changed))
    return len(changed)


def _target(stage: Stage, stages: dict[int, Stage]) -> Stage | None:
    """Where an expired deal goes; None when the stage that is to take it is there no more."""
    if stage.on_expiry == OnExpiry.MOVE:
        return stages.get(stage.expiry_stage_id or 0)
    return next((s for s in stages.values() if s.pipeline_id == stage.pipeline_id and s.kind == "lost"), None)
