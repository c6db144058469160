"""A gallery shows the picture of a record to those who may see its files."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.files import keeping
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
KEY = "x_photo"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def company(settings: Any, tmp_path: Path) -> Company:
    settings.DATA_DIR = tmp_path
    made = found_company()
    asked = {"type": "file", "label": {"ru": "Фото", "en": "Photo"}, "params": {"many": True}}
    fields.add_field(made.actor("administrator"), "organisation", asked)
    return made


def pictured(company: Company, name: str) -> int:
    actor = company.actor("employee")
    text, picture = (
        int(keeping.bring(actor, n, io.BytesIO(data))) for n, data in (("a.txt", b"text"), ("b.png", PNG))
    )
    return write.create(actor, shape_of("organisation"), {"name": name, KEY: [text, picture]})


def test_the_first_picture_stands_on_the_card(company: Company) -> None:
    number = pictured(company, "Альфа")
    write.create(company.actor("employee"), shape_of("organisation"), {"name": "Бета"})
    browser = company.client("employee")
    page = browser.get("/organisation?view=gallery&sort=name").content.decode()
    found = re.findall(r'class="record-picture" src="([^"]+)"', page)
    assert len(found) == 1
    assert found[0].startswith(f"/files/organisation/{number}/{KEY}/")
    assert browser.get(found[0])["Content-Type"] == "image/png"
    assert "record-picture" not in browser.get("/organisation").content.decode()
    company.hide("employee", "organisation", KEY)
    assert "record-picture" not in browser.get("/organisation?view=gallery").content.decode()


def test_pictures_cost_the_same_however_many_there_are(company: Company) -> None:
    browser = company.client("employee")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/organisation?view=gallery").status_code == 200
        return len(seen)

    pictured(company, "Альфа")
    queries()
    few = queries()
    for n in range(4):
        pictured(company, f"Фирма {n}")
    assert queries() == few
