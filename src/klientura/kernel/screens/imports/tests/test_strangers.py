"""Managers of the file who are no users here: matched on the page of the columns, and remembered."""

from pathlib import Path

import pytest

from klientura.kernel.access.models import User
from klientura.kernel.screens.imports.tests.support import bring_by_pages, form_of, sign_in, upload, work
from klientura.kernel.settings.installation import mark_set_up
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
    assert f'<option value="{kim.user_id}" selected' in page.partition('id="people"')[2]
    # What was chosen can be taken back, and a user who left stands for nobody.
    client.post(
        f"/imports/{fresh.pk}/map", {**form_of(fresh), "person-name-0": "Манчинский А.", "person-0": ""}
    )
    assert (Import.objects.get(pk=fresh.pk).plan or {})["people"] == []


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
    total = sum(
        int(part.rpartition("— ")[2])
        for part in page.split(" rows")[:-1]
        if part.rpartition("— ")[2].isdigit()
    )
    assert number < total
    assert f"· {total} rows" in checked
