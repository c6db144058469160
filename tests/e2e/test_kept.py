"""What somebody has typed stays through refusals and renewals of the page; a link asks for what it says."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product that is set up and empty."""
    product = Product(tmp_path_factory.mktemp("kept") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    set_up(context.new_page(), product.address, "ru")
    context.close()
    yield product
    product.stop()


def make(page: Page, address: str, **values: str) -> str:
    """Make a record by its form; the address of its card."""
    page.goto(f"{address}/new")
    for name, value in values.items():
        page.locator(f"form.form [name='{name}']").fill(value)
    page.locator("form.form button[type=submit]").click()
    page.wait_for_url(lambda url: url.rpartition("/")[2].isdigit())
    return page.url


def drafts(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('klientura:draft:'))")


def test_a_draft_outlives_the_question_about_a_duplicate(company: Product, page: Page):
    sign_in(page, company.address)
    make(page, f"{company.address}/organisation", name="Альфа", inn="7707083893")
    page.goto(f"{company.address}/organisation/new")
    form = page.locator("form.form")
    form.locator("[name=name]").fill("Бета")
    form.locator("[name=inn]").fill("7707083893")
    form.locator("[name=city]").fill("Тверь")
    page.evaluate("document.querySelector('#similar').remove()")  # as if one were faster than the hint
    form.locator("button[type=submit]").click()
    expect(form.locator("[name=similar_seen]")).to_have_count(1)
    assert len(drafts(page)) == 1
    page.goto(f"{company.address}/task")
    page.goto(f"{company.address}/organisation/new")
    expect(form.locator("[name=city]")).to_have_value("")
    page.locator(".draft-notice button", has_text="Продолжить").click()
    expect(form.locator("[name=city]")).to_have_value("Тверь")
    page.reload()
    expect(form.locator("[name=city]")).to_have_value("Тверь")
    page.locator(".draft-notice button").click()
    assert drafts(page) == []


def test_a_record_that_was_begun_waits_while_another_one_is_made(company: Product, page: Page):
    sign_in(page, company.address)
    name = page.locator("form.form [name=name]")
    page.goto(f"{company.address}/organisation/new")
    name.fill("Первая")
    page.goto(f"{company.address}/task")
    page.goto(f"{company.address}/organisation/new")
    expect(page.locator(".draft-notice")).to_contain_text("не закончили")
    name.fill("Вторая")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("Вторая")
    page.goto(f"{company.address}/organisation/new")
    page.locator(".draft-notice button", has_text="Продолжить").click()
    expect(name).to_have_value("Первая")
    page.locator(".draft-notice button", has_text="Убрать").click()
    expect(name).to_have_value("")
    assert drafts(page) == []


def test_a_draft_outlives_a_conflict_in_the_lines_alone(company: Product, page: Page):
    sign_in(page, company.address)
    card = make(
        page, f"{company.address}/organisation", name="Кедр", **{"contact_points-0-value": "+7 495 111-22-33"}
    )
    other = page.context.new_page()
    other.goto(f"{card}/edit")
    page.goto(f"{card}/edit")
    note = "form.form [name='contact_points-0-note']"
    other.locator(note).fill("секретарь")
    other.locator("form.form button[type=submit]").click()
    other.wait_for_url(card)
    page.locator(note).fill("директор")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("form[data-refused]")).to_have_count(1)
    expect(page.locator("#part-contact_points > .field-error")).to_contain_text("секретарь")
    assert len(drafts(page)) == 1
    page.locator("form.form button[type=submit]").click()
    page.wait_for_url(card)
    expect(page.locator("#card-lines")).to_contain_text("директор")
    assert drafts(page) == []


def test_a_fact_being_edited_outlives_a_move_to_another_stage(company: Product, page: Page):
    sign_in(page, company.address)
    make(page, f"{company.address}/opportunity", name="Станки")
    facts, editor = page.locator("#card-facts"), page.locator("form#fact-name")
    page.locator("#activity textarea").fill("Позвонить до вечера")
    page.locator("#fact-name [data-fact-edit]").click()
    editor.locator("[name=name]").fill("Станки и печи")
    before = facts.inner_text()
    # As another window, or a shortcut, would move it: the focus stays in the editor.
    page.evaluate("document.body.dispatchEvent(new CustomEvent('stageChanged'))")
    page.wait_for_load_state("networkidle")
    expect(editor.locator("[name=name]")).to_have_value("Станки и печи")
    expect(editor.locator("[name=name]")).to_be_focused()
    expect(page.locator("#activity textarea")).to_have_value("Позвонить до вечера")
    assert facts.inner_text() == before

    stage = page.locator("#stage-bar button:not([aria-current])").first
    name = stage.inner_text().strip()
    version = page.locator("#stage-bar").evaluate("bar => bar.outerHTML.match(/version[^0-9]*(\\d+)/)[1]")
    moved = page.request.post(
        page.url + "/move?whole=1",
        form={"stage": stage.evaluate("b => b.outerHTML.match(/stage[^0-9]*(\\d+)/)[1]"), "version": version},
        headers={
            "HX-Request": "true",
            "X-CSRFToken": page.locator("meta[name=csrf-token]").get_attribute("content") or "",
            "Referer": page.url,
        },
    )
    assert moved.ok
    page.evaluate("document.body.dispatchEvent(new CustomEvent('stageChanged'))")
    expect(page.locator("#fact-stage")).to_contain_text(name)
    expect(editor.locator("[name=name]")).to_have_value("Станки и печи")
    editor.locator("[name=name]").press("Enter")
    expect(page.locator("h1")).to_have_text("Станки и печи")


def test_a_condition_without_an_operator_reads_as_equality(company: Product, page: Page):
    sign_in(page, company.address)
    tree = json.dumps({"field": "created_at", "value": "2026-01-15T10:30"})
    page.goto(f"{company.address}/organisation?{urlencode({'filter': tree})}")
    chip = page.locator(".filter-chip")
    expect(chip).to_contain_text("2026")
    expect(chip).not_to_contain_text("за период")
    chip.locator("[data-filter-open]").click()
    assert page.locator(".builder-row select").nth(1).input_value() == "eq"
