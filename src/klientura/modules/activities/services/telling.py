"""What colleagues are told of events: that they are invited, that the time has changed, who comes."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any, Final

import orjson
from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.recurrence.rules import Recurrence, parse
from klientura.modules.activities.enums import ANSWERS

TELLER: Final = SystemActor("colleagues are told of an event")
KEYS: Final = ("id", "status", "starts_at", "owner", "attendees", "sequence", *ANSWERS)
TIMES: Final = frozenset({"starts_at", "ends_at", "all_day", "repeats"})


_REPEATS: Final = (
    "select distinct on (record_id) record_id, changes -> 'repeats' -> 0, changes -> 'repeats' -> 1 from kernel_change"
    " where object = 'event' and record_id = any(%s) and changes ? 'repeats' order by record_id, id desc"
)


def moved_in_earnest(event_ids: Sequence[int]) -> list[int]:
    """Those of events with another `repeats` of which more has changed than days that are left out.

    A day that is held, moved or taken out by itself leaves the series where it was: of that nobody is told.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REPEATS, [list(event_ids)])
        same = {n for n, *texts in cursor.fetchall() if _without_days(texts[0]) == _without_days(texts[1])}
    return [n for n in event_ids if n not in same]


def _without_days(text: Any) -> Recurrence | None:
    said = orjson.loads(text) if isinstance(text, str | bytes) else text
    return replace(parse(said), without=frozenset()) if said else None


def tell_invited(event_ids: Sequence[int], actor_id: int | None, at: dt.datetime) -> None:
    """Whoever is named is told once that they are invited."""
    tell([
        _told(row, user, "invited", f"invited:{row['id']}:{user}", at, actor_id)
        for row in _rows(event_ids)
        for user in _ids(row["attendees"])
        if row["status"] == "planned" and user != actor_id
    ])  # fmt: skip


def tell_changed(
    event_ids: Sequence[int], columns: Iterable[str], actor_id: int | None, at: dt.datetime
) -> None:
    """A new time and a cancellation are told to those who take part, an answer to whose event it is."""
    touched = set(columns)
    notices: list[Told] = []
    for row in _rows(event_ids):
        said = (
            "off"
            if "status" in touched and row["status"] == "cancelled"
            else "moved"
            if touched & TIMES
            else ""
        )
        others = {*_ids(row["attendees"]), *([row["owner"].id] if row["owner"] else [])} - {actor_id}
        if said and row["status"] != "held":
            notices += [
                _told(row, u, said, f"{said}:{row['id']}:{row['sequence']}", at, actor_id)
                for u in sorted(others)
            ]
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


def _rows(event_ids: Sequence[int]) -> list[Row]:
    shape, found = shape_of("event"), list[Row]()
    for some in batched(event_ids, 200):
        tree = {"field": "id", "op": "in", "value": list(some)}
        found += read.page(TELLER, shape, tree=tree, sort="id", limit=200, keys=KEYS).rows
    return found


def _ids(value: Any) -> list[int]:
    return [each.id for each in value or ()]


def _told(row: Row, user: int, said: str, cause: str, at: dt.datetime, actor_id: int | None) -> Told:
    return Told(
        user_id=user, kind="invited", cause=cause, at=at, object="event", record_ids=[row["id"]], actor_id=actor_id,
        payload={"said": said, "begins": row["starts_at"].isoformat()},
    )  # fmt: skip
