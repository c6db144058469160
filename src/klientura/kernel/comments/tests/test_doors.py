"""Comments behind the card and the API: every role, texts made safe, colleagues offered."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.comments import writing
from klientura.kernel.comments.models import Comment
from klientura.kernel.notify import reading
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.comments.words import shown
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

READERS = ("administrator", "manager", "employee", "colleague", "observer")
HTMX = {"HX-Request": "true"}


def place(number: int) -> str:
    return f"/organisation/{number}/comments"


@pytest.mark.parametrize("who", READERS)
def test_every_reader_says_something_on_the_card(company: Company, ours: int, who: str) -> None:
    browser = company.client(who)
    answer = browser.post(place(ours), {"text": "Позвоните <b>завтра</b>"}, headers=HTMX)
    assert answer.status_code == 200
    page = browser.get(f"/organisation/{ours}?tab=comments").content.decode()
    assert "Позвоните &lt;b&gt;завтра&lt;/b&gt;" in page
    assert Comment.objects.get().author_id == company.users[who].pk


def test_a_stranger_to_the_record_finds_nothing(company: Company, ours: int) -> None:
    made = writing.write(company.actor("employee"), shape_of("organisation"), ours, "Тайна").comment
    browser, api = company.client("outsider"), company.api("outsider")
    for answer in (
        browser.get(place(ours)), browser.post(place(ours), {"text": "Я"}), browser.get(place(ours) + "/people?q=а"),
        browser.get(f"{place(ours)}/{made.pk}/edit"), browser.post(f"{place(ours)}/{made.pk}/delete"),
        api.get(f"/api/v1{place(ours)}"), api.delete(f"/api/v1{place(ours)}/{made.pk}"),
    ):  # fmt: skip
        assert answer.status_code == 404
        assert "Тайна" not in answer.content.decode()
    assert [c.text for c in Comment.objects.all()] == ["Тайна"]


def test_who_is_mentioned_in_vain_is_told_at_once(company: Company, ours: int) -> None:
    answer = company.client("employee").post(place(ours), {"text": "@Дина Юсупова, глянь"}, headers=HTMX)
    said = json.loads(answer["HX-Trigger"])["toast"]
    assert said["kind"] == "warning"
    assert "Дина Юсупова" in said["text"]
    quiet = company.client("employee").post(place(ours), {"text": "@Глеб Соул, глянь"}, headers=HTMX)
    assert "HX-Trigger" not in quiet


def test_who_answers_has_read_what_was_said_to_them(company: Company, ours: int) -> None:
    """Otherwise the bell would go on counting what its reader is answering."""
    told = company.users["employee"]
    Notification.objects.create(
        user=told, actor=company.users["manager"], kind="commented", object="party", record_id=ours, at=timezone.now(), shown=True
    )  # fmt: skip
    other = company.client("manager").post(place(ours), {"text": "Как дела?"}, headers=HTMX)
    assert "notified" not in other.headers.get("HX-Trigger", "")
    answer = company.client("employee").post(place(ours), {"text": "Хорошо"}, headers=HTMX)
    assert json.loads(answer["HX-Trigger"])["notified"] is True
    assert reading.unread_number(company.actor("employee")) == 0


@pytest.mark.parametrize(("tab", "renewed"), [("", True), ("?tab=comments", False), ("?tab=history", False)])
def test_a_card_that_comes_anew_leaves_a_tab_that_is_not_its_first(
    company: Company, ours: int, tab: str, renewed: bool
) -> None:
    page = company.client("employee").get(f"/organisation/{ours}{tab}").content.decode()
    assert ("#timeline," in page, 'id="timeline"' in page) == (renewed, renewed)


def test_those_who_see_the_record_are_offered_first(company: Company, ours: int) -> None:
    browser = company.client("employee")
    page = browser.get(place(ours) + "/people?q=").content.decode()
    assert page.index("Глеб Соул") < page.index("Дина Юсупова")
    assert "Жанна Эм" not in page
    assert "Вера Ткач" not in page
    browser.get(place(ours) + "/people?q=л")
    with CaptureQueriesContext(connection) as one:
        browser.get(place(ours) + "/people?q=Глеб")
    with CaptureQueriesContext(connection) as many:
        browser.get(place(ours) + "/people?q=")
    assert len(one) == len(many)


def test_an_empty_comment_is_refused_in_words(company: Company, ours: int) -> None:
    answer = company.client("employee").post(place(ours), {"text": "  "}, headers=HTMX)
    assert answer.status_code == 422
    assert json.loads(answer["HX-Trigger"])["toast"]["kind"] == "error"


def test_one_changes_and_deletes_on_the_card(company: Company, ours: int) -> None:
    made = writing.write(company.actor("employee"), shape_of("organisation"), ours, "Раз").comment
    mine, other = company.client("employee"), company.client("colleague")
    assert "Раз" in mine.get(f"{place(ours)}/{made.pk}/edit").content.decode()
    assert other.get(f"{place(ours)}/{made.pk}/edit").status_code == 403
    assert other.post(f"{place(ours)}/{made.pk}/edit", {"text": "Чужое"}).status_code == 403
    assert "Два" in mine.post(f"{place(ours)}/{made.pk}/edit", {"text": "Два"}, headers=HTMX).content.decode()
    assert other.post(f"{place(ours)}/{made.pk}/delete").status_code == 403
    gone = mine.post(f"{place(ours)}/{made.pk}/delete", headers=HTMX).content.decode()
    assert "Два" not in gone
    assert f'id="comment-{made.pk}"' in gone


def test_addresses_become_safe_links(ours: int) -> None:
    made = shown("Вот www.example.org/a?b=1, и https://x.example). javascript:alert(1) data:x http://1.2", [])
    assert [(p["text"], p["url"]) for p in made if "url" in p] == [
        ("www.example.org/a?b=1", "https://www.example.org/a?b=1"), ("https://x.example", "https://x.example"),
    ]  # fmt: skip
    assert "".join(p["text"] for p in made).endswith("javascript:alert(1) data:x http://1.2")


def test_programs_read_write_change_and_delete(company: Company, ours: int) -> None:
    api, where = company.api("employee"), f"/api/v1{place(ours)}"
    made = api.post(
        where, json.dumps({"text": "@Дина Юсупова и @Глеб Соул"}), content_type="application/json"
    )
    assert made.status_code == 201
    body = made.json()
    assert (body["unheard"], [m["title"] for m in body["mentions"]]) == (
        ["Дина Юсупова"], ["Дина Юсупова", "Глеб Соул"],
    )  # fmt: skip
    one = f"{where}/{body['id']}"
    changed = api.patch(one, json.dumps({"text": "Иначе"}), content_type="application/json")
    assert (changed.status_code, changed.json()["text"]) == (200, "Иначе")
    assert company.api("observer").patch(
        one, json.dumps({"text": "Чужое"}), content_type="application/json"
    ).status_code == 403  # fmt: skip
    assert api.delete(one).status_code == 204
    listed = company.api("observer").get(where).json()
    assert [(c["text"], c["deleted_at"] is None) for c in listed["items"]] == [("", False)]


@pytest.mark.parametrize(
    "body", ["{}", '{"text": 5}', '{"text": "a", "mentions": "x"}', '{"text": "a", "more": 1}', "[]", "x"]
)
def test_bad_bodies_are_refused(company: Company, ours: int, body: str) -> None:
    answer = company.api("employee").post(f"/api/v1{place(ours)}", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert not Comment.objects.exists()


def test_programs_page_through_comments(company: Company, world: World, ours: int) -> None:
    for n in range(3):
        writing.write(company.actor("employee"), shape_of("organisation"), ours, str(n))
    api, where = company.api("observer"), f"/api/v1{place(ours)}"
    first = api.get(where + "?limit=2").json()
    rest = api.get(f"{where}?limit=2&after={first['next']}").json()
    assert [c["text"] for c in first["items"] + rest["items"]] == ["2", "1", "0"]
    assert rest["next"] is None
    assert api.get(where + "?after=x").status_code == 400
