"""The calendar of people by hand and by keys: drawn, carried, stretched, a series taken apart; each look in both themes and widths."""

import datetime as dt
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MONDAY = dt.date(2026, 11, 23)


def point(column: Locator, hour: float) -> tuple[float, float]:
    """Where an hour of a day lies on the screen."""
    box = column.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * hour / 24 + 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def day(page: Page, number: int) -> Locator:
    return page.locator(f".hours-day[data-day='{MONDAY + dt.timedelta(days=number)}']")


def test_planned_moved_and_repeated(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    week = f"{product.address}/calendar?span=week&on={MONDAY}&who=me"
    page.goto(week)
    found = look_everywhere(page, pictures, "people-calendar-empty")

    drag(page, point(day(page, 0), 10), point(day(page, 0), 11.6))
    dialog = page.locator("#dialog")
    expect(dialog.locator("[name=starts_at]")).to_have_value(f"{MONDAY}T10:00")
    expect(dialog.locator("[name=ends_at]")).to_have_value(f"{MONDAY}T11:45")
    dialog.locator("[name=name]").fill("Встреча с заводом")
    dialog.get_by_role("button", name="Создать").click()
    entry = page.locator(".entry", has_text="Встреча с заводом")
    expect(entry).to_have_attribute("data-begins", f"{MONDAY}T10:00")

    begins = point(day(page, 0), 10.5)
    drag(page, begins, point(day(page, 2), 14.5))
    expect(day(page, 2).locator(".entry")).to_have_attribute("data-begins", "2026-11-25T14:00")
    page.locator(".toast button", has_text="Отменить").last.click()
    expect(day(page, 0).locator(".entry")).to_have_attribute("data-begins", f"{MONDAY}T10:00")

    entry.locator("a").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(entry).to_have_attribute("data-begins", f"{MONDAY}T10:15")
    expect(entry.locator("a").first).to_be_focused()  # whoever moves it by keys goes on with it
    page.keyboard.press("Alt+Shift+ArrowDown")
    expect(entry).to_have_attribute("data-ends", f"{MONDAY}T12:15")

    _make_it_a_series(page, product, entry)
    page.goto(week)
    expect(page.locator(".entry", has_text="Встреча с заводом")).to_have_count(5)
    _move_one_of_it(page)
    found |= look_everywhere(page, pictures, "people-calendar")
    for span in ("day", "month", "agenda", "team"):
        page.goto(f"{product.address}/calendar?span={span}&on={MONDAY}&who=me")
        found |= look_everywhere(page, pictures, f"people-calendar-{span}")
    page.locator("button", has_text="Найти время").click()
    expect(page.locator(".free-slots button").first).to_be_visible()
    assert {name: faults for name, faults in found.items() if faults} == {}


def _make_it_a_series(page: Page, product: Product, entry: Locator) -> None:
    """By the whole form: on working days."""
    number = entry.get_attribute("data-id")
    page.goto(f"{product.address}/event/{number}/edit")
    page.select_option("[name=repeats]", "WORKING")
    expect(page.locator("[name=repeats-interval]")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/event/\d+$"))
    expect(page.locator("body")).to_contain_text("по будням")


def _move_one_of_it(page: Page) -> None:
    """A drop asks how much of the series is meant."""
    drag(page, point(day(page, 1), 11), point(day(page, 1), 15))
    dialog = page.locator("#dialog")
    expect(dialog.get_by_text("Только эта")).to_be_visible()
    dialog.get_by_role("button", name="Сохранить").click()
    expect(day(page, 1).locator(".entry")).to_have_attribute("data-begins", re.compile("2026-11-24T14:"))
    expect(day(page, 2).locator(".entry")).to_have_attribute("data-begins", "2026-11-25T10:15")
