"""An offer goes to a client by a link: seen on a phone without signing in, declined without a reason in vain, accepted; the seller hears of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import faults, look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("links") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    set_up(context.new_page(), product.address, "ru")
    context.close()
    yield product
    product.stop()


def save(page: Page) -> None:
    page.locator("form.form button[type=submit]").first.click()


def test_a_client_accepts_an_offer_by_its_link(
    company: Product, page: Page, browser: Browser, tmp_path: Path
) -> None:
    address = company.address
    sign_in(page, address)
    page.goto(f"{address}/own_company/new")
    page.fill("[name=name]", "Наша")
    page.locator("[name=is_main]").check()
    save(page)
    expect(page.locator(".page-title")).to_contain_text("Наша")
    page.goto(f"{address}/organisation/new")
    page.fill("[name=name]", "Ромашка")
    save(page)
    expect(page.locator(".page-title")).to_contain_text("Ромашка")
    page.goto(f"{address}/offer/new")
    page.locator("#f-party").press_sequentially("ромашка")
    expect(page.locator("#f-party-list [role=option]").first).to_contain_text("Ромашка")
    page.locator("#f-party").press("Enter")
    page.fill("[name=lines-0-name]", "Монтаж системы вентиляции склада")
    page.fill("[name=lines-0-given_price]", "120000")
    save(page)
    expect(page.locator(".page-title")).to_contain_text("Черновик предложения, Ромашка")
    page.get_by_role("button", name="Выпустить", exact=True).click()
    expect(page.locator(".page-title")).to_contain_text("У клиента")
    offer = page.url.partition("?")[0]

    page.goto(f"{offer}?tab=links")
    page.fill("[name=whom]", "Пётр Ильич")
    page.get_by_role("button", name="Создать ссылку").click()
    link = page.locator("#paper-link").inner_text()
    look_everywhere(page, tmp_path, "links")

    client = browser.new_context(viewport={"width": 390, "height": 844}, locale="ru-RU").new_page()
    client.goto(link)
    expect(client.locator("h1")).to_contain_text("Коммерческое предложение")
    assert client.evaluate("document.documentElement.scrollWidth") == 390
    assert list(faults(client)) == []
    client.fill("[name=name]", "Пётр Ильич")
    client.get_by_role("button", name="Отказаться").click()
    expect(client.locator(".public-bad")).to_contain_text("не подошло")
    client.fill("[name=words]", "Ждём в понедельник")
    client.get_by_role("button", name="Принять предложение").click()
    expect(client.locator("main")).to_contain_text("Предложение принято")
    assert list(faults(client)) == []

    page.goto(offer)
    expect(page.locator(".page-title")).to_contain_text("Принято")
    expect(page.locator("body")).to_contain_text("По ссылке, Пётр Ильич: Ждём в понедельник")
    page.goto(f"{offer}?tab=links")
    expect(page.locator("#paper-links")).to_contain_text("открыта 1 раз")
    page.get_by_role("button", name="Отозвать ссылку: Пётр Ильич").click()
    expect(page.locator("#paper-links")).to_contain_text("Отозвана")
    assert client.goto(link).status == 404  # type: ignore[union-attr]
    client.context.close()
