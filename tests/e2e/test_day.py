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


def _plan(page: Page, *lines: str) -> None:
    """Put tasks on the day by the line."""
    for number, line in enumerate(lines, 1):
        page.fill("#entry-text", line)
        page.keyboard.press("Enter")
        expect(page.locator("[data-day-row]")).to_have_count(number)
        expect(page.locator("#entry-text")).to_have_value("")


def _focused(page: Page) -> str:
    """The name of the task that has the keyboard."""
    return str(
        page.evaluate(
            "document.activeElement.closest('[data-day-row]')?.querySelector('.row-link').innerText ?? ''"
        )
    )


def test_the_keyboard_stays_on_its_task(product: Product, page: Page) -> None:
    """In the Russian layout: the keys count by their place, «а» is F, «ш» is I, «в» is D."""
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/day")
    _plan(
        page,
        "первая задача сегодня в 23:50",
        "вторая задача сегодня в 23:55",
        "третья задача сегодня в 23:58",
    )
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert _focused(page) == "Вторая задача"

    def press(key: str, code: str) -> None:
        page.evaluate(
            "([key, code]) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true, cancelable: true}))",
            [key, code],
        )

    press("ш", "KeyI")
    expect(page.locator("[data-day-row][data-important]")).to_have_count(1)
    page.wait_for_function("document.activeElement.closest('[data-important]') !== null")
    assert _focused(page) == "Вторая задача"
    press("а", "KeyF")
    expect(page.locator("[data-day-focus] [data-day-row]")).to_have_count(1)
    page.wait_for_function("document.activeElement.closest('[data-day-focus]') !== null")
    assert _focused(page) == "Вторая задача"
    press("в", "KeyD")
    expect(page.locator("[data-day-row]")).to_have_count(2)
    page.wait_for_function("document.activeElement.closest('[data-day-row]') !== null")
    assert _focused(page) == "Первая задача"

    # By buttons as well: the task that is done makes room for the next, and nothing left is no dead end.
    page.locator("[data-day-row]", has_text="Первая").locator("[data-done]").press("Enter")
    expect(page.locator("[data-day-row]")).to_have_count(1)
    page.wait_for_function("document.activeElement.closest('[data-day-row]') !== null")
    assert _focused(page) == "Третья задача"
    page.keyboard.press("d")
    expect(page.locator("[data-day-row]")).to_have_count(0)
    page.wait_for_function("document.activeElement === document.querySelector('main')")
