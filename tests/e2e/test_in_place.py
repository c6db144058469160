"""A form asks for a record that is not there yet: it is made beside the form, and nothing typed is lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product that is set up and empty."""
    product = Product(tmp_path_factory.mktemp("in-place") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    set_up(context.new_page(), product.address, "ru")
    context.close()
    yield product
    product.stop()


def offer(form: Locator, field: str, typed: str, label: str) -> None:
    """Type what is not there into a reference field and take the offer to make it."""
    box = form.locator(f"[data-combobox]:has(input[name={field}])")
    box.get_by_role("combobox").press_sequentially(typed)
    form.page.wait_for_timeout(700)  # until the offer is for all that was typed, on a busy machine too
    box.get_by_role("option", name=label, exact=True).click()


def test_from_the_form_of_a_page(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/opportunity/new")
    form = page.locator("form.form")
    form.locator("[name=name]").fill("Поставка станков")
    form.locator("[name=amount]").fill("1 250 000,50")
    offer(form, "person", "Иванов Пётр", "Новый человек")
    dialog = page.locator("#dialog")
    expect(dialog.locator("[name=last_name]")).to_have_value("Иванов")
    expect(dialog.locator("[name=first_name]")).to_have_value("Пётр")
    dialog.get_by_label("Отчество").fill("Ильич")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("#dialog[open]")).to_have_count(0)

    assert page.url == f"{company.address}/opportunity/new"
    person = form.locator("[data-combobox]:has(input[name=person])").get_by_role("combobox")
    expect(person).to_have_value("Иванов Пётр Ильич")
    expect(person).to_be_focused()
    expect(form.locator("[name=name]")).to_have_value("Поставка станков")
    expect(form.locator("[name=amount]")).to_have_value("1 250 000,50")
    form.locator("button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Поставка станков")
    expect(page.locator(".card-facts")).to_contain_text("Иванов Пётр Ильич")


def test_from_a_form_in_the_dialog(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    page.get_by_role("button", name="Создать").first.click()
    page.get_by_role("menuitem", name="Новая сделка").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=name]").fill("Ремонт станков")
    offer(dialog, "party", "Ремзавод", "Новая организация")
    expect(dialog.locator("#dialog-title")).to_have_text("Новая организация")
    expect(dialog.locator("[name=name]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog.locator("#dialog-title")).to_have_text("Новая сделка")
    expect(dialog.locator("[name=name]")).to_have_value("Ремонт станков")

    offer(dialog, "party", "Ремзавод", "Новая организация")
    expect(dialog.locator("[name=name]")).to_have_value("Ремзавод")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("#dialog-title")).to_have_text("Новая сделка")
    party = dialog.locator("[data-combobox]:has(input[name=party])").get_by_role("combobox")
    expect(party).to_have_value("Ремзавод")
    expect(party).to_be_focused()
    expect(dialog.locator("[name=name]")).to_have_value("Ремонт станков")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Ремонт станков", timeout=15_000)
    expect(page.locator(".card-facts")).to_contain_text("Ремзавод")


def test_a_field_that_gave_up_takes_nothing_later(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/opportunity/new")
    form = page.locator("form.form")
    offer(form, "person", "Сидорова", "Новый человек")
    page.locator("#dialog [data-dialog-close]").first.click()
    expect(page.locator("#dialog[open]")).to_have_count(0)
    offer(form, "party", "Кедр", "Новая организация")
    page.locator("#dialog button[type=submit]").click()
    expect(form.locator("[data-combobox]:has(input[name=party])").get_by_role("combobox")).to_have_value(
        "Кедр"
    )
    assert form.locator("input[name=person]").input_value() == ""
