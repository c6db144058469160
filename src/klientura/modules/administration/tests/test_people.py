"""Absence and hand-over in the browser: whose pages are open to whom, and what their forms do."""

import datetime as dt
import re

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import Substitution, User
from klientura.kernel.jobs.models import Job
from klientura.kernel.settings.days import company_today
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World


@pytest.fixture
def company(db: None) -> Company:
    made = found_company()
    User.objects.update(language="en")
    return made


def set_deputy(browser: Client, user: User, deputy: User, **more: str) -> int:
    day = company_today()
    given = {
        "deputy": str(deputy.pk),
        "first": day.isoformat(),
        "last": (day + dt.timedelta(days=3)).isoformat(),
    }
    return browser.post(f"/me/people/{user.pk}/substitution", {**given, **more}).status_code


def test_everybody_says_who_stands_in_for_them(company: Company) -> None:
    browser, users = company.client("employee"), company.users
    assert browser.get("/me/absence").status_code == 200
    assert set_deputy(browser, users["employee"], users["colleague"]) == 302
    page = browser.get("/me/absence?saved=1").content.decode()
    assert "Глеб Соул" in page
    assert "all records" in page
    told = company.client("colleague").get("/").content.decode()
    assert "You stand in for Вера Ткач until" in told
    assert "You stand in for" not in browser.get("/").content.decode()
    number = Substitution.objects.get().pk
    assert company.client("outsider").post(f"/me/substitutions/{number}/end").status_code == 404
    assert browser.post(f"/me/substitutions/{number}/end")["Location"] == "/me/absence?saved=1"
    assert "You stand in for" not in company.client("colleague").get("/").content.decode()


def test_a_refused_form_keeps_what_was_typed(company: Company) -> None:
    browser, users = company.client("employee"), company.users
    assert set_deputy(browser, users["employee"], users["employee"]) == 422
    assert (
        set_deputy(browser, users["employee"], users["colleague"], last="2001-01-01", first="2001-01-02")
        == 422
    )
    refused = browser.post(
        f"/me/people/{users['employee'].pk}/substitution",
        {"deputy": str(users["colleague"].pk), "first": "", "last": "x", "kinds": "task"},
    ).content.decode()
    assert 'value="Глеб Соул"' in refused
    assert "Fill this in." in refused
    assert not Substitution.objects.exists()


def test_whose_people_are_open_to_whom(company: Company) -> None:
    users = company.users
    for who, codes in {
        "administrator": (200, 200, 200),
        "manager": (200, 200, 404),
        "colleague": (403, 404, 404),
        "observer": (403, 404, 404),
    }.items():
        browser = company.client(who)
        asked = ("/me/people", f"/me/people/{users['employee'].pk}", f"/me/people/{users['outsider'].pk}")
        assert tuple(browser.get(a).status_code for a in asked) == codes, who
        assert browser.get(f"/me/people/{users['employee'].pk}/hand-over").status_code == codes[1], who
        assert browser.get(f"/me/people/{users['outsider'].pk}/hand-over/preview").status_code == codes[2], (
            who
        )
        assert set_deputy(browser, users["outsider"], users["colleague"]) == (
            302 if codes[2] == 200 else 404
        ), who
        assert browser.post(f"/me/people/{users['outsider'].pk}/hand-over").status_code == (
            422 if codes[2] == 200 else 404
        )
    listed = company.client("manager").get("/me/people").content.decode()
    assert "Вера Ткач" in listed
    assert "Дина Юсупова" not in listed
    assert company.client("employee").get(f"/me/people/{users['employee'].pk}/hand-over").status_code == 404


def test_people_come_page_by_page(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klientura.modules.administration.web.people.PAGE", 2)
    browser, address, seen = company.client("administrator"), "/me/people", list[str]()
    while address:
        page = browser.get(address).content.decode()
        seen += [u.name for u in User.objects.order_by("name") if f'/me/people/{u.pk}"' in page]
        further = re.search(r'href="(/me/people\?after=\d+)"', page)
        address = further[1] if further else ""
    assert seen == sorted(
        u.name for who, u in company.users.items() if who not in {"administrator", "disabled"}
    )


def test_work_is_handed_over_from_the_page(company: Company) -> None:
    users, browser = company.users, company.client("manager")
    mine = {"owner": users["employee"].pk, "team": company.teams["near"].pk}
    World(actor=SystemActor("pages")).create("organisation", 1, name="Ромашка", **mine)
    place = f"/me/people/{users['employee'].pk}/hand-over"
    assert browser.get(place).status_code == 200
    told = browser.get(
        f"{place}/preview?kinds=organisation&kinds=nothing&to={users['colleague'].pk}"
    ).content.decode()
    assert "Organisations: 1 of 1" in told
    assert "Ромашка" in told
    assert "Choose what is handed over." in browser.get(f"{place}/preview").content.decode()
    refused = browser.post(place, {"to": str(users["employee"].pk), "kinds": "organisation"})
    assert (refused.status_code, "The work is theirs already" in refused.content.decode()) == (422, True)
    begun = browser.post(
        place, {"to": ["", str(users["colleague"].pk)], "kinds": "organisation", "along": "1"}
    )
    assert begun["Location"] == f"/me/people/{users['employee'].pk}?handed=1"
    assert Job.objects.get(kind="hand_over").arguments["takers"] == [users["colleague"].pk]
    assert "The work is being handed over" in browser.get(begun["Location"]).content.decode()


def test_whoever_shuts_a_user_out_is_offered_to_hand_their_work_over_first(company: Company) -> None:
    browser, user = company.client("administrator"), company.users["employee"]
    assert "Hand their work over first" not in browser.get(f"/settings/users/{user.pk}").content.decode()
    World(actor=SystemActor("pages")).create("task", 1, owner=user.pk)
    page = browser.get(f"/settings/users/{user.pk}").content.decode()
    assert f'href="/me/people/{user.pk}/hand-over"' in page
