"""Reports: what they count, for whom, that each number opens just its rows, and that the way to them is short."""

import datetime as dt
import html
import json
import re
from calendar import monthrange
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.services import assignments

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
KINDS = ("contacts", "untouched", "load", "discipline", "deals")


def report(company: Company, key: str, who: str = "administrator", **query: Any) -> str:
    answer = company.client(who).get("/contacts-analysis", {"report": key, **query})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def line(page: str, name: str) -> list[str]:
    """The cells of a person's line."""
    found = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', page)
    assert found is not None, name
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1])]


def opened(company: Company, page: str, name: str) -> list[tuple[int, int]]:
    """Each number of a line with how many rows its link opens."""
    found = re.search(rf'<th scope="row">{name}</th>(.*?)</tr>', page)
    assert found is not None
    pairs = []
    for url, text in re.findall(r'<a class="link" href="([^"]+)">(\d+)</a>', found[1]):
        parts = urlsplit(url)
        tree = json.loads(parse_qs(parts.query)["filter"][0])
        actor = company.actor("administrator")
        pairs.append((int(text), read.count(actor, shape_of(parts.path[1:]), tree=tree).number))
    assert pairs
    return pairs


def call(company: Company, days: int, **more: Any) -> int:
    at = (timezone.now() - dt.timedelta(days=days)).isoformat()
    values = {"kind": "call", "body": "Говорили", "at": at, "minutes": 15, "outcome": "agreed"}
    return write.create(company.actor("employee"), shape_of("interaction"), values | more)


def test_contacts_by_person_kind_and_outcome(company: Company) -> None:
    client = write.create(company.actor("employee"), shape_of("organisation"), {"name": "Альфа"})
    today = timezone.localdate()
    for more in ({}, {}, {"kind": "meeting", "outcome": None, "minutes": 60}, {"kind": "note"}):
        call(company, 0, party=client, **more)
    call(company, 40, party=client)
    page = report(company, "contacts", **{"from": str(today - dt.timedelta(days=7)), "to": str(today)})
    vera = company.users["employee"].name
    assert line(page, vera)[:3] == ["2", "1", "3"]
    assert "1 ч 30 мин" in line(page, vera)
    assert all(told == found for told, found in opened(company, page, vera))
    assert "Договорились" in page
    assert "Пока считать нечего" in report(company, "contacts", **{"from": "2020-01-01", "to": "2020-01-31"})


def test_clients_without_contact(company: Company) -> None:
    vera = company.actor("employee")
    numbers = [write.create(vera, shape_of("organisation"), {"name": n}) for n in ("Альфа", "Бета", "Гамма")]
    call(company, 50, party=numbers[0])
    call(company, 2, party=numbers[1])
    deliver()
    name = company.users["employee"].name
    page = report(company, "untouched", days=30)
    assert line(page, name)[:2] == ["2", "1"]
    assert line(report(company, "untouched", days=60), name)[:2] == ["1", "1"]
    assert all(told == found for told, found in opened(company, page, name))


def test_the_load_of_people(company: Company) -> None:
    vera = company.actor("employee")
    for hours in (-5, 5):
        due = (timezone.now() + dt.timedelta(hours=hours)).isoformat()
        write.create(vera, shape_of("task"), {"name": "Дело", "due_at": due})
    given = {
        "name": "Собрать",
        "owner": vera.user_id,
        "due_at": (timezone.now() + dt.timedelta(days=1)).isoformat(),
    }
    write.create(company.actor("manager"), shape_of("assignment"), given)
    page = report(company, "load")
    name = company.users["employee"].name
    assert line(page, name) == ["2", "1", "1", "0"]
    assert all(told == found for told, found in opened(company, page, name))


def test_discipline_tells_what_kept_its_time(company: Company) -> None:
    boss, vera = company.actor("manager"), company.actor("employee")
    today = timezone.localdate()

    def give(days: int) -> int:
        due = timezone.now() + dt.timedelta(days=days)
        return write.create(
            boss,
            shape_of("assignment"),
            {"name": "Собрать", "owner": vera.user_id, "due_at": due.isoformat()},
        )

    in_time, late, _overdue, declined, returned = give(2), give(-1), give(-1), give(1), give(2)
    for number in (in_time, late, returned):
        assignments.report(vera, number, {"report": "Готово"})
    assignments.approve(boss, in_time)
    assignments.send_back(boss, returned, {"remark": "Не всё"})
    assignments.decline(vera, declined, {"remark": "Не могу"})
    span = {"from": str(today - dt.timedelta(days=7)), "to": str(today + dt.timedelta(days=7))}
    page = report(company, "discipline", **span)
    name = company.users["employee"].name
    assert line(page, name)[:5] == ["5", "1", "1", "1", "1"]
    assert all(told == found for told, found in opened(company, page, name))
    text = company.client("administrator").get(
        "/contacts-analysis", {"report": "discipline", "format": "csv", **span}
    )
    assert f"{name};5;1;1;1;1;" in text.content.decode("utf-8-sig")


@pytest.mark.parametrize("key", KINDS)
def test_everybody_counts_only_what_they_see(company: Company, key: str) -> None:
    vera = company.actor("employee")
    client = write.create(vera, shape_of("organisation"), {"name": "Альфа"})
    call(company, 0, party=client)
    write.create(vera, shape_of("task"), {"name": "Дело", "due_at": timezone.now().isoformat()})
    assert company.users["employee"].name not in report(company, key, "outsider").split("<main")[1]


@pytest.mark.parametrize("key", KINDS)
@pytest.mark.parametrize("query", [
    {"from": "x", "to": "9999-12-31"}, {"from": "2026-12-31", "to": "2020-01-01"}, {"days": "-1"}, {"days": "9" * 18}, {"from": "0001-01-01"},
])  # fmt: skip
def test_strange_addresses_are_answered(company: Company, key: str, query: dict[str, str]) -> None:
    report(company, key, **query)
    report(company, key, "employee", format="csv", **query)


def test_a_report_that_there_is_not(company: Company) -> None:
    assert company.client("employee").get("/contacts-analysis", {"report": "nonsense"}).status_code == 404


def test_a_hidden_field_closes_what_is_counted_by_it(company: Company) -> None:
    company.hide("employee", "task", "due_at")
    company.hide("employee", "assignment", "due_at")
    assert "не открыт" in report(company, "load", "employee")


@pytest.mark.parametrize("key", KINDS)
def test_a_report_costs_no_more_with_many_rows(company: Company, key: str) -> None:
    client = company.client("administrator")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/contacts-analysis", {"report": key})
        return len(seen)

    call(company, 0)
    queries()
    few = queries()
    for who in ("employee", "manager", "colleague"):
        rows = [{"name": f"Дело {n}", "due_at": timezone.now().isoformat()} for n in range(5)]
        write.create_many(company.actor(who), shape_of("task"), rows)
        write.create(
            company.actor(who),
            shape_of("interaction"),
            {"kind": "call", "body": "Говорили", "at": timezone.now().isoformat()},
        )
    assert abs(queries() - few) <= 1


def asked(company: Company, key: str, who: str | None = "administrator", **query: Any) -> Any:
    return company.api(who).get(f"/api/v1/contacts-analysis/{key}", query)


def test_a_program_reads_the_same_numbers(company: Company) -> None:
    for more in ({}, {}, {"kind": "meeting", "outcome": None, "minutes": 60}):
        call(company, 0, **more)
    today = str(timezone.localdate())
    body = asked(company, "contacts", **{"from": today, "to": today}).json()
    assert (body["from"], body["to"]) == (today, today)
    (told,) = [each for each in body["tables"][0]["lines"] if each["label"] == company.users["employee"].name]
    assert [c["value"] for c in told["cells"]][:3] == [2, 1, 3]
    actor = company.actor("administrator")
    for cell in told["cells"][:3]:
        assert read.count(actor, shape_of(cell["object"]), tree=cell["filter"]).number == cell["value"]
    assert "days" not in body
    assert asked(company, "untouched", days=5).json()["days"] == 5


@pytest.mark.parametrize("key", KINDS)
def test_each_report_stands_in_the_description(company: Company, key: str) -> None:
    document = company.api("employee").get("/api/v1/openapi.json").json()
    assert document["paths"][f"/contacts-analysis/{key}"]["get"]["operationId"] == f"contacts_analysis_{key}"
    assert asked(company, key, "employee").status_code == 200


def test_a_program_is_told_what_it_asked_wrongly(company: Company) -> None:
    assert asked(company, "contacts", None).status_code == 401
    assert asked(company, "gossip").status_code == 404
    assert company.api("administrator").get("/api/v1/no-room/contacts").status_code == 404
    assert company.api("administrator").post("/api/v1/contacts-analysis/contacts").status_code == 405
    wrong: tuple[dict[str, Any], ...] = (
        {"from": "yesterday"}, {"to": "1500-01-01"}, {"days": "0"}, {"days": "many"}, {"since": "2026-01-01"},
        {"from": "2026-02-01", "to": "2026-01-01"}, {"to": "2020-01-31"}, {"from": "1950-01-01"},
    )  # fmt: skip
    assert [asked(company, "contacts", **w).status_code for w in wrong] == [400] * len(wrong)
    company.hide("employee", "interaction", "owner")
    assert asked(company, "contacts", "employee").status_code == 403


def test_what_was_done_before_it_is_due_stands_in_this_month_and_an_empty_report_says_why(
    company: Company,
) -> None:
    boss, vera = company.actor("manager"), company.actor("employee")
    client = company.client("manager")
    empty = client.get("/contacts-analysis", {"report": "discipline"}).content.decode()
    assert "без срока" in empty or "without a due date" in empty
    last = timezone.localtime().replace(hour=23, minute=50, second=0, microsecond=0)
    last = last.replace(day=monthrange(last.year, last.month)[1])
    number = write.create(
        boss, shape_of("assignment"), {"name": "Собрать", "owner": vera.user_id, "due_at": last.isoformat()}
    )
    assignments.report(vera, number, {"report": "Готово"})
    page = client.get("/contacts-analysis", {"report": "discipline"}).content.decode()
    assert line(page, company.users["employee"].name)[:2] == ["1", "1"]
    today = timezone.localdate()
    links = html.unescape(page)
    for first, end in (
        (today.replace(day=1), last.date()),
        (today.replace(month=1, day=1), today.replace(month=12, day=31)),
    ):
        assert f"from={first}&to={end}" in links
    assert f"to={today}" in html.unescape(
        client.get("/contacts-analysis", {"report": "contacts"}).content.decode()
    )
