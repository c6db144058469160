"""Who is not signed in can neither fill the disk nor read from a cache."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files of uploads that Django begins on the disk."""
    begun: list[Path] = []
    make = TemporaryUploadedFile.__init__

    def watched(self: TemporaryUploadedFile, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        begun.append(Path(self.temporary_file_path()))

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", watched)
    return begun


def upload(client: Client, address: str = "/imports/new", **headers: str) -> int:
    file = SimpleUploadedFile("big.csv", b"name;city\n" + b"a;b\n" * 600_000)
    return client.post(address, {"file": file}, headers=headers).status_code


@pytest.mark.parametrize("address", ["/imports/new", "/sign-in", "/nowhere", "/api/v1/organisation"])
def test_a_stranger_cannot_put_a_file_on_the_disk(company: Company, kept: list[Path], address: str):
    browser = Client(enforce_csrf_checks=True)
    assert upload(browser, address) == 413
    browser.cookies["sessionid"] = "a" * 32
    assert upload(browser, address) == 413, "a cookie that opens nothing"
    if not address.startswith("/api/"):
        assert upload(browser, address, Authorization="Bearer x") == 413, "a token opens no page"
    assert kept == []


def test_a_token_that_opens_nothing_puts_nothing_on_the_disk(company: Company, kept: list[Path]):
    assert upload(Client(), "/api/v1/organisation", Authorization="Bearer x") == 401
    assert kept == []


def test_a_stranger_has_to_say_how_much_is_coming(company: Company):
    answer = Client().generic(
        "POST", "/sign-in", b"", headers={"Transfer-Encoding": "chunked"}, CONTENT_LENGTH=""
    )
    assert answer.status_code == 413


def test_small_forms_of_strangers_and_files_of_the_signed_in_come_through(company: Company, kept: list[Path]):
    assert Client().post("/sign-in", {"login": "nobody@example.org", "password": "x"}).status_code == 422
    assert upload(company.client("administrator")) == 302
    assert len(kept) == 1


def test_answers_with_data_are_kept_by_nobody(company: Company):
    number = write.create(SystemActor("test"), shape_of("organisation"), {"name": "Альфа"})
    browser, program = company.client("administrator"), company.api("administrator")
    answers = [
        browser.get(f"/organisation/{number}"), browser.get("/organisation"), browser.get("/organisation/export?format=csv"),
        browser.get("/nowhere"), browser.get("/organisation/999999999"), browser.get("/search/palette?q=альфа"),
        program.get(f"/api/v1/organisation/{number}"), program.get("/api/v1/organisation"), Client().get("/sign-in"),
    ]  # fmt: skip
    assert {a.headers.get("Cache-Control") for a in answers} == {"private, no-store"}


def test_an_answer_that_knows_better_is_left_alone(company: Company):
    assert company.client("administrator").get("/settings/users").headers["Cache-Control"] == "no-store"
