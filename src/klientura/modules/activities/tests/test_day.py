"""«My day» and the quick entry: what stands where, what is done in place, and whose it is."""

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.models import Focus
from klientura.modules.activities.services import focus
from klientura.modules.activities.services.snoozing import offered

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
NOW = dt.timedelta()


def task(company: Company, name: str, due: dt.timedelta | None = NOW, **more: object) -> int:
    """A task of the employee, due so long from now."""
    at = None if due is None else (timezone.now() + due).isoformat()
    return write.create(company.actor("employee"), shape_of("task"), {"name": name, "due_at": at, **more})


def day(company: Company, who: str = "employee", query: str = "") -> str:
    return html.unescape(company.client(who).get(f"/day{query}").content.decode())


def section(page: str, key: str) -> str:
    """The part of the page below a heading, up to the next section."""
    return page.split(f'id="{key}"', 1)[1].split("</section>", 1)[0] if f'id="{key}"' in page else ""


def row(task_id: int) -> dict[str, object]:
    return dict(read.get(ACTOR, shape_of("task"), task_id))


def test_each_matter_stands_in_its_place(company: Company) -> None:
    task(company, "Вчерашнее", -dt.timedelta(days=1))
    task(company, "Через три дня", dt.timedelta(days=3))
    task(company, "Через месяц", dt.timedelta(days=31))
    task(company, "Бессрочное", None)
    page = day(company)
    assert "Вчерашнее" in section(page, "day-late")
    assert "Через три дня" in section(page, "day-ahead")
    assert "Через месяц" not in page
    assert "Бессрочное" not in page
    assert re.search(r"Без срока: 1", page)


def test_the_day_is_its_readers_own(company: Company) -> None:
    task(company, "Моё дело", -dt.timedelta(hours=1))
    for who in ("manager", "colleague", "administrator"):
        assert "Моё дело" not in day(company, who)
    assert "Моё дело" in day(company)


def test_a_day_with_nothing_says_something_kind(company: Company) -> None:
    assert "День свободен" in day(company)
    task(company, "Через три дня", dt.timedelta(days=3))
    assert "На сегодня ничего нет" in day(company)


def test_done_in_place_and_taken_back(company: Company) -> None:
    number = task(company, "Позвонить", -dt.timedelta(hours=1))
    client = company.client("employee")
    assert client.post(f"/task/{number}/done").status_code == 204
    assert "Позвонить" not in day(company)
    client.post(f"/task/{number}/not-done")
    assert "Позвонить" in day(company)


def test_what_is_put_off_is_hidden_until_then(company: Company) -> None:
    number = task(company, "Отложу", -dt.timedelta(hours=1))
    client = company.client("employee")
    answer = client.post(f"/day/task/{number}/put-off", {"until": "hour"})
    assert "undoUrl" in answer["HX-Trigger"]
    assert "Отложу" not in section(day(company), "day-late")
    assert "Отложенные: 1" in day(company)
    assert "Отложу" in html.unescape(client.get("/task").content.decode())
    shape = shape_of("task")
    undo = re.search(r'"undoUrl": "([^"]+)"', answer["HX-Trigger"])
    assert undo is not None
    assert client.post(undo[1]).status_code == 204
    assert row(number)["snoozed_until"] is None
    assert "Отложу" in section(day(company), "day-late")
    write.update(
        ACTOR, shape, number, {"snoozed_until": (timezone.now() + dt.timedelta(seconds=1)).isoformat()}
    )
    assert row(number)["snoozed_until"] is not None


@pytest.mark.parametrize("until", ["", "yesterday", "2020-01-01"])
def test_a_way_that_is_not_offered_is_refused(company: Company, until: str) -> None:
    number = task(company, "Отложу")
    assert company.client("employee").post(f"/day/task/{number}/put-off", {"until": until}).status_code == 400
    assert row(number)["snoozed_until"] is None


def test_a_moment_that_has_passed_is_refused(company: Company) -> None:
    number = task(company, "Отложу")
    past = (timezone.now() - dt.timedelta(days=1)).isoformat()
    api = company.api("employee")
    answer = api.post(
        f"/api/v1/task/{number}/actions/snooze", {"snoozed_until": past}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "snoozed_until")


@pytest.mark.parametrize(
    ("at", "ways"),
    [
        ((2026, 11, 18, 11, 30), {"hour", "evening", "tomorrow", "monday"}),
        ((2026, 11, 18, 17, 45), {"hour", "tomorrow", "monday"}),
        ((2026, 11, 22, 9, 0), {"hour", "evening", "tomorrow"}),  # a Sunday: Monday is tomorrow
    ],
)
def test_what_is_offered_lies_ahead(at: tuple[int, ...], ways: set[str]) -> None:
    now = timezone.make_aware(dt.datetime(*at))  # type: ignore[arg-type]
    found = offered(now)
    assert set(found) == ways
    assert all(moment > now for moment in found.values())


def test_nobody_acts_on_anothers_task(company: Company) -> None:
    number = task(company, "Чужое")
    outsider = company.client("outsider")
    for what, values in (("put-off", {"until": "hour"}), ("important", {"on": "1"}), ("focus", {"on": "1"})):
        assert outsider.post(f"/day/task/{number}/{what}", values).status_code == 404
    assert outsider.post("/day/organisation/1/focus", {"on": "1"}).status_code == 404
    assert not Focus.objects.exists()


def test_importance_is_marked_in_place(company: Company) -> None:
    number = task(company, "Важное", dt.timedelta(days=5))
    client = company.client("employee")
    assert "Важное" in day(company, query="?view=matrix").split('id="quadrant-drop"')[1]
    client.post(f"/day/task/{number}/important", {"on": "1"})
    assert row(number)["important"] is True
    page = day(company, query="?view=matrix")
    assert "Важное" in page.split('id="quadrant-plan"')[1].split("</section>")[0]


def test_the_matrix_holds_also_what_has_no_date(company: Company) -> None:
    task(company, "Бессрочное", None)
    task(company, "Горит", -dt.timedelta(hours=1), important=True)
    page = day(company, query="?view=matrix")
    assert "Бессрочное" in page.split('id="quadrant-drop"')[1]
    assert "Горит" in page.split('id="quadrant-do"')[1].split("</section>")[0]


class TestFocus:
    @pytest.fixture
    def me(self, company: Company) -> Actor:
        return company.actor("employee")

    def test_an_order_of_ones_own_is_kept(self, company: Company, me: Actor) -> None:
        numbers = [task(company, name) for name in ("Первое", "Второе", "Третье")]
        for number in numbers:
            focus.pick(me, "task", number, wanted=True)
        client = company.client("employee")
        client.post("/day/focus", {"item": [f"task-{n}" for n in reversed(numbers)]})
        assert [i.id for i in focus.focus_of(me)] == numbers[::-1]
        client.post("/day/focus", {"item": ["task-x", "", f"task-{numbers[1]}", "organisation-1"]})
        assert focus.focus_of(me)[0].id == numbers[1]

    def test_it_holds_what_is_to_be_done(self, company: Company, me: Actor) -> None:
        number = task(company, "Первое")
        focus.pick(me, "task", number, wanted=True)
        assert "Первое" in section(day(company), "day-focus")
        company.client("employee").post(f"/task/{number}/done")
        assert focus.focus_of(me) == []

    def test_there_is_an_end_to_it(self, company: Company, me: Actor) -> None:
        numbers = [task(company, f"Дело {n}") for n in range(focus.MOST + 1)]
        for number in numbers[:-1]:
            focus.pick(me, "task", number, wanted=True)
        with pytest.raises(BadRequest):
            focus.pick(me, "task", numbers[-1], wanted=True)
        focus.pick(me, "task", numbers[0], wanted=False)
        focus.pick(me, "task", numbers[-1], wanted=True)

    def test_nobody_picks_what_they_do_not_see(self, company: Company) -> None:
        number = task(company, "Чужое")
        with pytest.raises(NotFound):
            focus.pick(company.actor("outsider"), "task", number, wanted=True)


def test_the_day_costs_no_more_with_many_matters(company: Company) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            day(company)
        return len(seen)

    first = task(company, "Первое")
    focus.pick(company.actor("employee"), "task", first, wanted=True)
    queries()
    few = queries()
    for n in range(12):
        focus.pick(company.actor("employee"), "task", task(company, f"Дело {n}"), wanted=True)
    assert queries() == few


def test_a_new_task_is_important_only_when_somebody_says_so(company: Company) -> None:
    client = company.client("employee")
    for address in ("/task/new", "/assignment/new"):
        form = client.get(address).content.decode()
        box = re.search(r"<input type=\"checkbox\"[^>]*name=\"important\"[^>]*>", form)
        assert box is not None
        assert "checked" not in box[0]
    number = task(company, "Важное", important=True)
    form = client.get(f"/task/{number}/edit").content.decode()
    box = re.search(r"<input type=\"checkbox\"[^>]*name=\"important\"[^>]*>", form)
    assert box is not None
    assert "checked" in box[0]


def test_events_stand_among_the_matters_of_the_day(company: Company) -> None:
    vera = company.actor("employee")
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    event = {"name": "Планёрка", "starts_at": f"{tomorrow}T10:00", "ends_at": f"{tomorrow}T11:30"}
    write.create(vera, shape_of("event"), event)
    page = section(day(company), "day-ahead")
    assert "Планёрка" in page
    assert "10:00–11:30" in page
    assert "Планёрка" not in day(company, "outsider")
    number = re.search(r"/event/(\d+)", page)
    assert number is not None
    assert company.client("employee").post(f"/day/event/{number[1]}/focus", {"on": "1"}).status_code == 404
    assert "Планёрка" not in day(company, query="?view=matrix"), "what happens at its time is not weighed"


def test_the_foot_of_a_phone_leads_to_the_work_of_the_day(company: Company):
    page = company.client("employee").get("/day").content.decode()
    foot = page[page.index('class="bottombar"') :].partition("</nav>")[0]
    assert re.findall(r'<a class="bottombar-link" href="([^"]+)"', foot) == ["/", "/day", "/calendar"]
    assert 'aria-current="page"' in foot
