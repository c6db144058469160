"""Error pages speak the reader's language and say what to do, at known addresses and at unknown ones."""

import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.users import create_user
from klientura.kernel.settings.installation import change

pytestmark = pytest.mark.django_db

UNKNOWN = ("/nowhere", "/organisation/999999999", "/organisation/1/nothing", "/settings/nothing", "/a/b/c/d")


@pytest.fixture(autouse=True)
def set_up():
    change(set_up_at=timezone.now())


def user(language: str) -> Client:
    person = create_user(
        email=f"{language}@example.org", name="Анна", password=None, role="administrator", language=language, theme="dark"
    )  # fmt: skip
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("address", UNKNOWN)
def test_language_of_the_signed_in(address: str):
    russian, english = user("ru").get(address), user("en").get(address, headers={"Accept-Language": "ru"})
    assert (russian.status_code, english.status_code) == (404, 404)
    assert '<html lang="ru" data-theme="dark">' in russian.content.decode()
    assert "Такой страницы нет" in russian.content.decode()
    assert '<html lang="en" data-theme="dark">' in english.content.decode()
    assert "There is no such page" in english.content.decode()


@pytest.mark.parametrize(
    ("headers", "language"), [({"Accept-Language": "en-GB,en;q=0.9"}, "en"), ({"Cookie": "language=en"}, "en"), ({}, "ru")]
)  # fmt: skip
@pytest.mark.parametrize("address", ["/nowhere?q=%00", "/nowhere?q=%ff", "/nowhere?" + "a" * 17_000])
def test_language_before_the_gate(client: Client, address: str, headers: dict[str, str], language: str):
    user("ru").get("/organisation")
    response = client.get(address, headers=headers)
    assert response.status_code == 400
    assert f'<html lang="{language}"' in response.content.decode()


def test_unknown_address_of_a_stranger(client: Client):
    change(language="en")
    response = client.get("/a/b/c/d")
    assert response.status_code == 404
    assert '<html lang="en" data-theme="auto">' in response.content.decode()
