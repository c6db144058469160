"""Who was mentioned in vain is let in by whoever may share the record; who may not share is offered nothing."""

import json

from klientura.kernel.comments import opening, writing
from klientura.kernel.comments.models import Comment
from klientura.kernel.events.models import Event
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.sharing.models import Share
from klientura.kernel.store.sight import seen_by
from klientura.kernel.testing.company import Company

HTMX = {"HX-Request": "true"}
IN_VAIN = "@Дина Юсупова и @Глеб Соул, гляньте"


def place(number: int) -> str:
    return f"/organisation/{number}/comments"


def said(company: Company, number: int, who: str = "employee", text: str = IN_VAIN) -> Comment:
    return writing.write(company.actor(who), shape_of("organisation"), number, text).comment


def sees(company: Company, number: int) -> bool:
    user = company.users["outsider"].pk
    return number in seen_by(shape_of("organisation"), {user: [number]}).get(user, set())


def test_the_author_opens_the_record_in_one_step(company: Company, ours: int) -> None:
    browser = company.client("employee")
    page = browser.post(place(ours), {"text": IN_VAIN}, headers=HTMX)
    comment = Comment.objects.get()
    address = f"{place(ours)}/{comment.pk}/open"
    assert f'hx-post="{address}"' in page.content.decode()
    assert not sees(company, ours)

    answer = browser.post(address, headers=HTMX)
    assert answer.status_code == 200
    assert "Дина Юсупова" in json.loads(answer["HX-Trigger"])["toast"]["text"]
    assert address not in answer.content.decode()
    assert sees(company, ours)
    assert [(s.user_id, s.level, s.until) for s in Share.objects.all()] == [
        (company.users["outsider"].pk, "read", None)
    ]
    told = [
        (e.payload or {})["mentioned"]
        for e in Event.objects.filter(kind="organisation.commented").order_by("pk")
    ]
    ids = {m["name"]: m["id"] for m in comment.mentions}
    assert told == [[ids["Глеб Соул"]], [ids["Дина Юсупова"]]]

    again = browser.post(address, headers=HTMX)
    assert (again.status_code, "HX-Trigger" in again) == (200, False)
    assert Share.objects.count() == 1


def test_who_may_not_share_is_offered_nothing_and_opens_nothing(company: Company, ours: int) -> None:
    browser = company.client("observer")
    page = browser.post(place(ours), {"text": IN_VAIN}, headers=HTMX)
    assert "/open" not in page.content.decode()
    comment = Comment.objects.get()
    seen_by_all = said(company, ours, "observer", "@Глеб Соул, глянь")
    # The same answer whether anybody was mentioned in vain or not.
    answers = {browser.post(f"{place(ours)}/{c.pk}/open").status_code for c in (comment, seen_by_all)}
    assert answers == {403}
    assert not Share.objects.exists()
    assert not sees(company, ours)


def test_programs_open_it_too(company: Company, ours: int) -> None:
    comment = said(company, ours)
    address = f"/api/v1{place(ours)}/{comment.pk}/open"
    assert company.api("manager").post(address).status_code == 403
    assert company.api("outsider").post(address).status_code == 404
    assert company.api("employee").post(address).json() == {"opened": ["Дина Юсупова"]}
    assert sees(company, ours)


def test_only_the_author_opens_it(company: Company, ours: int) -> None:
    comment = said(company, ours)
    assert company.client("manager").post(f"{place(ours)}/{comment.pk}/open").status_code == 403
    assert company.client("outsider").post(f"{place(ours)}/{comment.pk}/open").status_code == 404
    assert not Share.objects.exists()


def test_whose_role_reads_no_such_records_cannot_be_let_in(company: Company, ours: int) -> None:
    for verb in ("read", "edit"):
        company.grant("employee", "organisation", verb, "none")
    comment = said(company, ours, "administrator", "@Дина Юсупова, глянь")
    assert opening.openable(shape_of("organisation"), comment) == {}
    admin = company.client("administrator")
    assert (
        "/open"
        not in admin.post(place(ours), {"text": "@Дина Юсупова, глянь"}, headers=HTMX).content.decode()
    )
    assert (
        opening.open_to_mentioned(company.actor("administrator"), shape_of("organisation"), ours, comment.pk)
        == ()
    )
