"""An event is planned: what is in the way is said, a time for everybody found within the form, a guest invited by an address."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WEEK = "/calendar?span=week&on=2030-03-04"


def _begin(page: Page, name: str) -> None:
    page.keyboard.press("c")
    page.fill("#dialog-body [name=name]", name)
    page.fill("#dialog-body [name=starts_at]", "2030-03-04T10:00")
    page.fill("#dialog-body [name=ends_at]", "2030-03-04T11:00")


def test_an_event_is_planned_around_what_is_there(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    page.goto(product.address + WEEK)
    _begin(page, "Планёрка")
    page.locator("#dialog-body [type=submit]").click()
    expect(page.locator(".entry", has_text="Планёрка")).to_be_visible()

    _begin(page, "Показ станка")
    dialog = page.locator("#dialog-body")
    expect(dialog).to_contain_text("Понедельник, 04.03.2030 10:00–11:00")
    expect(dialog.locator(".message")).to_contain_text("Планёрка, 10:00–11:00 (вы)")

    # Within the form: strips, hours by days, further ones; arrows from hour to hour, Enter fills the form in.
    dialog.get_by_text("Найти время").click()
    expect(dialog.locator(".free-day")).to_have_count(10)
    expect(dialog.locator(".free-strip rect")).to_have_count(1)
    faults = look_everywhere(page, pictures, "find-time")
    dialog.get_by_text("Показать ещё").click()
    expect(dialog.locator(".free-day")).to_have_count(20)
    dialog.locator("[data-slot]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(dialog.locator("[name=starts_at]")).to_have_value("2030-03-04T11:00")
    expect(dialog.locator(".free-day")).to_have_count(0)
    expect(dialog.locator(".message")).to_have_count(0)

    # A guest who is no record: a bad address is said in its place, a good one stands among those who come.
    page.fill("#dialog-body [name=guest_addresses]", "нет такого")
    dialog.locator("[type=submit]").click()
    expect(dialog).to_contain_text("не адрес почты")
    page.fill("#dialog-body [name=guest_addresses]", "petrov@client.example")
    dialog.locator("[type=submit]").click()
    page.locator(".entry-body", has_text="Показ станка").click()
    expect(dialog).to_contain_text("petrov@client.example")
    expect(dialog).to_contain_text("ещё не приглашён")
    assert {name: found for name, found in faults.items() if found} == {}
