"""An administrator puts a field under conditions in the builder; the form follows as it is filled in."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def set_condition(page: Page, base: str, kind: str, field: str, value: str) -> None:
    page.goto(f"{base}/{kind}")
    page.locator("[data-filter-open]").first.click()
    page.locator(".builder-row select").first.select_option(field)
    page.locator(".builder-row select").nth(1).select_option("eq")
    page.locator(".builder-value input").first.fill(value)
    page.locator(".builder-foot [data-kind=primary]").click()
    expect(page.locator(".filter-chip")).to_contain_text(value)
    page.locator("main form [data-kind=primary]").click()
    page.wait_for_url(base)


def test_a_field_comes_with_what_it_hangs_on(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    base = f"{product.address}/settings/objects/organisation/when/industry"
    set_condition(page, base, "shown", "city", "Казань")
    set_condition(page, base, "required", "city", "Казань")
    expect(page.locator(".filter-chip")).to_have_count(2)
    found = look_everywhere(page, pictures, "conditions")

    page.goto(f"{product.address}/organisation/new")
    industry = page.locator("[name=industry]")
    expect(industry).to_be_hidden()
    page.fill("[name=name]", "Ромашка")
    page.fill("[name=city]", "Казань")
    expect(industry).to_be_visible()
    expect(industry).to_have_attribute("aria-required", "true")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-error-summary]")).to_contain_text("нужно заполнить")
    found |= look_everywhere(page, pictures, "form-under-conditions")
    page.fill("[name=city]", "Омск")
    expect(industry).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/organisation/*")
    expect(page.locator("main")).not_to_contain_text("Отрасль")
    assert {name: faults for name, faults in found.items() if faults} == {}
