"""A copy begins with what people fill in, as far as its maker sees it, and leaves behind what belongs to one record alone."""

from typing import Any

import pytest
from django.utils import translation

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.copying import as_given, copy_of
from klientura.kernel.testing.additions import CREATABLE_KEYS
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World

SYSTEM = SystemActor("test")


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


def test_a_deal_is_copied_with_all_that_stands_around_it(company: Company) -> None:
    world = World(actor=SYSTEM)
    shape = shape_of("opportunity")
    product = write.create(SYSTEM, shape_of("product"), {"name": "Пила", "price": "10"})
    rival = write.create(SYSTEM, shape_of("competitor"), {"name": "Альфа"})
    number = world.create(
        "opportunity", 1, name="Станки", owner=company.users["employee"].pk, party=None, person=None, amount=None,
        close_date="2026-12-01", tags=["важный"],
        lines=[{"product": product, "quantity": "2", "given_discount": "5"}], rivals=[{"competitor": rival}],
    )  # fmt: skip
    write.update(company.actor("employee"), shape, number, {"description": "Долго"})
    values, lines, _left_out = copy_of(company.actor("employee"), shape, number)
    assert values["name"] == "Copy of Станки"
    assert values["description"] == "Долго" and values["tags"] == ["vazhnyy"]
    assert (
        not {"close_date", "status", "stage", "number", "stage_changed_at", "owner", "version"}
        & values.keys()
    )
    assert lines["lines"][0]["product"].id == product and "id" not in lines["lines"][0]
    assert lines["rivals"][0]["competitor"].id == rival
    made = write.create(company.actor("employee"), shape, as_given(values, lines))
    row, parts = read.get(SYSTEM, shape, made), read.parts_of(SYSTEM, shape, [made])[made]
    assert row["status"] == "open" and row["amount"] == read.get(SYSTEM, shape, number)["amount"]
    assert parts["lines"][0]["given_discount"] == 5


def test_what_tells_records_apart_stays_behind(company: Company) -> None:
    shape = shape_of("product")
    number = write.create(
        SYSTEM, shape, {"name": "Пила", "code": "П-1", "barcode": "4006381333931", "brand": "Штиль"}
    )
    values, _lines, _left_out = copy_of(SYSTEM, shape, number)
    assert values["brand"] == "Штиль" and not {"code", "barcode"} & values.keys()


def test_what_is_hidden_or_locked_or_closed_is_not_copied(company: Company) -> None:
    shape = shape_of("product")
    number = write.create(
        SYSTEM, shape, {"name": "Пила", "cost": "7", "brand": "Штиль", "description": "Острая"}
    )
    company.hide("manager", "product", "cost")
    company.hide("manager", "product", "brand", "read")
    values, _lines, _left_out = copy_of(company.actor("manager"), shape, number)
    assert values["description"] == "Острая" and not {"cost", "brand"} & values.keys()
    with pytest.raises(Denied):
        copy_of(company.actor("employee"), shape, number)
    theirs = write.create(company.actor("outsider"), shape_of("organisation"), {"name": "Чужие"})
    with pytest.raises(NotFound):
        copy_of(company.actor("employee"), shape_of("organisation"), theirs)


def test_lines_that_name_what_is_closed_stay_behind_and_it_is_said(company: Company) -> None:
    company.grant("employee", "product", "read", "own")
    mine = write.create(
        SYSTEM, shape_of("product"), {"name": "Пила", "price": "10", "owner": company.users["employee"].pk}
    )
    theirs = write.create(SYSTEM, shape_of("product"), {"name": "Секира", "price": "10"})
    number = World(actor=SYSTEM).create(
        "opportunity", 1, name="Станки", owner=company.users["employee"].pk, party=None, person=None, amount=None,
        lines=[{"product": p, "quantity": "2"} for p in (mine, theirs)],
    )  # fmt: skip
    found = copy_of(company.actor("employee"), shape_of("opportunity"), number)
    assert [line["product"].id for line in found.lines["lines"]] == [mine] and found.left_out == 1
    said = "1 line is not in the copy"
    ask = f"/opportunity/new?copy={number}"
    User.objects.update(language="en")
    assert said in company.client("employee").get(ask).content.decode()
    assert said not in company.client("administrator").get(ask).content.decode()


@pytest.mark.parametrize("key", [key for key in CREATABLE_KEYS if not key.startswith("x_")])
def test_the_form_of_a_copy_opens_for_every_kind(company: Company, key: str) -> None:
    number = World(actor=SYSTEM).create(key, 1)
    browser = company.client("administrator")
    page = browser.get(f"/{key}/new?copy={number}")
    assert page.status_code == 200
    assert browser.get(f"/{key}/new?copy=999999999").status_code == 404


def test_programs_copy_too(company: Company) -> None:
    number = write.create(
        company.actor("manager"), shape_of("organisation"), {"name": "Ромашка", "city": "Уфа"}
    )
    send: dict[str, Any] = {"data": '{"city": "Омск"}', "content_type": "application/json"}
    answer = company.api("manager").post(f"/api/v1/organisation/{number}/copy", **send)
    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["city"]) == ("Копия: Ромашка", "Омск")
    assert company.api("observer").post(f"/api/v1/organisation/{number}/copy", **send).status_code == 403
    assert company.api("outsider").post(f"/api/v1/organisation/{number}/copy", **send).status_code == 404
