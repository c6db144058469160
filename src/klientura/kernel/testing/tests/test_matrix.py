"""Every address × method × visitor, generated from the resolver: who comes in, who does not, and who changes nothing."""

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import ShareTerm
from klientura.kernel.access.sessions import issue_device_password
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.settings.installation import rights_changed
from klientura.kernel.sharing import giving
from klientura.kernel.sharing.rows import Given
from klientura.kernel.testing import expectations as expected
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.digest import changed, digest, last_write
from klientura.kernel.testing.factories import World
from klientura.kernel.testing.routes import Route, all_routes
from klientura.kernel.web.doors import Door

ROUTES = all_routes()
routes = pytest.mark.parametrize("route", ROUTES, ids=[r.pattern or "(home)" for r in ROUTES])
MISSING = 999_999_999


def ask(client: Client, method: str, address: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """Send one request."""
    if address.startswith("/api/"):
        answer = client.generic(
            method, address, b"{}", content_type="application/json", headers={"If-Match": '"1"'}
        )
    else:
        answer = getattr(client, method.lower())(address, data or {})
    return cast("HttpResponse", answer)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is written inside is forgotten."""
    mark = transaction.savepoint_create()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def device(company: Company, who: str) -> Client:
    """A phone of somebody, with its password."""
    if who == "nobody":
        return Client(raise_request_exception=False)
    user = company.users[who]
    said = b64encode(f"{user.email}:{issue_device_password(user, 'x')}".encode()).decode()
    return Client(raise_request_exception=False, headers={"Authorization": f"Basic {said}"})


def visitor(company: Company, route: Route, who: str) -> Client:
    if route.door is Door.TOKEN:
        if who == "made_up":
            return Client(raise_request_exception=False, headers={"Authorization": "Bearer klt_" + "x" * 43})
        return company.api(None if who == "nobody" else who)
    if route.door is Door.DEVICE:
        return device(company, who)
    return company.client(None if who == "nobody" else who)


def filled(route: Route, record_id: int, object_key: str = "organisation") -> str:
    return route.address({**expected.PARAMETERS, "object": object_key, "record_id": record_id})


@routes
def test_every_address_says_whom_it_lets_in(route: Route) -> None:
    assert isinstance(route.door, Door)


def test_the_tables_of_exceptions_name_addresses_that_exist() -> None:
    known = {r.pattern for r in ROUTES}
    tables = (expected.WRITES_OF_AN_OBSERVER, expected.WRITES_OF_A_STRANGER, expected.OTHER_ANSWERS)
    assert {p for table in tables for p in table} <= known


@routes
def test_strangers_stay_outside_and_change_nothing(company: Company, world: World, route: Route) -> None:
    number = world.create("organisation", 1)
    before = digest()
    assert route.door is not None
    who_is_out = {Door.TOKEN: expected.BAD_TOKENS, Door.DEVICE: expected.NOBODY}.get(
        route.door, expected.STRANGERS
    )
    for who in who_is_out:
        for method in expected.METHODS:
            client = visitor(company, route, who)
            with taken_back():
                response = ask(client, method, filled(route, number))
                written = [] if route.pattern in expected.WRITES_OF_A_STRANGER else changed(before, digest())
            assert response.status_code < 500, (who, method, response.status_code)
            assert written == [], (who, method)
            if route.door in expected.SHUT:
                allowed, _why = expected.OTHER_ANSWERS.get(route.pattern, (expected.SHUT[route.door], ""))
                assert response.status_code in allowed, (who, method, response.status_code)
                if response.status_code == expected.TO_SIGN_IN:
                    assert response["Location"].startswith("/sign-in"), (who, method)


@routes
def test_nobody_meets_a_fault_and_an_observer_changes_nothing(
    company: Company, world: World, route: Route
) -> None:
    number, deal = world.create("organisation", 1), world.create("opportunity", 1)
    objects = (
        (("organisation", number), ("opportunity", deal)) if "object" in route.parameters else (("", number),)
    )
    for who in expected.STAFF:
        client = visitor(company, route, who)
        for key, record_id in objects:
            address = filled(route, record_id, key or "organisation")
            for method in expected.METHODS:
                before = last_write()
                looked = who == "observer" and route.pattern not in expected.WRITES_OF_AN_OBSERVER
                whole = digest() if looked and method in expected.UNSAFE else {}
                with taken_back():
                    response = ask(client, method, address)
                    wrote = last_write() != before
                    assert not whole or changed(whole, digest()) == [], (method, address)
                assert response.status_code < 500, (who, method, address, response.status_code)
                assert not (wrote and response.status_code >= 400), (who, method, address)
                assert not (wrote and method not in expected.UNSAFE), (who, method, address)
                if route.door is Door.ADMIN and who != "administrator":
                    assert response.status_code == 403, (who, method, address)


@routes
def test_pages_without_parameters_open(company: Company, route: Route) -> None:
    """A page opens, or is somewhere else, or takes only POST; only people with fewer rights may be refused."""
    if route.parameters or route.door in {Door.SETUP, None}:
        return
    for who in ("administrator",) if route.door is Door.ADMIN else expected.STAFF:
        with taken_back():
            response = ask(visitor(company, route, who), "GET", filled(route, 1))
        assert response.status_code in {
            200,
            301,
            302,
            405,
            *(() if who == "administrator" else (403, 404)),
        }, who
        if response.status_code == 302:
            assert not response["Location"].startswith("/sign-in"), who
        if response.status_code == 405:
            assert response["Allow"] == "POST", who


def neutral(response: HttpResponse, *numbers: int) -> tuple[int, str]:
    """An answer without what must differ: the numbers asked for, references to quote, tokens of forms."""
    text = re.sub(r"\b[0-9a-f]{8}\b", "REF", response.content.decode(errors="replace"))
    for number in numbers:
        text = text.replace(str(number), "#")
    return response.status_code, re.sub(r'(csrf[^>]*(?:content|value))="[^"]*"', "csrf", text)


def large_numbers(*keys: str) -> None:
    """Let the next records have numbers that occur nowhere else in a page."""
    with connection.cursor() as cursor:
        for key in keys:
            table = shape_of(key).table
            cursor.execute(
                "select setval(s, greatest(nextval(s), 7700000000)) from pg_get_serial_sequence(%s, 'id') s",
                [table],
            )


def shared_until_just_now(company: Company, key: str, number: int) -> None:
    """Share a record with the employee until today, and let the day be over."""
    boss, until = SystemActor("matrix"), company_today()
    shape = shape_of(key)
    giving.share(
        boss, shape, number, [Given(user_id=company.users["employee"].pk, level="edit", until=until)]
    )
    now = timezone.now()
    ShareTerm.objects.filter(ends_at__gt=now).update(ends_at=now)
    rights_changed()


@routes
def test_a_foreign_record_is_answered_like_one_that_is_not_there(
    company: Company, world: World, route: Route
) -> None:
    if "record_id" not in route.parameters:
        return
    theirs = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    keys = ("organisation", "person", "opportunity", "task") if "object" in route.parameters else ("task",)
    client = visitor(company, route, "employee")
    large_numbers(*keys)
    for key in keys:
        foreign = world.create(key, 1, **theirs)
        shared_until_just_now(company, key, foreign)
        data = {"version": "1", "city": "Уфа", "name": "Чужое", "kind": "note", "text": "Чужое", "stage": "1"}
        for method in expected.METHODS:
            with taken_back():
                there = ask(client, method, filled(route, foreign, key), data)
                nowhere = ask(client, method, filled(route, MISSING, key), data)
            assert neutral(there, foreign) == neutral(nowhere, MISSING), (key, method)
            assert there.status_code != 200 or method == "OPTIONS", (key, method)
