"""By when a lead is to be answered, when it was, and who hears when it was not."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Denied, Invalid
from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.testing.company import found_company
from klientura.kit.working_days import WorkingTime
from klientura.modules.sales.models import Lead
from klientura.modules.sales.services.responses import remind_of_unanswered

ACTOR = SystemActor("test")
MOMENTS = st.datetimes(min_value=dt.datetime(2025, 1, 1), max_value=dt.datetime(2027, 12, 31))


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


def lead(number: int) -> Row:
    return read.get(ACTOR, shape_of("lead"), number)


@pytest.mark.parametrize(
    ("start", "minutes", "ends"),
    [
        ("2026-11-23T10:00", 30, "2026-11-23T10:30"),
        ("2026-11-23T17:50", 30, "2026-11-24T09:20"),
        ("2026-11-20T19:00", 15, "2026-11-23T09:15"),  # Friday evening
        ("2026-11-03T16:30", 60, "2026-11-05T09:30"),  # the eve of a holiday is an hour shorter
        ("2026-11-23T10:00", 9 * 60, "2026-11-24T10:00"),
    ],
)
def test_minutes_pass_in_working_hours_only(start: str, minutes: int, ends: str) -> None:
    found = WorkingTime().after(dt.datetime.fromisoformat(start), minutes)
    assert found == dt.datetime.fromisoformat(ends)


@given(MOMENTS, st.integers(1, 3_000), st.integers(1, 3_000))
def test_minutes_add_up_and_end_while_one_works(start: dt.datetime, one: int, more: int) -> None:
    time = WorkingTime()
    whole = time.after(start, one + more)
    assert time.after(time.after(start, one), more) == whole > start
    hours = time.hours(whole.date())
    assert hours is not None
    assert hours[0] < whole <= hours[1]


def test_where_nobody_works_minutes_pass_all_the_same() -> None:
    start = dt.datetime(2026, 11, 23, 10)
    assert WorkingTime(week=frozenset(), country="").after(start, 5) == start + dt.timedelta(minutes=5)


@pytest.mark.django_db
def test_a_lead_is_due_by_its_channel_and_answered_by_what_we_send() -> None:
    assert lead(make("lead", name="Без срока"))["response_due_at"] is None
    make("response_time", name="Все", minutes=120)
    make("response_time", name="Сайт", channel="form", minutes=15)
    form, call = make("lead", name="Сайт", channel="form"), make("lead", name="Звонок", channel="call")
    assert lead(form)["response_due_at"] < lead(call)["response_due_at"]
    write.update(ACTOR, shape_of("lead"), call, {"channel": "form"})
    came_apart = abs(lead(call)["response_due_at"] - lead(form)["response_due_at"])
    assert came_apart < dt.timedelta(minutes=1)

    about = {"subject_object": "lead", "subject_id": form, "body": "О станках"}
    make("interaction", kind="call", direction="incoming", at="2026-01-12T09:00:00Z", **about)
    make("interaction", kind="note", at="2026-01-12T09:30:00Z", **about)
    deliver()
    assert lead(form)["first_response_at"] is None
    second = make("interaction", kind="call", direction="outgoing", at="2026-01-12T11:00:00Z", **about)
    first = make("interaction", kind="email", direction="outgoing", at="2026-01-12T10:00:00Z", **about)
    deliver()
    assert lead(form)["first_response_at"] == dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)
    write.trash(ACTOR, shape_of("interaction"), [first])
    deliver()
    assert lead(form)["first_response_at"] == dt.datetime(2026, 1, 12, 11, tzinfo=dt.UTC)
    write.update(ACTOR, shape_of("interaction"), second, {"subject_object": "lead", "subject_id": call})
    deliver()
    assert (lead(form)["first_response_at"], lead(call)["first_response_at"] is None) == (None, False)


@pytest.mark.django_db
def test_of_several_times_the_shortest_counts_and_only_administrators_set_them() -> None:
    company = found_company()
    for minutes in (60, 15, 30):
        make("response_time", name="Сайт", channel="form", minutes=minutes)
    form, letter = make("lead", name="Сайт", channel="form"), make("lead", name="Письмо", channel="mail")
    assert (lead(form)["response_due_at"] is None, lead(letter)["response_due_at"]) == (False, None)
    make("response_time", name="Письма", channel="mail", minutes=20)
    assert lead(form)["response_due_at"] < lead(make("lead", name="Ещё", channel="mail"))["response_due_at"]
    with pytest.raises(Invalid):
        make("response_time", name="Ещё", channel="mail", minutes=0)
    values = {"name": "Звонки", "channel": "call", "minutes": 5}
    for who in ("manager", "employee", "observer"):
        with pytest.raises(Denied):
            write.create(company.actor(who), shape_of("response_time"), values)
    write.create(company.actor("administrator"), shape_of("response_time"), values)


@pytest.mark.django_db
def test_owner_and_head_hear_once_of_what_was_not_answered() -> None:
    company = found_company()
    vera, boris = company.users["employee"], company.users["manager"]
    made = [make("lead", name=f"Заявка {n}", owner=vera.pk) for n in range(4)]
    now = timezone.now()
    Lead.objects.filter(pk__in=made).update(response_due_at=now - dt.timedelta(minutes=10))
    Lead.objects.filter(pk=made[1]).update(first_response_at=now)
    Lead.objects.filter(pk=made[2]).update(status="unsuitable")
    Lead.objects.filter(pk=made[3]).update(response_due_at=now + dt.timedelta(minutes=10))

    assert (remind_of_unanswered(now), remind_of_unanswered(now)) == (2, 0)

    told = Notification.objects.filter(kind="due").values_list("user_id", "record_id")
    assert set(told) == {(vera.pk, made[0]), (boris.pk, made[0])}
    page = company.client("manager").get("/notifications").content.decode()
    assert "Вера Ткач" in page
