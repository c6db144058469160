"""What a new user stumbled over: one text of a refused notification, tabs that fit, dates in words, a narrow calendar."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
REFUSED = "Notification.requestPermission = async () => '%s';"


def test_a_refused_notification_is_said_once_and_rightly(product: Product, page: Page) -> None:
    set_up(page, product.address, "ru")
    for answer, text, again in (
        ("default", "Нажмите кнопку ещё раз", True),
        ("denied", "запрещены в браузере", False),
    ):
        page.add_init_script(
            REFUSED % answer + "Object.defineProperty(Notification, 'permission', { value: 'default' });"
        )
        page.goto(f"{product.address}/me/notifications")
        page.click("[data-push-on]")
        said = page.locator("[data-push-said]:visible")
        expect(said).to_have_count(1)
        expect(said).to_contain_text(text)
        expect(page.locator("[data-push-on]")).to_be_visible(visible=again)


def test_the_tabs_of_a_card_are_all_in_sight(product: Product, page: Page) -> None:
    set_up(page, product.address, "ru")
    page.set_viewport_size({"width": 1360, "height": 800})
    page.goto(f"{product.address}/person/new")
    page.fill("[name=last_name]", "Петров")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/person/*")
    tabs = page.locator("main .tabs").first
    expect(tabs).to_contain_text("Согласия")
    assert tabs.evaluate("(nav) => nav.scrollWidth <= nav.clientWidth"), "none is cut"


def test_a_narrow_window_begins_with_a_day(product: Product, page: Page) -> None:
    set_up(page, product.address, "ru")
    calendar = page.locator("#people-calendar")
    for width, span in ((1200, "week"), (600, "day"), (1200, "week")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{product.address}/calendar")
        expect(calendar).to_have_attribute("data-span", span)


def test_a_date_is_said_in_words_where_the_browser_writes_it_otherwise(product: Product, page: Page) -> None:
    set_up(page, product.address, "ru")
    page.add_init_script("Object.defineProperty(navigator, 'language', { value: 'en-US' });")
    page.goto(f"{product.address}/task/new")
    page.fill("[name=due_at]", "2030-03-04T10:00")
    expect(page.locator(".field", has=page.locator("[name=due_at]"))).to_contain_text(
        "понедельник, 4 марта 2030"
    )
