"""The step that tells people: whom, of what they see, in which words; tried before it is switched on."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.errors import Invalid
from klientura.kernel.notify import following, reading
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules import dry, hearing, keeping, running
from klientura.kernel.rules.tests.support import last, made, organisation, settle
from klientura.kernel.schema.uses import uses_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company

pytestmark = pytest.mark.django_db
DAILY = {"kind": "schedule", "every": "day", "at": "09:00"}
TEXT = "Клиент {name} из города {city} ждёт"


def step(*to: str, users: tuple[int, ...] = (), text: str = TEXT) -> dict[str, Any]:
    return {"kind": "notify", "to": list(to), "users": list(users), "text": text}


def messages(company: Company, who: str) -> list[tuple[str, str]]:
    return [(line.who, line.text) for line in reading.page(company.actor(who), kind="rule").lines]


def told(company: Company) -> set[str]:
    users = set(Notification.objects.filter(kind="rule").values_list("user_id", flat=True))
    return {k for k, u in company.users.items() if u.pk in users}


def test_the_owner_reads_the_message_with_its_values(company: Company) -> None:
    rule = made(company, name="Новый клиент", steps=[step("owner")])
    number = organisation(company, city="Уфа")
    settle()
    assert told(company) == {"employee"}
    assert messages(company, "employee") == [("Новый клиент", "Клиент Альфа из города Уфа ждёт")]
    run = last(rule)
    assert (run.state, run.outcomes) == (
        "done",
        [{"id": number, "done": [{"notified": 1, "users": [company.users["employee"].pk]}]}],
    )


def test_nobody_reads_a_value_that_is_hidden_from_them(company: Company) -> None:
    company.hide("employee", "organisation", "city")
    made(company, steps=[step("owner", "team")])
    organisation(company, city="Уфа")
    settle()
    assert messages(company, "employee")[0][1] == "Клиент Альфа из города … ждёт"


@pytest.mark.parametrize(
    ("to", "expected"),
    [(("owner",), {"employee"}), (("team",), {"employee", "colleague"}), (("followers",), {"observer"}), (("creator",), set())],
)  # fmt: skip
def test_whom_it_tells(company: Company, to: tuple[str, ...], expected: set[str]) -> None:
    made(company, trigger={"kind": "changed", "fields": ["city"]}, steps=[step(*to)])
    number = organisation(company)
    following.follow(company.actor("observer"), shape_of("organisation"), number, wanted=True)
    write.update(company.actor("administrator"), shape_of("organisation"), number, {"city": "Уфа"})
    settle()
    assert told(company) == expected, "whoever set it off hears nothing of their own act"


def test_whoever_does_not_see_the_record_is_told_nothing(company: Company) -> None:
    made(company, steps=[step(users=(company.users["outsider"].pk, company.users["observer"].pk))])
    organisation(company)
    settle()
    assert told(company) == {"observer"}


def test_of_many_records_each_is_told_in_one_line(company: Company) -> None:
    rule = made(company, trigger=DAILY, steps=[step("owner")])
    hearing.note(rule, [organisation(company, name=f"К{n}") for n in range(8)], cause="schedule")
    running.run_due(rule.pk)
    assert Notification.objects.filter(kind="rule").count() == 1
    assert messages(company, "employee") == [("Правило", "Клиент … из города … ждёт")]


def test_many_records_cost_what_few_do(company: Company) -> None:
    rule = made(company, trigger=DAILY, steps=[step("owner", "team", "followers")])
    costs = []
    for number in (2, 9):
        ids = [organisation(company, name=f"О{number}-{n}") for n in range(number)]
        settle()
        hearing.note(rule, ids, cause="schedule")
        with CaptureQueriesContext(connection) as asked:
            running.run_due(rule.pk)
        costs.append(len(asked))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "bad",
    [
        step(), step("everybody"), step("owner", users=(999_999,)), step("owner", text=" "), step("owner", text="{nothing}"),
        step("owner", text="{owner}"), step("owner", text="я" * 1001), {**step("owner"), "to": "owner"}, {**step(), "users": ["1"]},
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused(company: Company, bad: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        made(company, steps=[bad])


def test_a_try_says_who_would_be_told(company: Company) -> None:
    rule = made(company, steps=[step("owner", "team")], active=False)
    organisation(company)
    now = timezone.now()
    tried = dry.try_on(
        company.actor("administrator"), rule.pk, now - dt.timedelta(days=1), now + dt.timedelta(minutes=1)
    )
    assert [r["also"] for r in tried.records] == [["Сообщит: Вера Ткач, Глеб Соул"]]
    assert not Notification.objects.exists()


def test_whoever_removes_a_field_hears_of_the_message(company: Company) -> None:
    made(company, name="Напоминание", steps=[step("owner")])
    assert any("Напоминание" in str(text) for text in uses_of("organisation", "city"))


def test_the_step_is_made_on_its_page(company: Company) -> None:
    rule = made(company, active=False)
    browser, place = company.client("administrator"), f"/settings/rules/{rule.pk}/steps"
    assert browser.get(f"{place}/new?kind=notify").status_code == 200
    given = {
        "version": str(rule.version),
        "to": ["owner"],
        "users": [str(company.users["manager"].pk), ""],
        "text": TEXT,
    }
    assert browser.post(f"{place}/new?kind=notify", given).status_code == 302
    kept = keeping.one(company.actor("administrator"), rule.pk)
    assert kept.steps[-1] == {
        "kind": "notify",
        "to": ["owner"],
        "users": [company.users["manager"].pk],
        "text": TEXT,
    }
    page = browser.get(f"{place}/{len(kept.steps) - 1}").content.decode()
    assert "Борис Лось" in page
    assert (
        browser.post(f"{place}/new?kind=notify", {"version": str(kept.version), "text": ""}).status_code
        == 422
    )
    assert company.client("manager").get(f"{place}/new?kind=notify").status_code == 403
