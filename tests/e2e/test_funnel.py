"""From deals to their funnel: empty, filled by the board's own moves, drilled to its rows, taken along as a file."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import EMAIL, set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEWS = ("way", "now", "times", "by", "change")


def test_the_funnel_from_the_first_deal_to_its_rows(product: Product, page: Page, tmp_path: Path) -> None:
    set_up(page, product.address, "ru")
    broken: list[str] = []
    page.on("console", lambda m: broken.append(m.text) if m.type == "error" else None)
    page.goto(product.address)
    page.get_by_role("link", name="Воронка", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("Сделок пока нет")
    assert look_everywhere(page, tmp_path, "funnel-empty") == {}

    page.goto(f"{product.address}/opportunity/new")
    page.fill("[name=name]", "Поставка муки")
    page.fill("[name=amount]", "120000")
    page.locator("form.form button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text("Поставка муки")
    page.get_by_role("button", name="Выиграна", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("Закрыта")
    page.wait_for_load_state("networkidle")

    page.goto(f"{product.address}/funnel")
    expect(page.locator(".figures-table").first).to_contain_text("100 %")
    won = page.locator("tr", has_text="Выиграны").locator("a").first
    expect(won).to_have_text("1")
    won.click()
    expect(page.locator("main")).to_contain_text("Поставка муки")
    assert broken == []


def test_every_view_of_a_filled_funnel(product: Product, page: Page, tmp_path: Path) -> None:
    set_up(page, product.address, "ru")
    product.command("demo", "--user", EMAIL)
    for view in VIEWS:
        page.goto(f"{product.address}/funnel?view={view}")
        if view != "by":
            page.locator("[data-chart] svg path").first.wait_for(state="attached")
        assert look_everywhere(page, tmp_path, f"funnel-{view}") == {}
    chart = page.locator("[data-chart]").first
    chart.locator("[data-chart-switch]").click()
    expect(chart.locator("[data-chart-table]")).to_be_visible()
    expect(chart.locator("[data-chart-picture]")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("link", name="Скачать XLSX").click()
    assert download.value.suggested_filename == "funnel-change.xlsx"
