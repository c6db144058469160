"""A deal with goods from the catalogue: priced while one types, summed up, read on the card; by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("goods") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    set_up(context.new_page(), product.address, "ru")
    context.close()
    yield product
    product.stop()


def choose(box: Locator, typed: str) -> None:
    box.press_sequentially(typed)
    option = box.page.locator(f"#{box.get_attribute('id')}-list [role=option]").first
    expect(option).to_contain_text(typed, ignore_case=True)
    box.press("Enter")


def test_a_deal_with_goods(company: Product, page: Page, tmp_path: Path, pictures: Path) -> None:
    sign_in(page, company.address)
    for name, price, unit in (("Пила ленточная", "1000,50", "шт"), ("Масло индустриальное", "170", "л")):
        page.goto(f"{company.address}/product/new")
        page.fill("[name=name]", name)
        page.fill("[name=price]", price)
        choose(page.locator("#f-unit"), unit)
        choose(page.locator("#f-tax"), "основная")
        page.locator("form.form button[type=submit]").click()
        expect(page.locator("h1")).to_have_text(name)

    page.goto(f"{company.address}/opportunity/new")
    page.fill("[name=name]", "Поставка")
    choose(page.locator("#f-lines-0-product"), "пила")
    page.keyboard.press("Tab")
    table = page.locator("#part-lines")
    expect(table.locator("[name=lines-0-given_price]")).to_have_attribute("placeholder", "1000,50")
    expect(table.locator("[name=lines-0-name]")).to_have_attribute("placeholder", "Пила ленточная")
    page.fill("[name=lines-0-quantity]", "3")
    expect(table.locator("[data-total=total]")).to_have_text(
        "3 001,50 ₽".replace(" ", "\u202f", 1).replace(" ", "\u00a0")
    )
    expect(table.locator("[data-line]")).to_have_count(2)  # an empty line is always at hand
    choose(page.locator("#f-lines-1-product"), "масло")
    page.fill("[name=lines-1-quantity]", "0")
    page.locator("[name=lines-1-given_discount]").focus()
    expect(table.locator("[data-told-error]")).to_contain_text("больше нуля")
    page.fill("[name=lines-1-quantity]", "10,5")
    page.fill("[name=lines-1-given_discount]", "10")
    expect(table.locator("[data-total=total]")).to_contain_text("608,00")
    page.evaluate("scrollTo(0, 0)")
    assert look_everywhere(page, tmp_path, "goods-form") == {}
    page.locator("form.form button[type=submit]").click()

    expect(page.locator("h1")).to_have_text("Поставка")
    shown = page.locator("#card-tables")
    expect(shown.locator("tbody tr")).to_have_count(2)
    expect(shown.locator("tbody tr").nth(1)).to_contain_text("10,5 л")
    expect(shown.locator("tfoot")).to_contain_text("608,00")
    expect(shown).to_contain_text("В том числе налог")
    assert look_everywhere(page, tmp_path, "goods-card") == {}

    # From the deal to its papers, numbered and printed.
    page.goto(f"{company.address}/organisation/new")
    page.fill("[name=name]", "Ромашка")
    page.locator("form.form button[type=submit]").click()
    page.goto(f"{company.address}/own_company/new")
    page.fill("[name=name]", "Наша")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Наша")
    page.goto(f"{company.address}/opportunity")
    page.get_by_role("link", name="Поставка").first.click()
    # An offer first, which the client accepts; an order of it; an invoice and a closing paper of the order.
    begin(page, "Коммерческое предложение")
    choose(page.locator("#f-party"), "ромашка")
    page.fill("[name=payment_terms]", "100 % предоплата")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("Черновик")  # it has no number yet
    page.get_by_role("button", name="Выпустить").click()
    expect(page.locator("h1")).to_contain_text("Коммерческое предложение № 1 от")
    printed(page, company)
    page.get_by_role("button", name="Клиент согласен").click()
    page.locator("dialog textarea").fill("Берём")
    page.locator("dialog button[type=submit]").click()
    expect(page.locator(".badge", has_text="Принято").first).to_be_visible()
    assert look_everywhere(page, pictures, "offer") == {}
    begin(page, "Заказ")
    expect(page.locator("[name=payment_terms]")).to_have_value("100 % предоплата")
    page.locator("form.form button[type=submit]").click()
    page.get_by_role("button", name="Взять в работу").click()
    expect(page.locator("h1")).to_contain_text("Заказ № 1 от")
    order = page.url
    printed(page, company)
    begin(page, "Счёт")
    expect(page.locator("[name=lines-1-given_discount]")).to_have_value("10")
    page.fill("[name=lines-0-quantity]", "1")
    page.locator("form.form button[type=submit]").click()
    page.get_by_role("button", name="Выставить").click()
    expect(page.locator("h1")).to_contain_text("Счёт № 1 от")
    expect(page.locator("#card-tables")).not_to_contain_text("Добавить или изменить")
    printed(page, company)
    assert look_everywhere(page, tmp_path, "invoice") == {}
    page.goto(order)
    begin(page, "Счёт")
    expect(page.locator("[name=lines-0-quantity]")).to_have_value("2")  # what is left of three
    expect(page.locator("#f-lines-1-product")).to_have_value("")
    page.goto(order)
    begin(page, "Закрывающий документ")
    page.select_option("[name=kind]", "act")  # a tax invoice would need the INN of the client
    page.locator("form.form button[type=submit]").click()
    page.get_by_role("button", name="Выписать").click()
    page.get_by_role("button", name="Подписан").click()
    expect(page.locator(".badge", has_text="Подписан").first).to_be_visible()
    printed(page, company)
    page.goto(order)
    expect(page.locator("#card-facts")).to_contain_text("Отгружено")
    assert look_everywhere(page, pictures, "order") == {}


def begin(page: Page, kind: str) -> None:
    """Begin another paper from the card that is open."""
    page.locator("#card-beginnings-button").or_(page.get_by_role("link", name=kind, exact=True)).first.click()
    item = page.get_by_role("menuitem", name=kind, exact=True)
    if item.count():
        item.click()
    page.wait_for_url("**/new?from=*")


def printed(page: Page, company: Product) -> None:
    """The paper whose card is open comes as a PDF."""
    address = page.get_by_role("link", name="PDF").get_attribute("href")
    paper = page.request.get(f"{company.address}{address}")
    assert (paper.status, paper.body()[:4]) == (200, b"%PDF")
