"""What is said of rows that were refused or remarked on."""

from pathlib import Path

import pytest
from django.test import Client

from klientura.kernel.screens.imports.tests.support import form_of, sign_in, upload, work
from klientura.kernel.settings.installation import mark_set_up
from klientura.kernel.transfer.models import Import

pytestmark = pytest.mark.django_db

HEAD = "Название;ИНН;Менеджер;Телефон;E-mail;Дата первого контакта\r\n"
ROWS = (
    f"{HEAD}Альфа;7827763273;Мацкевичюс;;a@alfa,ru;\r\nБета;7707083893;Мацкевичюс;;b @beta.ru;\r\n"
    'Гамма;7736050003;Мацкевичюс;"+79959190732, +7 (916) 406-73-53";;31.02.2025\r\n'
)


@pytest.fixture(autouse=True)
def site(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.ROOT_URLCONF = "klientura.kernel.screens.imports.tests.urls"
    mark_set_up()


def checked(client: Client, **more: str) -> tuple[Import, str]:
    record = upload(client, ROWS.encode())
    assert client.post(f"/imports/{record.pk}/map", {**form_of(record), **more}).status_code == 302
    work()
    return record, client.get(f"/imports/{record.pk}/check").content.decode()


def heads(page: str) -> list[str]:
    return [part.partition("</summary>")[0] for part in page.split('<details class="issue-group"')[1:]]


def test_groups_count_rows_and_give_a_reason():
    record, page = checked(sign_in())
    manager = next(head for head in heads(page) if "Менеджер" in head)
    assert "· 3 rows" in manager
    assert "Each name is shown at its first row." in page
    assert f'href="/imports/{record.pk}/map#people"' in page
    email = next(head for head in heads(page) if "E-mail" in head)
    assert "Corrected in reading" in email
    assert "is kept in the note" in page


def rows_of(managers: list[str]) -> bytes:
    return (HEAD + "".join(f"Фирма {n};;{name};;;\r\n" for n, name in enumerate(managers))).encode()


def checked_rows(client: Client, managers: list[str]) -> str:
    record = upload(client, rows_of(managers))
    assert client.post(f"/imports/{record.pk}/map", form_of(record)).status_code == 302
    work()
    return client.get(f"/imports/{record.pk}/check").content.decode().partition('class="issue-group"')[2]


def test_each_name_is_shown_however_often_another_stands_before_it():
    page = checked_rows(sign_in(), [*["Мацкевичюс"] * 60, "Ёлкин-Палкин", "Мацкевичюс"])
    assert "· 62 rows" in page
    assert "Ёлкин-Палкин" in page
    assert page.count("Мацкевичюс") == 1
    assert "Each name is shown at its first row." in page


def test_names_that_were_cut_away_are_not_said_to_be_shown():
    syllables = ("ба", "во", "гу", "де", "жи", "ка", "ло", "му")
    page = checked_rows(sign_in(), [f"{a}{b}нов".title() for a in syllables for b in syllables])
    assert "· 64 rows" in page
    assert "Each name is shown at its first row." not in page
    assert "Only the first are shown; the file holds all of them." in page


def test_who_wanted_unreadable_values_to_keep_rows_out_is_promised_no_note():
    client = sign_in()
    record, page = checked(client, bad_values="reject")
    assert "is kept in the note" not in page
    assert "These rows are imported." in page
    report = client.get(f"/imports/{record.pk}/report/rejected")
    text = b"".join(report.streaming_content).decode()  # type: ignore[attr-defined]
    assert "+79959190732, +7 (916) 406-73-53" in text
    assert "'+7" not in text
