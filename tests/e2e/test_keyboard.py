"""The product by keyboard alone, with the Russian layout on: letters come out Cyrillic, keys stay where they are."""

import pytest
from playwright.sync_api import Page, Route, expect

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


def test_keys_pressed_before_the_scripts_run_are_played(product: Product, page: Page):
    """Whoever is faster than the page: the script is held back until the keys have been pressed."""
    set_up(page, product.address, "ru")
    held: list[Route] = []

    def hold(
        route: Route,
    ) -> None:  # a function of ours: Playwright marks its handlers, and a list's method takes no mark
        held.append(route)

    page.route("**/app-*.js", hold)
    page.goto(f"{product.address}/", wait_until="commit")
    expect(page.locator("h1")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()
    held.pop().continue_()
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Escape")

    page.goto(f"{product.address}/", wait_until="commit")
    expect(page.locator("h1")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("o")
    held.pop().continue_()
    page.wait_for_url("**/organisation", wait_until="commit")
