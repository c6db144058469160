"""From orders to what to do on Monday: every view of the analysis of sales, and a class of clients that becomes a segment."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import EMAIL, set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEWS = ("dynamics", "classes", "moves", "repeat", "effect", "season")


def test_a_class_of_clients_becomes_a_segment(product: Product, page: Page, tmp_path: Path) -> None:
    set_up(page, product.address, "ru")
    broken: list[str] = []
    page.on("console", lambda m: broken.append(m.text) if m.type == "error" else None)
    page.goto(product.address)
    page.get_by_role("link", name="Анализ продаж", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("Заказов пока нет")
    assert look_everywhere(page, tmp_path, "sales-empty") == {}

    product.command("demo", "--user", EMAIL)
    for view in VIEWS:
        page.goto(f"{product.address}/sales-analysis?view={view}")
        expect(page.locator(".figures-table").first).to_be_visible()
        assert look_everywhere(page, tmp_path, f"sales-{view}") == {}

    page.goto(f"{product.address}/sales-analysis?view=classes")
    page.fill("[name=a]", "70")
    page.get_by_role("button", name="Показать").click()
    expect(page.locator("main")).to_contain_text("не больше 70 %")
    page.locator("tr", has_text="A").locator("td a").first.click()
    expect(page.locator("h1")).to_contain_text("Клиенты: A")
    page.get_by_role("button", name="В сегмент").click()
    page.fill("#dialog-body [name=name]", "Главные клиенты")
    page.get_by_role("button", name="Создать сегмент").click()
    expect(page.locator("h1")).to_contain_text("Главные клиенты")
    assert broken == []
