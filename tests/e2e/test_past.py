"""One change is put back from the history, and a card is looked at as it stood on a day."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_change_is_put_back_and_put_back_again(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/organisation/new")
    page.fill("[name=name]", "Ромашка")
    page.fill("[name=city]", "Омск")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/organisation/\d+$"))
    card = page.url
    page.goto(f"{card}/edit")
    page.fill("[name=city]", "Казань")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(card)
    page.goto(f"{card}?tab=history")
    page.get_by_role("button", name="Вернуть", exact=True).click()
    expect(page.locator("#card-facts")).to_contain_text("Омск")
    expect(page.locator(".toast")).to_contain_text("Город")
    expect(page.locator("#history-panel .moment")).to_have_count(3)
    found = look_everywhere(page, pictures, "history")
    page.goto(f"{card}?tab=history")
    page.get_by_role("link", name="Какой была на день").click()
    expect(page.locator("[data-differs]")).to_have_count(0)
    found |= look_everywhere(page, pictures, "past")
    assert {name: faults for name, faults in found.items() if faults} == {}
