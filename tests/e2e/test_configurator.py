"""A product fitted out in a deal: chosen by keyboard, priced meanwhile, refused with both options named, opened again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port
from tests.e2e.test_goods import choose

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("fitted") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    set_up(context.new_page(), product.address, "ru")
    context.close()
    yield product
    product.stop()


def save(page: Page, title: str) -> None:
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text(title)


def test_a_lathe_is_fitted_out(company: Product, page: Page, tmp_path: Path) -> None:
    sign_in(page, company.address)
    for name, price in (("Станок", "1000"), ("Патрон", "100"), ("Насос", "80"), ("Паспорт", "5")):
        page.goto(f"{company.address}/product/new")
        page.fill("[name=name]", name)
        page.fill("[name=price]", price)
        save(page, name)
    page.goto(f"{company.address}/option_group/new")
    choose(page.locator("#f-product"), "станок")
    page.fill("[name=name]", "Оснастка")
    for place, (name, price) in enumerate((("патрон", "60"), ("насос", ""), ("паспорт", "0"))):
        if place:
            page.locator("#part-options [data-line-add]").click()
        choose(page.locator(f"#f-options-{place}-product"), name)
        page.fill(f"[name=options-{place}-price]", price)
    save(page, "Оснастка")
    page.goto(f"{company.address}/product")
    page.get_by_role("link", name="Станок").first.click()
    page.goto(f"{page.url}/edit")
    choose(page.locator("#f-option_rules-0-option"), "патрон")
    choose(page.locator("#f-option_rules-0-other"), "насос")
    save(page, "Станок")

    page.goto(f"{company.address}/opportunity/new")
    page.fill("[name=name]", "Поставка")
    choose(page.locator("#f-lines-0-product"), "станок")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Подобрать комплектацию").first.press("Enter")
    dialog = page.locator("#dialog")
    for name in ("Патрон", "Паспорт"):
        dialog.get_by_label(name).press("Space")
    expect(dialog.locator(".configured")).to_contain_text("К «Патрон» нужен ещё «Насос»")
    assert look_everywhere(page, tmp_path, "configurator") == {}
    dialog.get_by_label("Насос").press("Space")
    expect(dialog.locator(".configured")).to_contain_text("140,00")
    expect(dialog.locator(".error")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
    table = page.locator("#part-lines")
    expect(table.locator("[data-total=total]")).to_contain_text("140,00")
    expect(table.locator("[name=lines-0-name]")).to_have_attribute(
        "placeholder", "Станок (в комплектации: Паспорт)"
    )
    page.fill("[name=lines-0-quantity]", "2")
    expect(table.locator("[data-total=total]")).to_contain_text("280,00")
    save(page, "Поставка")
    expect(page.locator("#card-tables tbody tr")).to_have_count(3)

    page.goto(f"{page.url}/edit")
    page.get_by_role("button", name="Подобрать комплектацию").first.press("Enter")
    expect(dialog.get_by_label("Патрон")).to_be_checked()
    dialog.get_by_label("Патрон").press("Space")
    dialog.get_by_role("button", name="Добавить в строки").click()
    expect(dialog).not_to_be_visible()
    expect(table.locator("[data-total=total]")).to_contain_text("160,00")
    save(page, "Поставка")
    expect(page.locator("#card-tables tbody tr")).to_have_count(2)
