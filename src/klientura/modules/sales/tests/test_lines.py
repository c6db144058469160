"""Goods of a deal: priced by the catalogue, kept as they were agreed, refused when they make no sense."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def ware() -> dict[str, int]:
    """A catalogue: a saw by the piece, oil by the litre, cheaper from 100 litres, for dealers by another list."""
    ensure_catalogue(ACTOR)
    ensure_default_pipeline(ACTOR)
    units = {
        r["code"]: r["id"]
        for r in read.page(ACTOR, shape_of("unit"), sort="id", limit=50, keys=["code"]).rows
    }
    tax = read.page(ACTOR, shape_of("tax"), sort="place", limit=1, keys=["id"]).rows[0]["id"]
    base = read.page(ACTOR, shape_of("price_list"), sort="id", limit=1, keys=["id"]).rows[0]["id"]
    prices = [
        {"price_list": base, "price": "170"},
        {"price_list": base, "min_quantity": "100", "price": "150"},
    ]
    return {
        "saw": make("product", name="Пила", price="1000", unit=units["796"], tax=tax),
        "oil": make("product", name="Масло", price="200", unit=units["112"], tax=tax, prices=prices),
        "dealers": make("price_list", name="Дилеры", base=base, markup="-10", roles=["dealer"]),
        "base": base,
    }


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


def deal(*lines: dict[str, Any], **more: Any) -> int:
    return make("opportunity", name="Поставка", lines=list(lines), **more)


def lines_of(number: int) -> list[dict[str, Any]]:
    return read.parts_of(ACTOR, shape_of("opportunity"), [number])[number]["lines"]


def amount_of(number: int) -> Any:
    return read.get(ACTOR, shape_of("opportunity"), number)["amount"]


def refused(*lines: dict[str, Any], **more: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        deal(*lines, **more)
    return {e.field: e.code for e in caught.value.errors}


def test_lines_are_priced_taxed_and_added_up(ware: dict[str, int]) -> None:
    number = deal({"product": ware["saw"], "quantity": "3"}, {"product": ware["oil"], "quantity": "100.5"})
    saw, oil = lines_of(number)
    assert (saw["name"], saw["price"], saw["total"], saw["tax_rate"]) == ("Пила", 1000, 3000, 22)
    assert (str(saw["tax_sum"]), str(saw["net"])) == ("540.98", "2459.02")
    assert (oil["price"], str(oil["total"])) == (150, "15075.00")
    assert oil["reason"] == "Основной прайс-лист"
    assert amount_of(number) == Decimal("18075.00")


def test_who_is_a_dealer_buys_by_the_list_of_dealers(ware: dict[str, int]) -> None:
    client = make("organisation", name="Дилер", roles=["dealer"])
    assert lines_of(deal({"product": ware["oil"]}, party=client))[0]["price"] == 153
    assert lines_of(deal({"product": ware["oil"]}, party=client, price_list=ware["base"]))[0]["price"] == 170
    other = make("organisation", name="Клиент", roles=["client"])
    assert lines_of(deal({"product": ware["oil"]}, party=other))[0]["price"] == 170


def test_what_was_said_by_hand_stays(ware: dict[str, int]) -> None:
    make("discount_rule", name="Всем", percent="5")
    number = deal(
        {"product": ware["saw"], "given_price": "900"},
        {"product": ware["saw"], "given_discount": "0"},
        {"product": ware["saw"]},
        {"name": "Доставка", "given_price": "500", "quantity": "2"},
    )
    lines = lines_of(number)
    assert [str(line["total"]) for line in lines] == ["900.00", "1000.00", "950.00", "1000.00"]
    assert (lines[2]["discount"], lines[2]["reason"]) == (5, "Основной прайс-лист, Всем")
    assert amount_of(number) == 3850


def test_a_stored_price_does_not_follow_the_catalogue_by_itself(ware: dict[str, int]) -> None:
    shape = shape_of("opportunity")
    number = deal({"product": ware["saw"], "quantity": "2"})
    write.update(ACTOR, shape_of("product"), ware["saw"], {"price": "5000"})
    line = lines_of(number)[0]
    write.update(ACTOR, shape, number, {"lines": [{"id": line["id"], "given_discount": "10"}]})
    assert (lines_of(number)[0]["price"], amount_of(number)) == (1000, 1800)
    write.update(
        ACTOR, shape, number, {"lines": [{"id": line["id"], "quantity": "3", "given_discount": None}]}
    )
    assert (lines_of(number)[0]["price"], amount_of(number)) == (5000, 15000)


def test_another_product_brings_its_own_name_and_unit(ware: dict[str, int]) -> None:
    number = deal({"product": ware["saw"]})
    line = lines_of(number)[0]
    write.update(
        ACTOR, shape_of("opportunity"), number, {"lines": [{"id": line["id"], "product": ware["oil"]}]}
    )
    now = lines_of(number)[0]
    assert (now["name"], now["price"]) == ("Масло", 170)
    assert now["unit"] != line["unit"]


def test_another_currency_reckons_all_anew(ware: dict[str, int]) -> None:
    shape = shape_of("opportunity")
    number = deal({"product": ware["saw"]}, {"name": "Доставка", "given_price": "800"})
    with pytest.raises(Invalid) as caught:
        write.update(ACTOR, shape, number, {"currency": "USD"})
    assert {e.code for e in caught.value.errors} == {"no_rate"}
    make("exchange_rate", currency="USD", on="2026-01-01", rate="80")
    write.update(ACTOR, shape, number, {"currency": "USD"})
    assert [str(line["price"]) for line in lines_of(number)] == ["12.50", "10.00"]
    assert amount_of(number) == Decimal("22.50")
    write.update(ACTOR, shape, number, {"tax_mode": "on_top"})
    assert [str(line["total"]) for line in lines_of(number)] == ["15.25", "10.00"]


def test_what_makes_no_sense_is_refused_at_its_place(ware: dict[str, int]) -> None:
    saw = ware["saw"]
    assert refused({"product": saw, "quantity": "0"}) == {"lines.0.quantity": "range"}
    assert refused({"product": saw}, {"product": saw, "quantity": "1.5"}) == {"lines.1.quantity": "places"}
    assert refused({"product": saw, "given_price": "-1"}) == {"lines.0.given_price": "range"}
    assert refused({"product": saw, "given_discount": "101"}) == {"lines.0.given_discount": "range"}
    assert refused({"name": "Доставка"}) == {"lines.0.given_price": "required"}
    assert refused({"quantity": "2"}) == {"lines.0.product": "required", "lines.0.given_price": "required"}
    assert refused({"product": 404}) == {"lines.0.product": "reference"}
    assert refused({"product": saw}, amount="77") == {"amount": "by_lines"}
    bare = make("product", name="Без цены")
    assert refused({"product": bare}) == {"lines.0.given_price": "no_price"}


def test_what_does_not_go_together(ware: dict[str, int]) -> None:
    blade = make(
        "product", name="Полотно", price="10", companions=[{"kind": "requires", "other": ware["saw"]}]
    )
    water = make("product", name="Вода", price="10", companions=[{"kind": "excludes", "other": ware["oil"]}])
    assert refused({"product": blade}) == {"lines.0.product": "companion"}
    assert refused({"product": water}, {"product": ware["oil"]}) == {"lines.0.product": "companion"}
    deal({"product": blade}, {"product": ware["saw"]}, {"product": water})


def test_a_kit_costs_what_it_holds(ware: dict[str, int]) -> None:
    inner = make(
        "product",
        name="Набор",
        kind="kit",
        kit_price="sum",
        components=[{"component": ware["oil"], "quantity": "2"}],
    )
    components = [
        {"component": ware["saw"], "quantity": "1"},
        {"component": inner, "quantity": "3"},
        {"component": ware["oil"], "quantity": "100", "optional": True},
    ]
    kit = make("product", name="Рабочее место", kind="kit", kit_price="sum", components=components)
    assert lines_of(deal({"product": kit}))[0]["price"] == 1000 + 6 * 170


def test_two_hundred_lines_cost_as_many_statements_as_one(ware: dict[str, int]) -> None:
    counts = []
    for size in (1, 200):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            deal(*({"product": ware["saw"], "quantity": str(n + 1)} for n in range(size)))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_many_deals_cost_as_many_statements_of_pricing_as_one(ware: dict[str, int]) -> None:
    clients = [make("organisation", name=f"Клиент {n}", roles=["dealer"] if n % 2 else []) for n in range(12)]
    counts, made = [], []
    for size in (2, 12):
        rows = [{"name": "Поставка", "party": c, "lines": [{"product": ware["oil"]}]} for c in clients[:size]]
        with CaptureQueriesContext(connection) as seen:
            made = write.create_many(ACTOR, shape_of("opportunity"), rows)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    found = read.parts_of(ACTOR, shape_of("opportunity"), made)
    assert [found[n]["lines"][0]["price"] for n in made[:4]] == [170, 153, 170, 153]


def test_a_program_gives_and_gets_lines(ware: dict[str, int]) -> None:
    api = found_company().api("manager")
    given = {"name": "Поставка", "lines": [{"product": ware["saw"], "quantity": "2"}]}
    made = api.post("/api/v1/opportunity", given, content_type="application/json")
    assert made.status_code == 201, made.content
    url = f"/api/v1/opportunity/{made.json()['id']}"
    line = api.get(url).json()["lines"][0]
    assert line["product"] == {"id": ware["saw"], "title": "Пила"}
    assert (line["total"], line["quantity"]) == ("2000.00", "2.000")
    api.patch(
        url,
        {"lines": [line | {"quantity": "5", "total": "1"}]},
        content_type="application/json",
        headers={"If-Match": '"1"'},
    )
    now = api.get(url).json()
    assert (now["lines"][0]["total"], now["amount"]) == ("5000.00", "5000.00"), (
        "what is reckoned is not taken from outside"
    )


def typed(browser: Client, **fields: str) -> dict[str, Any]:
    answer = browser.post("/opportunity/lines/lines", {"lines-present": "1", **fields})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_a_form_hears_what_follows_while_one_types(ware: dict[str, int]) -> None:
    company = found_company()
    browser = company.client("manager")
    told = typed(
        browser,
        **{"currency": "RUB", "lines-0-product": str(ware["saw"]), "lines-0-quantity": "2", "lines-3-product": str(ware["oil"]),
           "lines-3-quantity": "-1", "lines-5-quantity": ""},
    )  # fmt: skip
    assert [line["place"] for line in told["lines"]] == [0, 3]
    assert told["lines"][0]["placeholders"]["given_price"] == "1000,00"
    assert "given_price" not in told["lines"][0]["errors"]
    assert list(told["lines"][1]["errors"]) == ["quantity"]
    assert told["lines"][0]["outputs"]["total"].startswith("2\u202f000,00")
    odd = typed(browser, **{"lines-0-product": "не число", "lines-0-quantity": "много"})
    assert list(odd["lines"][0]["errors"]) == ["product", "quantity", "given_price"]
    assert not read.page(ACTOR, shape_of("opportunity"), sort="id", limit=1, keys=["id"]).rows


def test_who_may_not_write_deals_is_told_no_prices(ware: dict[str, int]) -> None:
    company = found_company()
    fields = {"lines-present": "1", "lines-0-product": str(ware["saw"])}
    assert company.client("observer").post("/opportunity/lines/lines", fields).status_code == 403
    assert company.client("manager").post("/opportunity/lines/nothing", fields).status_code == 404
    assert company.client("manager").post("/organisation/lines/contact_points", fields).status_code == 404


def test_history_names_what_came(ware: dict[str, int]) -> None:
    company = found_company()
    browser = company.client("administrator")
    number = deal({"product": ware["saw"], "quantity": "2"})
    page = browser.get(f"/opportunity/{number}/history").content.decode()
    assert "добавлено: Товары и услуги: Пила, 2" in page
