"""The line of quick entry through its doors: chips, the client that is meant, the task that is made, and taking it back."""

import datetime as dt
import html
import json
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.users import create_user
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.kit.entry.reading import read_entry
from klientura.modules.activities.queries.clients import clients_named, the_one

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def person(company: Company, last: str, first: str = "Пётр") -> int:
    return write.create(
        company.actor("employee"), shape_of("person"), {"last_name": last, "first_name": first}
    )


def made() -> dict[str, Any]:
    return dict(read.page(ACTOR, shape_of("task"), sort="-id", limit=1).rows[0])


def preview(company: Company, text: str, **more: object) -> str:
    answer = company.client("employee").post("/entry/preview", {"text": text, **more})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_a_line_becomes_a_task_of_its_client(company: Company) -> None:
    ivanov = person(company, "Иванов")
    person(company, "Сидоров")
    answer = company.client("employee").post("/entry", {"text": "срочно позвонить Иванову завтра в 10"})
    task = made()
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert (task["name"], task["kind"], task["important"]) == ("Позвонить Иванову", "call", True)
    assert timezone.localtime(task["due_at"]) == timezone.make_aware(
        dt.datetime.combine(tomorrow, dt.time(10))
    )
    assert task["party"].id == ivanov
    assert task["owner"].id == company.actor("employee").user_id
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert company.client("colleague").post(toast["undoUrl"]).status_code == 404
    company.client("employee").post(toast["undoUrl"])
    left = read.page(ACTOR, shape_of("task"), limit=5).rows
    assert all(r["status"] == "cancelled" for r in left)


def test_nothing_is_made_by_looking(company: Company) -> None:
    assert "Завтра" in preview(company, "позвонить завтра в 10")
    assert preview(company, "") == ""
    assert not read.page(ACTOR, shape_of("task"), limit=1).rows


def test_what_is_taken_off_is_no_more_understood(company: Company) -> None:
    shown = preview(company, "отчёт завтра срочно", take_off="important")
    assert 'name="without" value="important"' in shown
    assert 'value="day"' in shown
    company.client("employee").post(
        "/entry", {"text": "отчёт завтра срочно", "without": ["important", "nonsense"]}
    )
    assert (made()["name"], made()["important"]) == ("Отчёт срочно", False)


def test_of_several_one_is_chosen(company: Company) -> None:
    first, second = person(company, "Иванов", "Пётр"), person(company, "Иванов", "Олег")
    shown = preview(company, "позвонить Иванову")
    assert "Кто это?" in shown
    assert shown.count('type="radio"') == 3
    client = company.client("employee")
    client.post("/entry", {"text": "позвонить Иванову"})
    assert made()["party"] is None
    client.post("/entry", {"text": "позвонить Иванову", "party": str(second)})
    assert made()["party"].id == second
    client.post("/entry", {"text": "позвонить Иванову", "party": "0"})
    assert made()["party"] is None
    stranger = write.create(ACTOR, shape_of("person"), {"last_name": "Чужих"})
    client.post("/entry", {"text": "позвонить Иванову", "party": str(stranger)})
    assert made()["party"] is None, "only one of those who may be meant"
    assert first != second


def test_a_client_that_is_not_open_is_not_named(company: Company) -> None:
    write.create(company.actor("outsider"), shape_of("organisation"), {"name": "ООО Ромашка"})
    assert "Ромашка" in preview(company, "встреча с ООО Ромашка завтра")
    assert 'type="radio"' not in preview(company, "встреча с ООО Ромашка завтра")


@pytest.mark.parametrize(
    "text",
    [
        "позвонить Елкину",
        "звонок Ёлкину Сергею",
        "встреча с Ёлкиным",
        "позвонить Елкинну",
    ],
)
def test_a_name_is_found_in_any_case(company: Company, text: str) -> None:
    number = person(company, "Ёлкин", "Сергей")
    person(company, "Берёзкин", "Олег")
    entry = read_entry(text, dt.datetime(2026, 11, 18, 11, 30))
    found = the_one(clients_named(company.actor("employee"), entry.names))
    assert found is not None
    assert found.id == number


def test_an_empty_line_says_what_is_missing(company: Company) -> None:
    answer = company.client("employee").post("/entry", {"text": "  "})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize(
    "text", ["\x00", "а" * 5000, "31 февраля в 99:99", "через 999 лет", "!!!", "<b>&\"'"]
)
def test_strange_lines_are_taken_as_they_are(company: Company, text: str) -> None:
    assert company.client("employee").post("/entry", {"text": text}).status_code in {200, 422}
    assert company.client("employee").post("/entry/preview", {"text": text}).status_code == 200


def test_the_palette_offers_the_task(company: Company) -> None:
    person(company, "Иванов")
    client = company.client("employee")
    found = html.unescape(
        client.get("/search/palette", {"q": "позвонить Иванову завтра в 10"}).content.decode()
    )
    assert 'data-post="/entry?text=' in found
    assert "Иванов Пётр" in found
    assert "data-post" not in client.get("/search/palette", {"q": "Иванов"}).content.decode()
    client.post("/entry?text=позвонить+Иванову+завтра+в+10")
    assert made()["kind"] == "call"
    person(company, "Иванов", "Олег")
    found = html.unescape(client.get("/search/palette", {"q": "позвонить Иванову завтра"}).content.decode())
    assert "/day?entry=" in found


def test_the_composer_of_a_card_reads_the_line_too(company: Company) -> None:
    client, number = company.client("employee"), person(company, "Иванов")
    shown = client.post("/entry/preview?here=1", {"kind": "task", "text": "КП завтра в 12", "due_at": ""})
    assert "12:00" in shown.content.decode()
    assert not client.post("/entry/preview?here=1", {"kind": "note", "text": "КП завтра"}).content
    client.post(
        f"/person/{number}/timeline", {"kind": "task", "text": "КП завтра в 12\nСо скидкой", "due_at": ""}
    )
    task = made()
    assert (task["name"], task["description"], task["party"].id) == ("КП", "Со скидкой", number)
    assert timezone.localtime(task["due_at"]).hour == 12
    client.post(
        f"/person/{number}/timeline", {"kind": "task", "text": "КП завтра в 12", "due_at": "2030-01-10T09:00"}
    )
    assert made()["name"] == "КП завтра в 12"


def test_who_may_make_no_tasks_has_no_line(company: Company) -> None:
    observer = company.client("observer")
    assert 'id="entry-text"' not in observer.get("/day").content.decode()
    assert observer.post("/entry", {"text": "позвонить"}).status_code == 422
    assert not read.page(ACTOR, shape_of("task"), limit=1).rows


def test_a_call_and_its_next_step_are_one(company: Company) -> None:
    client, number = company.client("employee"), person(company, "Иванов")
    call = {
        "kind": "call",
        "text": "Обсудили условия",
        "outcome": "agreed",
        "result": "со скидкой",
        "next": "отправить КП завтра в 12",
    }
    shown = html.unescape(client.post(f"/person/{number}/timeline", call).content.decode())
    assert "Чем закончилось: Договорились\nЧто решили: со скидкой" in shown
    assert (made()["name"], made()["party"].id) == ("Отправить КП", number)
    wrong = {**call, "minutes": "-5", "next": "Второе"}
    assert client.post(f"/person/{number}/timeline", wrong).status_code == 422
    assert made()["name"] == "Отправить КП", "neither is written when one is refused"
    note = {"kind": "note", "text": "Просто заметка", "next": "Третье"}
    client.post(f"/person/{number}/timeline", note)
    assert made()["name"] == "Отправить КП"


def test_a_meeting_at_an_hour_stands_in_the_calendar(company: Company) -> None:
    client, number = company.client("employee"), person(company, "Иванов")
    text = "встреча с Ивановым завтра в 15 на 2 часа"
    assert "Встреча в календаре" in preview(company, text)
    answer = client.post("/entry", {"text": text})
    event = read.page(ACTOR, shape_of("event"), limit=1).rows[0]
    assert (event["name"], event["party"].id) == ("Встреча с Ивановым", number)
    assert event["ends_at"] - event["starts_at"] == dt.timedelta(hours=2)
    assert timezone.localtime(event["starts_at"]).hour == 15
    assert not read.page(ACTOR, shape_of("task"), limit=1).rows
    assert "15:00–17:00" in html.unescape(client.get("/day").content.decode())
    undo = json.loads(answer["HX-Trigger"])["toast"]["undoUrl"]
    assert company.client("colleague").post(undo).status_code == 404
    assert client.post(undo).status_code == 204
    assert not read.page(ACTOR, shape_of("event"), limit=1).rows
    client.post("/entry", {"text": text, "without": ["kind"]})
    assert made()["name"] == "Встреча с Ивановым"
    client.post("/entry", {"text": "встреча с Ивановым завтра"})
    assert made()["kind"] == "meeting", "without an hour it is something to arrange"


@pytest.fixture
def lebedeva(company: Company) -> int:
    return create_user(email="lebedeva@example.org", name="Анна Лебедева", role="employee", password=None).pk


def assignments() -> list[dict[str, Any]]:
    return [dict(r) for r in read.page(ACTOR, shape_of("assignment"), sort="-id", limit=5).rows]


@pytest.mark.parametrize(
    "line",
    [
        "поручить Лебедевой подготовить отчёт к среде", "поручи Анне Лебедевой подготовить отчёт к среде",
        "Поручить лебедевой: подготовить отчёт к среде", "assign Лебедева to подготовить отчёт к среде",
    ],
)  # fmt: skip
def test_a_line_gives_something_to_a_colleague(company: Company, lebedeva: int, line: str) -> None:
    shown = preview(company, line)
    assert "Поручение: Анна Лебедева" in shown
    answer = company.client("employee").post("/entry", {"text": line})
    [given] = assignments()
    me = company.actor("employee").user_id
    assert (given["name"], given["owner"].id, given["issuer"].id) == ("Подготовить отчёт", lebedeva, me)
    assert timezone.localtime(given["due_at"]).weekday() == 2
    assert not read.page(ACTOR, shape_of("task"), limit=1).rows
    said = json.loads(answer["HX-Trigger"])["toast"]
    assert "Анна Лебедева" in said["text"]
    assert company.client("outsider").post(said["undoUrl"]).status_code == 404
    company.client("employee").post(said["undoUrl"])
    assert all(r["status"] == "cancelled" for r in assignments())


def test_of_colleagues_with_one_name_one_is_chosen(company: Company, lebedeva: int) -> None:
    other = create_user(email="l2@example.org", name="Ирина Лебедева", role="employee", password=None).pk
    line, client = "поручить Лебедевой отчёт", company.client("employee")
    assert preview(company, line).count('name="executor"') == 2
    refused = client.post("/entry", {"text": line})
    assert (refused.status_code, "Выберите, кому поручить" in refused.content.decode()) == (422, True)
    assert line in refused.content.decode()
    assert not assignments()
    client.post("/entry", {"text": line, "executor": str(other)})
    assert [a["owner"].id for a in assignments()] == [other]
    # A number that was not offered chooses nobody.
    boss = company.actor("manager").user_id
    assert client.post("/entry", {"text": line, "executor": str(boss)}).status_code == 422


def test_a_colleague_who_is_not_there_is_told(company: Company) -> None:
    line, client = "поручить Сидоренко отчёт завтра", company.client("employee")
    assert "Коллеги «Сидоренко» нет" in preview(company, line)
    refused = client.post("/entry", {"text": line})
    assert (refused.status_code, "Коллеги «Сидоренко» нет" in refused.content.decode()) == (422, True)
    assert not assignments()
    client.post("/entry", {"text": line, "without": "order"})
    assert made()["name"] == "Поручить Сидоренко отчёт"
    client.post("/entry", {"text": "поручить отчёт бухгалтерии"})
    assert made()["name"] == "Поручить отчёт бухгалтерии"


def test_who_may_give_nothing_makes_a_task(company: Company, lebedeva: int) -> None:
    company.grant("employee", "assignment", "create", "none")
    company.client("employee").post("/entry", {"text": "поручить Лебедевой отчёт"})
    assert not assignments()
    assert made()["name"] == "Поручить Лебедевой отчёт"


def test_a_date_that_there_is_not_is_told(company: Company) -> None:
    assert "Такой даты или времени впереди нет: «31 февраля»" in preview(company, "отчёт 31 февраля в 10")
    answer = company.client("employee").post("/entry", {"text": "отчёт 31 февраля в 10"})
    said = json.loads(answer["HX-Trigger"])["toast"]
    assert (said["kind"], "«31 февраля»" in said["text"]) == ("warning", True)
    assert (made()["name"], made()["due_at"]) == ("Отчёт 31 февраля в 10", None)


def test_whoever_is_named_and_not_there_is_told(company: Company) -> None:
    said = "такого клиента в базе нет"
    assert said in preview(company, "позвонить Бармалейкину завтра в 10")
    assert said not in preview(company, "подготовить УПД завтра")
    assert said not in preview(company, "поручить Сидоренко отчёт завтра")


def test_a_meeting_of_a_line_hears_what_is_in_the_way(company: Company) -> None:
    client = company.client("employee")
    client.post("/entry", {"text": "встреча о складе завтра в 10"})
    said = json.loads(client.post("/entry", {"text": "встреча о ценах завтра в 10:30"})["HX-Trigger"])[
        "toast"
    ]
    assert "о складе, 10:00–11:00" in said["text"]
    free = json.loads(client.post("/entry", {"text": "встреча о путях завтра в 17"})["HX-Trigger"])["toast"]
    assert "В это время" not in free["text"]


def test_a_next_step_that_has_no_such_day_is_told(company: Company) -> None:
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа"})
    values = {"kind": "call", "text": "Условия", "next": "31 февраля позвонить"}
    answer = company.client("administrator").post(
        f"/organisation/{number}/timeline", values, headers={"HX-Request": "true"}
    )
    assert "31 февраля" in json.loads(answer["HX-Trigger"])["toast"]["text"]
