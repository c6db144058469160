"""What the catalogue refuses, through the doors that people and programs come by."""

from typing import Any

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.modules.catalog.services.first_things import ensure_catalogue

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


def refused(key: str, record_id: int | None = None, **values: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        if record_id is None:
            write.create(ACTOR, shape_of(key), values)
        else:
            write.update(ACTOR, shape_of(key), record_id, values)
    return {e.field: e.code for e in caught.value.errors}


def test_first_things_are_made_once() -> None:
    ensure_catalogue(ACTOR)
    ensure_catalogue(ACTOR)
    units = read.page(ACTOR, shape_of("unit"), sort="id", limit=50, keys=["code"]).rows
    taxes = read.page(ACTOR, shape_of("tax"), sort="place", limit=50, keys=["name", "calculated"]).rows
    assert (len(units), len(taxes), taxes[6]["calculated"]) == (13, 10, True)
    rates = read.parts_of(ACTOR, shape_of("tax"), [taxes[0]["id"]])[taxes[0]["id"]]["rates"]
    assert [(str(r["valid_from"]), int(r["percent"])) for r in rates][-2:] == [("2019-01-01", 20), ("2026-01-01", 22)]  # fmt: skip


def test_a_product_says_what_is_wrong() -> None:
    assert refused("product", name="А", barcode="4600000000000") == {"barcode": "checksum"}
    assert refused("product", name="А", price="-1", cost="-2") == {"price": "range", "cost": "range"}
    assert refused("product", name="А", barcode="12345") == {"barcode": "barcode"}
    number = make("product", name="А", barcode="4601234567893")
    assert read.get(ACTOR, shape_of("product"), number)["barcode"] == "4601234567893"
    assert refused("product", number, variant_of=number) == {"variant_of": "itself"}


def test_prices_of_one_list_do_not_overlap() -> None:
    price_list, other = make("price_list", name="Опт"), make("price_list", name="Розница")
    line = {"price_list": price_list, "price": "10"}
    spring = {**line, "valid_from": "2026-03-01", "valid_until": "2026-05-31"}
    assert refused("product", name="А", prices=[line, spring]) == {"prices.1.valid_from": "overlap"}
    assert refused("product", name="А", prices=[{**line, "valid_from": "2026-03-01", "valid_until": "2026-02-01"}]) == {
        "prices.0.valid_until": "backwards"
    }  # fmt: skip
    assert refused("product", name="А", prices=[{**line, "price": "-10"}]) == {"prices.0.price": "range"}
    assert refused("product", name="А", prices=[{**line, "price_list": 404}]) == {
        "prices.0.price_list": "reference"
    }
    make(
        "product",
        name="Б",
        prices=[spring, {**line, "valid_from": "2026-06-01"}, {**line, "price_list": other}],
    )


def test_a_kit_never_holds_itself() -> None:
    bolt = make("product", name="Болт")
    small = make("product", name="Набор", kind="kit", components=[{"component": bolt, "quantity": "4"}])
    large = make("product", name="Ящик", kind="kit", components=[{"component": small, "quantity": "2"}])
    assert refused("product", small, components=[{"component": large, "quantity": "1"}]) == {
        "components.0.component": "cycle"
    }
    assert refused("product", small, components=[{"component": small, "quantity": "1"}]) == {
        "components.0.component": "cycle"
    }
    assert refused("product", large, components=[{"component": small, "quantity": "0"}]) == {
        "components.0.quantity": "range"
    }


def test_trees_have_no_rings() -> None:
    top = make("product_category", name="Станки")
    below = make("product_category", name="Токарные", parent=top)
    assert refused("product_category", top, parent=below) == {"parent": "cycle"}
    base = make("price_list", name="Основной")
    wholesale = make("price_list", name="Опт", base=base, markup="-10")
    assert refused("price_list", base, base=wholesale) == {"base": "cycle"}
    assert refused("price_list", name="Даром", markup="-100") == {"markup": "range"}


def test_other_odd_values() -> None:
    assert refused("discount_rule", name="Все", percent="101") == {"percent": "range"}
    assert refused("exchange_rate", currency="RUB", on="2026-11-01", rate="1") == {"currency": "own"}
    assert refused("exchange_rate", currency="USD", on="2026-11-01", rate="0") == {"rate": "range"}
    assert refused("unit", symbol="шт", name="штука", places=4) == {"places": "range"}
    twice = [{"valid_from": "2026-01-01", "percent": "22"}, {"valid_from": "2026-01-01", "percent": "20"}]
    assert refused("tax", name="НДС", rates=twice) == {"rates.1.valid_from": "repeated"}
