"""The timeline of a card: newest first over all its pages, nothing twice, nothing lost."""

import datetime as dt
import html
import re

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


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

    page = client.get(f"/organisation/{number}").content.decode()
    moments: list[str] = []
    said: list[str] = []
    for _page in range(20):
        timeline = page[page.index("timeline") :]
        moments += re.findall(r'<time[^>]*datetime="(\d{4}[^"]*)"', timeline)
        said += re.findall(r"Разговор \d+|Город \d+(?=</)", timeline)
        more = re.search(r'hx-get="(/organisation/\d+/timeline/more[^"]*)"', timeline)
        if more is None:
            break
        page = client.get(html.unescape(more.group(1))).content.decode()
    assert [dt.datetime.fromisoformat(m) for m in moments] == sorted(
        map(dt.datetime.fromisoformat, moments), reverse=True
    )
    assert len(moments) == calls + changes + 1
    assert {s for s in said if s.startswith("Разговор")} == {f"Разговор {n}" for n in range(calls)}


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
