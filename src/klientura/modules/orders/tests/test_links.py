"""A client sees one paper by a link, and nothing else; answers an offer by it; whoever made the link hears of it."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.events.models import Event, Interest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.web.pace import Pace
from klientura.modules.orders.models import PaperLink
from klientura.modules.orders.services import invoices, offers
from klientura.modules.orders.services.links import DAYS, hash_of, make_link, note_view, revoke
from klientura.modules.orders.tests.test_papers import ACTOR, firm, make, paper
from klientura.modules.orders.web import public

__all__ = ["firm"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture(autouse=True)
def paces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with nobody having asked yet."""
    cache.clear()
    for name, most in (("LOOKS", 60), ("GUESSES", 30), ("ANSWERS", 6), ("TRIES", 120)):
        monkeypatch.setattr(public, name, Pace(most))


def offer_with_client(firm: dict[str, int], **more: Any) -> int:
    number = paper(firm, "offer", **more)
    offers.issue(ACTOR, number)
    return number


def row(key: str, number: int) -> read.Row:
    return read.get(ACTOR, shape_of(key), number)


def told(user: int, kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from kernel_notification where user_id = %s and kind = %s", [user, kind]
        )
        return int(cursor.fetchone()[0])


def test_a_client_sees_the_paper_and_its_pdf(firm: dict[str, int], company: Company) -> None:
    anna = company.actor("administrator")
    number = offer_with_client(firm, intro="Здравствуйте", owner=company.users["manager"].pk)
    made = make_link(anna, "offer", number, whom="Пётр")
    browser = Client()
    answer = browser.get(f"/paper/{made.token}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(
        text in page
        for text in ("ООО «Наша»", "Ромашка", "Пила", "Здравствуйте", "Принять предложение", "noindex")
    )
    assert (answer["X-Robots-Tag"], answer["Cache-Control"], answer["Referrer-Policy"]) == (
        "noindex, nofollow", "private, no-store", "same-origin",
    )  # fmt: skip
    assert 'href="/offer' not in page
    assert "manager@example.org" not in page
    pdf = browser.get(f"/paper/{made.token}/pdf")
    assert pdf["X-Robots-Tag"] == "noindex, nofollow"
    assert (b"".join(pdf.streaming_content) if pdf.streaming else pdf.content).startswith(b"%PDF")  # type: ignore[attr-defined]
    english = Client().get(f"/paper/{make_link(anna, 'offer', number, language='en').token}").content.decode()
    assert "Accept the offer" in english
    assert 'lang="en"' in english


def test_only_a_hash_of_the_token_is_kept(firm: dict[str, int], company: Company) -> None:
    made = make_link(company.actor("administrator"), "offer", offer_with_client(firm))
    assert len(made.token) >= 43
    stored = str(PaperLink.objects.filter(pk=made.link.pk).values().get())
    assert made.token not in stored
    assert hash_of(made.token) in stored
    assert Client().get(f"/paper/{hash_of(made.token)}").status_code == 404


def test_a_link_opens_nothing_else(firm: dict[str, int], company: Company) -> None:
    anna = company.actor("administrator")
    number, other = offer_with_client(firm), offer_with_client(firm)
    bill = paper(firm, "invoice")
    invoices.issue(ACTOR, bill)
    made = make_link(anna, "offer", number)
    browser = Client()
    assert browser.get(f"/paper/{made.token}").status_code == 200
    closed = [
        f"/offer/{number}", f"/offer/{number}/pdf", f"/offer/{other}", f"/invoice/{bill}/pdf", f"/organisation/{firm['client']}",
        f"/own_company/{firm['company']}", f"/api/v1/offer/{number}", "/offer", "/receivables", f"/product/{firm['saw']}",
    ]  # fmt: skip
    for address in closed:
        assert browser.get(address).status_code in {302, 401, 403}, address
    for token in (
        str(number),
        str(made.link.pk),
        made.token[:-1],
        made.token + "x",
        made.token.swapcase(),
        "x" * 43,
    ):
        for way in ("", "/pdf"):
            answer = browser.get(f"/paper/{token}{way}")
            assert answer.status_code == 404, token
            assert "Ромашка" not in answer.content.decode()
        assert browser.post(f"/paper/{token}/answer", {"verdict": "accepted", "name": "Я"}).status_code == 404
    assert browser.post(f"/paper-links/{made.link.pk}/revoke").status_code == 302  # to sign in
    assert PaperLink.objects.get(pk=made.link.pk).revoked_at is None
    assert browser.post(f"/offer/{number}/links", {"days": "30"}).status_code == 302
    assert row("offer", number)["status"] == "issued"


@pytest.mark.parametrize("how", ["revoked", "expired", "cancelled", "replaced", "trashed"])
def test_it_leads_nowhere_any_more(firm: dict[str, int], company: Company, how: str) -> None:
    anna, number = company.actor("administrator"), offer_with_client(firm)
    made = make_link(anna, "offer", number)
    if how == "revoked":
        revoke(anna, made.link.pk)
    elif how == "expired":
        PaperLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif how == "cancelled":
        offers.cancel(ACTOR, number)
    elif how == "replaced":
        offers.issue(ACTOR, paper(firm, "offer", previous=number))
    else:
        with connection.cursor() as cursor:
            cursor.execute("update offer set deleted_at = now() where id = %s", [number])
    for way in ("", "/pdf"):
        answer = Client().get(f"/paper/{made.token}{way}")
        assert (answer.status_code, "Пила" in answer.content.decode()) == (404, False)
    assert (
        Client().post(f"/paper/{made.token}/answer", {"verdict": "accepted", "name": "Я"}).status_code == 404
    )


def test_looks_are_counted_and_told_of_once(firm: dict[str, int], company: Company) -> None:
    boris = company.users["manager"].pk
    number = offer_with_client(firm, owner=boris)
    made = make_link(company.actor("administrator"), "offer", number)
    company.client("employee").get(f"/paper/{made.token}")  # one of us
    Client(headers={"Sec-Purpose": "prefetch"}).get(f"/paper/{made.token}")
    Client().head(f"/paper/{made.token}")
    assert PaperLink.objects.get().viewed == 0
    for _n in range(3):
        Client().get(f"/paper/{made.token}")
    assert (PaperLink.objects.get().viewed, told(boris, "paper_viewed")) == (1, 1)
    PaperLink.objects.update(last_viewed_at=timezone.now() - dt.timedelta(hours=1))
    note_view(PaperLink.objects.get())
    assert (PaperLink.objects.get().viewed, told(boris, "paper_viewed")) == (2, 1)
    card = company.client("administrator").get(f"/offer/{number}?tab=links").content.decode()
    assert "открыта 2 раза" in card
    assert made.token not in card


def test_a_client_accepts(firm: dict[str, int], company: Company) -> None:
    boris = company.users["manager"].pk
    Interest.objects.create(who="rule:1", kind="offer.accepted")
    number = offer_with_client(firm, owner=boris)
    made = make_link(company.actor("administrator"), "offer", number)
    browser, way = Client(), f"/paper/{made.token}/answer"
    assert (
        'id="what-is-accepted">Нажимая «Принять предложение», я принимаю: '
        in browser.get(f"/paper/{made.token}").content.decode()
    )
    nameless = browser.post(way, {"verdict": "accepted", "name": " ", "words": "Ждём к среде"})
    assert (nameless.status_code, "Ждём к среде" in nameless.content.decode()) == (
        422,
        True,
    )  # what was typed stays
    assert browser.post(way, {"verdict": "declined", "name": "Пётр"}).status_code == 422  # no reason
    assert row("offer", number)["status"] == "issued"
    assert browser.post(way, {"verdict": "accepted", "name": "Пётр <b>", "words": "Ждём"}).status_code == 302
    after = row("offer", number)
    assert (after["status"], after["answer"], after["answered_on"]) == (
        "accepted", "По ссылке, Пётр <b>: Ждём", timezone.localdate(),
    )  # fmt: skip
    assert Event.objects.get(kind="offer.accepted").record_ids == [number]
    assert told(boris, "paper_answered") == 1
    page = browser.get(f"/paper/{made.token}").content.decode()
    assert ("Предложение принято" in page, 'name="verdict"' in page) == (True, False)
    assert "what-is-accepted" not in page
    assert (
        browser.post(way, {"verdict": "declined", "name": "Пётр", "words": "Передумали"}).status_code == 422
    )
    assert row("offer", number)["status"] == "accepted"
    history = company.client("administrator").get(f"/offer/{number}?tab=history").content.decode()
    assert "По ссылке, Пётр" in history


def test_a_client_declines_and_an_expired_offer_takes_no_answer(
    firm: dict[str, int], company: Company
) -> None:
    anna = company.actor("administrator")
    number = offer_with_client(firm)
    made = make_link(anna, "offer", number)
    answer = {"verdict": "declined", "name": "Пётр", "words": "Дорого"}
    assert Client().post(f"/paper/{made.token}/answer", answer).status_code == 302
    assert (row("offer", number)["status"], row("offer", number)["answer"]) == (
        "declined",
        "По ссылке, Пётр: Дорого",
    )
    old = offer_with_client(firm, issued_on="2026-01-01", valid_until="2026-01-15")
    link = make_link(anna, "offer", old)
    assert 'name="verdict"' not in Client().get(f"/paper/{link.token}").content.decode()
    assert Client().post(f"/paper/{link.token}/answer", {**answer, "verdict": "accepted"}).status_code == 422
    assert row("offer", old)["status"] == "issued"


def test_an_answer_from_another_site_is_refused(firm: dict[str, int], company: Company) -> None:
    number = offer_with_client(firm)
    made = make_link(company.actor("administrator"), "offer", number)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/paper/{made.token}/answer", {"verdict": "accepted", "name": "Я"}).status_code == 403
    assert row("offer", number)["status"] == "issued"


def test_an_invoice_is_seen_and_not_answered(firm: dict[str, int], company: Company) -> None:
    bill = paper(firm, "invoice")
    with pytest.raises(Invalid):
        make_link(company.actor("administrator"), "invoice", bill)  # a draft
    invoices.issue(ACTOR, bill)
    made = make_link(company.actor("administrator"), "invoice", bill)
    page = Client().get(f"/paper/{made.token}").content.decode()
    assert ("Счёт" in page, 'name="verdict"' in page) == (True, False)
    assert (
        Client().post(f"/paper/{made.token}/answer", {"verdict": "accepted", "name": "Я"}).status_code == 404
    )


def test_those_alone_make_links_who_may_edit_the_paper(firm: dict[str, int], company: Company) -> None:
    number = offer_with_client(firm, owner=company.users["manager"].pk)
    for who in ("observer", "outsider"):
        with pytest.raises((Denied, NotFound)):
            make_link(company.actor(who), "offer", number)
        assert company.client(who).post(f"/offer/{number}/links", {"days": "30"}).status_code in {403, 404}
    made = make_link(company.actor("manager"), "offer", number)
    with pytest.raises((Denied, NotFound)):
        revoke(company.actor("observer"), made.link.pk)
    browser = company.client("manager")
    page = browser.post(f"/offer/{number}/links", {"days": str(DAYS[0]), "whom": "Пётр"}).content.decode()
    assert "/paper/" in page
    for bad in ("", "0", "9999", "x"):
        assert "Выберите срок" in browser.post(f"/offer/{number}/links", {"days": bad}).content.decode()
    assert PaperLink.objects.count() == 2
    assert "Отозвана" in browser.post(f"/paper-links/{made.link.pk}/revoke").content.decode()
    for key in ("order", "closing_paper"):
        with pytest.raises(NotFound):
            make_link(
                company.actor("administrator"), key, make(key, company=firm["company"], party=firm["client"])
            )


def test_it_cannot_be_asked_without_end(
    firm: dict[str, int], company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_link(company.actor("administrator"), "offer", offer_with_client(firm))
    monkeypatch.setattr(public, "GUESSES", Pace(3))
    monkeypatch.setattr(public, "ANSWERS", Pace(2))
    assert [Client().get(f"/paper/{'y' * 43}").status_code for _n in range(5)] == [404] * 3 + [429] * 2
    said = [Client().post(f"/paper/{made.token}/answer", {"name": ""}).status_code for _n in range(4)]
    assert said == [422, 422, 429, 429]
    monkeypatch.setattr(public, "LOOKS", Pace(2))
    assert [Client().get(f"/paper/{made.token}").status_code for _n in range(4)] == [200, 200, 429, 429]
