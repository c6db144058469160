"""Who is let in to calendars and address books, and by what."""

import pytest
from django.test import Client
from django.utils import timezone

from klientura.connectors.dav.tests.asking import Machine, machine
from klientura.kernel.access.models import ApiToken
from klientura.kernel.testing.company import PASSWORD, Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def test_a_device_password_opens_the_books_and_nothing_else(company: Company) -> None:
    device = machine(company, "employee")
    assert device.ask("PROPFIND", "", depth="1").status_code == 207
    token = device.password.replace("-", "")
    for said in (f"Bearer {token}", f"Bearer {device.password}"):
        assert Client().get("/api/v1/organisation", HTTP_AUTHORIZATION=said).status_code == 401


@pytest.mark.parametrize("password", ["", "x", PASSWORD, "aaaaa-aaaaa-aaaaa-aaaaa", "я" * 20])
def test_nothing_else_opens_them(company: Company, password: str) -> None:
    user = company.users["employee"]
    answer = Machine(user.pk, user.email, password).ask("PROPFIND", "", depth="1")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    for token in (company.tokens["employee"], company.tokens["administrator"]):
        assert Machine(user.pk, user.email, token).ask("PROPFIND", "", depth="0").status_code == 401


def test_a_password_is_of_one_user_until_it_is_taken_back(company: Company) -> None:
    device = machine(company, "employee")
    assert (
        Machine(device.user_id, company.users["manager"].email, device.password)
        .ask("PROPFIND", "")
        .status_code
        == 401
    )
    assert (
        Machine(device.user_id, device.login.upper(), device.password.upper()).ask("PROPFIND", "").status_code
        == 207
    )
    ApiToken.objects.filter(purpose="device").update(revoked_at=timezone.now())
    assert device.ask("PROPFIND", "").status_code == 401
    gone = machine(company, "disabled")
    company.users["disabled"].is_active = False
    company.users["disabled"].save()
    assert gone.ask("PROPFIND", "").status_code == 401


def test_where_the_books_are_is_found_by_itself(company: Company) -> None:
    for what in ("caldav", "carddav"):
        answer = Client().get(f"/.well-known/{what}")
        assert (answer.status_code, answer["Location"]) == (301, "/dav/")
    device = machine(company, "employee")
    body = '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>'
    assert f"/dav/{device.user_id}/" in device.ask("PROPFIND", "/dav/", body, depth="0").content.decode()
    body = '<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><resourcetype/><displayname/></prop></propfind>'
    text = device.ask("PROPFIND", "", body, depth="1").content.decode()
    assert "Люди" in text or "People" in text


def test_collections_are_neither_made_nor_deleted_nor_overwritten(company: Company) -> None:
    device = machine(company, "employee")
    assert device.ask("MKCALENDAR", "own/").status_code in {403, 405}
    assert device.ask("MKCOL", "people2/").status_code in {403, 405}
    assert device.ask("DELETE", "tasks/").status_code == 403
    assert device.ask("PUT", "people/", "BEGIN:VCARD\r\nEND:VCARD\r\n", kind="text/vcard").status_code in {
        400,
        403,
        409,
    }
    assert device.ask("TRACE", "people/").status_code == 405
    body = '<propertyupdate xmlns="DAV:"><set><prop><A:calendar-color xmlns:A="http://apple.com/ns/ical/">#FF0000</A:calendar-color></prop></set></propertyupdate>'
    assert device.ask("PROPPATCH", "tasks/", body).status_code == 207


def test_hostile_bodies_are_refused_at_once(company: Company) -> None:
    device = machine(company, "employee")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><propfind xmlns="DAV:"><prop>&b;</prop></propfind>'
    assert device.ask("PROPFIND", "people/", bomb).status_code == 400
    assert device.ask("MOVE", "people/x.vcf", destination="http://[bad").status_code == 405


def test_more_than_a_device_sends_is_not_read(company: Company) -> None:
    device = machine(company, "employee")
    assert device.ask("PUT", "people/x.vcf", "x" * (5 * 1024 * 1024), kind="text/vcard").status_code == 413


def test_one_connects_and_disconnects_a_device_on_the_page(company: Company) -> None:
    browser = company.client("employee")
    page = browser.post("/me/devices", {"name": "Мой телефон"}).content.decode()
    password = page.partition('id="secret">')[2].partition("<")[0]
    user = company.users["employee"]
    device = Machine(user.pk, user.email, password)
    assert device.ask("PROPFIND", "").status_code == 207
    assert password not in browser.get("/me/devices").content.decode()
    number = ApiToken.objects.get(purpose="device").pk
    assert company.client("colleague").post(f"/me/devices/{number}/disconnect").status_code == 404
    assert browser.post(f"/me/devices/{number}/disconnect").status_code == 302
    assert device.ask("PROPFIND", "").status_code == 401
    assert browser.post("/me/devices", {"name": ""}).status_code == 422
    assert browser.post("/me/devices/choose", {"people": "all"}).status_code == 302
    assert browser.post("/me/devices/choose", {"people": "nobody"}).status_code == 400
