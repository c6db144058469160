"""A head of sales sets up a stage; a deal that is dragged there is asked for what it lacks, by mouse and by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEED = "Потребность выяснена"


def test_a_stage_asks_for_what_it_needs(product: Product, page: Page, tmp_path: Path) -> None:
    set_up(page, product.address, "ru")
    _regulate(page, product.address, tmp_path)
    for name in ("Первая", "Вторая"):
        page.goto(f"{product.address}/opportunity/new")
        page.fill("[name=name]", name)
        page.locator("form.form button[type=submit]").first.click()
        expect(page.locator("h1")).to_have_text(name)

    page.goto(f"{product.address}/opportunity?view=board")
    page.wait_for_load_state("networkidle")  # the drag library is loaded on demand
    target = page.locator(f"[data-stage-label='{NEED}'] [data-board-list]")
    card = page.locator("[data-card]").filter(has_text="Первая")
    card.hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 10, steps=12)
    page.mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
    page.mouse.up()
    dialog = page.locator("#dialog-body")
    expect(dialog.locator("[name=source]")).to_be_visible()
    assert look_everywhere(page, tmp_path, "stage-needs") == {}
    dialog.locator("[data-dialog-close]").first.click()
    expect(target.locator("[data-card]")).to_have_count(0)

    page.locator("[data-card]").filter(has_text="Первая").hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 10, steps=12)
    page.mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
    page.mouse.up()
    dialog.locator("[name=source]").fill("Выставка")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator(".field-error")).to_have_count(2)
    expect(dialog.locator("[name=source]")).to_have_value("Выставка")
    dialog.locator("[name='next_step_at-name']").fill("Позвонить")
    dialog.locator("[name='next_step_at-due']").fill("2030-01-10T10:00")
    dialog.locator("button[type=submit]").click()
    expect(target.locator("[data-card]")).to_have_count(1)
    expect(target.locator("[data-card]")).not_to_contain_text("нет следующего шага")

    page.locator("[data-card]").filter(has_text="Вторая").locator("[data-board-move]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    dialog.locator("[name=source]").fill("Сайт")
    dialog.locator("[name='next_step_at-name']").fill("Написать")
    dialog.locator("[name='next_step_at-due']").fill("2030-01-11T10:00")
    page.keyboard.press("Control+Enter")
    expect(target.locator("[data-card]")).to_have_count(2)
    expect(page.locator(f"[data-stage-label='{NEED}'] .board-count")).to_have_text("2 из 1")
    _tick(page, product.address)


def _regulate(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}/settings/pipelines")
    page.wait_for_load_state("networkidle")
    row = page.locator(".stage-row").nth(1)
    expect(row.locator(".stage-name input")).to_have_value(NEED)
    row.locator(".stage-at_most input").fill("1")
    row.locator(".stage-at_most input").press("Tab")
    expect(page.locator(".toast")).to_contain_text("Сохранено")
    row.locator("[data-layout-down]").focus()
    with page.expect_response("**/order"):
        page.keyboard.press("Enter")
    expect(page.locator(".stage-row").nth(2).locator(".stage-name input")).to_have_value(NEED)
    page.locator(".stage-row").nth(2).locator("[data-layout-up]").focus()
    with page.expect_response("**/order"):
        page.keyboard.press("Enter")
    page.reload()
    expect(page.locator(".stage-row").nth(1).locator(".stage-name input")).to_have_value(NEED)
    assert look_everywhere(page, tmp_path, "pipelines") == {}
    page.locator(".stage-row").nth(1).get_by_text("Что нужно на этом этапе").click()
    page.locator("[name=needs-0-field]").select_option("source")
    page.locator("#part-needs [data-line-add]").click()
    page.locator("[name=needs-1-field]").select_option("next_step_at")
    page.locator("form.form button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text(NEED)
    page.goto(f"{address}/settings/pipelines")
    expect(page.locator(".stage-row").nth(1)).to_contain_text("нужно: источник, следующий шаг")


def _tick(page: Page, address: str) -> None:
    page.goto(f"{address}/opportunity?view=board")
    page.locator(f"[data-stage-label='{NEED}'] [data-card] .row-link").first.click()
    page.wait_for_url("**/opportunity/*")
    box = page.locator(".checklist input").first
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator(".regulation")).to_contain_text("1 из 2")
    expect(page.locator(".checklist input").first).to_be_checked()
