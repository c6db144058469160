"""Whoever plans something hears what is in the way, as far as they may know it; nothing is forbidden."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company

pytestmark = pytest.mark.django_db
TEN = {"starts_at": "2030-03-04T10:00", "ends_at": "2030-03-04T11:00"}


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee."""
    return company.actor("employee")


@pytest.fixture
def page(company: Company) -> Client:
    """Her browser."""
    return company.client("employee")


def plan(actor: Actor, name: str, **more: Any) -> int:
    values = {
        "name": name,
        "starts_at": "2030-03-04T10:30+03:00",
        "ends_at": "2030-03-04T11:30+03:00",
        "zone": "Europe/Moscow",
    }
    return write.create(actor, shape_of("event"), {**values, **more})


def said(page: Client, record_id: int | None = None, **values: Any) -> str:
    address = "/calendar/remarks" + (f"?id={record_id}" if record_id else "")
    answer = page.post(address, {**TEN, **values})
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_is_at_the_same_time_is_said_as_far_as_one_may_know(company: Company, vera: Actor, page: Client):
    far = company.actor("outsider")
    plan(vera, "Планёрка")
    plan(far, "Тайное")
    text = said(page, attendees=[far.user_id])
    assert "Планёрка, 10:30–11:30 (вы)" in text
    assert "Дина Юсупова: занято, 10:30–11:30" in text
    assert "Тайное" not in text


def test_an_event_of_several_is_said_once_and_what_is_not_in_the_way_never(
    company: Company, vera: Actor, page: Client
):
    gleb = company.actor("colleague")
    plan(vera, "Общее", attendees=[gleb.user_id])
    plan(vera, "Свободно", free=True)
    plan(vera, "Впритык", starts_at="2030-03-04T11:00+03:00", ends_at="2030-03-04T12:00+03:00")
    text = said(page, attendees=[gleb.user_id])
    assert "Общее, 10:30–11:30 (вы, Глеб Соул)" in text or "Общее, 10:30–11:30 (Глеб Соул, вы)" in text
    assert text.count("Общее") == 1
    assert not {w for w in ("Свободно", "Впритык") if w in text}


def test_an_event_is_not_in_its_own_way_and_one_of_a_series_is_in_that_of_others(vera: Actor, page: Client):
    own = plan(vera, "Своё")
    assert "Своё" not in said(page, own)
    plan(
        vera,
        "Каждый день",
        starts_at="2030-03-01T10:00+03:00",
        ends_at="2030-03-01T10:15+03:00",
        repeats="RRULE:FREQ=DAILY",
    )
    assert "Каждый день, 10:00–10:15 (вы)" in said(page, own)
    assert "message" not in said(page, own, free="1", present="free")


def test_an_end_before_the_beginning_is_said_while_one_types(page: Client):
    assert "не может быть раньше" in said(page, ends_at="2030-03-04T09:00")
    assert "понедельник, 04.03.2030 10:00–11:00" in said(page).lower()
    assert said(page, starts_at="каша").count("<p") == 0


def test_a_clash_takes_one_statement_however_many_are_invited(company: Company, vera: Actor, page: Client):
    people = [company.users[k].pk for k in ("manager", "colleague", "outsider", "administrator")]
    counts = []
    for some in (people[:1], people):
        plan(vera, "Ещё", attendees=some)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            said(page, attendees=some)
        counts.append(sum("from event r" in q["sql"] for q in seen.captured_queries))
        counts.append(len(seen))
    assert counts[0] == counts[2] == 1
    assert counts[1] == counts[3]


def test_a_drag_says_what_is_in_the_way_and_happens_all_the_same(vera: Actor, page: Client):
    plan(vera, "Планёрка")
    moved = plan(vera, "Звонок", starts_at="2030-03-04T15:00+03:00", ends_at="2030-03-04T16:00+03:00")
    row = read.get(vera, shape_of("event"), moved)
    answer = page.post(f"/calendar/event/{moved}/change", {**TEN, "version": row["version"]})
    text = json.loads(answer["HX-Trigger"])["toast"]["text"]
    assert "В это время: Планёрка, 10:30–11:30 (вы)." in text
    assert read.get(vera, shape_of("event"), moved)["starts_at"] != row["starts_at"]


def test_nobody_is_told_who_may_not_plan(company: Company):
    assert company.client("observer").post("/calendar/remarks", TEN).status_code == 403
    number = plan(company.actor("outsider"), "Чужое")
    assert company.client("employee").post(f"/calendar/remarks?id={number}", TEN).status_code == 404


def test_the_forms_ask_as_they_are_filled_in(vera: Actor, page: Client):
    number = plan(vera, "Звонок")
    for address in (
        "/event/new",
        "/event/new?dialog=1",
        f"/event/{number}/edit",
        f"/calendar/event/{number}/change",
    ):
        assert 'hx-post="/calendar/remarks' in page.get(address).content.decode(), address


def test_one_day_of_a_series_that_is_moved_hears_of_that_day_alone(
    company: Company, vera: Actor, page: Client
):
    series = plan(
        vera,
        "Планёрка",
        starts_at="2030-03-04T10:00+03:00",
        ends_at="2030-03-04T11:00+03:00",
        repeats="RRULE:FREQ=WEEKLY",
    )
    plan(vera, "Обед", starts_at="2030-03-18T12:00+03:00", ends_at="2030-03-18T13:00+03:00")
    moved = {"which": "one", "version": 1, "starts_at": "2030-03-11T12:00", "ends_at": "2030-03-11T13:00"}
    form = page.post(f"/calendar/remarks?id={series}", moved).content.decode()
    assert "Планёрка," not in form and "Обед" not in form
    following = page.post(f"/calendar/remarks?id={series}", {**moved, "which": "following"}).content.decode()
    assert "Обед, 18.03.2030" in following
    answer = page.post(f"/calendar/event/{series}/change?at=20300311T100000", moved)
    assert "В это время" not in json.loads(answer["HX-Trigger"])["toast"]["text"]


def test_all_times_of_a_series_are_looked_at(company: Company, vera: Actor, page: Client):
    soon = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=3)
    third = soon + dt.timedelta(days=14)
    plan(vera, "Отпуск", starts_at=third.isoformat(), ends_at=(third + dt.timedelta(hours=8)).isoformat())
    values: dict[str, Any] = {"starts_at": f"{soon:%Y-%m-%dT%H:%M}", "ends_at": f"{soon:%Y-%m-%dT}11:00"}
    assert "Отпуск" not in said(page, **values)
    weekly: dict[str, Any] = {**values, "repeats": "FREQ=WEEKLY"}
    with CaptureQueriesContext(connection) as once:
        text = said(page, **weekly)
    assert f"Отпуск, {third:%d.%m.%Y} 10:00–18:00 (вы)" in text
    assert text.count("Отпуск") == 1
    with CaptureQueriesContext(connection) as daily:
        assert "Отпуск" in said(page, **{**values, "repeats": "FREQ=DAILY"})
    assert len(daily) == len(once)
    assert "Отпуск" not in said(page, **{**weekly, "repeats": "FREQ=WEEKLY;COUNT=2"})
