"""What colleagues are told of events: that they are invited, that the time has changed, who comes."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any, Final

import orjson
from django.db import connection
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.notify.steps import Apart
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.recurrence.expanding import moment
from klientura.kit.recurrence.rules import Recurrence, moment_of, parse
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.rules import zone_of

TELLER: Final = SystemActor("colleagues are told of an event")
KEYS: Final = (
    "id", "name", "status", "starts_at", "ends_at", "all_day", "repeats", "series", "occurrence_at", "owner", "attendees", "sequence",
    *ANSWERS,
)  # fmt: skip
DAY: Final = dt.timedelta(days=1)
TIMES: Final = frozenset({"starts_at", "ends_at", "all_day", "repeats"})
SPANS: Final = frozenset({*TIMES, "zone", "status", *ANSWERS})
"""Changes of these are told here, in words; of all others the general notice of a change tells."""
# What came after a change may be there already when it is told: all since then is one change, of which each side is looked at.
_REPEATS: Final = (
    "select c.record_id, e.zone, (array_agg(c.changes -> 'repeats' -> 0 order by c.id))[1],"
    "  (array_agg(c.changes -> 'repeats' -> 1 order by c.id desc))[1]"
    " from kernel_change c join event e on e.id = c.record_id"
    " where c.object = 'event' and c.record_id = any(%(ids)s) and c.changes ? 'repeats' and (c.at >= %(since)s or not exists ("
    "  select from kernel_change l where l.object = 'event' and l.record_id = c.record_id and l.id > c.id and l.changes ? 'repeats'))"
    " group by 1, 2"
)
_APART: Final = "select series_id, occurrence_at from event where series_id = any(%s)"
_RAISE: Final = "update event set sequence = sequence + 1 where id = any(%s)"


def moved_in_earnest(event_ids: Sequence[int], since: dt.datetime) -> list[int]:
    """Those of events with another `repeats` since a moment of which more has changed than days that are left out.

    A day that is held, moved or taken out by itself leaves the series where it was: of that nobody is told.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REPEATS, {"ids": list(event_ids), "since": since})
        same = {
            n for n, _zone, *texts in cursor.fetchall() if _without_days(texts[0]) == _without_days(texts[1])
        }
    return [n for n in event_ids if n not in same]


def missing_to_come(event_ids: Sequence[int], since: dt.datetime) -> list[int]:
    """Those of events with another `repeats` since a moment of which a day to come was left out, or is one again."""
    with connection.cursor() as cursor:
        cursor.execute(_REPEATS, {"ids": list(event_ids), "since": since})
        rows = cursor.fetchall()
    now = timezone.now()
    return [
        number
        for number, zone, before, after in rows
        if any(
            moment(moment_of(day), zone_of(zone)) + DAY > now for day in _left_out(before) ^ _left_out(after)
        )
    ]


def _left_out(text: Any) -> frozenset[dt.date]:
    said = orjson.loads(text) if isinstance(text, str | bytes) else text
    return parse(said).without if said else frozenset()


def raise_sequence(event_ids: Sequence[int]) -> None:
    """Have what is told of events from now on count as newer than all that was told before."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [list(event_ids)])


def _without_days(text: Any) -> Recurrence | None:
    said = orjson.loads(text) if isinstance(text, str | bytes) else text
    return replace(parse(said), without=frozenset()) if said else None


def tell_invited(event_ids: Sequence[int], actor_id: int | None, at: dt.datetime) -> None:
    """Whoever is named is told once that they are invited; of a day of a series they come to, what has become of it."""
    rows = _rows(event_ids)
    series = {r["id"]: r for r in _rows(sorted({r["series"].id for r in rows if r["series"]}))}
    notices: list[Told] = []
    for row in rows:
        whole = series.get(row["series"].id) if row["series"] else None
        known = _taking_part(whole) if whole else set()
        if row["status"] != "planned":
            continue
        notices += [
            _told(row, user, "invited", f"invited:{row['id']}:{user}", at, actor_id)
            for user in _ids(row["attendees"])
            if user != actor_id and user not in known
        ]
        if whole is not None:
            notices += [n for n in _to_all(row, _moved(row), at, actor_id) if n.user_id in known]
    tell(notices)


def _taking_part(row: Row) -> set[int]:
    return {*_ids(row["attendees"]), *([row["owner"].id] if row["owner"] else [])}


def taking_part(event_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Who hears here of changes of events: (user, event). What was held is told in the general way."""
    return [(u, r["id"]) for r in _rows(event_ids) if r["status"] != "held" for u in _taking_part(r)]


def taking_part_in_series(event_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Who hears here that a day of a series stands by itself: (user, event)."""
    return [(u, r["id"]) for r in _rows(event_ids) if r["series"] for u in _taking_part(r)]


def _moved(row: Row) -> str:
    """What has become of a day of a series that stands by itself."""
    return "differs" if row["starts_at"] == row["occurrence_at"] else "moved"


def tell_days(event_ids: Sequence[int], actor_id: int | None, at: dt.datetime) -> None:
    """Days of series that were taken out by themselves are told as called off; those that are there again likewise."""
    with connection.cursor() as cursor:
        cursor.execute(_REPEATS, {"ids": list(event_ids), "since": at})
        changed = {
            number: (_moments(before, zone), _moments(after, zone))
            for number, zone, before, after in cursor.fetchall()
        }
        cursor.execute(_APART, [list(changed)])
        own = set(cursor.fetchall())
    now, notices = timezone.now(), list[Told]()
    for row in _rows(sorted(changed)):
        before, after = changed[row["id"]]
        for day in sorted(before ^ after):
            if (row["id"], day) not in own and day + DAY > now:
                said = "off" if day in after else "again"
                notices += _to_all({**row, "occurrence_at": day, "starts_at": day}, said, at, actor_id)
    tell(notices)


def _moments(text: Any, zone: str) -> set[dt.datetime]:
    return {moment(moment_of(day), zone_of(zone)) for day in _left_out(text)}


def tell_changed(
    event_ids: Sequence[int], columns: Iterable[str], actor_id: int | None, at: dt.datetime
) -> None:
    """A new time and a cancellation are told to those who take part, an answer to whose event it is."""
    touched = set(columns)
    notices: list[Told] = []
    for row in _rows(event_ids):
        said = _said(row, touched)
        if said == "moved" and row["series"] and row["starts_at"] == row["occurrence_at"]:
            said = "usual"
        if said:
            notices += _to_all(row, said, at, actor_id)
        answer = (
            next((k for k in ANSWERS if actor_id in _ids(row[k])), "")
            if touched & set(ANSWERS) and not said
            else ""
        )
        if answer and row["owner"] and row["owner"].id != actor_id:
            notices.append(
                _told(
                    row,
                    row["owner"].id,
                    answer,
                    f"answer:{row['id']}:{actor_id}:{at.isoformat()}",
                    at,
                    actor_id,
                )
            )
    tell(notices)


def _said(row: Row, touched: set[str]) -> str:
    """What everybody who takes part has to hear of a change, if anything."""
    if row["status"] == "held":
        return ""
    if "status" in touched:
        return "off" if row["status"] == "cancelled" else "again" if is_to_come(row, timezone.now()) else ""
    return "moved" if touched & TIMES else ""


def tell_off(event_ids: Sequence[int], actor_id: int | None, at: dt.datetime) -> None:
    """Whoever takes part in something to come is told that it went to the trash; of a series' own days the series tells."""
    gone = [r for r in _rows(event_ids, trashed=True) if is_to_come(r, timezone.now())]
    series = {r["id"] for r in _rows([r["series"].id for r in gone if r["series"]], trashed=True)}
    tell(
        [
            n
            for r in gone
            if not r["series"] or r["series"].id not in series
            for n in _to_all(r, "off", at, actor_id)
        ]
    )


def tell_again(event_ids: Sequence[int], actor_id: int | None, at: dt.datetime) -> None:
    """Whoever takes part in something to come is told that it is out of the trash."""
    back = [r for r in _rows(event_ids) if is_to_come(r, timezone.now())]
    tell([n for r in back for n in _to_all(r, "again", at, actor_id)])


def is_to_come(row: Row, now: dt.datetime) -> bool:
    """Whether a planned event, or something of its series, may still be to come."""
    return row["status"] == "planned" and (bool(row["repeats"]) or row["ends_at"] > now)


def _to_all(row: Row, said: str, at: dt.datetime, actor_id: int | None) -> list[Told]:
    day = f":{row['occurrence_at']:%Y%m%dT%H%M}" if row["occurrence_at"] and not row["series"] else ""
    cause = f"{said}:{row['id']}:{row['sequence']}{day}"
    return [_told(row, u, said, cause, at, actor_id) for u in sorted(_taking_part(row) - {actor_id})]


def _rows(event_ids: Sequence[int], *, trashed: bool = False) -> list[Row]:
    shape, found = shape_of("event"), list[Row]()
    for some in batched(event_ids, 200):
        tree = {"field": "id", "op": "in", "value": list(some)}
        found += read.page(TELLER, shape, tree=tree, sort="id", limit=200, keys=KEYS, trashed=trashed).rows
    return found


def _ids(value: Any) -> list[int]:
    return [each.id for each in value or ()]


def _told(row: Row, user: int, said: str, cause: str, at: dt.datetime, actor_id: int | None) -> Told:
    payload = {"said": said, "begins": row["starts_at"].isoformat(), "name": row["name"]}
    if row["occurrence_at"]:
        payload |= {"day": row["occurrence_at"].isoformat(), "whole": bool(row["all_day"])}
    return Told(
        user_id=user, kind="invited", cause=cause, at=at, object="event", record_ids=[row["id"]], actor_id=actor_id, payload=payload,
    )  # fmt: skip


APART: Final = Apart(SPANS, taking_part, taking_part_in_series)
