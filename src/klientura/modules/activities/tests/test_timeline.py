"""The timeline of a card: newest first over all its pages, nothing twice, nothing lost."""

import datetime as dt
import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.activities.services import tasks

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def pages(client: Client, address: str) -> list[str]:
    """The timeline of a card, page by page, as far as it offers more."""
    page = client.get(address).content.decode()
    found = []
    for _page in range(30):
        found.append(page[page.index("timeline") :])
        more = re.search(r'hx-get="(/organisation/\d+/timeline/more[^"]*)"', found[-1])
        if more is None:
            return found
        page = client.get(html.unescape(more.group(1))).content.decode()
    raise AssertionError("the timeline has no end")


@pytest.mark.parametrize(("calls", "changes"), [(5, 70), (70, 5), (45, 70), (5, 0), (0, 5)])
@pytest.mark.parametrize("old", [True, False])
def test_pages_go_from_the_newest_to_the_oldest(calls: int, changes: int, old: bool) -> None:
    client = found_company().client("administrator")
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа", "city": "Город 0"})
    first = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) if old else timezone.now() - dt.timedelta(hours=2)
    rows = [
        {"kind": "call", "subject": f"Разговор {n}", "party": number, "at": first + dt.timedelta(minutes=n)}
        for n in range(calls)
    ]
    if rows:
        write.create_many(ACTOR, shape_of("interaction"), rows)
    for n in range(changes):
        write.update(ACTOR, shape_of("organisation"), number, {"city": f"Город {n + 1}"})

    moments: list[str] = []
    said: list[str] = []
    for timeline in pages(client, f"/organisation/{number}"):
        moments += re.findall(r'<time[^>]*datetime="(\d{4}[^"]*)"', timeline)
        said += re.findall(r"Разговор \d+|Город \d+(?=</)", timeline)
    assert [dt.datetime.fromisoformat(m) for m in moments] == sorted(
        map(dt.datetime.fromisoformat, moments), reverse=True
    )
    assert len(moments) == calls + changes + 1
    assert {s for s in said if s.startswith("Разговор")} == {f"Разговор {n}" for n in range(calls)}


@pytest.mark.parametrize("changes", [1, 9, 14, 15, 16, 44])
@pytest.mark.parametrize("calls", [0, 35])
def test_changes_of_a_main_phone_are_told_once_each(calls: int, changes: int) -> None:
    """The line tells them, so the record's own entry shows nothing; the pages count entries, not what is shown."""
    client = found_company().client("administrator")
    shape = shape_of("organisation")
    number = write.create(ACTOR, shape, {"name": "Альфа", "phone": "8 495 111-22-00"})
    first = timezone.now() - dt.timedelta(hours=1)
    rows = [
        {"kind": "call", "subject": f"Разговор {n}", "party": number, "at": first + dt.timedelta(minutes=n)}
        for n in range(calls)
    ]
    if rows:
        write.create_many(ACTOR, shape_of("interaction"), rows)
    for n in range(1, changes + 1):
        write.update(ACTOR, shape, number, {"phone": f"8 495 111-22-{n:02}"})
    found = pages(client, f"/organisation/{number}")
    told = "".join(found)
    moments = re.findall(r'<time[^>]*datetime="\d{4}', told)
    assert len(moments) == calls + changes + 1, "the calls, the changes, the record with its first phone"
    assert len(re.findall(r"Разговор \d+", told)) == calls
    assert len(found) <= 2 + (2 * changes + calls) // 28, "and no page is offered in vain"


def test_a_page_of_changes_that_show_nothing_is_passed_over() -> None:
    """Who may not read a field is told nothing of its changes, and still comes to what was before them."""
    company = found_company()
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа", "city": "Уфа"})
    for n in range(70):
        write.update(ACTOR, shape_of("organisation"), number, {"city": f"Город {n}"})
    boss = company.client("administrator")
    boss.post("/settings/rights/observer/organisation", {"city": "none"})
    found = pages(company.client("observer"), f"/organisation/{number}")
    assert len(re.findall(r'<time[^>]*datetime="\d{4}', "".join(found))) == 1
    assert len(found) == 1


def test_a_call_takes_its_person_and_length_and_a_task_its_owner() -> None:
    company = found_company()
    client = company.client("administrator")
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа"})
    person = write.create(ACTOR, shape_of("person"), {"last_name": "Ёлкин", "employer": number})
    page = client.get(f"/organisation/{number}").content.decode()
    for field in ("compose-call-person", "compose-call-minutes", "compose-task-owner"):
        assert f'id="{field}"' in page
    assert f"/search/reference/person?employer={number}" in page

    call = {"kind": "call", "text": "Условия", "person": person, "minutes": "12", "direction": "incoming"}
    answer = client.post(f"/organisation/{number}/timeline", call, headers={"HX-Request": "true"})
    assert "Ёлкин" in answer.content.decode()
    row = read.page(ACTOR, shape_of("interaction"), limit=1).rows[0]
    assert (row["person"].id, row["minutes"], row["direction"]) == (person, 12, "incoming")

    other = company.actor("colleague").user_id
    client.post(
        f"/organisation/{number}/timeline",
        {"kind": "task", "text": "Перезвонить", "owner": other, "due_at": ""},
        headers={"HX-Request": "true"},
    )
    assert read.page(ACTOR, shape_of("task"), limit=1).rows[0]["owner"].id == other


def test_the_card_of_a_person_does_not_ask_for_the_person_again() -> None:
    client = found_company().client("administrator")
    number = write.create(ACTOR, shape_of("person"), {"last_name": "Ёлкин"})
    page = client.get(f"/person/{number}").content.decode()
    assert 'id="compose-call-minutes"' in page
    assert 'id="compose-call-person"' not in page


def test_what_is_pinned_stands_on_top() -> None:
    company = found_company()
    client, number = (
        company.client("employee"),
        write.create(ACTOR, shape_of("organisation"), {"name": "Альфа"}),
    )
    write.update(ACTOR, shape_of("organisation"), number, {"owner": company.actor("employee").user_id})
    owner = company.actor("employee").user_id
    calls = [
        {"kind": "call", "subject": f"Разговор {n}", "party": number, "owner": owner, "at": f"2026-01-{n + 1:02}T10:00:00Z"}
        for n in range(3)
    ]  # fmt: skip
    first, *_rest = write.create_many(ACTOR, shape_of("interaction"), calls)
    assert "timeline-pinned" not in client.get(f"/organisation/{number}").content.decode()
    assert client.post(f"/interaction/{first}/pin", {"on": "1"}).status_code == 204
    page = client.get(f"/organisation/{number}").content.decode()
    assert "Разговор 0" in page.split('id="timeline-pinned"')[1].split("</section>")[0]
    assert page.count("Разговор 0") == 1, "it is not told once more at its day"
    assert page.count("Разговор 1") == 1
    assert company.client("outsider").post(f"/interaction/{first}/pin", {"on": "0"}).status_code in {403, 404}
    client.post(f"/interaction/{first}/pin", {"on": "0"})
    assert "timeline-pinned" not in client.get(f"/organisation/{number}").content.decode()


def test_an_interaction_is_commented_where_it_stands() -> None:
    company = found_company()
    owner = company.actor("employee").user_id
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа", "owner": owner})
    values = {
        "kind": "call",
        "subject": "Условия",
        "party": number,
        "owner": owner,
        "at": "2026-01-01T10:00:00Z",
    }
    call = write.create(ACTOR, shape_of("interaction"), values)
    client, address = company.client("employee"), f"/interaction/{call}/remarks"
    assert f'hx-get="{address}"' in client.get(f"/organisation/{number}").content.decode()
    assert 'name="text"' in client.get(address).content.decode()
    said = client.post(address, {"text": "Скидку согласовали"})
    assert (said.status_code, "Скидку согласовали" in said.content.decode()) == (200, True)
    assert "1 комментарий" in client.get(f"/organisation/{number}").content.decode()
    empty = client.post(address, {"text": "  "})
    assert (empty.status_code, 'role="alert"' in empty.content.decode()) == (422, True)
    assert "Скидку согласовали" in client.get(f"/interaction/{call}/comments").content.decode()
    outsider = company.client("outsider")
    assert {outsider.get(address).status_code, outsider.post(address, {"text": "x"}).status_code} == {404}


def test_the_fact_of_the_last_contact_comes_after_what_was_written_down() -> None:
    client = found_company().client("administrator")
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа"})
    asks = f'hx-get="/organisation/{number}" hx-trigger="load delay:2s" hx-swap="none" hx-select-oob="#fact-last_contact_at"'
    assert asks not in client.get(f"/organisation/{number}").content.decode()
    written = client.post(f"/organisation/{number}/timeline", {"kind": "call", "text": "Договорились"})
    assert asks in written.content.decode()
    deliver()
    card = client.get(f"/organisation/{number}").content.decode()
    fact = card[card.index('id="fact-last_contact_at"') :].partition("</div></div>")[0]
    assert str(timezone.now().year) in fact or ":" in fact


@pytest.mark.parametrize(
    ("show", "told"),
    [
        ("", {"call", "email", "note", "city"}),
        ("contacts", {"call", "email", "note"}),
        ("mine", {"note"}),
        ("call", {"call"}),
        ("letter", {"email"}),
        ("meeting", set()),
        ("changes", {"city"}),
        ("nonsense", {"call", "email", "note", "city"}),
    ],
)
def test_a_timeline_shows_what_one_asks_for_to_its_end(show: str, told: set[str]) -> None:
    company = found_company()
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа", "city": "Уфа"})
    first = timezone.now() - dt.timedelta(hours=2)
    owners = {"note": company.users["administrator"].pk}
    rows = [
        {"kind": kind, "subject": f"{kind}-{n};", "party": number, "at": first + dt.timedelta(minutes=n), "owner": owners.get(kind)}
        for n in range(30)
        for kind in ("call", "email", "note")
    ]  # fmt: skip
    write.create_many(ACTOR, shape_of("interaction"), rows)
    for n in range(30):
        write.update(ACTOR, shape_of("organisation"), number, {"city": f"city-{n};"})
    found = " ".join(pages(company.client("administrator"), f"/organisation/{number}?show={show}"))
    assert {kind for kind in ("call", "email", "note", "city") if f"{kind}-3;" in found} == told
    for kind in told:
        assert all(f"{kind}-{n};" in found for n in range(30)), kind


def test_what_was_done_stands_on_the_timeline_to_its_end() -> None:
    company = found_company()
    client, boss = company.client("administrator"), company.actor("administrator")
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа"})
    names = [f"Позвонить {n};" for n in range(30)]
    for name in names:
        task = write.create(boss, shape_of("task"), {"name": name, "party": number, "owner": boss.user_id})
        tasks.complete_task(boss, task, {"result": f"Итог: {name}"})
    waiting = write.create(boss, shape_of("task"), {"name": "Ещё не готово", "party": number})
    for show in ("", "tasks"):
        found = " ".join(pages(client, f"/organisation/{number}?show={show}"))
        assert all(f"Итог: {name}" in found for name in names)
        assert found.count("Позвонить 7;") == 2, "the task and its result, told once"
        assert f'"/task/{waiting}"' not in found[found.index('id="timeline"') :]
    assert "Итог" not in " ".join(pages(client, f"/organisation/{number}?show=contacts"))
    call = write.create(boss, shape_of("task"), {"name": "Созвон о ценах", "party": number, "kind": "call"})
    tasks.complete_task(boss, call)
    deliver()
    page = client.get(f"/organisation/{number}").content.decode()
    assert page.count("Созвон о ценах") == 1, "it is told as the contact that it was"
    company.grant("manager", "organisation", "read", "all")
    company.hide("manager", "task", "done_at")
    assert "Итог" not in company.client("manager").get(f"/organisation/{number}").content.decode()


def test_a_timeline_shows_the_contacts_with_one_person_of_the_client() -> None:
    company = found_company()
    client = company.client("administrator")
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа"})
    anna, boris = (
        write.create(ACTOR, shape_of("person"), {"last_name": name, "employer": number}) for name in ("Аннина", "Борисов")
    )  # fmt: skip
    for person, subject in ((anna, "Первый"), (boris, "Второй"), (None, "Третий")):
        values = {"kind": "call", "subject": f"{subject} разговор", "party": number, "person": person}
        write.create(ACTOR, shape_of("interaction"), values)
    page = client.get(f"/organisation/{number}?person={anna}").content.decode()
    timeline = page[page.index('id="timeline"') :]
    assert [w in timeline for w in ("Первый", "Второй", "Третий", "created")] == [True, False, False, False]
    assert f"show=call&amp;person={anna}" in page and f"tab=timeline&amp;person={boris}" in page
    other = client.get(f"/organisation/{number}?show=meeting&person={anna}").content.decode()
    assert "Первый" not in other[other.index('id="timeline"') :]
    assert "timeline-people" not in client.get(f"/person/{anna}").content.decode()
    company.hide("manager", "interaction", "person")
    for key in ("organisation", "interaction"):
        company.grant("manager", key, "read", "all")
    hidden = company.client("manager").get(f"/organisation/{number}?person={anna}").content.decode()
    assert "timeline-people" not in hidden, "whoever does not see with whom asks for nobody"


def test_whoever_does_not_see_the_kind_is_not_asked_for_it() -> None:
    company = found_company()
    number = write.create(ACTOR, shape_of("organisation"), {"name": "Альфа"})
    write.create(ACTOR, shape_of("interaction"), {"kind": "call", "subject": "Разговор", "party": number})
    for key in ("organisation", "interaction"):
        company.grant("manager", key, "read", "all")
    company.hide("manager", "interaction", "kind")
    page = company.client("manager").get(f"/organisation/{number}?show=call").content.decode()
    assert "show=call" not in page
    assert "Разговор" in page
