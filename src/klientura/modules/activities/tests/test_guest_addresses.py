"""Guests who are no record of ours: an address that is typed is invited by letter like anybody, and its answer understood."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.access.actor import Actor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.notify import mail
from klientura.kernel.notify.tests.smtp import Post, post_office
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.services import guests, occurrences
from klientura.modules.activities.services.guest_addresses import addresses_of, as_kept
from klientura.modules.activities.services.occurrences import Place
from klientura.modules.activities.tests.test_guests import entry_in, reply

ADDRESS = "guest@elsewhere.example"


@pytest.fixture
def post(company: Company) -> Iterator[Post]:
    """A mail server, and the product set up to send by it."""
    with post_office() as office:
        office.password = "sesame"
        mail.change(company.actor("administrator"), {
            "host": "localhost", "port": str(office.port), "security": "none", "username": "crm", "password": "sesame",
            "sender": "crm@example.org", "site": "https://crm.example.org/", "active": True,
        })  # fmt: skip
        yield office


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee who plans."""
    return company.actor("employee")


@pytest.fixture
def page(company: Company) -> Client:
    """Her browser."""
    return company.client("employee")


def made(page: Client, vera: Actor, **more: Any) -> int:
    values = {
        "name": "Показ",
        "starts_at": "2030-03-04T13:00",
        "ends_at": "2030-03-04T14:00",
        "guest_addresses": f"Гость <{ADDRESS}>",
    }
    answer = page.post("/event/new?dialog=1&stay=1", {**values, **more}, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.content.decode()
    return int(read.page(vera, shape_of("event"), sort="-id", limit=1).rows[0]["id"])


@pytest.mark.django_db
def test_an_address_is_invited_and_its_answer_understood(vera: Actor, page: Client, post: Post):
    number = made(page, vera)
    card = page.get(f"/event/{number}").content.decode()
    assert ADDRESS in card and "ещё не приглашён" in card
    assert page.post(f"/event/{number}/actions/invite").status_code == 200
    assert guests.send_due() == 1 and post.letters[-1]["To"] == ADDRESS
    method, entry = entry_in(post)
    assert (method, entry.guests[0].address) == ("REQUEST", ADDRESS)
    assert guests.take_reply(reply(entry.uid, "ACCEPTED", address=ADDRESS), ADDRESS) == "accepted"
    for address in (f"/event/{number}", f"/calendar/event/{number}"):
        assert "придёт" in page.get(address).content.decode()


@pytest.mark.django_db
def test_who_is_taken_off_is_told_and_who_stays_hears_of_a_move(vera: Actor, page: Client, post: Post):
    number = made(page, vera, guest_addresses=f"{ADDRESS}, second@elsewhere.example")
    guests.invite(vera, number)
    assert guests.send_due() == 2
    write.update(vera, shape_of("event"), number, {"guest_addresses": ADDRESS})
    deliver()
    guests.send_due()
    told = {letter["To"]: entry_in(post, place - 2)[0] for place, letter in enumerate(post.letters[-2:])}
    assert told == {ADDRESS: "REQUEST", "second@elsewhere.example": "CANCEL"}
    write.update(vera, shape_of("event"), number, {"starts_at": "2030-03-05T13:00+03:00"})
    deliver()
    assert guests.send_due() == 1 and post.letters[-1]["To"] == ADDRESS


@pytest.mark.django_db
def test_guests_by_address_go_along_with_a_series_that_is_split(vera: Actor, page: Client, post: Post):
    number = made(page, vera, repeats="FREQ=WEEKLY")
    guests.invite(vera, number)
    guests.send_due()
    second = read.get(vera, shape_of("event"), number)["starts_at"].replace(tzinfo=None)
    at = second.replace(day=second.day + 7, hour=13)
    other = occurrences.change(vera, Place(number, at), "following", {"place": "Зал"})
    assert [g["address"] for g in guests.guests_of(other)] == [ADDRESS]


@pytest.mark.django_db
def test_a_bad_address_is_said_in_its_place_and_what_was_typed_stays(page: Client):
    values = {"name": "Показ", "starts_at": "2030-03-04T13:00", "guest_addresses": f"{ADDRESS}, нет такого"}
    answer = page.post("/event/new?dialog=1", values, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "не адрес почты" in text and ADDRESS in text and "нет такого" in text


@pytest.mark.django_db
def test_who_may_not_see_guests_sees_none(company: Company, vera: Actor, page: Client):
    number = made(page, vera)
    company.hide("employee", "event", "guest_addresses")
    for address in (f"/event/{number}", f"/calendar/event/{number}"):
        assert ADDRESS not in company.client("employee").get(address).content.decode()


def test_addresses_are_taken_as_people_write_them():
    text = "a@client.example, Иванов Пётр <b@client.example>; c@client.example d@client.example\nA@client.example"
    assert as_kept(text) == ", ".join(f"{name}@client.example" for name in "abcd")


@given(st.lists(st.emails(), max_size=6))
def test_what_is_kept_reads_the_same_again(addresses: list[str]):
    try:
        kept = as_kept(", ".join(addresses))
    except FieldProblem:
        return
    assert as_kept(kept) == kept
    assert addresses_of({"guest_addresses": kept}) == list(
        dict.fromkeys(addresses_of({"guest_addresses": kept}))
    )


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str):
    try:
        as_kept(text)
    except FieldProblem as refused:
        assert refused.code in {"email", "many"}
