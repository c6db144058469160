"""People outside who are invited by letter (RFC 5546): whom a letter goes to, that it goes once, what they answer.

Letters wait in rows of their own and are sent by the worker: an edit never waits for a mail server, and one that is out of
order loses nothing. A guest who was invited is told of each further change; whoever is taken off is told so.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from email.message import MIMEPart
from itertools import batched
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
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
from klientura.kit.formats import Language, format_date, format_datetime
from klientura.kit.ics.entries import BadCalendar, Entry, Guest
from klientura.kit.ics.reading import read as read_calendar
from klientura.kit.ics.writing import write as write_calendar
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.models import EventGuest
from klientura.modules.activities.rules import HOST
from klientura.modules.activities.services import exchange
from klientura.modules.activities.services.invitations import answer
from klientura.modules.activities.services.telling import is_to_come, raise_sequence

KEEPER: Final = SystemActor("guests of an event are written to")
TOLD: Final = frozenset({"starts_at", "ends_at", "all_day", "repeats", "place", "name", "status", "people"})
AT_ONCE: Final = 20
MOST_ATTEMPTS: Final = 12
# Of what was held nobody is told but those who were taken off it.
_FOLLOW: Final = """
with named as (select * from unnest(%(events)s::bigint[], %(people)s::bigint[]) n(event_id, person_id)),
mine as (
  select g.id, e.status, g.answer <> 'gone' as is_guest, exists (
      select from named n where n.event_id = g.event_id and n.person_id = g.person_id) as is_named
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
NO_SERVER: Final[Text] = gettext_lazy("Letters cannot be sent yet: an administrator sets the mail server up.")
NOT_NOW: Final[Text] = gettext_lazy("Nobody is invited to what is called off or was held.")


def may_invite(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether there is somebody to invite by letter."""
    return row.get("status") == "planned" and bool(row.get("people")) and not row.get("series")


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
    if not row["people"]:
        raise _refused("people", NOBODY)
    tree = {"field": "id", "op": "in", "value": list(row["people"])[:200]}
    people = read.page(
        actor, shape_of("person"), tree=tree, sort="id", limit=200, keys=["id", "title", "email"]
    ).rows
    invited = [p for p in people if p.get("email")]
    if not invited:
        raise _refused("people", NOBODY)
    EventGuest.objects.bulk_create(
        (
            EventGuest(event_id=record_id, person_id=p["id"], address=p["email"].lower(), name=p["title"])
            for p in invited
        ),
        ignore_conflicts=True,
    )
    mine = EventGuest.objects.filter(event_id=record_id, person_id__in=[p["id"] for p in invited])
    mine.filter(answer="gone").update(answer="waiting")
    mine.update(wants="REQUEST", send_at=timezone.now(), attempts=0, error="")
    return int(row["version"])


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
        "events": [r["id"] for r in rows for _person in r["people"] or ()],
        "people": [person.id for r in rows for person in r["people"] or ()],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, params)
    _follow_series([r for r in rows if r["status"] != "held"], now)


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
    named = write.lock_rows(shape_of("event"), [number])[0]["people"] or ()
    former = EventGuest.objects.filter(event_id=event_id, person_id__in=list(named)).exclude(answer="gone")
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


def guests_of(record_id: int) -> list[dict[str, str]]:
    """Who was invited by letter, and what became of it."""
    found = EventGuest.objects.filter(event_id=record_id).exclude(answer="gone").order_by("name", "pk")
    return [
        {"name": g.name, "address": g.address, "answer": g.answer, "error": g.error, "waits": g.wants}
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
    letter = _letter(rows[0], guest, server)
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


def _letter(row: Row, guest: EventGuest, server: MailServer) -> EmailMultiAlternatives:
    """The invitation as a letter for people, with the entry as programs read it."""
    owner = User.objects.filter(pk=row["owner"].id).first() if row["owner"] else None
    organiser = Guest(owner.email if owner else server.sender, owner.name if owner else "")
    invited = [Guest(guest.address, guest.name, guest.answer if guest.answer in ANSWERS else "waiting")]
    rows = [row, *(_apart(row, guest) if guest.wants == "REQUEST" else ())]
    entries = [
        replace(exchange.with_people(e, organiser, invited), sequence=max(e.sequence, row["sequence"]))
        for e in exchange.entries(rows)
    ]
    with translation.override(owner.language if owner else "ru"):
        subject, text = _said(entries[0], guest.wants, organiser.name)
    message = EmailMultiAlternatives(
        subject,
        text,
        server.sender,
        [guest.address],
        reply_to=[organiser.address],
        connection=mail.connection_to(server),
    )
    part = MIMEPart()
    part.set_content(
        write_calendar(entries, method=guest.wants), maintype="text", subtype="calendar", filename="invite.ics",
        params={"method": guest.wants, "charset": "utf-8"},
    )  # fmt: skip
    message.attach(part)
    return message


def _apart(row: Row, guest: EventGuest) -> list[Row]:
    """The days of a series that stand by themselves and to which the guest is to come; the others are left out of it."""
    if not row["repeats"]:
        return []
    tree = {
        "and": [
            {"field": "series", "op": "eq", "value": row["id"]},
            {"field": "status", "op": "ne", "value": "cancelled"},
        ]
    }
    keys = (*exchange.KEYS, "people")
    found = read.page(KEEPER, shape_of("event"), tree=tree, sort="-starts_at", limit=200, keys=keys).rows
    return [r for r in found if guest.person_id in {p.id for p in r["people"] or ()}]


def _said(entry: Entry, method: str, organiser: str) -> tuple[str, str]:
    lang: Language = "en" if translation.get_language() == "en" else "ru"
    when = (
        format_date(entry.starts, lang)
        if entry.all_day
        else f"{format_datetime(entry.starts, lang)} ({entry.zone})"
    )
    subject = _("Called off: {name}") if method == "CANCEL" else _("Invitation: {name}")
    lines = [
        entry.name,
        when,
        entry.place,
        organiser and _("Organiser: {name}").format(name=organiser),
        entry.description,
    ]
    return " ".join(subject.format(name=entry.name).split())[:200], "\n".join(filter(None, lines))


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
                 record_ids=[row["id"]], payload={"said": said, "begins": row["starts_at"].isoformat(), "guest": guest.name})
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
    shape, keys, found = shape_of("event"), (*exchange.KEYS, "people"), list[Row]()
    for some in batched(event_ids, 200):
        tree = {"field": "id", "op": "in", "value": list(some)}
        found += read.page(KEEPER, shape, tree=tree, sort="id", limit=200, keys=keys, trashed=trashed).rows
    return found
