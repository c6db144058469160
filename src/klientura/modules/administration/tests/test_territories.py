"""Territories in the settings: the list, the form, the order, and distributing what is there already."""

import json

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.jobs.models import Job
from klientura.kernel.territories.models import Territory
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World

UFA = {"and": [{"field": "city", "op": "eq", "value": "Уфа"}]}


@pytest.fixture
def company(db: None) -> Company:
    made = found_company()
    User.objects.update(language="en")
    return made


@pytest.fixture
def admin(company: Company) -> Client:
    return company.client("administrator")


def add(admin: Client, company: Company, name: str = "Волга", **more: object) -> Territory:
    given = {
        "name": name, "filter": json.dumps(UFA), "users": ["", str(company.users["colleague"].pk)], "way": "turn",
        "is_active": "1", "on_create": "1", **more,
    }  # fmt: skip
    answer = admin.post("/settings/territories/new/organisation", given)
    assert (answer.status_code, answer.get("Location")) == (302, "/settings/territories?done=added")
    return Territory.objects.latest("pk")


def test_a_rule_is_added_changed_ordered_and_deleted(company: Company, admin: Client) -> None:
    assert "There are no rules yet" in admin.get("/settings/territories").content.decode()
    assert admin.get("/settings/territories/new/organisation").status_code == 200
    first = add(admin, company)
    second = add(admin, company, "Все прочие", filter="", users="", team=str(company.teams["near"].pk))
    assert (first.filter, first.users, first.on_create, first.also_own) == (
        UFA,
        [company.users["colleague"].pk],
        True,
        False,
    )
    page = admin.get("/settings/territories").content.decode()
    assert page.index("Волга") < page.index("Все прочие")
    assert "near · each in turn" in page
    admin.post(f"/settings/territories/{second.pk}/up")
    page = admin.get("/settings/territories").content.decode()
    assert page.index("Все прочие") < page.index("Волга")
    form = admin.get(f"/settings/territories/{first.pk}").content.decode()
    assert 'value="Глеб Соул"' in form
    changed = {"name": "Урал", "users": str(company.users["employee"].pk), "way": "least", "version": "1"}
    assert admin.post(f"/settings/territories/{first.pk}", changed).status_code == 302
    stale = admin.post(f"/settings/territories/{first.pk}", changed)
    assert (stale.status_code, "Somebody changed this at the same time" in stale.content.decode()) == (
        422,
        True,
    )
    assert "off" in admin.get("/settings/territories").content.decode()
    admin.post(f"/settings/territories/{first.pk}/delete")
    assert list(Territory.objects.values_list("pk", flat=True)) == [second.pk]


def test_a_refused_form_says_why_and_keeps_what_was_typed(company: Company, admin: Client) -> None:
    refused = admin.post("/settings/territories/new/organisation", {"name": "", "users": "", "way": "turn"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "Fill this in." in text
    assert "Choose people, or else a team." in text
    wrong = {
        "name": "Волга",
        "filter": '{"field": "nothing"}',
        "users": str(company.users["colleague"].pk),
        "way": "turn",
    }
    refused = admin.post("/settings/territories/new/organisation", wrong)
    assert (refused.status_code, "One cannot filter by «nothing»" in refused.content.decode()) == (422, True)
    for broken in ("{", '"x"', "[1]"):
        assert admin.post(
            "/settings/territories/new/organisation", {**wrong, "filter": broken}
        ).status_code in {400, 422}
    assert admin.get("/settings/territories/new/pipeline").status_code == 404
    assert not Territory.objects.exists()


def test_the_base_is_distributed_from_the_page(company: Company, admin: Client) -> None:
    assert admin.post("/settings/territories/distribute/organisation").status_code == 400
    World(actor=SystemActor("pages")).create("organisation", 1, name="Ромашка", city="Уфа", owner=None)
    add(admin, company)
    told = admin.get("/settings/territories/distribute/organisation?which=all").content.decode()
    assert "1 found, 0 are with them already" in told
    begun = admin.post("/settings/territories/distribute/organisation", {"which": "unowned"})
    assert begun["Location"] == "/settings/territories?begun=1"
    assert Job.objects.get(kind="distribute").arguments["unowned_only"] is True
    assert "Records are being distributed" in admin.get(begun["Location"]).content.decode()


def test_only_administrators_come_in(company: Company, admin: Client) -> None:
    made = add(admin, company)
    for who in ("manager", "employee", "observer"):
        browser = company.client(who)
        for address in (
            "/settings/territories", f"/settings/territories/{made.pk}", "/settings/territories/new/organisation",
            "/settings/territories/distribute/organisation",
        ):  # fmt: skip
            assert browser.get(address).status_code == 403
        assert browser.post(f"/settings/territories/{made.pk}/delete").status_code == 403
    assert Territory.objects.exists()
