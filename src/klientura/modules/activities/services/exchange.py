"""Events as other programs exchange them: a user's calendar as entries, entries taken into a user's calendar."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import Predicate, readable, require, writable
from klientura.kernel.errors import Invalid, KernelError
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import drafts, read, write
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.read import Row
from klientura.kit.ics.entries import Entry, Guest
from klientura.kit.recurrence.expanding import moment, wall
from klientura.kit.recurrence.rules import parse, stamp
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.rules import HOST, recurrence_of, start_of, zone_of
from klientura.modules.activities.services import invitations

MOST: Final = 1_000
"""So many entries are taken from one file, and stand in one feed."""
DAY: Final = dt.timedelta(days=1)
KEEPER: Final = SystemActor("an event is found by the name that another program knows it by")
KEYS: Final = (
    "id", "uid", "name", "kind", "status", "starts_at", "ends_at", "all_day", "first_day", "last_day", "zone", "repeats", "series",
    "occurrence_at", "place", "description", "free", "private", "foreign_uid", "sequence", "updated_at", "owner", "attendees", *ANSWERS,
)  # fmt: skip


def uid_of(row: Mapping[str, Any]) -> str:
    """By what name other programs know an event; one that came from them keeps theirs."""
    return str(row["foreign_uid"] or f"{row['uid']}@{HOST}").partition("#")[0]


def calendar_of(actor: Actor, *, since: dt.datetime) -> list[Entry]:
    """What stands in the actor's own calendar and is not over before `since`, series as rules with their exceptions."""
    shape = shape_of("event")
    mine = sql.SQL("(r.owner_id = %s or r.attendees @> array[%s]::bigint[])")
    more = [
        Predicate(sql.SQL("(r.over_at is null or r.over_at >= %s)"), (since,)),
        Predicate(mine, (actor.user_id, actor.user_id)),
    ]
    rows: list[Row] = []
    after: str | None = None
    while len(rows) < MOST:
        page = read.page(actor, shape, sort="id", limit=200, after=after, keys=keys_of(actor), more=more)
        rows += page.rows
        after = page.next
        if after is None:
            break
    return entries(rows)


def keys_of(actor: Actor) -> list[str]:
    """What of an event is open to the actor and told to other programs."""
    shown = readable(actor, shape_of("event"))
    return [key for key in KEYS if key in shown]


def entries(rows: Sequence[Row]) -> list[Entry]:
    """Rows of events as entries; an occurrence that stands by itself names its series where that is among them.

    What is hidden from who reads is empty; one whose time is hidden cannot be told.
    """
    rows = [dict.fromkeys(KEYS) | row for row in rows if row.get("starts_at")]
    by_id = {row["id"]: row for row in rows}
    own: dict[int, list[dt.datetime]] = defaultdict(list)
    for row in rows:
        if row["series"] and row["series"].id in by_id and row["occurrence_at"]:
            own[row["series"].id].append(row["occurrence_at"])
    return [_entry(row, by_id, own.get(row["id"], ())) for row in rows]


def _entry(row: Row, by_id: Mapping[int, Row], apart: Iterable[dt.datetime]) -> Entry:
    zone = zone_of(row["zone"])
    series = by_id.get(row["series"].id) if row["series"] else None
    recurrence = recurrence_of(row)
    if (
        recurrence is not None
    ):  # what stands by itself takes the place of its moment, which is then not left out
        kept = recurrence.without - {wall(at, zone) for at in apart}
        recurrence = replace(recurrence, without=frozenset(kept))
    starts = start_of(row)
    whole = bool(row["all_day"] and row["first_day"] and row["last_day"])
    lasting = (row["last_day"] - row["first_day"] + DAY) if whole else None
    return Entry(
        uid=uid_of(series or row), name=row["name"] or "", starts=starts,
        ends=starts + lasting if lasting is not None else wall(row["ends_at"] or row["starts_at"], zone),
        zone=zone.key, all_day=whole, recurrence=recurrence.text() if recurrence else "",
        occurrence=_occurrence(row, series) if series and row["occurrence_at"] else None,
        place=row["place"] or "", description=row["description"] or "", sequence=row["sequence"] or 0, stamp=row["updated_at"],
        cancelled=row["status"] == "cancelled", free=bool(row["free"]), private=bool(row["private"]),
    )  # fmt: skip


def _occurrence(row: Row, series: Row) -> dt.datetime:
    """Which occurrence of its series a row stands for: by its own clock, as an entry says it; of whole days the day there."""
    return wall(row["occurrence_at"], zone_of(series["zone"] if row["all_day"] else row["zone"]))


def with_people(entry: Entry, organiser: Guest, guests: Sequence[Guest]) -> Entry:
    """The entry as a letter of invitation holds it. What our people have noted stays theirs."""
    return replace(entry, organiser=organiser, guests=tuple(guests), private=False)


@dataclass(slots=True)
class Taken:
    """What came of taking entries in: numbers, and what was refused with the reason in words."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def take_in(actor: Actor, given: Sequence[Entry], *, whole: bool = False) -> Taken:
    """Put entries into the actor's own calendar. One that is there already is brought up to date, not doubled.

    `whole` says that a series comes with all that is left out of it, so that what is not named happens again.
    """
    shape = shape_of("event")
    require(actor, shape, "create")
    taken = Taken()
    named = [(e, _name_of(e)) for e in sorted(given[:MOST], key=lambda e: e.occurrence is not None)]
    zones = {e.uid: zone_of(e.zone) for e, _name in reversed(named) if e.occurrence is None}
    apart: dict[str, list[dt.datetime]] = defaultdict(list)
    for entry, _name in named:
        if entry.occurrence is not None and entry.uid in zones:
            apart[entry.uid].append(wall(place_of(entry, zones[entry.uid]), zones[entry.uid]))
    known = known_by_name(actor, [name for e, n in named for name in {n, e.uid} if name])
    known |= _apart_by_name(actor, named, known)
    for entry, name in named:
        recurrence = _left_out(entry, apart.get(entry.uid, ())) if entry.occurrence is None else None
        try:
            with transaction.atomic():
                number, how = _take(actor, entry, name, recurrence, known, whole=whole)
        except Invalid as refused:
            taken.refused.append((entry.name, "; ".join(str(e.message) for e in refused.errors)))
        except KernelError as refused:
            taken.refused.append((entry.name, str(refused.message)))
        else:
            known[name] = number
            setattr(taken, how, getattr(taken, how) + 1)
    if len(given) > MOST:
        taken.refused.append(
            (_("{n} further entries").format(n=len(given) - MOST), _("Take them in by another file."))
        )
    return taken


def place_of(entry: Entry, zone: ZoneInfo) -> dt.datetime:
    """The moment of its series (planned in `zone`) that an entry stands for; a bare day is one of the series' own zone."""
    at = entry.occurrence or entry.starts
    return moment(at, zone if entry.all_day else zone_of(entry.zone))


def _apart_by_name(
    actor: Actor, named: Iterable[tuple[Entry, str]], known: Mapping[str, int]
) -> dict[str, int]:
    """Occurrences that stand by themselves already, by the names of the entries that mean them."""
    wanted = [(e, n) for e, n in named if e.occurrence is not None and e.uid in known]
    if not wanted:
        return {}
    rows = apart_of(actor, {known[e.uid] for e, _name in wanted})
    found: dict[str, int] = {}
    for entry, name in wanted:
        for row in rows:
            if row["series"] == known[entry.uid] and stands_for(entry, row):
                found[name] = row["id"]
                break
    return found


def apart_of(actor: Actor, series_ids: Iterable[int]) -> list[dict[str, Any]]:
    """The occurrences of some series of the actor's that stand by themselves: number, series, moment, the zone of the series."""
    shape = shape_of("event")
    where = conditions(actor, shape, more=[Predicate(sql.SQL("r.series_id = any(%s)"), (list(series_ids),))])
    text = sql.SQL(
        "select r.id, r.series_id, r.occurrence_at, s.zone from event r join event s on s.id = r.series_id"
        " where {} and r.occurrence_at is not null order by r.id"
    ).format(where.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return [
            dict(zip(("id", "series", "occurrence_at", "zone"), r, strict=True)) for r in cursor.fetchall()
        ]


def stands_for(entry: Entry, row: Mapping[str, Any]) -> bool:
    """Whether an entry means the occurrence of a row; a bare day means whatever of the series begins on it."""
    zone = zone_of(row["zone"])
    if place_of(entry, zone) == row["occurrence_at"]:
        return True
    bare = entry.occurrence is not None and entry.occurrence.time() == dt.time()
    if not bare or not (entry.all_day or entry.zone == zone.key):
        return False
    return wall(row["occurrence_at"], zone).date() == (entry.occurrence or entry.starts).date()


def _name_of(entry: Entry) -> str:
    """By what an entry is found again; one without an identifier by what it says."""
    said = f"{entry.name}|{entry.starts}|{entry.ends}|{entry.recurrence}"
    name = entry.uid or f"{hashlib.sha256(said.encode()).hexdigest()[:40]}@content"
    return f"{name}#{stamp(entry.occurrence)}" if entry.occurrence is not None else name


def known_by_name(actor: Actor, names: Sequence[str]) -> dict[str, int]:
    """The actor's own events by the names of entries, ours by their own identifiers."""
    shape, found = shape_of("event"), {}
    mine = Predicate(sql.SQL("r.owner_id = %s"), (actor.user_id,))
    for start in range(0, len(names), 200):
        some = list(names[start : start + 200])
        ours = [n.partition("@")[0] for n in some if n.endswith(f"@{HOST}")]
        text = sql.SQL("(r.foreign_uid = any(%s) or r.uid::text = any(%s))")
        page = read.page(
            KEEPER,  # they are the actor's own, and by which names is what the other program says
            shape,
            sort="id",
            limit=200,
            keys=("id", "uid", "foreign_uid"),
            more=[mine, Predicate(text, (some, ours))],
        )
        for row in page.rows:
            found[row["foreign_uid"] or f"{row['uid']}@{HOST}"] = row["id"]
    return found


def _left_out(entry: Entry, apart: Iterable[dt.datetime]) -> str | None:
    if not entry.recurrence:
        return None
    found = parse(entry.recurrence)
    return replace(found, without=found.without | frozenset(apart)).text()


def _take(
    actor: Actor, entry: Entry, name: str, recurrence: str | None, known: Mapping[str, int], *, whole: bool
) -> tuple[int, str]:
    """Write one entry; return its number and what was done."""
    shape = shape_of("event")
    zone = zone_of(entry.zone)
    if entry.all_day:
        times = {
            "starts_at": entry.starts.date().isoformat(),
            "ends_at": max(entry.ends, entry.starts + DAY).date().isoformat(),
        }
    else:
        times = {
            "starts_at": moment(entry.starts, zone).isoformat(),
            "ends_at": moment(entry.ends, zone).isoformat(),
        }
    values = {
        **times, "name": entry.name or _("Without a name"), "all_day": entry.all_day, "zone": entry.zone, "repeats": recurrence,
        "place": entry.place or None, "description": entry.description or None, "free": entry.free, "private": entry.private,
    }  # fmt: skip
    # What the actor may not change, or not even see, stays as it is.
    values = {k: v for k, v in values.items() if k in readable(actor, shape) and writable(actor, shape, k)}
    number = known.get(name)
    if number is not None:
        return number, _update(actor, number, entry, values, whole=whole)
    draft = Draft(values={})
    drafts.parse(actor, shape, values, draft, creating=True)
    draft.values["foreign_uid"] = name
    series = known.get(entry.uid) if entry.occurrence is not None else None
    if series is not None and entry.occurrence is not None:
        stored = write.lock_rows(shape, [series])[0]
        draft.values |= {"series": series, "occurrence_at": place_of(entry, zone_of(stored["zone"]))}
    if entry.cancelled:
        draft.values["status"] = "cancelled"
    if draft.errors:
        raise Invalid(draft.errors)
    return write.insert_batch(actor, Batch(shape, [draft], creating=True))[0], "created"


def _update(actor: Actor, number: int, entry: Entry, values: dict[str, Any], *, whole: bool) -> str:
    """Bring an event up to date; say what was done. What is private stays so: a file knows nothing of who reads here."""
    shape = shape_of("event")
    before = write.lock(actor, shape, number, "edit")
    given = {k: v for k, v in values.items() if k != "private" or v}
    if before["series"] is not None:
        given.pop("repeats", None)
    elif not whole and given.get("repeats") and before["repeats"]:
        stated = parse(given["repeats"])
        given["repeats"] = replace(stated, without=stated.without | parse(before["repeats"]).without).text()
    now = write.update(actor, shape, number, given)
    if entry.cancelled and before["status"] == "planned":
        now = invitations.cancel(actor, number)
    return "changed" if now != before["version"] else "unchanged"


def one(actor: Actor, record_id: int) -> list[Entry]:
    """One event as it stands, with the occurrences of its series that stand by themselves."""
    shape = shape_of("event")
    keys = keys_of(actor)
    row = read.get(actor, shape, record_id, keys=keys)
    of_it = [Predicate(sql.SQL("r.series_id = %s"), (record_id,))]
    return entries([row, *read.page(actor, shape, more=of_it, sort="id", limit=200, keys=keys).rows])
