"""A card is shared with a colleague, who reads it and nothing else; who is away has them stand in, and they see it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COLLEAGUE = ("Глеб Соул", "gleb@example.org")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product with two organisations of the administrator."""
    product = Product(tmp_path_factory.mktemp("lending") / "data", free_port())
    product.start()
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    set_up(page, product.address, "en")
    for name in ("Альфа", "Бета"):
        page.goto(f"{product.address}/organisation/new")
        page.locator("form.form [name=name]").fill(name)
        page.locator("form.form button[type=submit]").click()
        expect(page.locator("h1")).to_have_text(name)
    context.close()
    yield product
    product.stop()


def invite(page: Page, address: str) -> str:
    """Make the colleague and return their password, which is shown this once."""
    page.goto(f"{address}/settings/users/new")
    page.locator("[name=name]").fill(COLLEAGUE[0])
    page.locator("[name=email]").fill(COLLEAGUE[1])
    page.locator("form.form button[type=submit]").click()
    shown = page.locator("main").inner_text()
    found = re.search(r"\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b", shown)
    assert found, shown
    return found[0]


def open_as_colleague(window: BrowserContext, address: str, password: str) -> Page:
    page = window.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", COLLEAGUE[1])
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def test_a_card_is_shared_and_withdrawn_and_somebody_stands_in(
    company: Product, windows: Callable[[], BrowserContext], tmp_path: Path
):
    page, address = windows().new_page(), company.address
    sign_in(page, address)
    theirs = open_as_colleague(windows(), address, invite(page, address))
    theirs.goto(f"{address}/organisation")
    expect(theirs.locator("[data-row]")).to_have_count(0)

    page.goto(f"{address}/organisation")
    page.locator("[data-row] .row-link", has_text="Альфа").click()
    page.locator("#card-menu-button").click()
    page.locator("#card-menu .menu-item").first.click()
    dialog = page.locator("#dialog")
    dialog.locator("#d-to").fill("Глеб")
    dialog.locator("#d-to-list [role=option]").first.click()
    dialog.locator(".dialog-foot button[type=submit]").click()
    expect(dialog.locator(".related-item", has_text="may read")).to_contain_text(COLLEAGUE[0])
    assert look_everywhere(page, tmp_path, "sharing") == {}
    page.keyboard.press("Escape")
    expect(page.locator("#page-head .badge", has_text="Shared")).to_be_visible()

    theirs.goto(f"{address}/organisation")
    expect(theirs.locator("[data-row] .row-link")).to_have_text("Альфа")
    theirs.locator("[data-row] .row-link").click()
    expect(theirs.locator("h1")).to_have_text("Альфа")
    expect(theirs.locator("[data-fact]")).to_have_count(0)  # nothing to change

    page.locator("#card-menu-button").click()
    page.locator("#card-menu .menu-item").first.click()
    dialog.locator("[hx-post*='/share/withdraw']").click()
    expect(dialog.locator("[hx-post*='/share/withdraw']")).to_have_count(0)
    page.keyboard.press("Escape")
    theirs.goto(f"{address}/organisation")
    expect(theirs.locator("[data-row]")).to_have_count(0)

    page.goto(f"{address}/me/absence")
    page.locator("#f-deputy").fill("Глеб")
    page.locator("#f-deputy-list [role=option]").first.click()
    page.locator("[name=last]").fill(page.locator("[name=first]").input_value())
    page.locator(".settings-body form.form button[type=submit]").click()
    expect(page.locator(".related-item", has_text=COLLEAGUE[0])).to_be_visible()
    theirs.goto(f"{address}/organisation")
    expect(theirs.locator("[data-row]")).to_have_count(2)
    expect(theirs.locator(".standing-in")).to_contain_text("You stand in for Анна Ким")
    assert look_everywhere(theirs, tmp_path, "standing-in") == {}
