"""People outside who are invited by letter (RFC 5546): whom a letter goes to, that it goes once, what they answer.

Letters wait in rows of their own and are sent by the worker: an edit never waits for a mail server, and one that is out of
order loses nothing. A guest who was invited is told of each further change; whoever is taken off is told so.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.access.models import User
from klientura.kernel.errors import FieldError, Invalid, Text
from klientura.kernel.notify import mail
from klientura.kernel.notify.models import MailServer
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.store.sight import actors_of
from klientura.kit.ics.entries import BadCalendar, Entry
from klientura.kit.ics.reading import read as read_calendar
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.models import EventGuest
from klientura.modules.activities.rules import HOST
from klientura.modules.activities.services import exchange
from klientura.modules.activities.services.guest_addresses import addresses_of
from klientura.modules.activities.services.guest_letters import KEEPER, KEYS, letter_to
from klientura.modules.activities.services.invitations import answer
from klientura.modules.activities.services.telling import is_to_come, raise_sequence

TOLD: Final = frozenset(
    {"starts_at", "ends_at", "all_day", "repeats", "place", "name", "status", "people", "guest_addresses"}
)
AT_ONCE: Final = 20
MOST_ATTEMPTS: Final = 12
# Of what was held nobody is told but those who were taken off it.
_FOLLOW: Final = """
with named as (
  select * from unnest(%(events)s::bigint[], %(people)s::bigint[], %(addresses)s::text[]) n(event_id, person_id, address)),
mine as (
  select g.id, e.status, g.answer <> 'gone' as is_guest, exists (
      select from named n where n.event_id = g.event_id and (n.person_id = g.person_id or n.address = g.address)) as is_named
  from unnest(%(ids)s::bigint[], %(states)s::text[]) e(id, status) join activities_event_guest g on g.event_id = e.id),
told as (
  select *, is_named and status = 'held' as stays from mine where is_guest or (is_named and %(again)s))
update activities_event_guest g set
  answer = case when not t.is_named then 'gone' when t.is_guest then g.answer else 'waiting' end,
  wants = case when t.stays then g.wants when t.is_named and t.status <> 'cancelled' then 'REQUEST' else 'CANCEL' end,
  send_at = case when t.stays then g.send_at else %(now)s end,
  attempts = case when t.stays then g.attempts else 0 end
from told t where t.id = g.id"""
NOBODY: Final[Text] = gettext_lazy(
    "Nobody of the people of clients has an e-mail address. Add it on their card."
)
NO_SERVER: Final[Text] = gettext_lazy(
    "Letters cannot be sent yet: an administrator sets the mail server up in “Settings”, “E-mail”."
)
NOT_NOW: Final[Text] = gettext_lazy("Nobody is invited to what is called off or was held.")


def may_invite(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether there is somebody to invite by letter."""
    named = row.get("people") or row.get("guest_addresses")
    return row.get("status") == "planned" and bool(named) and not row.get("series")


@transaction.atomic
def invite(
    actor: Actor,
    record_id: int,
    _values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Have letters of invitation go to the people of an event whose addresses the actor sees. Raises Invalid, Denied."""
    row = write.lock(actor, shape_of("event"), record_id, "edit")
    if row["status"] != "planned":
        raise _refused("status", NOT_NOW)
    if mail.server() is None:
        raise _refused("people", NO_SERVER)
    invited = [*_with_addresses(actor, row), *(EventGuest(address=each) for each in addresses_of(row))]
    if not invited:
        raise _refused("people", NOBODY)
    for guest in invited:
        guest.event_id = record_id
    EventGuest.objects.bulk_create(invited, ignore_conflicts=True)
    mine = EventGuest.objects.filter(event_id=record_id, address__in=[g.address for g in invited])
    mine.filter(answer="gone").update(answer="waiting")
    mine.update(wants="REQUEST", send_at=timezone.now(), attempts=0, error="")
    return int(row["version"])


def _with_addresses(actor: Actor, row: Mapping[str, Any]) -> list[EventGuest]:
    """The people of an event whose addresses the actor sees."""
    if not row["people"]:
        return []
    tree = {"field": "id", "op": "in", "value": list(row["people"])[:200]}
    keys = ["id", "title", "email"]
    people = read.page(actor, shape_of("person"), tree=tree, sort="id", limit=200, keys=keys).rows
    return [
        EventGuest(person_id=p["id"], address=p["email"].lower(), name=p["title"])
        for p in people
        if p.get("email")
    ]


def _refused(key: str, message: Text) -> Invalid:
    return Invalid([FieldError(key, "state", message)])


def follow_changes(event_ids: Sequence[int], columns: Iterable[str], *, named_again: bool = False) -> None:
    """Guests of events that were changed are written to again; those who were taken off are told so.

    `named_again` says that whoever was taken off and is named now is a guest as before.
    """
    if not TOLD & set(columns):
        return
    now = timezone.now()
    rows = _rows(event_ids)
    params: dict[str, Any] = {
        "ids": [r["id"] for r in rows], "states": [r["status"] for r in rows], "now": now, "again": named_again,
        **_named_in(rows),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, params)
    _follow_series([r for r in rows if r["status"] != "held"], now)


def _named_in(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Whom events name, as columns: people by their numbers, others by their addresses."""
    named: list[tuple[int, int | None, str | None]] = [
        (r["id"], person.id, None) for r in rows for person in r["people"] or ()
    ]
    named += [(r["id"], None, address) for r in rows for address in addresses_of(r)]
    columns = zip(*named, strict=True) if named else ((), (), ())
    return dict(zip(("events", "people", "addresses"), map(list, columns), strict=True))


def follow_days(series_ids: Sequence[int]) -> None:
    """Guests of series of which days to come were left out, or are again, are told of the whole as it stands."""
    guests = EventGuest.objects.filter(
        event_id__in=[r["id"] for r in _rows(series_ids) if r["status"] == "planned"]
    )
    guests.exclude(answer="gone").update(wants="REQUEST", send_at=timezone.now(), attempts=0)


def _follow_series(rows: Sequence[Row], now: dt.datetime) -> None:
    """Whoever was invited to a series hears of its days that stand by themselves with the whole."""
    series = sorted({r["series"].id for r in rows if r["series"] and r["ends_at"] > now})
    invited = list(
        EventGuest.objects.filter(event_id__in=series)
        .exclude(answer="gone")
        .values_list("event_id", flat=True)
    )
    if invited:
        raise_sequence(invited)
        follow_days(invited)


@transaction.atomic
def carry_over(event_id: int, number: int) -> None:
    """Guests of an event are invited to another that takes its place, as far as they are named there."""
    row = write.lock_rows(shape_of("event"), [number])[0]
    named = Q(person_id__in=list(row["people"] or ())) | Q(address__in=addresses_of(row))
    former = EventGuest.objects.filter(named, event_id=event_id).exclude(answer="gone")
    EventGuest.objects.bulk_create(
        (
            EventGuest(
                event_id=number, person_id=g.person_id, address=g.address, name=g.name, wants="REQUEST", send_at=timezone.now(),
            )
            for g in former
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def call_off(event_ids: Sequence[int]) -> None:
    """Guests of events that went to the trash are told that they are called off; of what is over nobody is told."""
    now = timezone.now()
    to_come = [r for r in _rows(event_ids, trashed=True) if is_to_come(r, now)]
    EventGuest.objects.filter(event_id__in=[r["id"] for r in to_come]).exclude(answer="gone").update(
        wants="CANCEL", send_at=now, attempts=0
    )
    _follow_series(to_come, now)


def call_again(event_ids: Sequence[int]) -> None:
    """Guests of events that came back from the trash are invited anew."""
    now = timezone.now()
    to_come = [r for r in _rows(event_ids) if is_to_come(r, now)]
    EventGuest.objects.filter(event_id__in=[r["id"] for r in to_come]).exclude(answer="gone").update(
        wants="REQUEST", send_at=now, attempts=0
    )
    _follow_series(to_come, now)


def guests_of(record_id: int) -> list[dict[str, Any]]:
    """Who was invited by letter, and what became of it."""
    found = EventGuest.objects.filter(event_id=record_id).exclude(answer="gone").order_by("name", "pk")
    return [
        {
            "person_id": g.person_id,
            "name": g.name,
            "address": g.address,
            "answer": g.answer,
            "error": g.error,
            "waits": g.wants,
        }
        for g in found
    ]


def send_due(now: dt.datetime | None = None) -> int:
    """Send the letters that wait; return how many went. Each is settled by itself, so that none goes twice for another's sake."""
    now = now or timezone.now()
    server = mail.server()
    if server is None or not server.active:
        return 0
    sent = 0
    for _round in range(AT_ONCE):
        with transaction.atomic():
            guest = (
                EventGuest.objects.filter(send_at__lte=now)
                .select_for_update(skip_locked=True)
                .order_by("send_at", "pk")
                .first()
            )
            if guest is None:
                break
            sent += _send(guest, server, now)
    return sent


def _send(guest: EventGuest, server: MailServer, now: dt.datetime) -> int:
    rows = [*_rows([guest.event_id]), *_rows([guest.event_id], trashed=True)]
    if not rows:
        _settle(guest)
        return 0
    letter = letter_to(guest, rows[0], server)
    try:
        letter.send()
    except (OSError, ValueError) as failed:  # what SMTP raises is an OSError
        guest.attempts += 1
        guest.error = mail.reason_of(failed)
        guest.send_at = (
            now + dt.timedelta(minutes=2 ** min(guest.attempts, 10))
            if guest.attempts < MOST_ATTEMPTS
            else None
        )
        guest.save()
        return 0
    _settle(guest)
    return 1


def _settle(guest: EventGuest) -> None:
    guest.wants, guest.send_at, guest.error, guest.attempts = "", None, "", 0
    guest.save()


def take_reply(text: bytes, from_address: str) -> str:
    """Put down what a guest, or an invited colleague, answered by letter; return what was understood.

    accepted, tentative, declined; old: to a meeting that has changed since; unknown: not of ours, or not of who sent it;
    none: no answer at all. An answer counts only for the address it came from.
    """
    try:
        found = read_calendar(text, "UTC")
    except BadCalendar:
        return "none"
    if found.method != "REPLY":
        return "none"
    sender = from_address.strip().lower()
    for entry in found.entries:
        said = next((g.answer for g in entry.guests if g.address == sender), "")
        row = _by_uid(entry.uid)
        if row is None or said not in ANSWERS:
            continue
        return _answered(row, sender, said, entry)
    return "unknown"


def hear_reply(text: bytes, from_address: str) -> None:
    """As `take_reply`, for calendars that come with letters; whatever else they hold is nobody's business here."""
    take_reply(text, from_address)


@transaction.atomic
def _answered(row: Row, sender: str, said: str, entry: Entry) -> str:
    guest = EventGuest.objects.select_for_update().filter(event_id=row["id"], address=sender).first()
    if guest is None:
        return _colleague_answered(row, sender, said)
    if entry.sequence < row["sequence"] or entry.sequence < guest.answered_sequence:
        return "old"
    guest.answer, guest.answered_sequence = said, entry.sequence
    guest.save()
    if row["owner"]:
        now = timezone.now()
        tell([
            Told(user_id=row["owner"].id, kind="invited", cause=f"guest:{guest.pk}:{said}:{entry.sequence}", at=now, object="event",
                 record_ids=[row["id"]], payload={"said": said, "begins": row["starts_at"].isoformat(), "guest": guest.name or guest.address})
        ])  # fmt: skip
    return said


def _colleague_answered(row: Row, sender: str, said: str) -> str:
    user = User.objects.filter(email__iexact=sender, is_active=True).first()
    if user is None or user.pk not in {each.id for each in row["attendees"] or ()}:
        return "unknown"
    answer(actors_of([user.pk])[user.pk], row["id"], said)
    return said


def _by_uid(uid: str) -> Row | None:
    """The event that an identifier of ours names."""
    own, _at, host = uid.partition("@")
    if host != HOST:
        return None
    more = [Predicate(sql.SQL("r.uid::text = %s"), (own,))]
    rows = read.page(KEEPER, shape_of("event"), sort="id", limit=1, keys=exchange.KEYS, more=more).rows
    return rows[0] if rows else None


def _rows(event_ids: Sequence[int], *, trashed: bool = False) -> list[Row]:
    shape, found = shape_of("event"), list[Row]()
    for some in batched(event_ids, 200):
        tree = {"field": "id", "op": "in", "value": list(some)}
        found += read.page(KEEPER, shape, tree=tree, sort="id", limit=200, keys=KEYS, trashed=trashed).rows
    return found
