"""Records in a calendar: dragged to another day and back, set in a dialog, made by a click; and as a gallery."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_task_is_moved_in_the_calendar(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/task?view=calendar&by=due_at&on=2026-11-03")

    # A click on the plus of a day: its date is in the form.
    day = page.locator("[data-day='2026-11-12']")
    day.hover()
    day.locator("[data-day-new]").click()
    page.fill("#dialog-body [name=name]", "Позвонить")
    expect(page.locator("#dialog-body [name=due_at]")).to_have_value("2026-11-12T09:00")
    page.locator("#dialog-body [type=submit]").click()
    expect(day.locator(".event")).to_contain_text("Позвонить")

    # Dragged to another day, and taken back.
    goal = page.locator("[data-day='2026-11-17']")
    day.locator(".event").drag_to(goal)
    expect(goal.locator(".event")).to_contain_text("09:00 Позвонить")
    page.locator(".toast .toast-button:not([aria-label])").click()
    expect(day.locator(".event")).to_contain_text("Позвонить")

    # By the keyboard: J to the record, its button opens its dates.
    page.keyboard.press("j")
    expect(day.locator(".event-link")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.fill("#dialog-body [name=due_at]", "2026-11-20T15:30")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-day='2026-11-20'] .event")).to_contain_text("15:30")

    assert look_everywhere(page, pictures, "calendar") == {}
    for span in ("week", "day", "agenda"):
        page.goto(f"{product.address}/task?view=calendar&by=due_at&span={span}&on=2026-11-20")
        expect(page.locator(".event")).to_contain_text("Позвонить")
    assert look_everywhere(page, pictures, "agenda") == {}


def test_a_record_of_several_days_is_made_longer_by_its_end(product: Product, page: Page) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/settings/objects/task/fields/new?type=datetime")
    page.fill("[name=label_ru]", "Начало")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: "/new" not in url)
    page.goto(f"{product.address}/task/new?x_nachalo=2026-11-10T09:00&due_at=2026-11-11T18:00")
    page.fill("[name=name]", "Выставка")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/task/\d+$"))
    page.goto(f"{product.address}/task?view=calendar&by=x_nachalo&end=due_at&on=2026-11-03")
    pieces = page.locator(".event", has_text="Выставка")
    expect(pieces).to_have_count(2)
    page.wait_for_load_state("networkidle")  # what makes a calendar move comes after the page
    pieces.last.hover()
    handle = pieces.last.locator("[data-stretch]").bounding_box()
    goal = page.locator("[data-day='2026-11-13']").bounding_box()
    assert handle
    assert goal
    page.mouse.move(handle["x"] + 3, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(goal["x"] + 30, goal["y"] + 50, steps=6)
    page.mouse.up()
    expect(pieces).to_have_count(4)


def test_records_as_a_gallery(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    for n in range(3):
        page.goto(f"{product.address}/organisation/new?city=Уфа")
        page.fill("[name=name]", f"Фирма {n}")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/organisation/\d+$"))
    page.goto(f"{product.address}/organisation")
    page.locator(".page-actions .segment", has=page.locator("[href$='#layout-grid']")).click()
    expect(page.locator(".record-card")).to_have_count(3)
    page.keyboard.press("j")
    expect(page.locator(".record-card .row-link").first).to_be_focused()
    page.locator(".record-card [data-select-row]").first.check()
    expect(page.locator("#list-bulk")).to_be_visible()
    assert look_everywhere(page, pictures, "gallery-of-records") == {}
