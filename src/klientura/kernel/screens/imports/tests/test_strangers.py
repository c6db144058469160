"""Managers of the file who are no users here: matched on the page of the columns, and remembered."""

import html
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from klientura.kernel.access.models import User
from klientura.kernel.screens.imports.tests.support import bring_by_pages, form_of, sign_in, upload, work
from klientura.kernel.settings.installation import mark_set_up
from klientura.kernel.transfer import strangers
from klientura.kernel.transfer.imports import file_of
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.tests.support import SAMPLE, actor
from klientura.modules.parties.models import Party

pytestmark = pytest.mark.django_db

ROWS = "Название;ИНН;Менеджер\r\nАльфа;7827763273;Манчинский А.\r\nБета;7707083893;манчинский А. \r\nГамма;7736050003;Ким\r\n"


@pytest.fixture(autouse=True)
def site(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.ROOT_URLCONF = "klientura.kernel.screens.imports.tests.urls"
    mark_set_up()


def owners() -> dict[str, str]:
    names = dict(User.objects.values_list("pk", "name"))
    found = Party.objects.filter(deleted_at=None, kind="organisation").values_list("name", "owner_id")
    return {name or "": names[owner] for name, owner in found if owner}


def shown(page: str) -> dict[str, tuple[str, str]]:
    """By unknown name: the number and the name of the user who stands beside it on the page of the columns."""
    people = html.unescape(page.partition('id="people"')[2])
    names = dict(re.findall(r'name="person-name-(\d+)" value="([^"]*)"', people))
    users = re.findall(
        r'name="person-(\d+)" value="(\d*)">.*?role="combobox"[^>]*? value="([^"]*)"', people, re.DOTALL
    )
    return {names[place]: (number, name) for place, number, name in users}


def shown_of(client: Client, record: Import) -> dict[str, tuple[str, str]]:
    return shown(client.get(f"/imports/{record.pk}/map").content.decode())


def test_unknown_names_of_a_file_are_matched_to_users_and_remembered():
    client, kim = sign_in(), actor(name="Анна Ким")
    record = upload(client, ROWS.encode())
    page = client.get(f"/imports/{record.pk}/map").content.decode()
    assert "Манчинский А. — 2 rows" in page
    assert 'name="person-name-0" value="Манчинский А."' in page
    assert "person-name-1" not in page  # Ким is a user
    form = {**form_of(record), "person-name-0": "Манчинский А.", "person-0": str(kim.user_id)}
    assert client.post(f"/imports/{record.pk}/map", form).status_code == 302
    work()
    checked = client.get(f"/imports/{record.pk}/check").content.decode()
    assert "Nobody here goes by this name." not in checked
    client.post(f"/imports/{record.pk}/check")
    work()
    assert owners() == {"Альфа": "Анна Ким", "Бета": "Анна Ким", "Гамма": "Анна Ким"}
    assert not Party.objects.exclude(note=None).exists()

    fresh = upload(client, ROWS.replace("Манчинский А.", "МАНЧИНСКИЙ А.").encode(), "next.csv")
    page = client.get(f"/imports/{fresh.pk}/map").content.decode()
    assert shown(page) == {"МАНЧИНСКИЙ А.": (str(kim.user_id), "Анна Ким")}
    assert "<option" not in page.partition('id="people"')[2], (
        "colleagues are searched, not listed in every field"
    )
    assert 'data-ref-url="/search/users"' in page.partition('id="people"')[2]
    # What was chosen can be taken back, and a user who left stands for nobody.
    client.post(
        f"/imports/{fresh.pk}/map", {**form_of(fresh), "person-name-0": "Манчинский А.", "person-0": ""}
    )
    assert (Import.objects.get(pk=fresh.pk).plan or {})["people"] == [["Манчинский А.", 0]]
    assert shown_of(client, upload(client, ROWS.encode(), "third.csv")) == {"Манчинский А.": ("", "")}


def test_a_choice_is_remembered_though_another_file_came_between():
    client, kim, lee = sign_in(), actor(name="Анна Ким"), actor(name="Пётр Лисин")
    one, other = (upload(client, ROWS.encode(), f"{n}.csv") for n in range(2))

    def choose(record: Import, user_id: int | None) -> None:
        more = {"person-name-0": "Манчинский А.", "person-0": str(user_id or "")}
        assert client.post(f"/imports/{record.pk}/map", {**form_of(record), **more}).status_code == 302
        work()

    def next_one() -> str:
        return shown_of(client, upload(client, ROWS.encode(), "next.csv"))["Манчинский А."][1]

    choose(one, kim.user_id)
    assert next_one() == "Анна Ким"
    choose(other, lee.user_id)
    assert next_one() == "Пётр Лисин"
    choose(one, kim.user_id)  # the older file, the newer choice
    assert next_one() == "Анна Ким"
    choose(one, None)
    assert next_one() == ""


def test_a_slow_file_has_its_names_counted_and_a_spoilt_count_is_made_anew(monkeypatch: pytest.MonkeyPatch):
    """A workbook is loaded whole before its first row: then the time is over, and the names are still wanted."""
    client = sign_in()
    record = upload(client, ROWS.encode())
    monkeypatch.setattr(strangers, "MOST_SECONDS", -1.0)
    assert set(shown_of(client, record)) == {"Манчинский А.", "Ким"}
    cache = file_of(record).parent / strangers.CACHE
    assert json.loads(cache.read_text())["rows"] == 3
    assert {p.name for p in cache.parent.iterdir()} == {record.file, strangers.CACHE}, "nothing half is left"
    cache.write_text('{"mark": [')
    assert set(shown_of(client, record)) == {"Манчинский А.", "Ким"}


def test_a_file_of_no_rows_is_not_taken_for_counted():
    client = sign_in()
    record = upload(client, ROWS.partition("\r\n")[0].encode() + b"\r\n")
    assert client.get(f"/imports/{record.pk}/map").status_code == 200
    assert not (file_of(record).parent / strangers.CACHE).exists()


def test_a_user_who_left_is_not_given_the_rows():
    client, kim = sign_in(), actor(name="Анна Ким")
    User.objects.filter(pk=kim.user_id or 0).update(is_active=False)
    more = {"person-name-0": "Манчинский А.", "person-0": str(kim.user_id)}
    bring_by_pages(client, ROWS, "one.csv", more)
    assert set(owners().values()) == {"Ольга Шленин"}


def test_names_of_a_real_file_are_counted_by_rows():
    client = sign_in()  # a Shlenin stands in the file too
    record = upload(client, SAMPLE.read_bytes())
    page = client.get(f"/imports/{record.pk}/map").content.decode().partition('id="people"')[2]
    assert page.count('name="person-name-') == 3
    assert "Манчинский — " in page
    number = int(page.partition("Манчинский — ")[2].partition(" row")[0])
    column = SAMPLE.read_bytes().decode("cp1251").splitlines()[0].split(";").index("Менеджер")
    assert column == 13
    form = form_of(record)
    client.post(f"/imports/{record.pk}/map", form)
    work()
    checked = client.get(f"/imports/{record.pk}/check").content.decode()
    labels = re.findall(r"<label[^>]*>([^<]*)", page)
    total = sum(int(n) for label in labels for n in re.findall(r"— (\d+) rows", label))
    assert number < total
    assert f"· {total} rows" in checked
