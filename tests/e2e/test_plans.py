"""From an empty sheet of plans to a fact beside its plan, its rows, the forecast and the dashboard."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import EMAIL, set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_a_plan_to_what_came_of_it(product: Product, page: Page, tmp_path: Path) -> None:
    set_up(page, product.address, "ru")
    broken: list[str] = []
    page.on("console", lambda m: broken.append(m.text) if m.type == "error" else None)
    page.goto(f"{product.address}/plans/sheet?by=company&kind=quarter")
    cells = page.locator("[data-plan-cell]")
    cells.first.fill("100000")
    cells.first.press("Enter")
    cells.first.press("ArrowRight")
    expect(cells.nth(1)).to_be_focused()
    cells.nth(1).fill("200 000,50")
    expect(page.locator("[data-plan-total]")).to_have_value("300\u00a0000,5")
    page.locator("[data-plan-total]").fill("400000")
    page.get_by_role("button", name="Разложить год поровну").click()
    expect(cells.first).to_have_value("100\u202f000")
    assert look_everywhere(page, tmp_path, "plan-sheet") == {}
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("main")).to_contain_text("Сохранено 4 плана")

    page.goto(f"{product.address}/opportunity/new")
    page.fill("[name=name]", "Поставка муки")
    page.fill("[name=amount]", "120000")
    page.locator("form.form button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text("Поставка муки")
    page.get_by_role("button", name="Выиграна", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("Закрыта")
    page.wait_for_load_state("networkidle")

    page.goto(f"{product.address}/forecast/model")
    expect(page.locator("main")).to_contain_text("Прогноза ещё нет")
    assert look_everywhere(page, tmp_path, "forecast-model") == {}

    page.goto(f"{product.address}/plans?by=company&period=quarter")
    expect(page.locator(".plan-table")).to_contain_text("120 %")
    assert look_everywhere(page, tmp_path, "plans") == {}
    page.locator(".plan-table a").first.click()
    expect(page.locator("main")).to_contain_text("Поставка муки")
    assert broken == []


def test_the_pages_of_a_filled_company(product: Product, page: Page, tmp_path: Path) -> None:
    set_up(page, product.address, "ru")
    product.command("demo", "--user", EMAIL)
    for path in ("dashboard", "forecast", "plans", "plans/sheet"):
        page.goto(f"{product.address}/{path}")
        expect(page.locator("h1")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert look_everywhere(page, tmp_path, path.replace("/", "-")) == {}


def test_a_deal_moves_to_another_month_by_keyboard_and_back(
    product: Product, page: Page, tmp_path: Path
) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/opportunity/new")
    page.fill("[name=name]", "Поставка муки")
    page.fill("[name=amount]", "120000")
    page.locator("form.form button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text("Поставка муки")

    page.goto(f"{product.address}/forecast/board")
    columns = page.locator("[data-stage]")
    card = page.locator("[data-card]")
    here = page.locator("[data-stage]:has([data-card])")
    begun = here.get_attribute("data-stage")
    assert look_everywhere(page, tmp_path, "forecast-board") == {}
    target = columns.nth(3)
    card.locator("[data-board-move]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name=target.get_attribute("data-stage-label") or "").click()
    expect(target.locator("[data-card]")).to_have_count(1)
    expect(target.locator(".board-sum").first).to_contain_text("120")
    expect(page.locator(".toast").last).to_contain_text("Дата закрытия")
    page.locator(".toast").last.get_by_role("button", name="Отменить").click()
    expect(page.locator(f'[data-stage="{begun}"] [data-card]')).to_have_count(1)
    expect(target.locator("[data-card]")).to_have_count(0)
