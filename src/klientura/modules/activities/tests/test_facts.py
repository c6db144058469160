"""What clients and deals know of their activities: the last contact, the next step."""

import datetime as dt
from typing import Any

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.activities.services import invitations
from klientura.modules.activities.services.tasks import complete_task

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def client(name: str = "Альфа") -> int:
    return write.create(ACTOR, shape_of("organisation"), {"name": name})


def fact(number: int, key: str, object_key: str = "organisation") -> Any:
    deliver()
    found = read.get(ACTOR, shape_of(object_key), number)[key]
    return None if found is None else found.astimezone(dt.UTC).strftime("%Y-%m-%d")


def call(party: int, day: str, **more: Any) -> int:
    values = {"kind": "call", "party": party, "at": f"{day}T10:00:00Z", "body": "Говорили"}
    return write.create(ACTOR, shape_of("interaction"), {**values, **more})


def test_the_last_contact_is_the_latest_one_that_there_is():
    shape, first, second = shape_of("interaction"), client(), client("Бета")
    call(first, "2026-03-01")
    late = call(first, "2026-05-01")
    call(first, "2026-07-01", kind="note")
    assert fact(first, "last_contact_at") == "2026-05-01"

    write.update(ACTOR, shape, late, {"party": second})
    assert fact(first, "last_contact_at") == "2026-03-01"
    assert fact(second, "last_contact_at") == "2026-05-01"

    write.trash(ACTOR, shape, [late])
    assert fact(second, "last_contact_at") is None
    write.restore(ACTOR, shape, [late])
    assert fact(second, "last_contact_at") == "2026-05-01"


def test_a_task_that_moves_takes_the_next_step_along():
    pipeline = write.create(ACTOR, shape_of("pipeline"), {"name": "Продажи"})
    write.create(ACTOR, shape_of("stage"), {"name": "Первый", "pipeline": pipeline, "kind": "open"})
    deals = [write.create(ACTOR, shape_of("opportunity"), {"name": n}) for n in ("Мука", "Сахар")]
    parties = [client(), client("Бета")]
    task = write.create(
        ACTOR,
        shape_of("task"),
        {"name": "Позвонить", "due_at": "2027-01-10T09:00:00Z", "subject_object": "opportunity",
         "subject_id": deals[0], "party": parties[0]},
    )  # fmt: skip
    assert fact(deals[0], "next_step_at", "opportunity") == "2027-01-10"
    assert fact(parties[0], "next_step_at") == "2027-01-10"

    write.update(ACTOR, shape_of("task"), task, {"subject_id": deals[1], "party": parties[1]})

    assert fact(deals[0], "next_step_at", "opportunity") is None
    assert fact(deals[1], "next_step_at", "opportunity") == "2027-01-10"
    assert fact(parties[0], "next_step_at") is None
    assert fact(parties[1], "next_step_at") == "2027-01-10"


@pytest.mark.parametrize(
    ("object_key", "field"),
    [
        ("task", "status"),
        ("task", "due_at"),
        ("task", "party"),
        ("interaction", "at"),
        ("interaction", "person"),
    ],
)
def test_a_hidden_field_of_activities_does_not_break_the_card_of_a_client(object_key: str, field: str):
    company = found_company()
    number = write.create(company.actor("employee"), shape_of("organisation"), {"name": "Альфа"})
    call(number, "2026-03-01")
    company.hide("employee", object_key, field)

    assert company.client("employee").get(f"/organisation/{number}").status_code == 200


def test_the_first_contact_is_the_earliest_and_what_somebody_knows_better_stays():
    first = client()
    call(first, "2026-05-01")
    deliver()
    shape = shape_of("organisation")
    assert str(read.get(ACTOR, shape, first)["first_contact_on"]) == "2026-05-01"
    call(first, "2026-03-01")
    deliver()
    assert str(read.get(ACTOR, shape, first)["first_contact_on"]) == "2026-03-01"
    write.update(ACTOR, shape, first, {"first_contact_on": "2020-01-01"})
    call(first, "2025-03-01")
    deliver()
    assert str(read.get(ACTOR, shape, first)["first_contact_on"]) == "2020-01-01"


def test_an_assignment_is_a_next_step_too():
    number = client()
    values = {"name": "Собрать отзывы", "party": number, "due_at": "2027-01-10T09:00:00Z"}
    given = write.create(ACTOR, shape_of("assignment"), values)
    assert fact(number, "next_step_at") == "2027-01-10"
    write.create(
        ACTOR, shape_of("task"), {"name": "Позвонить", "party": number, "due_at": "2027-01-05T09:00:00Z"}
    )
    assert fact(number, "next_step_at") == "2027-01-05"
    write.trash(ACTOR, shape_of("assignment"), [given])
    assert fact(number, "next_step_at") == "2027-01-05"


def test_a_planned_event_is_a_next_step_until_it_is_over_or_called_off():
    number = client()
    planned = {"name": "Встреча", "party": number, "zone": "Europe/Moscow",
               "starts_at": "2027-01-05T10:00+03:00", "ends_at": "2027-01-05T11:00+03:00"}  # fmt: skip
    event = write.create(ACTOR, shape_of("event"), planned)
    write.create(ACTOR, shape_of("event"), {**planned, "starts_at": "2027-01-03T10:00+03:00",
                                            "ends_at": "2027-01-03T11:00+03:00", "repeats": "RRULE:FREQ=WEEKLY"})  # fmt: skip
    assert fact(number, "next_step_at") == "2027-01-05", "a series has no one day"
    task = {"name": "Позвонить", "party": number, "due_at": "2027-01-10T09:00:00Z"}
    write.create(ACTOR, shape_of("task"), task)
    assert fact(number, "next_step_at") == "2027-01-05"
    invitations.cancel(ACTOR, event)
    assert fact(number, "next_step_at") == "2027-01-10"
    invitations.plan_again(ACTOR, event)
    later = {"starts_at": "2027-02-01T10:00+03:00", "ends_at": "2027-02-01T11:00+03:00"}
    write.update(ACTOR, shape_of("event"), event, later)
    assert fact(number, "next_step_at") == "2027-01-10"


@pytest.mark.parametrize(("kind", "told"), [("call", 1), ("meeting", 1), ("task", 0)])
def test_a_call_or_meeting_that_is_done_is_a_contact_once(kind: str, told: int):
    number, shape = client(), shape_of("task")
    task = write.create(ACTOR, shape, {"name": "Обсудить цены", "party": number, "kind": kind})
    assert fact(number, "last_contact_at") is None
    for _twice in range(2):
        complete_task(ACTOR, task, {"result": "Согласны"})
        deliver()
    rows = read.page(ACTOR, shape_of("interaction")).rows
    assert [(r["kind"], r["subject"], r["body"]) for r in rows] == [
        (kind, "Обсудить цены", "Согласны")
    ] * told
    assert bool(fact(number, "last_contact_at")) is bool(told)
    write.update(ACTOR, shape, task, {"status": "open"})
    deliver()
    assert read.page(ACTOR, shape_of("interaction")).rows == []
    assert fact(number, "last_contact_at") is None
    write.update(ACTOR, shape, task, {"status": "done"})
    deliver()
    assert len(read.page(ACTOR, shape_of("interaction")).rows) == told


def test_what_is_about_nobody_is_no_contact():
    write.create(ACTOR, shape_of("task"), {"name": "Созвон с банком", "kind": "call", "status": "done"})
    deliver()
    assert read.page(ACTOR, shape_of("interaction")).rows == []
