"""What follows when events are changed, undone, put into the trash or taken out of it: people are told what stands now.

What has to follow in the events themselves is written without a new version and without history, as a fact.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final

from django.db import connection

from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kit.recurrence.expanding import wall
from klientura.modules.activities.rules import zone_of
from klientura.modules.activities.services import events, guests, invitations, reminders, telling

DAY: Final = dt.timedelta(days=1)
_DONE: Final = (
    "select c.record_id, c.action, coalesce(array_agg(distinct k.key) filter (where k.key is not null), '{}')"
    " from kernel_change c left join lateral jsonb_object_keys(c.changes) k(key) on true"
    " where c.operation_id = %s and c.object = 'event' and c.record_id = any(%s) group by 1, 2 order by 1"
)
_WHOLE: Final = (
    "update event e set first_day = v.first_day, last_day = v.last_day, over_at = v.over_at, sequence = e.sequence + 1"
    " from unnest(%s::bigint[], %s::date[], %s::date[], %s::timestamptz[]) v(id, first_day, last_day, over_at)"
    " where e.id = v.id"
)


def of_undone(
    event_ids: Sequence[int], operation_id: int | None, actor_id: int | None, at: dt.datetime
) -> None:
    """What was undone is told like any other change: by what the undo itself has put back."""
    invitations.forget_contacts(event_ids)
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [operation_id, list(event_ids)])
        done = cursor.fetchall()
    changed: dict[tuple[str, ...], list[int]] = {}
    for number, action, columns in done:
        if action == "update":
            changed.setdefault(tuple(columns), []).append(number)
    _make_whole([n for columns, ids in changed.items() if guests.TOLD & set(columns) for n in ids])
    for columns, ids in changed.items():
        of_changed(ids, columns, actor_id, at, undone=True)
    of_trashed([n for n, action, _columns in done if action == "trash"], actor_id, at)
    of_restored([n for n, action, _columns in done if action == "restore"], actor_id, at)


def of_changed(
    event_ids: Sequence[int],
    columns: Collection[str],
    actor_id: int | None,
    at: dt.datetime,
    *,
    undone: bool = False,
) -> None:
    """What has changed is told; of a series' days that are left out colleagues hear by what became of these, guests with the whole."""
    moved, touched = list(event_ids), set(columns)
    if "attendees" in touched:
        telling.tell_invited(moved, actor_id, at)
        reminders.follow_attendees(moved, at)
    if "owner_id" in touched:
        reminders.remind_as_usual(moved)
    if "repeats" in touched and not (guests.TOLD - {"repeats"}) & touched:
        moved = telling.moved_in_earnest(moved, at)
        telling.tell_days(sorted(set(event_ids) - set(moved)), actor_id, at)
        guests.follow_days(sorted(set(telling.missing_to_come(event_ids, at)) - set(moved)))
    telling.tell_changed(moved, columns, actor_id, at)
    guests.follow_changes(moved, columns, named_again=undone)


def of_trashed(event_ids: Sequence[int], actor_id: int | None, at: dt.datetime) -> None:
    """Nobody need come."""
    if event_ids:
        telling.raise_sequence(event_ids)
        guests.call_off(event_ids)
        telling.tell_off(event_ids, actor_id, at)


def of_restored(event_ids: Sequence[int], actor_id: int | None, at: dt.datetime) -> None:
    """Everybody is to come after all."""
    if event_ids:
        telling.raise_sequence(event_ids)
        guests.call_again(event_ids)
        telling.tell_again(event_ids, actor_id, at)


def _make_whole(event_ids: Sequence[int]) -> None:
    """What the history does not keep follows what was put back: days, the end of all, the number of changes."""
    made = []
    for row in write.lock_rows(shape_of("event"), event_ids):
        draft = Draft(values={"first_day": None, "last_day": None}, before=row, record_id=row["id"])
        if row["all_day"]:
            zone = zone_of(row["zone"])
            first, last = wall(row["starts_at"], zone).date(), wall(row["ends_at"], zone).date() - DAY
            draft.values = {"first_day": first, "last_day": max(first, last)}
        events.settle_series(draft)
        made.append((row["id"], *(draft.get(k) for k in ("first_day", "last_day", "over_at"))))
    if made:
        with connection.cursor() as cursor:
            cursor.execute(_WHOLE, [list(column) for column in zip(*made, strict=True)])
