"""Users, tokens and demo data from the command line; the database is the tests' own."""

import getpass
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from klientura.kernel.access.models import Team, User
from klientura.kernel.access.sessions import user_of_token
from klientura.kernel.settings.installation import change, mark_set_up
from klientura.kernel.store.models import Operation
from klientura.modules.parties.models import Party
from klientura.project.cli import demo, token, user
from klientura.project.cli.main import main

pytestmark = pytest.mark.django_db
ANNA = ("Anna@Example.org", "--name", "Анна Ким")


@contextmanager
def already_open(_data: Path, _command: str, *, migrate: bool = True) -> Iterator[None]:
    yield


@pytest.fixture(autouse=True)
def in_this_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands open no database of their own here; opening one is tested with import and export."""
    for module in (user, token, demo):
        monkeypatch.setattr(module, "with_django", already_open)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)


def test_add_prints_a_password_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    Team.objects.create(name="Продажи")

    assert main(["user", "add", *ANNA, "--role", "manager", "--team", "продажи"]) == 0

    found = User.objects.get()
    assert (found.email, found.name, found.role.key) == ("anna@example.org", "Анна Ким", "manager")
    assert found.team is not None
    assert found.team.name == "Продажи"
    assert found.check_password(capsys.readouterr().out.split()[-1])


def test_only_the_address_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "add", "vera@example.org"]) == 0

    found = User.objects.get()
    assert (found.name, found.role.key) == ("vera", "employee")


def test_name_is_asked_for_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: "")
    monkeypatch.setattr("builtins.input", lambda _prompt: " Вера Холодная ")

    assert main(["user", "add", "vera@example.org"]) == 0

    assert User.objects.get().name == "Вера Холодная"


def test_language_is_the_company_s_not_the_terminal_s(capsys: pytest.CaptureFixture[str]) -> None:
    change(language="ru")
    mark_set_up()

    assert main(["user", "add", "anna"]) == 1
    assert "Это не адрес эл. почты" in capsys.readouterr().err
    assert main(["user", "disable", "x@example.org"]) == 1
    assert "Нет пользователя x@example.org" in capsys.readouterr().err
    assert main(["user", "add", *ANNA]) == 0
    assert "Пользователь добавлен: anna@example.org" in capsys.readouterr().out

    change(language="en")
    assert main(["user", "disable", "x@example.org"]) == 1
    assert "There is no user" in capsys.readouterr().err


def test_typed_password_is_not_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: "Верблюд-и-море-7")

    assert main(["user", "add", *ANNA, "--role", "observer"]) == 0
    assert main(["user", "password", "anna@example.org"]) == 0

    assert User.objects.get().check_password("Верблюд-и-море-7")
    assert "Верблюд" not in capsys.readouterr().out


def test_a_password_comes_from_a_pipe_where_that_is_wished(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Верблюд-и-море-7\n"))
    assert main(["user", "add", *ANNA, "--password-stdin"]) == 0
    assert User.objects.get().check_password("Верблюд-и-море-7")
    monkeypatch.setattr(sys, "stdin", io.StringIO("Пальма-и-снег-8\r\n"))
    assert main(["user", "password", "anna@example.org", "--password-stdin"]) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["user", "password", "anna@example.org", "--password-stdin"]) == 1

    assert User.objects.get().check_password("Пальма-и-снег-8")
    told = capsys.readouterr()
    assert "Пальма" not in told.out
    assert "holds no password" in told.err


def test_new_password_replaces_the_old_one(capsys: pytest.CaptureFixture[str]) -> None:
    main(["user", "add", *ANNA, "--role", "administrator"])
    old = capsys.readouterr().out.split()[-1]

    assert main(["user", "password", "ANNA@example.org"]) == 0

    new = capsys.readouterr().out.split()[-1]
    assert User.objects.get().check_password(new)
    assert not User.objects.get().check_password(old)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["user", "add", "x", "--name", "X", "--role", "manager"], "not an e-mail"),
        (["user", "add", *ANNA, "--role", "manager", "--team", "Нет"], "no team “Нет”"),
        (["user", "password", "x@example.org"], "no user x@example.org"),
        (["user", "disable", "x@example.org"], "no user x@example.org"),
        (["token", "x@example.org"], "no user x@example.org"),
        (["demo", "--remove"], "holds no demo data"),
        (["demo", "--user", "x@example.org"], "no active user"),
    ],
)
def test_refusals(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1

    assert told in capsys.readouterr().err
    assert not User.objects.exists()


def test_shut_out_and_let_in(capsys: pytest.CaptureFixture[str]) -> None:
    main(["user", "add", *ANNA, "--role", "administrator"])
    assert main(["user", "disable", "anna@example.org"]) == 1, "the last administrator stays"
    assert "last administrator" in capsys.readouterr().err
    main(["user", "add", "b@example.org", "--name", "Б", "--role", "administrator"])

    assert main(["user", "disable", "anna@example.org"]) == 0
    assert main(["token", "anna@example.org"]) == 1
    capsys.readouterr()
    assert main(["user", "list"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["anna@example.org", "Анна Ким", "administrator", "", "shut out"],
        ["b@example.org", "Б", "administrator", "", ""],
    ]
    assert main(["user", "enable", "anna@example.org"]) == 0
    assert User.objects.filter(is_active=True).count() == 2


def test_token_is_all_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["user", "add", *ANNA, "--role", "employee"])
    capsys.readouterr()

    assert main(["token", "anna@example.org", "--days", "30"]) == 0

    found = user_of_token(capsys.readouterr().out.removesuffix("\n"))
    assert found is not None
    assert found[0].email == "anna@example.org"
    assert main(["token", "anna@example.org", "--days", "0"]) == 1


def test_demo_in_and_out(capsys: pytest.CaptureFixture[str]) -> None:
    size = ["--organisations", "12", "--people", "30", "--deals", "10", "--interactions", "9"]

    assert main(["demo", *size]) == 0

    told = capsys.readouterr().out
    assert "Parties: 42" in told
    email, password = next(line.split() for line in told.splitlines() if "@" in line)
    assert User.objects.get(email=email).check_password(password)
    assert main(["demo", *size]) == 1
    assert main(["demo", "--remove"]) == 0
    assert Operation.objects.filter(kind="demo").values_list("state", flat=True)[0] == "undone"
    assert not Party.objects.filter(deleted_at=None).exists()
    assert main(["demo", *size]) == 0, "and once more"
