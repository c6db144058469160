"""The product by keyboard alone, with the Russian layout on: letters come out Cyrillic, keys stay where they are."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def press_russian(page: Page, code: str, letter: str) -> None:
    """Press a key by its place, as a keyboard in the Russian layout reports it."""
    page.evaluate(
        "([code, key]) => { const at = document.activeElement || document.body;"
        " for (const type of ['keydown', 'keyup']) at.dispatchEvent(new KeyboardEvent(type, {code, key, bubbles: true, cancelable: true})); }",
        [code, letter],
    )


def test_a_client_by_keyboard_alone(product: Product, page: Page):
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/")
    press_russian(page, "KeyG", "п")
    press_russian(page, "KeyO", "щ")
    page.wait_for_url("**/organisation")

    page.goto(f"{product.address}/organisation/new")
    page.locator("[name=name]").focus()
    page.keyboard.type("Клавиатурный завод")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Клавиатурный завод")

    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type("rkfdbfnehysq")
    expect(page.locator("#palette-list")).to_contain_text("Клавиатурный завод")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")

    page.goto(f"{product.address}/organisation")
    press_russian(page, "KeyJ", "о")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Клавиатурный завод")
    press_russian(page, "KeyE", "у")
    page.wait_for_url("**/edit")
    page.locator("[name=city]").focus()
    page.keyboard.type("Томск")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".card-facts")).to_contain_text("Томск")


def test_a_form_is_typed_in_at_once_and_left_by_escape(product: Product, page: Page):
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/organisation/new")
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.type("Печатный двор")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Печатный двор")
    card = page.url
    press_russian(page, "KeyE", "у")
    page.wait_for_url("**/edit")
    expect(page.locator("form.form [name=name]")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" № 2")
    # What is open closes first: here the choices of a reference.
    owner = page.locator("form.form [data-combobox] [role=combobox]").first
    owner.click()
    expect(owner).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(owner).to_have_attribute("aria-expanded", "false")
    assert page.url.endswith("/edit")
    press_russian(page, "Escape", "Escape")
    page.wait_for_url(card)
    expect(page.locator("h1")).to_have_text("Печатный двор")
    press_russian(page, "KeyE", "у")
    page.wait_for_url("**/edit")
    expect(page.locator("form.form [name=name]")).to_have_value("Печатный двор № 2")
