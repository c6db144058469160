"""A list as a spreadsheet: cells edited where they stand, by mouse and by keys, copied, and pasted into."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COLUMNS = "?columns=name,city,turnover,status,updated_at&sort=name"


def texts(page: Page, column: int) -> list[str]:
    """What a column says, from top to bottom."""
    return [t.strip() for t in page.locator(f"tbody [data-row] td:nth-child({column + 2})").all_inner_texts()]


def test_cells_are_edited_copied_and_pasted(
    product: Product, windows: Callable[[], BrowserContext], pictures: Path
) -> None:
    context = windows()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    set_up(page, product.address, "ru")
    for name in ("Альфа", "Бета", "Гамма"):
        page.goto(f"{product.address}/organisation/new")
        page.fill("[name=name]", name)
        page.fill("[name=city]", "Уфа")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/organisation/\d+$"))
    page.goto(f"{product.address}/organisation{COLUMNS}")
    page.locator("tbody [data-row]").first.hover()

    # By mouse; Enter saves and goes down, the list is not drawn anew.
    page.evaluate("document.querySelector('#list').dataset.old = 'yes'")
    page.locator("tbody [data-row]").first.locator("td").nth(2).dblclick()
    editor = page.locator(".cell-editor")
    expect(editor.locator("[name=city]")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Омск")
    page.keyboard.press("Enter")
    expect(editor).to_have_count(0)
    assert texts(page, 1) == ["Омск", "Уфа", "Уфа"]
    expect(page.locator("#list[data-old=yes]")).to_be_visible()

    # By keys, physical ones: a number that is none stays with the reason, Esc gives it up.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    page.keyboard.type("much")  # at once: what is typed before the editor has come is kept
    page.keyboard.press("Tab")
    expect(editor.locator(".field-error")).to_be_visible()
    assert look_everywhere(page, pictures, "cell") == {}
    page.keyboard.press("Escape")
    expect(editor).to_have_count(0)

    # What the product keeps itself says so.
    for _step in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[data-cell-closed]")).to_be_visible()

    # Marked, copied; a table is pasted after a look at what it changes, and taken back.
    page.keyboard.press("Escape")
    page.locator("tbody [data-row]").first.locator("td").nth(2).click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == "Омск\nУфа"
    page.evaluate("navigator.clipboard.writeText('Тверь\\t1000\\nПермь\\tнет\\nУфа\\t3000')")
    page.keyboard.press("Control+v")
    dialog = page.locator("#dialog")
    expect(dialog.locator("tbody tr")).to_have_count(4)
    expect(dialog).to_contain_text("«нет»")
    assert look_everywhere(page, pictures, "paste") == {}
    dialog.locator("[type=submit]").click()
    expect(page.locator("tbody [data-row]").nth(1).locator("td").nth(2)).to_have_text("Пермь")
    page.locator(".toast", has_text="запис").locator(".toast-button").first.click()
    expect(page.locator("tbody [data-row]").nth(1).locator("td").nth(2)).to_have_text("Уфа")
    assert texts(page, 1) == ["Омск", "Уфа", "Уфа"]


def test_who_was_faster_is_shown_in_the_cell(product: Product, windows: Callable[[], BrowserContext]) -> None:
    page, other = windows().new_page(), windows().new_page()
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/organisation/new")
    page.fill("[name=name]", "Альфа")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/organisation/\d+$"))
    sign_in(other, product.address)
    for each in (page, other):
        each.goto(f"{product.address}/organisation{COLUMNS}")
        each.locator("tbody [data-row]").first.hover()
        each.locator("tbody [data-row] td").nth(2).dblclick()
        each.locator(".cell-editor [name=city]").fill("Омск" if each is page else "Тула")
    page.keyboard.press("Enter")
    expect(page.locator("tbody [data-row] td").nth(2)).to_have_text("Омск")
    other.keyboard.press("Enter")
    asked = other.locator("[data-cell-conflict]")
    expect(asked).to_contain_text("Омск")
    expect(asked).to_contain_text("Тула")
    asked.locator("[data-cell-cancel]").click()
    expect(other.locator("tbody [data-row] td").nth(2)).to_have_text("Омск")


def test_a_group_change_tells_what_it_would_do(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    for name, city in (("Альфа", "Уфа"), ("Бета", "Омск"), ("Гамма", "Омск")):
        page.goto(f"{product.address}/organisation/new")
        page.fill("[name=name]", name)
        page.fill("[name=city]", city)
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/organisation/\d+$"))
    page.goto(f"{product.address}/organisation")
    page.locator("[data-select-all]").check()
    page.locator("#list-bulk [hx-post$='/bulk/form']").first.click()
    page.locator("#dialog-body select[name=field]").select_option("city")
    page.locator("#dialog-body [name=city]").fill("Уфа")
    told = page.locator("#dialog-body .foreseen")
    expect(told).to_contain_text("2")
    expect(page.locator("#dialog-body .foreseen-examples tr")).to_have_count(2)
    assert look_everywhere(page, pictures, "foreseen") == {}
    page.locator("#dialog-body [data-dialog-close]").first.click()
    page.locator("#list-bulk [hx-vals*=owner]").click()
    expect(page.locator("#dialog-body select[name=field]")).to_have_value("owner")


DIALLED = """() => {
  const told = document.documentElement.dataset;
  told.dialled = "0";
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='tel:']");
    if (link && !event.defaultPrevented) { told.dialled = String(Number(told.dialled) + 1); event.preventDefault(); }
  });
}"""


def test_one_tap_on_a_phone_dials_and_two_edit(product: Product, browser: Browser, page: Page) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/person/new")
    page.fill("[name=last_name]", "Ким")
    page.fill("[name=phone]", "+7 916 123-45-67")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/person/\d+$"))
    signed_in = page.context.storage_state()
    for touch, size in ((True, (390, 844)), (False, (1440, 900))):
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=touch, storage_state=signed_in
        )  # fmt: skip
        hand = context.new_page()
        hand.goto(f"{product.address}/person")
        hand.evaluate(DIALLED)
        root = hand.locator("html")
        link, editor = hand.locator("td a[href^='tel:']"), hand.locator(".cell-editor [name=phone]")
        link.tap() if touch else link.click()
        expect(root).to_have_attribute("data-dialled", "1")
        expect(editor).to_have_count(0)
        if touch:
            link.tap()
            link.tap()
        else:
            link.dblclick()
        expect(editor).to_be_focused()
        hand.keyboard.press("Escape")
        hand.wait_for_timeout(500)  # a single click would have dialled by now
        expect(root).to_have_attribute("data-dialled", "1")
        link.focus()
        hand.keyboard.press("Enter")  # the link has the focus: the key is its own, at once
        expect(root).to_have_attribute("data-dialled", "2")
        context.close()
