"""Colleagues named on the timeline: whoever writes learns who will not hear of it, and lets them in by one press."""

import json

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.comments.models import Comment
from klientura.kernel.events.models import Event
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.store.sight import seen_by
from klientura.kernel.testing.company import Company

HTMX = {"HX-Request": "true"}
SECRET = "@Дина Юсупова, скидку не давать"


@pytest.fixture
def client_id(company: Company) -> int:
    owner = company.users["employee"]
    return write.create(
        SystemActor("test"),
        shape_of("organisation"),
        {"name": "Альфа", "owner": owner.pk, "team": owner.team_id},
    )


@pytest.fixture
def call(company: Company, client_id: int) -> int:
    given = {"kind": "call", "party": client_id, "subject": "Звонок"}
    return write.create(company.actor("employee"), shape_of("interaction"), given)


def sees(company: Company, call: int) -> bool:
    user = company.users["outsider"].pk
    return call in seen_by(shape_of("interaction"), {user: [call]}).get(user, set())


def test_the_author_of_a_remark_lets_in_whom_it_mentions_in_vain(company: Company, call: int) -> None:
    browser = company.client("employee")
    page = browser.post(f"/interaction/{call}/remarks", {"text": SECRET}, headers=HTMX).content.decode()
    door = f"/interaction/{call}/remarks/{Comment.objects.get().pk}/open"
    assert "Дина Юсупова не видит эту запись и не узнает о комментарии" in page
    assert f'hx-post="{door}"' in page
    assert not sees(company, call)
    assert company.client("outsider").post(door, headers=HTMX).status_code == 404
    assert not sees(company, call)

    answer = browser.post(door, headers=HTMX)
    assert "Дина Юсупова теперь видит" in json.loads(answer["HX-Trigger"])["toast"]["text"]
    assert door not in answer.content.decode()
    assert sees(company, call)
    told = [(e.payload or {})["mentioned"] for e in Event.objects.filter(kind="interaction.commented")]
    assert told[-1] == [company.users["outsider"].pk]


def test_who_may_not_share_is_told_but_offered_nothing(company: Company, call: int) -> None:
    browser = company.client("observer")
    page = browser.post(f"/interaction/{call}/remarks", {"text": SECRET}, headers=HTMX).content.decode()
    assert "Дина Юсупова не видит" in page
    door = f"/interaction/{call}/remarks/{Comment.objects.get().pk}/open"
    assert door not in page
    assert browser.post(door, headers=HTMX).status_code == 403
    assert not sees(company, call)


def test_nothing_is_said_when_everybody_hears(company: Company, call: int) -> None:
    page = company.client("employee").post(
        f"/interaction/{call}/remarks", {"text": "@Глеб Соул, глянь"}, headers=HTMX
    )  # fmt: skip
    assert "не узна" not in page.content.decode()


def test_whoever_mentions_a_colleague_in_a_note_learns_where_it_is_heard(
    company: Company, client_id: int
) -> None:
    browser, address = company.client("employee"), f"/organisation/{client_id}/timeline"
    answer = browser.post(address, {"kind": "note", "text": SECRET}, headers=HTMX)
    said = json.loads(answer["HX-Trigger"])["toast"]
    assert said["kind"] == "warning"
    assert "Дина Юсупова" in said["text"]
    plain = browser.post(address, {"kind": "note", "text": "Пишите на dina@example.com"}, headers=HTMX)
    assert json.loads(plain["HX-Trigger"])["toast"]["kind"] == "success"
