"""Colleagues talk about a record: a mention by keyboard, the bell, the list of notifications; what one keeps at hand."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product
from tests.e2e.test_live import second

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_mention_reaches_its_reader(
    product: Product, windows: Callable[[], BrowserContext], pictures: Path
) -> None:
    mine = windows().new_page()
    set_up(mine, product.address, "ru")
    mine.goto(f"{product.address}/organisation/new")
    mine.fill("[name=name]", "Ромашка")
    mine.keyboard.press("Control+Enter")
    mine.wait_for_url(re.compile(r"/organisation/\d+$"))
    card = mine.url
    other = second(product, windows())
    _write_by_keyboard(mine, card)
    found = look_everywhere(mine, pictures, "comments")
    other.goto(f"{product.address}/")
    expect(other.locator(".bell-number")).to_have_text("1")
    other.click("#bell")
    other.wait_for_url("**/notifications")
    expect(other.locator(".notice.is-unread")).to_contain_text("посмотри договор")
    found |= look_everywhere(other, pictures, "notifications")
    other.locator(".notice a").first.click()
    expect(other.locator(".comment:target")).to_contain_text("посмотри договор")
    expect(other.locator(".bell-number")).to_have_count(0)
    _keep_at_hand(other, product)
    found |= look_everywhere(other, pictures, "favourites")
    for name, address in (("my-notifications", "/me/notifications"), ("mail", "/settings/mail")):
        mine.goto(product.address + address)
        found |= look_everywhere(mine, pictures, name)
    assert {name: faults for name, faults in found.items() if faults} == {}


def _write_by_keyboard(page: Page, card: str) -> None:
    """Write a comment that mentions somebody, change it, all by keys."""
    page.goto(f"{card}?tab=comments")
    page.focus("#comment-text")
    page.keyboard.type("@Бо")
    expect(page.locator(".mentioning [role=option]").first).to_contain_text("Борис Лось")
    page.keyboard.press("Enter")
    page.keyboard.type("посмотри договор")
    expect(page.locator("#comment-text")).to_have_value("@Борис Лось посмотри договор")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment .mention")).to_have_text("@Борис Лось")
    expect(page.locator("#comment-text")).to_have_value("")
    page.locator(".comment-acts button").first.click()
    editor = page.locator(".comment textarea")
    editor.fill("@Борис Лось посмотри договор до пятницы")
    editor.press("Control+Enter")
    expect(page.locator(".comment .comment-text")).to_contain_text("до пятницы")


def _keep_at_hand(page: Page, product: Product) -> None:
    """The star on the card, and the record among one's favourites."""
    page.click("#card-favourite")
    expect(page.locator("#card-favourite")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{product.address}/favourites")
    expect(page.locator("#favourites")).to_contain_text("Ромашка")
