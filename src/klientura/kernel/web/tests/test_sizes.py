"""A body that is too large for its view is refused before a byte of it is read, on the screen and in the API."""

from typing import Any

import pytest
from django.test import Client

from klientura.kernel.schema import fields
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


class Unread:
    """A body of which nobody may read anything."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def company(settings: Any) -> Company:
    made = found_company()
    settings.MOST_FILE_MB = 1
    fields.add_field(
        made.actor("administrator"), "organisation", {"type": "file", "label": "Papers", "key": "x_papers"}
    )
    return made


def announce(client: Client, address: str, size: int | str, **more: Any) -> Any:
    """A form of so many bytes is announced; nothing of it is there to be read."""
    return client.generic(
        "POST", address, b"", "multipart/form-data; boundary=b", CONTENT_LENGTH=str(size), **{"wsgi.input": Unread(), **more}
    )  # fmt: skip


def test_a_file_too_large_for_its_field_is_refused_by_its_head(company: Company):
    browser, program = company.client("employee"), company.api("employee")
    page = announce(browser, "/files/new/organisation/x_papers", 3 * MEGABYTE)
    assert (page.status_code, page.json()["code"]) == (413, "file_too_large")
    assert "1" in page.json()["message"]
    answer = announce(program, "/api/v1/organisation/files/x_papers", 3 * MEGABYTE)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


@pytest.mark.parametrize(
    ("address", "size"),
    [
        ("/imports/new", 700 * MEGABYTE),
        ("/settings/packs", 3 * MEGABYTE),
        ("/organisation/new", 6 * MEGABYTE),
        ("/organisation/new", "9" * 30),
        ("/api/v1/organisation", 6 * MEGABYTE),
    ],
)
def test_every_view_has_its_measure(company: Company, address: str, size: int):
    client = company.api("administrator") if address.startswith("/api/") else company.client("administrator")
    assert announce(client, address, size).status_code == 413


@pytest.mark.parametrize(
    "address", ["/files/new/organisation/x_papers", "/imports/new", "/api/v1/organisation"]
)
def test_a_body_of_unsaid_length_is_not_read(company: Company, address: str):
    client = company.api("administrator") if address.startswith("/api/") else company.client("administrator")
    answer = announce(client, address, "", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411


def test_the_refusal_comes_before_the_check_of_forms(company: Company):
    """That check would read the whole body to find its mark."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = company.client("employee").cookies
    answer = announce(browser, "/files/new/organisation/x_papers", 3 * MEGABYTE)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


def test_the_widgets_know_the_measure(company: Company):
    browser = company.client("administrator")
    for address in ("/imports/new", "/settings/packs"):
        page = browser.get(address).content.decode()
        assert 'data-most="' in page
        assert 'data-too-large="' in page
