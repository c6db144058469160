"""Guests outside: invited by letter, told of changes, answering by their own programs (RFC 5546)."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.take_back import take_back
from klientura.kernel.history.undo import undo
from klientura.kernel.notify import mail
from klientura.kernel.notify.models import Notification
from klientura.kernel.notify.tests.smtp import Post, post_office
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import Company
from klientura.kit.ics.reading import read as read_calendar
from klientura.modules.activities.models import EventGuest
from klientura.modules.activities.services import guests, invitations, occurrences
from klientura.modules.activities.services.occurrences import Place

pytestmark = pytest.mark.django_db
ADDRESS = "petrov@client.example"


@pytest.fixture
def post(company: Company) -> Iterator[Post]:
    """A mail server, and the product set up to send by it."""
    with post_office() as office:
        office.password = "sesame"
        mail.change(company.actor("administrator"), {
            "host": "localhost", "port": str(office.port), "security": "none", "username": "crm", "password": "sesame",
            "sender": "crm@example.org", "site": "https://crm.example.org/", "active": True,
        })  # fmt: skip
        yield office


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee who plans."""
    return company.actor("employee")


@pytest.fixture
def person(vera: Actor) -> int:
    """A client's person with an address."""
    return write.create(vera, shape_of("person"), {"last_name": "Петров", "email": ADDRESS})


def plan(actor: Actor, **more: Any) -> int:
    values = {
        "name": "Показ станка",
        "starts_at": "2030-03-04T10:00Z",
        "ends_at": "2030-03-04T11:00Z",
        "zone": "Europe/Moscow",
    }
    return write.create(actor, shape_of("event"), {**values, **more})


def entry_in(post: Post, place: int = -1) -> tuple[str, Any]:
    parts = [p for p in post.letters[place].walk() if p.get_content_type() == "text/calendar"]
    found = read_calendar(bytes(parts[0].get_payload(decode=True)), "UTC")
    assert parts[0].get_param("method") == found.method
    return found.method, found.entries[0]


def reply(uid: str, answer: str, *, sequence: int = 0, address: str = ADDRESS) -> bytes:
    lines = (
        "BEGIN:VCALENDAR", "METHOD:REPLY", "BEGIN:VEVENT", f"UID:{uid}", f"SEQUENCE:{sequence}", "DTSTART:20300304T100000Z",
        f"ATTENDEE;PARTSTAT={answer}:MAILTO:{address}", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def test_a_guest_is_invited_told_of_changes_and_of_the_end(vera: Actor, person: int, post: Post):
    number = plan(vera, people=[person], private=True, place="Цех 3")
    guests.invite(vera, number)
    assert guests.send_due() == 1 and guests.send_due() == 0
    method, entry = entry_in(post)
    assert (method, entry.name, entry.place, entry.starts.hour) == ("REQUEST", "Показ станка", "Цех 3", 13)
    assert (entry.organiser.address, entry.guests[0].address) == (vera.email, ADDRESS)
    assert post.letters[-1]["Reply-To"] == vera.email
    write.update(vera, shape_of("event"), number, {"starts_at": "2030-03-05T10:00Z"})
    deliver()
    guests.send_due()
    method, moved = entry_in(post)
    assert (method, moved.uid, moved.sequence) == ("REQUEST", entry.uid, 1)
    invitations.cancel(vera, number)
    deliver()
    guests.send_due()
    assert entry_in(post)[0] == "CANCEL"
    assert len(post.letters) == 3


def test_many_changes_cost_no_more_than_few(vera: Actor, person: int):
    def asked(numbers: list[int]) -> int:
        with CaptureQueriesContext(connection) as seen:
            guests.follow_changes(numbers, ["starts_at"])
        return len(seen)

    few, many = ([plan(vera, people=[person]) for _n in range(number)] for number in (2, 9))
    for number in (*few, *many):
        EventGuest.objects.create(event_id=number, person_id=person, address=ADDRESS)
    assert asked(few) == asked(many)
    assert EventGuest.objects.filter(wants="REQUEST").count() == 11


def test_of_what_was_held_only_who_is_taken_off_is_told(vera: Actor, person: int, post: Post):
    other = write.create(vera, shape_of("person"), {"last_name": "Иванов", "email": "ivanov@client.example"})
    number = plan(vera, people=[person, other], starts_at="2026-03-04T10:00Z", ends_at="2026-03-04T11:00Z")
    guests.invite(vera, number)
    assert guests.send_due() == 2
    invitations.hold(vera, number)
    write.update(vera, shape_of("event"), number, {"people": [person]})
    deliver()
    assert guests.send_due() == 1
    assert (entry_in(post)[0], post.letters[-1]["To"]) == ("CANCEL", "ivanov@client.example")


def test_whoever_is_taken_off_is_told(vera: Actor, person: int, post: Post):
    number = plan(vera, people=[person])
    guests.invite(vera, number)
    guests.send_due()
    write.update(vera, shape_of("event"), number, {"people": []})
    deliver()
    assert guests.send_due() == 1
    assert entry_in(post)[0] == "CANCEL"
    deliver()
    assert guests.send_due() == 0


def test_a_description_alone_writes_to_nobody(vera: Actor, person: int, post: Post):
    number = plan(vera, people=[person])
    guests.invite(vera, number)
    guests.send_due()
    write.update(vera, shape_of("event"), number, {"description": "Взять образцы"})
    deliver()
    assert guests.send_due() == 0


def test_a_server_out_of_order_loses_nothing(vera: Actor, person: int, post: Post):
    guests.invite(vera, plan(vera, people=[person]))
    post.broken = True
    assert guests.send_due() == 0
    guest = EventGuest.objects.get()
    assert guest.error and guest.attempts == 1 and guest.send_at and guest.send_at > timezone.now()
    post.broken = False
    assert guests.send_due(guest.send_at) == 1


def test_without_a_mail_server_only_that_is_said(company: Company, vera: Actor, person: int):
    number = plan(vera, people=[person])
    client = company.client("employee")
    answer = client.post(f"/calendar/event/{number}/do/invite", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Reswap"], answer.content) == (422, "none", b"")
    said = json.loads(answer["HX-Trigger"])
    assert said == {"toast": {"text": str(guests.NO_SERVER), "kind": "error", "undoUrl": ""}}
    card = client.post(f"/event/{number}/actions/invite", headers={"HX-Request": "true"}).content.decode()
    assert str(guests.NO_SERVER) in card and "data-error-summary" not in card


def test_nobody_to_write_to_is_told_in_words(company: Company, vera: Actor, post: Post):
    nobody = write.create(vera, shape_of("person"), {"last_name": "Сидоров"})
    for people in ([], [nobody]):
        with pytest.raises(Invalid):
            guests.invite(vera, plan(vera, people=people))


@pytest.mark.parametrize(
    ("said", "kept"), [("ACCEPTED", "accepted"), ("TENTATIVE", "tentative"), ("DECLINED", "declined")]
)
def test_an_answer_is_understood(
    company: Company, vera: Actor, person: int, post: Post, said: str, kept: str
):
    number = plan(vera, people=[person])
    guests.invite(vera, number)
    guests.send_due()
    uid = entry_in(post)[1].uid
    assert guests.take_reply(reply(uid, said), "Petrov@Client.example") == kept
    assert guests.guests_of(number)[0]["answer"] == kept
    assert Notification.objects.filter(user_id=vera.user_id or 0, kind="invited").count() == 1
    page = company.client("employee").get(f"/calendar/event/{number}").content.decode()
    assert "Петров" in page


def test_an_answer_counts_only_for_whom_it_came_from(vera: Actor, person: int, post: Post):
    number = plan(vera, people=[person])
    guests.invite(vera, number)
    guests.send_due()
    uid = entry_in(post)[1].uid
    assert guests.take_reply(reply(uid, "ACCEPTED"), "evil@example.net") == "unknown"
    assert (
        guests.take_reply(reply(uid, "ACCEPTED", address="evil@example.net"), "evil@example.net") == "unknown"
    )
    assert guests.take_reply(reply("1@elsewhere", "ACCEPTED"), ADDRESS) == "unknown"
    assert guests.take_reply(reply(uid, "MAYBE"), ADDRESS) == "unknown"
    assert guests.take_reply(b"hello", ADDRESS) == "none"
    assert guests.take_reply(reply(uid, "ACCEPTED").replace(b"REPLY", b"REQUEST"), ADDRESS) == "none"
    assert guests.guests_of(number)[0]["answer"] == "waiting"
    write.update(vera, shape_of("event"), number, {"starts_at": "2030-03-06T10:00Z"})
    assert guests.take_reply(reply(uid, "ACCEPTED"), ADDRESS) == "old"


def test_an_invited_colleague_answers_by_letter_too(company: Company, vera: Actor):
    outsider = company.actor("outsider")
    number = plan(vera, attendees=[outsider.user_id])
    row = read.get(vera, shape_of("event"), number)
    assert (
        guests.take_reply(
            reply(f"{row['uid']}@klientura", "ACCEPTED", address=outsider.email), outsider.email
        )
        == "accepted"
    )
    assert [u.id for u in read.get(vera, shape_of("event"), number)["accepted"]] == [outsider.user_id]


def invited(vera: Actor, person: int, **more: Any) -> int:
    number = plan(vera, people=[person], **more)
    guests.invite(vera, number)
    deliver()
    guests.send_due()
    return number


def test_who_was_taken_off_and_named_again_is_a_guest_again(vera: Actor, person: int, post: Post):
    number = invited(vera, person)
    for people in ([], [person]):
        write.update(vera, shape_of("event"), number, {"people": people})
        deliver()
        guests.send_due()
    assert not guests.guests_of(number)
    guests.invite(vera, number)
    assert [g["answer"] for g in guests.guests_of(number)] == ["waiting"]


def test_the_trash_calls_off_what_is_to_come_and_back_from_there_invites_anew(
    vera: Actor, person: int, post: Post
):
    past = invited(vera, person, starts_at="2026-03-02T10:00Z", ends_at="2026-03-02T11:00Z")
    coming = invited(vera, person)
    write.trash(vera, shape_of("event"), [past, coming])
    deliver()
    assert {g.event_id: g.wants for g in EventGuest.objects.all()} == {past: "", coming: "CANCEL"}
    guests.send_due()
    write.restore(vera, shape_of("event"), [past, coming])
    deliver()
    assert {g.event_id: g.wants for g in EventGuest.objects.all()} == {past: "", coming: "REQUEST"}


def test_held_undone_and_held_again_leaves_one_interaction(vera: Actor):
    number = plan(vera, starts_at="2026-03-02T10:00Z", ends_at="2026-03-02T11:00Z")
    for told in (True, False):
        version = invitations.hold(vera, number)
        deliver()
        take_back(vera, shape_of("event"), number, version)
        if told:
            deliver()
            assert not read.page(vera, shape_of("interaction"), limit=9).rows
    invitations.hold(vera, number)
    deliver()
    assert len(read.page(vera, shape_of("interaction"), limit=9).rows) == 1


def test_of_many_events_everybody_is_told(company: Company, vera: Actor):
    boss = company.actor("manager")
    values = {
        "name": "e",
        "starts_at": "2030-03-04T10:00+03:00",
        "zone": "Europe/Moscow",
        "attendees": [boss.user_id],
    }
    write.create_many(vera, shape_of("event"), [dict(values) for _n in range(205)])
    deliver()
    assert Notification.objects.filter(user_id=boss.user_id or 0, kind="invited").count() == 205


def test_one_meeting_of_a_series_that_was_held_is_told_to_nobody(
    company: Company, vera: Actor, person: int, post: Post
):
    boss = company.actor("manager")
    number = invited(
        vera, person, repeats="RRULE:FREQ=WEEKLY", attendees=[boss.user_id],
        starts_at="2026-03-02T10:00Z", ends_at="2026-03-02T11:00Z",
    )  # fmt: skip
    one = occurrences.by_itself(vera, Place(number, dt.datetime(2026, 3, 9, 13)))
    invitations.hold(vera, one)
    deliver()
    assert EventGuest.objects.get(event_id=number).wants == ""
    said = Notification.objects.filter(user_id=boss.user_id or 0, kind="invited", record_id=number)
    assert [n.payload["said"] for n in said] == ["invited"]
    write.update(vera, shape_of("event"), number, {"repeats": "RRULE:FREQ=DAILY"})
    deliver()
    assert EventGuest.objects.get(event_id=number).wants == "REQUEST"


def told_of(number: int, user_id: int | None) -> list[str]:
    rows = Notification.objects.filter(user_id=user_id or 0, kind="invited", record_id=number).order_by("pk")
    return [str(n.payload["said"]) for n in rows]


def test_a_new_rule_is_told_though_a_day_is_taken_out_before_it_is(company: Company, vera: Actor):
    boss = company.actor("manager")
    number = plan(vera, attendees=[boss.user_id], repeats="RRULE:FREQ=WEEKLY")
    deliver()
    write.update(vera, shape_of("event"), number, {"repeats": "RRULE:FREQ=DAILY"})
    occurrences.remove(vera, Place(number, dt.datetime(2030, 3, 6, 13)), "one")
    deliver()
    assert told_of(number, boss.user_id) == ["invited", "moved"]


def last_told(post: Post) -> tuple[str, Any]:
    deliver()
    guests.send_due()
    return entry_in(post)


def test_an_undo_is_told_with_a_higher_number_than_what_it_undid(
    company: Company, vera: Actor, person: int, post: Post
):
    boss = company.actor("manager")
    number = invited(vera, person, attendees=[boss.user_id])
    version = write.update(vera, shape_of("event"), number, {"starts_at": "2030-03-05T10:00Z"})
    moved = last_told(post)[1]
    take_back(vera, shape_of("event"), number, version)
    method, back = last_told(post)
    assert (method, back.starts.day) == ("REQUEST", 4)
    assert back.sequence > moved.sequence
    assert told_of(number, boss.user_id) == ["invited", "moved", "moved"]
    assert guests.take_reply(reply(back.uid, "ACCEPTED", sequence=moved.sequence), ADDRESS) == "old"


def test_an_undo_puts_back_the_days_and_the_end_of_an_event(vera: Actor):
    shape = shape_of("event")
    with timezone.override("Europe/Moscow"):
        number = plan(vera, all_day=True, starts_at="2030-03-05", ends_at="2030-03-06")
        before = read.get(vera, shape, number)
        version = write.update(vera, shape, number, {"starts_at": "2030-04-05", "ends_at": "2030-04-09"})
        take_back(vera, shape, number, version)
    deliver()
    after = read.get(vera, shape, number)
    assert {k: after[k] for k in ("first_day", "last_day", "over_at", "starts_at")} == {
        k: before[k] for k in ("first_day", "last_day", "over_at", "starts_at")
    }


def test_whoever_was_taken_off_by_mistake_is_a_guest_as_before(vera: Actor, person: int, post: Post):
    number = invited(vera, person)
    version = write.update(vera, shape_of("event"), number, {"people": []})
    assert last_told(post)[0] == "CANCEL"
    take_back(vera, shape_of("event"), number, version)
    assert last_told(post)[0] == "REQUEST"
    assert [g["answer"] for g in guests.guests_of(number)] == ["waiting"]


def test_the_trash_and_the_way_back_are_told_to_everybody(
    company: Company, vera: Actor, person: int, post: Post
):
    boss, shape = company.actor("manager"), shape_of("event")
    number = invited(vera, person, attendees=[boss.user_id])
    past = plan(vera, attendees=[boss.user_id], starts_at="2026-03-02T10:00Z", ends_at="2026-03-02T11:00Z")
    deliver()
    numbers = []
    for act in (write.trash, write.restore, write.trash):
        act(vera, shape, [number, past])
        numbers.append(last_told(post))
    assert [method for method, _entry in numbers] == ["CANCEL", "REQUEST", "CANCEL"]
    assert sorted({e.sequence for _m, e in numbers}) == [e.sequence for _m, e in numbers]
    assert told_of(number, boss.user_id) == ["invited", "off", "again", "off"]
    assert told_of(past, boss.user_id) == ["invited"]
    assert told_of(number, vera.user_id) == []
    page = company.client("manager").get("/notifications").content.decode()
    assert "Показ станка" in page


def test_undoing_what_was_deleted_together_invites_again(
    company: Company, vera: Actor, person: int, post: Post
):
    boss, shape = company.actor("manager"), shape_of("event")
    number = invited(vera, person, attendees=[boss.user_id])
    operation = bulk.trash(vera, shape, bulk.Selection(ids=(number,))).operation_id
    cancelled = last_told(post)
    undo(vera, operation)
    method, again = last_told(post)
    assert (cancelled[0], method) == ("CANCEL", "REQUEST")
    assert again.sequence > cancelled[1].sequence
    assert told_of(number, boss.user_id) == ["invited", "off", "again"]


def test_guests_of_a_series_that_was_split_are_invited_to_both_parts(vera: Actor, person: int, post: Post):
    number = invited(vera, person, repeats="RRULE:FREQ=WEEKLY")
    to = {"starts_at": "2030-03-18T12:00Z", "ends_at": "2030-03-18T13:00Z"}
    other = occurrences.change(vera, Place(number, dt.datetime(2030, 3, 18, 13)), "following", to)
    deliver()
    before = len(post.letters)
    assert guests.send_due() == 2
    told = {e.uid: e for _m, e in (entry_in(post, n) for n in range(before, before + 2))}
    assert len(told) == 2
    assert sorted("UNTIL" in (e.recurrence or "") for e in told.values()) == [False, True]
    assert [g["answer"] for g in guests.guests_of(other)] == ["waiting"]


def test_a_day_of_a_series_that_was_moved_reaches_its_guests(vera: Actor, person: int, post: Post):
    number = invited(vera, person, repeats="RRULE:FREQ=WEEKLY")
    first = entry_in(post)[1]
    to = {"starts_at": "2030-03-12T12:00Z", "ends_at": "2030-03-12T13:00Z"}
    one = occurrences.change(vera, Place(number, dt.datetime(2030, 3, 11, 13)), "one", to)
    deliver()
    guests.send_due()

    def told() -> tuple[Any, ...]:
        parts = [p for p in post.letters[-1].walk() if p.get_content_type() == "text/calendar"]
        return read_calendar(bytes(parts[0].get_payload(decode=True)), "UTC").entries

    whole, apart = told()
    assert (apart.occurrence, apart.starts) == (
        dt.datetime(2030, 3, 11, 13),
        dt.datetime(2030, 3, 12, 15),
    )
    assert min(whole.sequence, apart.sequence) > first.sequence
    invitations.cancel(vera, one)
    deliver()
    guests.send_due()
    (after,) = told()
    assert "EXDATE" in after.recurrence and after.sequence > whole.sequence
