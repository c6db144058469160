"""Quality of the base through the pages and the API: shares, rules, the hint on a card, each for whom it is open."""

import html
import json
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.quality import completeness, faults
from klientura.kernel.segments import keeping
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
EMPTY = json.dumps({"and": [{"field": "city", "op": "empty"}]})


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def clients(company: Company) -> list[int]:
    owner, team = company.users["employee"].pk, company.teams["near"].pk
    rows = [
        {"name": n, "owner": owner, "team": team, **({"city": c} if c else {})}
        for n, c in (("Альфа", "Уфа"), ("Бета", None), ("Гамма", None))
    ]
    return write.create_many(SystemActor("test"), shape_of("organisation"), rows)


def page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.content
    return html.unescape(answer.content.decode())


def test_the_page_leads_to_work_lists(company: Company, clients: list[int]) -> None:
    completeness.choose_fields(company.actor("administrator"), shape_of("organisation"), ["city", "owner"])
    browser = company.client("employee")
    found = page(browser, "/quality?object=organisation")
    assert "/quality/shares?object=organisation" in found
    assert "/quality/rules/organisation_unreachable/count" in found
    assert '/quality/rules/organisation_unreachable"' not in found  # only an administrator words rules
    shares = page(browser, "/quality/shares?object=organisation")
    assert "33 %" in shares
    assert "100 %" in shares
    work = re.search(r'href="(/organisation\?filter=[^"]+)"', shares)
    assert work is not None
    listed = page(browser, work[1])
    assert [n for n in ("Альфа", "Бета", "Гамма") if f">{n}</a>" in listed] == ["Бета", "Гамма"]
    assert browser.get("/quality/rules/organisation_unreachable/count").content.decode() == "3"
    by_owner = page(browser, "/quality/shares?object=organisation&by=owner")
    assert "Вера Ткач" in by_owner
    work = re.search(r'href="(/organisation\?filter=[^"]*city[^"]*)"', by_owner)
    assert work is not None
    assert ">Бета</a>" in page(browser, work[1])
    page(browser, "/quality")
    page(browser, "/quality?object=nothing", status=404)
    page(browser, "/quality/shares?object=organisation&segment=999999", status=400)


def test_each_reader_sees_their_own(company: Company, clients: list[int]) -> None:
    assert company.client("outsider").get("/quality/rules/organisation_unreachable/count").content == b"0"
    company.hide("employee", "organisation", "phone")
    browser = company.client("employee")
    assert "organisation_unreachable" not in page(browser, "/quality?object=organisation")
    page(browser, "/quality/rules/organisation_unreachable/count", status=404)
    assert "телефон" not in page(browser, "/quality/shares?object=organisation").lower()
    assert "телефон" not in page(browser, f"/organisation/{clients[0]}/quality").lower()
    segment = keeping.create(
        company.actor("manager"), shape_of("organisation"), name="Уфа", visibility="everyone",
        rule={"field": "phone", "op": "empty"},
    )  # fmt: skip
    page(browser, f"/quality/shares?object=organisation&segment={segment.pk}", status=400)
    page(company.client("manager"), f"/quality/shares?object=organisation&segment={segment.pk}")


def test_a_card_names_what_is_missing_with_links_into_the_form(company: Company, clients: list[int]) -> None:
    completeness.choose_fields(
        company.actor("administrator"), shape_of("organisation"), ["city", "phone", "owner"]
    )
    browser = company.client("employee")
    assert f"/organisation/{clients[1]}/quality" in page(browser, f"/organisation/{clients[1]}")
    hint = page(browser, f"/organisation/{clients[1]}/quality")
    assert f'href="/organisation/{clients[1]}/edit#f-city"' in hint
    assert f'href="/organisation/{clients[1]}/edit#f-owner"' not in hint
    assert hint.index("#f-phone") < hint.index("#f-city")  # what a rule asks for comes first
    assert 'id="f-city"' in page(browser, f"/organisation/{clients[1]}/edit")
    assert "/edit#" not in page(company.client("observer"), f"/organisation/{clients[1]}/quality")
    page(company.client("outsider"), f"/organisation/{clients[1]}/quality", status=404)


def test_an_administrator_words_rules(company: Company, clients: list[int]) -> None:
    browser = company.client("administrator")
    page(browser, "/quality/rules/new?object=organisation")
    place = f"/quality/rules/new?{urlencode({'object': 'organisation', 'filter': EMPTY})}"
    assert "city" in page(browser, place)
    given = {"name": "Без города", "severity": "note", "filter": EMPTY}
    assert browser.post("/quality/rules/new?object=organisation", {**given, "name": ""}).status_code == 422
    assert browser.post("/quality/rules/new?object=organisation", {**given, "filter": ""}).status_code == 422
    assert browser.post("/quality/rules/new?object=organisation", {**given, "filter": "{"}).status_code == 400
    assert browser.post("/quality/rules/new?object=organisation", given).status_code == 204
    made = next(f for f in faults.every_fault() if f.own)
    assert browser.get(f"/quality/rules/{made.key}/count").content.decode() == "2"
    assert "Без города" in page(company.client("employee"), f"/organisation/{clients[1]}/quality")
    address = f"/quality/rules/{made.key}"
    assert browser.post(address, {**given, "name": "Нет города", "version": "1"}).status_code == 204
    assert browser.post(address, {**given, "version": "1"}).status_code == 409
    assert browser.post(f"{address}/switch", {}).status_code == 204
    assert "Нет города" not in page(company.client("employee"), "/quality?object=organisation")
    assert "Нет города" in page(browser, "/quality?object=organisation")
    assert browser.post(f"{address}/switch", {"on": "1"}).status_code == 204
    assert browser.post(f"{address}/forget").status_code == 204
    page(browser, address, status=404)
    assert browser.get("/quality/fields?object=organisation").status_code == 200
    assert browser.post("/quality/fields?object=organisation", {"fields": ["city"]}).status_code == 204
    assert browser.post("/quality/fields?object=organisation", {"fields": ["nothing"]}).status_code == 400
    manager = company.client("manager")
    assert manager.get("/quality/fields?object=organisation").status_code == 403
    for act in ("new?object=organisation", "organisation_unreachable", "organisation_unreachable/switch"):
        assert manager.post(f"/quality/rules/{act}", given).status_code in {403, 404}


def test_programs_read_the_same(company: Company, clients: list[int]) -> None:
    completeness.choose_fields(company.actor("administrator"), shape_of("organisation"), ["city", "phone"])
    api = company.api("employee")
    told = api.get("/api/v1/quality/organisation").json()
    assert told == {
        "sampled": False, "capped": False,
        "groups": [{"group": None, "records": 3, "share": 0.1667, "fields": [
            {"field": "city", "filled": 1, "share": 0.3333}, {"field": "phone", "filled": 0, "share": 0.0}]}],
    }  # fmt: skip
    grouped = api.get("/api/v1/quality/organisation", {"by": "owner", "filter": EMPTY}).json()["groups"]
    assert [(g["group"]["title"], g["records"]) for g in grouped] == [("Вера Ткач", 2)]
    rules = {r["key"]: r["count"] for r in api.get("/api/v1/quality/organisation/rules").json()["items"]}
    assert rules["organisation_unreachable"] == 3
    assert api.get("/api/v1/quality/organisation", {"by": "city"}).status_code == 400
    assert api.get("/api/v1/quality/nothing").status_code == 404
    company.hide("employee", "organisation", "phone")
    api = company.api("employee")
    fields = api.get("/api/v1/quality/organisation").json()["groups"][0]["fields"]
    assert [f["field"] for f in fields] == ["city"]
    rules_now = api.get("/api/v1/quality/organisation/rules").json()["items"]
    assert "organisation_unreachable" not in {r["key"] for r in rules_now}
    assert "/quality/{object}" in api.get("/api/v1/openapi.json").json()["paths"]


def test_the_page_costs_the_same_however_many_rules(company: Company, clients: list[int]) -> None:
    browser, boss = company.client("administrator"), company.actor("administrator")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(browser, "/quality?object=organisation")
            page(browser, f"/organisation/{clients[0]}/quality")
        return len(seen)

    few = queries()
    for n in range(10):
        values = {"object": "organisation", "name": f"Правило {n}", "tree": {"field": "city", "op": "empty"}}
        faults.save(boss, None, values)
    assert queries() == few
