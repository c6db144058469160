"""A configured product in a deal: lines of an accountant, held together, kept as they were agreed, refused when a rule breaks."""

from decimal import Decimal
from typing import Any

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.copying import as_given, copy_of
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.catalog.services.configuring import outdated
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
DEAL = "opportunity"


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


@pytest.fixture
def lathe() -> dict[str, int]:
    """A lathe: one chuck of two (the big one for a surcharge, needs the pump), a pump, up to four lamps, a free manual."""
    ensure_catalogue(ACTOR)
    ensure_default_pipeline(ACTOR)
    found = {
        name: make("product", name=name, price=price)
        for name, price in (
            ("Станок", "1000"), ("Патрон 200", "90"), ("Патрон 315", "150"), ("Насос", "80"), ("Лампа", "10"), ("Паспорт", "5"),
        )
    }  # fmt: skip
    found["chucks"] = make(
        "option_group", product=found["Станок"], name="Патрон", at_least=1, at_most=1,
        options=[{"product": found["Патрон 200"], "price": "0", "by_default": True}, {"product": found["Патрон 315"], "price": "60"}],
    )  # fmt: skip
    found["more"] = make(
        "option_group", product=found["Станок"], name="Прочее", place=2,
        options=[{"product": found["Насос"]}, {"product": found["Лампа"], "most": "4"}, {"product": found["Паспорт"], "price": "0"}],
    )  # fmt: skip
    rule = {"option": found["Патрон 315"], "kind": "requires", "other": found["Насос"]}
    write.update(ACTOR, shape_of("product"), found["Станок"], {"option_rules": [rule]})
    return found


def configured(lathe: dict[str, int], *names: str, lines: tuple[str, ...], quantity: str = "1") -> list[dict[str, Any]]:  # fmt: skip
    chosen = ",".join(f"{lathe[name]}x1" for name in names)
    head = {"product": lathe["Станок"], "quantity": quantity, "configuration": f"1:{chosen}"}
    return [head, *({"product": lathe[name], "configuration": "1"} for name in lines)]


def deal(lines: list[dict[str, Any]], **more: Any) -> int:
    return make(DEAL, name="Поставка", lines=lines, **more)


def lines_of(number: int) -> list[dict[str, Any]]:
    return read.parts_of(ACTOR, shape_of(DEAL), [number])[number]["lines"]


def refused(lines: list[dict[str, Any]]) -> str:
    with pytest.raises(Invalid) as caught:
        deal(lines)
    return " ".join(str(e.message) for e in caught.value.errors)


def test_options_are_lines_with_their_own_prices_and_what_is_included_is_named(lathe: dict[str, int]) -> None:
    number = deal(
        configured(lathe, "Патрон 315", "Насос", "Паспорт", lines=("Патрон 315", "Насос"), quantity="2")
    )
    head, chuck, pump = lines_of(number)
    assert head["name"] == "Станок (в комплектации: Паспорт)"
    assert (chuck["price"], chuck["quantity"], chuck["reason"]) == (60, 2, "как опция")
    assert (pump["price"], pump["quantity"]) == (80, 2)
    assert read.get(ACTOR, shape_of(DEAL), number)["amount"] == 2 * (1000 + 60 + 80)


def test_a_rule_that_is_broken_names_both_options(lathe: dict[str, int]) -> None:
    said = refused(configured(lathe, "Патрон 315", lines=("Патрон 315",)))
    assert "«Патрон 315»" in said and "«Насос»" in said
    assert "Патрон" in refused(configured(lathe, "Насос", lines=("Насос",)))
    both = configured(lathe, "Патрон 200", "Патрон 315", "Насос", lines=("Патрон 315", "Насос"))
    assert "не больше" in refused(both)
    assert "не предлагается" in refused(configured(lathe, "Патрон 200", "Станок", lines=("Станок",)))


def test_taking_a_line_out_takes_the_option_out(lathe: dict[str, int]) -> None:
    shape = shape_of(DEAL)
    number = deal(configured(lathe, "Патрон 315", "Насос", lines=("Патрон 315", "Насос")))
    head, chuck, pump = lines_of(number)
    with pytest.raises(Invalid) as caught:
        write.update(ACTOR, shape, number, {"lines": [{"id": head["id"]}, {"id": chuck["id"]}]})
    assert "«Насос»" in str(caught.value.errors[0].message)
    write.update(ACTOR, shape, number, {"lines": [{"id": chuck["id"]}, {"id": pump["id"]}]})
    assert [line["configuration"] for line in lines_of(number)] == [None, None]


def test_quantities_follow_the_product_and_what_was_agreed_stays(lathe: dict[str, int]) -> None:
    shape = shape_of(DEAL)
    number = deal(configured(lathe, "Патрон 315", "Насос", lines=("Патрон 315", "Насос")))
    options = read.parts_of(ACTOR, shape_of("option_group"), [lathe["chucks"]])[lathe["chucks"]]["options"]
    changed = [
        {"id": o["id"], "product": o["product"], "quantity": "1", "price": price}
        for o, price in zip(options, ("0", "999"), strict=True)
    ]
    write.update(ACTOR, shape_of("option_group"), lathe["chucks"], {"options": changed})
    head, *rest = lines_of(number)
    write.update(
        ACTOR,
        shape,
        number,
        {"lines": [{"id": line["id"], "given_discount": "10"} for line in (head, *rest)]},
    )
    assert [line["price"] for line in lines_of(number)] == [1000, 60, 80]
    ids = [{"id": head["id"], "quantity": "3"}, *({"id": line["id"]} for line in rest)]
    write.update(ACTOR, shape, number, {"lines": ids})
    assert [(line["quantity"], line["price"]) for line in lines_of(number)] == [(3, 1000), (3, 999), (3, 80)]


def test_another_option_leaves_the_agreed_price_of_the_product(lathe: dict[str, int]) -> None:
    number = deal(configured(lathe, "Патрон 315", "Насос", lines=("Патрон 315", "Насос")))
    write.update(ACTOR, shape_of("product"), lathe["Станок"], {"price": "5000"})
    head, chuck, pump = lines_of(number)
    said = f"1:{lathe['Патрон 315']}x1,{lathe['Насос']}x1,{lathe['Лампа']}x2"
    lines = [
        {"id": head["id"], "configuration": said}, {"id": chuck["id"]}, {"id": pump["id"]},
        {"product": lathe["Лампа"], "configuration": "1"},
    ]  # fmt: skip
    write.update(ACTOR, shape_of(DEAL), number, {"lines": lines})
    assert [(line["price"], line["quantity"]) for line in lines_of(number)] == [
        (1000, 1),
        (60, 1),
        (80, 1),
        (10, 2),
    ]


@pytest.mark.parametrize(
    "said", ["1:", "1:x", "x", "1:999999999999x1", "1:1x1e9", "0:0x0", "1" * 4000, "1:1xNaN"]
)
def test_whatever_a_line_says_of_a_configuration_is_answered_in_words(
    lathe: dict[str, int], said: str
) -> None:
    shape = shape_of(DEAL)
    lines = [
        {"product": lathe["Станок"], "configuration": said},
        {"product": lathe["Насос"], "configuration": "1"},
    ]
    try:
        number = write.create(ACTOR, shape, {"name": "Поставка", "lines": lines})
    except Invalid as refused:
        assert all(str(e.message) for e in refused.errors)
    else:
        assert [line["configuration"] for line in lines_of(number)] == [None, None]


def test_how_many_of_an_option_is_said_in_the_configuration(lathe: dict[str, int]) -> None:
    number = deal(configured(lathe, "Патрон 315", "Насос", lines=("Патрон 315", "Насос"), quantity="2"))
    head, chuck, pump = lines_of(number)
    lines = [{"id": head["id"]}, {"id": chuck["id"]}, {"id": pump["id"], "quantity": "5"}]
    with pytest.raises(Invalid) as caught:
        write.update(ACTOR, shape_of(DEAL), number, {"lines": lines})
    assert [(e.field, e.code) for e in caught.value.errors] == [("lines.2.quantity", "follows")]


def test_a_paper_outlives_its_options_and_is_told_of_it(lathe: dict[str, int]) -> None:
    shape = shape_of(DEAL)
    number = deal(configured(lathe, "Патрон 315", "Насос", "Паспорт", lines=("Патрон 315", "Насос")))
    assert outdated(lines_of(number)) == []
    write.trash(ACTOR, shape_of("option_group"), [lathe["more"]])
    assert "не предлагается" in outdated(lines_of(number))[0][1]
    ids = [{"id": line["id"], "given_discount": "5"} for line in lines_of(number)]
    write.update(ACTOR, shape, number, {"lines": ids})
    assert [line["configuration"] is not None for line in lines_of(number)] == [True, True, True]


def test_a_copy_has_the_configuration_too(lathe: dict[str, int]) -> None:
    number = deal(configured(lathe, "Патрон 315", "Насос", lines=("Патрон 315", "Насос")))
    copy = copy_of(ACTOR, shape_of(DEAL), number)
    twin = write.create(ACTOR, shape_of(DEAL), as_given(copy.values, copy.lines))
    seen = [(line["configuration"], line["total"]) for line in lines_of(number)]
    assert seen == [(line["configuration"], line["total"]) for line in lines_of(twin)] and seen[0][0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([("requires", "Насос", "Лампа"), ("excludes", "Лампа", "Насос")], "«Насос»"),
        ([("excludes", "Патрон 200", "Паспорт"), ("requires", "Патрон 200", "Паспорт")], "«Патрон 200»"),
        ([("requires", "Патрон 200", "Насос")], "изначально"),
    ],
)
def test_rules_that_cannot_be_met_are_told_at_the_product(lathe: dict[str, int], options: list[tuple[str, str, str]], said: str) -> None:  # fmt: skip
    rules = [{"kind": kind, "option": lathe[one], "other": lathe[other]} for kind, one, other in options]
    with pytest.raises(Invalid) as caught:
        write.update(ACTOR, shape_of("product"), lathe["Станок"], {"option_rules": rules})
    assert said in " ".join(str(e.message) for e in caught.value.errors)


def test_a_group_makes_sense_or_is_refused(lathe: dict[str, int]) -> None:
    def codes(**values: Any) -> list[str]:
        with pytest.raises(Invalid) as caught:
            make("option_group", product=lathe["Станок"], name="Ещё", **values)
        return [e.code for e in caught.value.errors]

    lamp = {"product": lathe["Лампа"]}
    assert codes(options=[lamp]) == ["repeated"]
    assert codes(options=[{"product": lathe["Станок"]}]) == ["itself"]
    fresh = {"product": make("product", name="Новое")}
    assert codes(options=[fresh, fresh]) == ["repeated"]
    assert codes(options=[fresh], at_least=2) == ["few"]
    assert codes(options=[{**fresh, "quantity": "0"}]) == ["range"]
    assert codes(options=[{**fresh, "price": "-1"}]) == ["range"]
    assert codes(options=[fresh], at_least=2, at_most=1) == ["range"]


def test_a_rule_of_a_variant_holds_for_it_alone(lathe: dict[str, int]) -> None:
    variant = make("product", name="Станок 380 В", price="1100", variant_of=lathe["Станок"], variant="380 В")
    rule = {"option": lathe["Лампа"], "kind": "requires", "other": lathe["Насос"], "variant": variant}
    write.update(ACTOR, shape_of("product"), lathe["Станок"], {"option_rules": [rule]})
    lines = configured(lathe, "Патрон 200", "Лампа", lines=("Лампа",))
    assert lines_of(deal(lines))[1]["price"] == 10
    assert "«Лампа»" in refused([{**lines[0], "product": variant}, lines[1]])


@pytest.fixture
def company() -> Company:
    return found_company()


def form_of(lathe: dict[str, int], **more: str) -> dict[str, str]:
    return {
        "currency": "RUB", "tax_mode": "included", "lines-present": "1", "lines-0-product": str(lathe["Станок"]),
        "lines-0-quantity": "2", **more,
    }  # fmt: skip


def test_the_dialog_reckons_what_the_lines_will_cost(lathe: dict[str, int], company: Company) -> None:
    client = company.client("employee")
    address = f"/configure/{DEAL}"
    opened = client.post(f"{address}?part=lines&place=0", form_of(lathe)).content.decode()
    assert "Патрон 315" in opened and "checked" in opened and "+60,00" in opened.replace("\u202f", "")
    chosen = {f"choice-{lathe['chucks']}": lathe["Патрон 315"], f"choice-{lathe['more']}": lathe["Лампа"]}
    form = form_of(lathe) | {k: str(v) for k, v in chosen.items()} | {f"much-{lathe['Лампа']}": "3"}
    told = client.post(f"{address}/told?part=lines&place=0", form).content.decode()
    assert "«Насос»" in told
    assert client.post(f"{address}/apply?part=lines&place=0", form).status_code == 422
    good = form | {f"choice-{lathe['chucks']}": str(lathe["Патрон 200"])}
    told = client.post(f"{address}/told?part=lines&place=0", good).content.decode()
    assert "2060,00" in told.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    table = client.post(f"{address}/apply?part=lines&place=0", good)
    assert table.status_code == 200 and "closeDialog" in table.headers["HX-Trigger-After-Swap"]
    assert f'value="1:{lathe["Патрон 200"]}x1,{lathe["Лампа"]}x3"' in table.content.decode()
    by_hand = deal(
        [{"product": lathe["Станок"], "quantity": "2"}, {"product": lathe["Лампа"], "quantity": "6"}]
    )
    assert read.get(ACTOR, shape_of(DEAL), by_hand)["amount"] == Decimal(2060)


def test_the_dialog_is_for_who_may_write(lathe: dict[str, int], company: Company) -> None:
    address = f"/configure/{DEAL}?part=lines&place=0"
    assert company.client("observer").post(address, form_of(lathe)).status_code == 403
    assert (
        company.client("employee").post(f"/configure/{DEAL}?part=nothing&place=0", form_of(lathe)).status_code
        == 404
    )
    assert (
        company.client("employee").post(f"/configure/{DEAL}?part=lines&place=7", form_of(lathe)).status_code
        == 404
    )
    plain = form_of(lathe, **{"lines-0-product": str(lathe["Насос"])})
    assert company.client("employee").post(address, plain).status_code == 400
    assert (
        company.client("employee").post(address, form_of(lathe, **{"lines-0-product": "x"})).status_code
        == 400
    )


def test_what_cannot_be_read_in_another_line_stays_as_it_was_typed(
    lathe: dict[str, int], company: Company
) -> None:
    other = {"lines-1-product": str(lathe["Насос"]), "lines-1-quantity": "1", "lines-1-given_price": "12oo"}
    answer = company.client("employee").post(
        f"/configure/{DEAL}/apply?part=lines&place=0",
        form_of(lathe, **other) | {f"choice-{lathe['chucks']}": str(lathe["Патрон 200"])},
    )
    shown = answer.content.decode()
    assert answer.status_code == 200 and 'value="12oo"' in shown and 'aria-invalid="true"' in shown


def test_too_many_lines_are_refused_in_words(lathe: dict[str, int], company: Company) -> None:
    many = {f"lines-{n}-product": str(lathe["Насос"]) for n in range(1, 203)}
    for step in ("", "/told", "/apply"):
        address = f"/configure/{DEAL}{step}?part=lines&place=0"
        assert company.client("employee").post(address, form_of(lathe, **many)).status_code in (200, 400)


def test_a_closed_price_list_tells_no_price(lathe: dict[str, int], company: Company) -> None:
    hidden = make("price_list", name="Закрытый", currency="RUB")
    prices = [{"price_list": hidden, "price": "777"}]
    write.update(ACTOR, shape_of("product"), lathe["Патрон 315"], {"prices": prices})
    company.grant("employee", "price_list", "read", "none")
    shown = company.client("employee").post(
        f"/configure/{DEAL}?part=lines&place=0", form_of(lathe, price_list=str(hidden))
    )
    assert shown.status_code == 200 and "777" not in shown.content.decode()


def test_of_options_that_are_closed_the_dialog_tells_nothing(lathe: dict[str, int], company: Company) -> None:
    company.grant("employee", "product", "read", "own")
    write.update(ACTOR, shape_of("product"), lathe["Станок"], {"owner": company.users["employee"].pk})
    shown = (
        company.client("employee")
        .post(f"/configure/{DEAL}?part=lines&place=0", form_of(lathe))
        .content.decode()
    )
    assert "Станок" in shown and "Патрон 315" not in shown and "Насос" not in shown and "60,00" not in shown


def test_two_products_cannot_be_one_configuration(lathe: dict[str, int]) -> None:
    said = f"1:{lathe['Патрон 200']}x1"
    head = {"product": lathe["Станок"], "quantity": "1", "configuration": said}
    with pytest.raises(Invalid) as refused:
        deal([head, head])
    assert [(e.field, e.code) for e in refused.value.errors] == [("lines.1.configuration", "twice")]


def test_parts_of_a_unit_are_rounded_once_and_what_was_agreed_stays(lathe: dict[str, int]) -> None:
    said = f"1:{lathe['Патрон 200']}x1,{lathe['Лампа']}x3"
    lines = [
        {"product": lathe["Станок"], "quantity": "0.333", "configuration": said},
        {"product": lathe["Лампа"], "configuration": "1"},
    ]
    number = deal(lines)
    stored = read.parts_of(ACTOR, shape_of(DEAL), [number])[number]["lines"]
    write.update(ACTOR, shape_of("product"), lathe["Лампа"], {"price": "99"})
    write.update(ACTOR, shape_of(DEAL), number, {"lines": [dict(line) for line in stored]})
    again = read.parts_of(ACTOR, shape_of(DEAL), [number])[number]["lines"]
    assert [(x["quantity"], x["price"], x["total"]) for x in again] == [
        (x["quantity"], x["price"], x["total"]) for x in stored
    ]
    with pytest.raises(Invalid) as refused:
        deal([{**lines[0], "quantity": "999999999999"}, lines[1]])
    assert ("lines.0.quantity", "range") in [(e.field, e.code) for e in refused.value.errors]
