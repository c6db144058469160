"""What is taken out of the calendar comes back in one press, however much of a series it was, and whoever was told is told so."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.access.actor import Actor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.models import EventGuest
from klientura.modules.activities.queries.calendar import events_of
from klientura.modules.activities.services import occurrences
from klientura.modules.activities.services.occurrences import Place
from klientura.modules.activities.tests.test_notices import told

pytestmark = pytest.mark.django_db
ADDRESS = "guest@elsewhere.example"


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee with a calendar."""
    return company.actor("employee")


@pytest.fixture
def page(company: Company) -> Client:
    """Her browser."""
    return company.client("employee")


def plan(company: Company, vera: Actor, **more: Any) -> int:
    """Five Mondays of March 2030, of which the fourth was moved to Tuesday."""
    values = {
        "name": "Планёрка", "starts_at": "2030-03-04T10:00+03:00", "ends_at": "2030-03-04T11:00+03:00", "zone": "Europe/Moscow",
        "repeats": "RRULE:FREQ=WEEKLY;COUNT=5", "attendees": [company.actor("manager").user_id],
    }  # fmt: skip
    number = write.create(vera, shape_of("event"), {**values, **more})
    if values | more == values:
        times = {"starts_at": "2030-03-26T10:00+03:00", "ends_at": "2030-03-26T11:00+03:00"}
        occurrences.change(vera, Place(number, dt.datetime(2030, 3, 25, 10)), "one", times)
    deliver()
    return number


def days(vera: Actor) -> list[int]:
    found = events_of(vera, [vera.user_id or 0], dt.date(2030, 3, 1), dt.date(2030, 4, 5))
    return [i.first.day for i in found]


def removed(page: Client, vera: Actor, number: int, which: str) -> dict[str, str]:
    version = read.get(vera, shape_of("event"), number)["version"]
    answer = page.post(
        f"/calendar/event/{number}/remove?at=20300311T100000", {"which": which, "version": version}
    )
    assert answer.status_code == 200, answer.content.decode()
    deliver()
    return dict(json.loads(answer["HX-Trigger"])["toast"])


@pytest.mark.django_db(transaction=True)  # each change has a time of its own, as in earnest
@pytest.mark.parametrize(
    ("which", "left", "said"),
    [
        ("one", [4, 18, 26, 1], "Удалена только эта встреча: 11.03.2030, 10:00–11:00"),
        ("following", [4], "Удалено с 11.03.2030, 10:00–11:00 и дальше: Планёрка"),
        ("all", [], "Удалена вся серия: Планёрка"),
    ],
)
def test_whatever_is_removed_of_a_series_comes_back_in_one_press(
    company: Company, vera: Actor, page: Client, which: str, left: list[int], said: str
):
    number = plan(company, vera)
    before = read.get(vera, shape_of("event"), number)
    assert days(vera) == [4, 11, 18, 26, 1]
    toast = removed(page, vera, number, which)
    assert (days(vera), toast["text"]) == (left, said)
    heard = told(company, "manager")
    assert page.post(toast["undoUrl"]).status_code == 200
    deliver()
    assert days(vera) == [4, 11, 18, 26, 1]
    after = read.get(vera, shape_of("event"), number)
    assert (after["repeats"], after["over_at"]) == (before["repeats"], before["over_at"])
    assert len(told(company, "manager")) > len(heard), (
        "whoever was told that it is off is told that it is not"
    )
    assert company.client("manager").post(toast["undoUrl"]).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("which", "left"), [("following", [4, 12, 19, 26, 2]), ("all", [5, 12, 19, 26, 2])])
def test_whatever_is_moved_of_a_series_comes_back_in_one_press(
    company: Company, vera: Actor, page: Client, which: str, left: list[int]
):
    number = plan(company, vera)
    before = read.get(vera, shape_of("event"), number)
    answer = page.post(
        f"/calendar/event/{number}/change?at=20300311T100000",
        {"which": which, "version": before["version"], "starts_at": "2030-03-12T12:00", "ends_at": "2030-03-12T13:00"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content.decode()
    deliver()
    assert days(vera) == left
    heard = told(company, "manager")
    assert page.post(json.loads(answer["HX-Trigger"])["toast"]["undoUrl"]).status_code == 200
    deliver()
    assert days(vera) == [4, 11, 18, 26, 1]
    after = read.get(vera, shape_of("event"), number)
    assert [after[k] for k in ("repeats", "over_at", "starts_at")] == [
        before[k] for k in ("repeats", "over_at", "starts_at")
    ]
    assert len(told(company, "manager")) > len(heard)


def test_guests_are_written_to_when_it_goes_and_when_it_comes_back(
    company: Company, vera: Actor, page: Client
):
    number = plan(company, vera, repeats=None, guest_addresses=ADDRESS)
    EventGuest.objects.create(event_id=number, address=ADDRESS, answer="accepted")
    answer = page.post(f"/calendar/event/{number}/remove", {"version": 1})
    deliver()
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["text"] == "Удалено: Планёрка. Гостям уйдёт письмо; если вернуть, им напишут снова."
    assert EventGuest.objects.get().wants == "CANCEL"
    page.post(toast["undoUrl"])
    deliver()
    assert EventGuest.objects.get().wants == "REQUEST"


def test_what_was_changed_since_stays(company: Company, vera: Actor, page: Client):
    number = plan(company, vera)
    toast = removed(page, vera, number, "one")
    write.update(vera, shape_of("event"), number, {"repeats": "RRULE:FREQ=WEEKLY;COUNT=2"})
    assert page.post(toast["undoUrl"]).status_code == 200
    assert read.get(vera, shape_of("event"), number)["repeats"] == "RRULE:FREQ=WEEKLY;COUNT=2"
