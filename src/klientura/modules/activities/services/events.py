"""What must hold for an event of the calendar: its span, its zone, its rule, and who has answered."""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.store import write
from klientura.kit.recurrence.expanding import between, moment
from klientura.kit.recurrence.rules import MOST_COUNT, Recurrence, parse
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.rules import start_of, zone_of
from klientura.modules.activities.services.checks import check_subjects

HOUR: Final = dt.timedelta(hours=1)
DAY: Final = dt.timedelta(days=1)
LONGEST: Final = dt.timedelta(days=366)
FAR: Final = dt.timedelta(days=366 * 40)
"""So far ahead the end of a series is looked for; one that goes on longer has no end for us."""
LAST: Final = dt.datetime(9000, 1, 1)
KEEPER: Final = SystemActor("occurrences are as private as their series")
SPAN: Final = ("starts_at", "ends_at", "all_day", "zone")
TOLD: Final = (*SPAN, "repeats", "place", "status")
"""What a guest has to be told anew when it changes; their calendars go by the number that then rises."""


def zone_name(text: str) -> str:
    """The name of a zone as it was given. Raises FieldProblem for one that there is not."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FieldProblem("zone", _("There is no such time zone.")) from None


def next_hour(_actor: Any) -> dict[str, Any]:
    """An empty form begins with the hour that comes next."""
    begins = timezone.localtime().replace(minute=0, second=0, microsecond=0) + HOUR
    return {"starts_at": begins, "ends_at": begins + HOUR, "zone": timezone.get_current_timezone_name()}


def before_write_event(batch: Batch, actor: Any) -> None:
    """An event has a span, a zone and an end of all its occurrences; who is no longer invited has not answered either."""
    check_subjects(batch, actor)
    for draft in batch:
        if draft.errors:
            continue
        if batch.creating or draft.changed(*SPAN):
            _settle_span(draft, creating=batch.creating)
        if batch.creating or draft.changed(*SPAN, "repeats"):
            settle_series(draft)
        if (
            draft.changed("private", "owner")
            and draft.get("private")
            and not actor.is_system
            and draft.get("owner") != actor.user_id
        ):
            draft.refuse("private", "owner", _("Only whose event it is can keep it to themselves."))
        _settle_answers(draft, actor.user_id)
        if draft.before and draft.changed(*TOLD):
            draft.values["sequence"] = draft.before["sequence"] + 1
    _settle_private(batch)


def _settle_private(batch: Batch) -> None:
    """What is private of a series is so of each of its occurrences, those that stand by themselves with it."""
    shape = batch.shape
    if batch.creating:
        of_series = [d for d in batch if d.get("series")]
        rows = write.lock_rows(shape, sorted({d.get("series") for d in of_series})) if of_series else []
        private = {row["id"] for row in rows if row["private"]}
        for draft in of_series:
            if draft.get("series") in private:
                draft.values["private"] = True
        return
    ticked = [
        d.record_id or 0
        for d in batch
        if not d.errors and d.changed("private") and d.get("private") and d.before["repeats"]
    ]
    if not ticked:
        return
    with connection.cursor() as cursor:
        cursor.execute("select id from event where series_id = any(%s) and not private", [ticked])
        apart = [number for (number,) in cursor.fetchall()]
    drafts = [
        Draft(values={"private": True}, before=row, record_id=row["id"], version=row["version"])
        for row in write.lock_rows(shape, apart)
    ]
    write.write_drafts(KEEPER, Batch(shape, drafts, creating=False))


def _settle_span(draft: Draft, *, creating: bool) -> None:
    """The end follows the beginning; days of an all-day event are those of whoever writes it."""
    if not draft.get("zone"):
        draft.values["zone"] = timezone.get_current_timezone_name()
    start = draft.get("starts_at")
    if start is None:
        return
    if draft.get("ends_at") is None:
        draft.values["ends_at"] = start + (DAY if draft.get("all_day") else HOUR)
    elif draft.changed("starts_at") and not draft.changed("ends_at") and draft.before:
        draft.values["ends_at"] = draft.before["ends_at"] + (start - draft.before["starts_at"])
    end = draft.get("ends_at")
    if end < start:
        draft.refuse("ends_at", "order", _("It cannot end before it begins."))
    elif end - start > LONGEST:
        draft.refuse("ends_at", "long", _("An event lasts a year at most."))
    elif draft.get("all_day"):
        _settle_days(draft, start, end, anew=creating or draft.changed("all_day"))
    else:
        draft.values |= {"first_day": None, "last_day": None}


def _settle_days(draft: Draft, start: dt.datetime, end: dt.datetime, *, anew: bool) -> None:
    here = timezone.get_current_timezone()
    if anew or draft.changed("starts_at", "ends_at"):
        first, last = start.astimezone(here), end.astimezone(here)
        if anew or draft.changed("starts_at"):
            draft.values["first_day"] = first.date()
        if anew or draft.changed("ends_at"):
            # Midnight ends the day before, as calendars say it; any other time lies within its day.
            whole = last.time() == dt.time() and end > start
            draft.values["last_day"] = last.date() - DAY if whole else last.date()
        draft.values["last_day"] = max(draft.get("first_day"), draft.get("last_day"))
    zone = zone_of(draft.get("zone"))
    draft.values["starts_at"] = moment(dt.datetime.combine(draft.get("first_day"), dt.time()), zone)
    draft.values["ends_at"] = moment(dt.datetime.combine(draft.get("last_day") + DAY, dt.time()), zone)


def settle_series(draft: Draft) -> None:
    """When all of it is over. An occurrence that stands by itself does not repeat."""
    if draft.get("starts_at") is None or draft.get("ends_at") is None:
        return
    if draft.get("repeats") and draft.get("series"):
        draft.refuse("repeats", "occurrence", _("This is one of a series already. Change the series."))
        return
    lasting = draft.get("ends_at") - draft.get("starts_at")
    if not draft.get("repeats"):
        draft.values["over_at"] = draft.get("ends_at")
        return
    row = {k: draft.get(k) for k in ("all_day", "first_day", "starts_at", "zone")}
    last = _last_of(parse(draft.get("repeats")), start_of(row))
    draft.values["over_at"] = None if last is None else moment(last, zone_of(row["zone"])) + lasting


def _last_of(recurrence: Recurrence, start: dt.datetime) -> dt.datetime | None:
    """A wall-clock time after which nothing of it begins; None: there is no end, or none that is worth looking for."""
    rule, far = recurrence.rule, min(start, LAST - FAR) + FAR
    if rule is not None and rule.until is None:
        if rule.count is None:
            return None
        found = between(Recurrence(rule), start, start, far, most=MOST_COUNT)
        if len(found) < rule.count:
            return None
        start = found[-1]
    last = max(start, *recurrence.extra, (rule.until if rule and rule.until else start))
    return last if last <= far else None


def _settle_answers(draft: Draft, actor_id: int | None) -> None:
    """Answers are of those who are invited; a new time asks everybody anew but whoever has moved it."""
    invited = set(draft.get("attendees") or ())
    moved = bool(draft.before) and draft.changed("starts_at", "ends_at", "all_day")
    for key in ANSWERS:
        stands = draft.get(key) or []
        kept = [u for u in stands if u in invited and (not moved or u == actor_id)]
        if kept != stands:
            draft.values[key] = kept or None
