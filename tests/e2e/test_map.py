"""Records on a map: heaps that are opened, the small card, the list beside it, a filter of what is seen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLACES = {
    "Ладога": "59.9311, 30.3609", "Нева": "59.9398, 30.3146", "Волга": "55.7963, 49.1088", "Енисей": "56.0106, 92.8526",
    "Амур": "48.4802, 135.0719", "Ока": "54.6295, 39.7417", "Кама": "58.0105, 56.2294", "Обь": "55.0302, 82.9204",
}  # fmt: skip


def test_records_on_a_map(product: Product, page: Page, pictures: Path) -> None:
    outside: list[str] = []
    page.on(
        "request",
        lambda r: outside.append(r.url) if not r.url.startswith((product.address, "data:")) else None,
    )
    set_up(page, product.address, "ru")
    for name, place in {**PLACES, "Нигде": ""}.items():
        page.goto(f"{product.address}/organisation/new?name={name}&place={place}")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/organisation/\d+"))

    page.goto(f"{product.address}/organisation?view=map")
    lines = page.locator(".map-line")
    expect(lines.filter(has_text="Енисей")).to_be_visible()
    expect(page.locator(".map-land")).not_to_have_count(0)
    assert look_everywhere(page, pictures, "map") == {}

    # The heap of the two in one city comes apart when it is opened from the list.
    heap = page.locator(".map-line.is-heap")
    expect(heap).to_have_count(1)
    heap.click()
    expect(page.locator(".map-dot")).to_have_count(2)
    expect(lines).to_have_count(2)

    # A click shows the small card; its link leads to the record.
    page.locator(".map-mark", has=page.locator(".map-dot")).first.click()
    expect(page.locator(".map-card .row-link")).to_have_text(re.compile("Ладога|Нева"))

    # Only what is here: a condition of the list, which holds in the table too.
    page.locator("[data-map-narrow]").click()
    expect(page.locator(".filter-chip")).to_have_count(1)
    expect(page.locator("#list-count")).to_contain_text("2")
    page.locator(".filter-chip-remove").click()
    expect(page.locator("#list-count")).to_contain_text("9")

    # What stands on no map is one click away.
    page.locator(".map-off a").click()
    expect(page.locator("#list [data-row]")).to_have_count(1)
    expect(page.locator("#list [data-row]")).to_contain_text("Нигде")
    assert outside == []
