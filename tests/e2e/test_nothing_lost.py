"""Keys and choices that take nothing away: Esc in a form without a draft, a search that failed, keys of long ago."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product that is set up, with one client in it."""
    product = Product(tmp_path_factory.mktemp("lost") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/organisation/new")
    page.locator("form.form [name=name]").fill("Северсталь")
    page.locator("form.form button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text("Северсталь")
    context.close()
    yield product
    product.stop()


def opened(page: Page, company: Product, path: str) -> str:
    """Open a page with its scripts; its address."""
    page.goto(f"{company.address}{path}")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    return page.url


def test_escape_keeps_a_form_without_a_draft_that_was_changed(company: Product, page: Page):
    sign_in(page, company.address)
    for path, field, text in (
        ("/settings/users/new", "main form.form [name=name]", "Пётр Ильин"),
        ("/imports/new", "main form.form [name=pasted]", "Название;ИНН\nАльфа;1"),
    ):
        address = opened(page, company, path)
        place = page.locator(field)
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        place.fill(text)
        page.keyboard.press("Escape")
        page.wait_for_timeout(300)
        assert page.url == address
        expect(place).to_have_value(text)
        place.fill("")
        page.keyboard.press("Escape")
        expect(page).not_to_have_url(address)

    address = opened(page, company, "/settings/rights/observer/organisation")
    city = page.locator("select[name=city]")
    city.select_option("none")
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert page.url == address
    expect(city).to_have_value("none")
    city.select_option("write")
    page.keyboard.press("Escape")
    page.wait_for_url("**/settings/rights/observer")


def test_escape_keeps_what_came_back_refused(company: Product, page: Page):
    sign_in(page, company.address)
    address = opened(page, company, "/settings/users/new")
    page.locator("main form.form [name=name]").fill("Пётр Ильин")
    page.locator("main form.form [name=email]").fill("не почта")
    page.locator("main form.form button[type=submit]").click()
    expect(page.locator(".field-error")).to_be_visible()
    expect(page.locator("html[data-ready]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert page.url == address
    expect(page.locator("main form.form [name=name]")).to_have_value("Пётр Ильин")


def test_escape_that_hides_a_tooltip_does_nothing_else(company: Product, page: Page):
    sign_in(page, company.address)
    address = opened(page, company, "/organisation/new")
    page.locator("[data-tooltip]:visible").first.hover()
    expect(page.locator(".tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tooltip")).to_have_count(0)
    page.wait_for_timeout(300)
    assert page.url == address
    page.keyboard.press("Escape")
    page.wait_for_url(f"{company.address}/organisation")


def test_a_choice_that_another_field_does_not_offer_leaves_it_as_it_was(company: Product, page: Page):
    sign_in(page, company.address)
    opened(page, company, "/settings/rights/observer/organisation")
    page.evaluate("document.querySelector('select[name=email] option[value=none]').remove()")
    page.locator("select[name=phone]").select_option("none")
    expect(page.locator("select[name=website]")).to_have_value("none")
    expect(page.locator("select[name=email]")).to_have_value("write")


def test_words_that_were_not_answered_are_searched_again(company: Product, page: Page):
    sign_in(page, company.address)
    opened(page, company, "/organisation")
    box = page.locator(".list-search [name=q]")
    asked: list[str] = []

    def fail_once(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/organisation?*q=*", fail_once)
    with page.expect_event("requestfailed"):
        box.press_sequentially("нет такой", delay=20)
    page.keyboard.type(" ")
    expect(page.locator("tr[data-row]")).to_have_count(0)
    assert len(asked) == 2
    # What was answered is not asked for twice.
    page.keyboard.press("Backspace")
    page.wait_for_timeout(800)
    assert len(asked) == 2


def test_keys_of_the_browser_and_of_long_ago_are_not_played(company: Product, page: Page):
    sign_in(page, company.address)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/app-*.js", hold)
    page.goto(f"{company.address}/", wait_until="commit")
    expect(page.locator("h1")).to_be_visible()
    taken = page.evaluate(
        "[{shiftKey: true}, {altKey: true}, {}].map((more) => !document.body.dispatchEvent(new KeyboardEvent("
        "'keydown', {code: 'KeyK', key: 'k', ctrlKey: true, bubbles: true, cancelable: true, ...more})))"
    )
    assert taken == [False, False, True]
    page.wait_for_timeout(2_200)
    held.pop().continue_()
    expect(page.locator("html[data-ready]")).to_have_count(1)
    expect(page.locator("#palette")).to_be_hidden()


def test_the_whole_form_goes_on_where_the_short_one_was_left(company: Product, page: Page):
    sign_in(page, company.address)
    opened(page, company, "/calendar")
    page.keyboard.press("c")
    dialog = page.locator("#dialog")
    expect(dialog.locator("[name=name]")).to_be_visible()  # the page's own key before the frame's
    dialog.locator("[name=name]").fill("Осмотр склада")
    dialog.get_by_role("link", name="Все поля").click()
    page.wait_for_url("**/event/new*")
    form = page.locator("main form.form")
    expect(form.locator("[name=name]")).to_have_value("Осмотр склада")
    expect(page.get_by_role("button", name="Продолжить")).to_have_count(0)
    page.goto(f"{company.address}/event/new")
    expect(page.get_by_role("button", name="Продолжить")).to_be_visible()  # asked again for another one
