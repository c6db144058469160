"""History in words: lines told in full and in their order, imports named by their file."""

import html
import re

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import operations, write
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
LINES = {
    "addresses": [
        {"kind": "legal", "postcode": "236022", "city": "Калининград", "street": "пр-т Мира, 5, оф. 3"}
    ],
    "contact_points": [{"kind": "phone", "value": "+7 487 232-08-38", "note": "склад"}],
}


def test_lines_are_told_in_their_order_and_an_import_by_its_file() -> None:
    company = found_company()
    client = company.client("administrator")
    shape = shape_of("organisation")
    operation = operations.start(ACTOR, "import", shape.key, file="клиенты.csv")
    number = write.create(
        ACTOR,
        shape,
        {"name": "Альфа", "owner": company.users["manager"].pk, **LINES},
        operation_id=operation.pk,
    )
    write.update(ACTOR, shape, number, {"city": "Уфа"})
    page = html.unescape(client.get(f"/organisation/{number}?tab=history").content.decode())
    told = page[page.index('id="history"') :]
    assert ": 236022, Калининград, пр-т Мира, 5, оф. 3" in told
    assert "+7 4872 32-08-38 (склад)" in told
    assert told.count("клиенты.csv") == 1, "the record with its two lines, and not what came later"
    assert told.count("moment-also") == 1
    assert told.count("<li>") == 2
    others = html.unescape(
        company.client("manager").get(f"/organisation/{number}?tab=history").content.decode()
    )
    assert "клиенты.csv" not in others, "the name of a file is for who imported it"
    assert others.count("из импорта") == 1


def test_a_main_phone_changed_in_its_place_is_told_once_and_to_be_read() -> None:
    company = found_company()
    client = company.client("administrator")
    shape = shape_of("organisation")
    number = write.create(ACTOR, shape, {"name": "Альфа", "phone": "8 970 123-45-67"})
    write.update(ACTOR, shape, number, {"phone": "8 4012 55-66-77", "city": "Калининград"})
    page = html.unescape(client.get(f"/organisation/{number}?tab=history").content.decode())
    told = page[page.index('id="history"') :]
    assert told.count("+7 970 123-45-67") == 2, "when it was added, and when it was changed"
    assert told.count("+7 4012 55-66-77") == 1
    assert "Калининград" in told
    assert "+74012556677" not in re.sub(r'"tel:[^"]*"', "", told)
