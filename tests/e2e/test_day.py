"""A day at work: a line becomes a task, the task stands on «My day», is done, taken back and put off, all by keys."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_a_line_to_done(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/person/new")
    page.fill("[name=last_name]", "Иванов")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/person/\d+$"))
    page.goto(f"{product.address}/day")
    found = look_everywhere(page, pictures, "day-empty")
    page.fill("#entry-text", "")
    page.locator("#entry-text").press_sequentially("позвонить Иванову сегодня в 23:59 срочно")
    chips = page.locator("#entry-chips")
    expect(chips.locator("button[value=clock]")).to_contain_text("23:59")
    expect(chips.locator("input[name=party]").first).to_be_checked()
    chips.locator("button[value=important]").click()
    expect(chips.locator("button[value=important]")).to_have_count(0)
    expect(chips.locator("[name=without]")).to_have_value("important")
    page.focus("#entry-text")
    page.keyboard.press("Enter")
    row = page.locator("[data-day-row]")
    expect(row).to_contain_text("Позвонить Иванову срочно")
    expect(row).to_contain_text("Иванов")
    expect(page.locator("#entry-text")).to_have_value("")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(row).to_have_count(0)
    page.locator(".toast button", has_text="Отменить").last.click()
    expect(row).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("f")
    expect(page.locator("[data-day-focus] [data-day-row]")).to_have_count(1)
    found |= look_everywhere(page, pictures, "day")
    page.goto(f"{product.address}/day?view=matrix")
    found |= look_everywhere(page, pictures, "day-matrix")
    page.goto(f"{product.address}/day")
    _put_off(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def _put_off(page: Page) -> None:
    """Put the task off until tomorrow by keys, and take that back."""
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("s")
    menu = page.locator("[role=menu]").filter(has_text="До завтрашнего утра")
    expect(menu).to_be_visible()
    menu.get_by_text("До завтрашнего утра").click()
    expect(page.locator("#day-today")).to_have_count(0)
    expect(page.locator("a", has_text="Отложенные: 1")).to_be_visible()
    page.locator(".toast button", has_text="Отменить").last.click()
    expect(page.locator("#day-today")).to_have_count(1)


def test_the_palette_plans(product: Product, page: Page) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/day")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    page.keyboard.press("Control+k")
    page.locator("#palette-input").press_sequentially("отправить КП завтра в 12")
    option = page.locator("#palette-list [data-post]")
    expect(option).to_contain_text("Отправить КП")
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Отправить КП")
    page.goto(f"{product.address}/day")
    expect(page.locator("[data-day-row]")).to_contain_text("Отправить КП")
