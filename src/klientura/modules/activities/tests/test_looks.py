"""How the calendar shows itself: the first day of the week, a narrow window, the hours of a team, the day of something new."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.web.calendar import grid

PROFILE = {"name": "Вера Ткач", "time_zone": "Europe/Moscow", "theme": "auto"}


def text(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "chosen", "browser", "first"),
    [
        ("ru", "auto", "en-US,en;q=0.9", 2), ("en", "auto", "en-US,en;q=0.9", 1), ("en", "auto", "en-GB,en;q=0.9", 2), ("en", "auto", "", 2),
        ("en", "monday", "en-US", 2), ("ru", "sunday", "ru", 1),
    ],
)  # fmt: skip
def test_a_week_begins_as_one_has_chosen_or_as_is_usual_there(
    company: Company, language: str, chosen: str, browser: str, first: int
):
    client = company.client("employee")
    saved = client.post("/me", {**PROFILE, "language": language, "week_start": chosen})
    assert saved.status_code == 302
    headers = {"Accept-Language": browser} if browser else {}
    week = text(client, "/calendar?span=week&on=2026-12-02", **headers)
    assert re.findall(r'data-day="([\d-]+)"', week)[0] == f"2026-{'11-30' if first == 2 else '11-29'}"
    other = text(client, "/task?view=calendar&by=due_at&span=week&on=2026-12-02", **headers)
    assert re.findall(r'data-day="([\d-]+)"', other)[0] == f"2026-{'11-30' if first == 2 else '11-29'}"


@pytest.mark.django_db
def test_a_first_day_that_is_none_is_refused(company: Company):
    client = company.client("employee")
    assert client.post("/me", {**PROFILE, "language": "ru", "week_start": "friday"}).status_code == 422
    assert User.objects.get(pk=company.users["employee"].pk).week_start == "auto"


@pytest.mark.django_db
def test_a_narrow_window_begins_with_a_day_and_the_address_says_otherwise(company: Company):
    client = company.client("employee")
    assert 'data-span="week" data-as="wide"' in text(client, "/calendar")
    client.cookies["narrow"] = "1"
    assert 'data-span="day" data-as="narrow"' in text(client, "/calendar")
    month = text(client, "/calendar?span=month")
    assert 'data-span="month"' in month and "data-as" not in month
    client.cookies["narrow"] = "0"
    assert 'data-span="week"' in text(client, "/calendar")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "begins"),
    [
        ("span=week&on=2030-03-06", "2030-03-04"), ("span=day&on=2030-03-06", "2030-03-06"), ("span=month&on=2030-06-01", "2030-06-03"),
        ("span=team&on=2030-03-06", "2030-03-06"), ("span=week", ""), ("span=day", ""),
    ],
)  # fmt: skip
def test_something_new_is_proposed_for_the_days_that_are_shown(company: Company, query: str, begins: str):
    page = text(company.client("employee"), f"/calendar?{query}").replace("&amp;", "&")
    found = re.search(r'data-hotkey="c"[^>]*hx-get="([^"]+)"|hx-get="([^"]+)"[^>]*data-hotkey="c"', page)
    assert found is not None
    address = found.group(1) or found.group(2)
    assert (f"starts_at={begins}T10%3A00" in address) if begins else ("starts_at" not in address)


@pytest.mark.django_db
def test_a_team_shows_the_hours_of_work_and_those_in_which_something_stands(company: Company):
    client, day = company.client("employee"), "/calendar?span=team&who=me&on=2030-03-04"
    assert 'class="team-line" data-hours="9"' in text(client, day)
    values = {
        "name": "Рано",
        "starts_at": "2030-03-04T07:30+03:00",
        "ends_at": "2030-03-04T08:00+03:00",
        "zone": "Europe/Moscow",
    }
    write.create(company.actor("employee"), shape_of("event"), values)
    page = text(client, day)
    assert 'class="team-line" data-hours="11"' in page and 'data-from="2" data-to="4"' in page
    whole = text(client, f"{day}&whole=1")
    assert 'class="team-line" data-hours="24"' in whole and 'data-from="30" data-to="32"' in whole
    assert 'data-hours="24"' in text(client, "/calendar"), "it is kept"


places = st.tuples(st.integers(0, 95), st.integers(1, 96)).filter(lambda p: p[0] < p[1])


@given(st.lists(places, max_size=5), places | st.just((0, 0)))
def test_whatever_stands_in_a_day_lies_within_its_hours(spans: list[tuple[int, int]], work: tuple[int, int]):
    taken = [{"from": a, "to": b} for a, b in spans]
    first, after = grid.hours_of({"work_from": work[0], "work_to": work[1]}, taken)
    assert 0 <= first < after <= 24
    for place in taken:
        moved = grid.moved(place, first)
        assert 0 <= moved["from"] < moved["to"] <= (after - first) * 4


@pytest.mark.django_db
def test_a_team_of_any_size_takes_one_statement_for_each_kind(company: Company):
    client, people = (
        company.client("administrator"),
        [u.pk for name, u in company.users.items() if name != "disabled"],
    )
    for pk in people:
        for what, values in (
            ("event", {"starts_at": "2030-03-04T10:00+03:00", "repeats": "FREQ=DAILY", "attendees": people}),
            ("task", {"due_at": "2030-03-05T10:00+03:00"}),
            ("assignment", {"due_at": "2030-03-06T10:00+03:00"}),
        ):
            write.create(SystemActor("test"), shape_of(what), {"name": "Дело", "owner": pk, **values})

    def asked(users: list[int]) -> tuple[int, list[int]]:
        address = f"/calendar?span=team&wide=1&on=2030-03-04&who={','.join(map(str, users))}"
        text(client, address)
        with CaptureQueriesContext(connection) as seen:
            text(client, address)
        marks = ("from event r", "select q.*, r.title")  # what is due: of tasks one, of assignments one
        found = [sum(mark in query["sql"] for query in seen) for mark in marks]
        return len(seen), found

    few, many = asked(people[:2]), asked(people)
    assert few == many
    assert many[1] == [1, 2]


@pytest.mark.django_db
def test_what_people_type_breaks_out_of_nothing(company: Company):
    values = {
        "name": '"><script>alert(1)</script>', "place": "<b onmouseover=x>", "starts_at": "2030-03-04T10:00+03:00", "zone": "Europe/Moscow",
    }  # fmt: skip
    write.create(company.actor("employee"), shape_of("event"), values)
    for span in ("day", "week", "month", "agenda", "team"):
        page = text(company.client("employee"), f"/calendar?span={span}&on=2030-03-04&who=me")
        assert "&lt;script&gt;" in page and "<script>alert" not in page and "<b onmouse" not in page
