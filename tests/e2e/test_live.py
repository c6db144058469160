"""Two people at one record: each hears of what the other does, quietly, also after the server was started anew."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import faults
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COLLEAGUE = "boris@example.org"
AT_ONCE = 5_000


def second(product: Product, window: BrowserContext) -> Page:
    """A colleague who may change everything, signed in."""
    told = product.command("user", "add", COLLEAGUE, "--name", "Борис Лось", "--role", "administrator")
    password = told.stdout.strip().split()[-1]
    page = window.new_page()
    page.goto(f"{product.address}/sign-in")
    page.fill("[name=login]", COLLEAGUE)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def change_city(page: Page, card: str, city: str) -> None:
    page.goto(f"{card}/edit")
    page.fill("[name=city]", city)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(card)


def streaming(page: Page, address: str) -> None:
    """Open a page and wait until its stream has begun."""
    with page.expect_response(lambda r: "/live" in r.url and r.status == 200, timeout=20_000):
        page.goto(address)


def test_news_arrive_and_disturb_nobody(product: Product, windows: Callable[[], BrowserContext]) -> None:
    mine = windows().new_page()
    set_up(mine, product.address, "ru")
    mine.goto(f"{product.address}/organisation/new")
    mine.fill("[name=name]", "Ромашка")
    mine.keyboard.press("Control+Enter")
    mine.wait_for_url(re.compile(r"/organisation/\d+$"))
    card = mine.url
    other = second(product, windows())
    streaming(mine, card)
    mine.fill("#composer [name=text]", "Недописанная заметка")
    change_city(other, card, "Казань")
    note = mine.locator("#live-note")
    expect(note).to_contain_text("Борис Лось", timeout=AT_ONCE)
    expect(mine.locator("#composer [name=text]")).to_be_focused()
    expect(mine.locator("#composer [name=text]")).to_have_value("Недописанная заметка")
    expect(mine.locator(".bell-number")).to_have_text("1", timeout=AT_ONCE)
    assert faults(mine) == []
    note.get_by_role("button").click()
    expect(mine.locator("#card-facts")).to_contain_text("Казань")
    expect(note).to_have_count(0)
    streaming(mine, f"{product.address}/organisation")
    change_city(other, card, "Пермь")
    expect(note).to_be_visible(timeout=AT_ONCE)
    _after_a_restart(product, mine, other, card)


def _after_a_restart(product: Product, mine: Page, other: Page, card: str) -> None:
    """Open streams do not hold the server up, and come back by themselves."""
    streaming(mine, card)
    begun = time.monotonic()
    product.stop()
    assert time.monotonic() - begun < 4, "the server waited for open streams"
    with mine.expect_response(lambda r: "/live" in r.url and r.status == 200, timeout=40_000):
        product.start()
    change_city(other, card, "Омск")
    expect(mine.locator("#live-note")).to_contain_text("Борис Лось", timeout=AT_ONCE)
