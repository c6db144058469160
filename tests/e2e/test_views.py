"""A list is kept under a name, found again, changed, taken apart by its reader, deleted and brought back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FILTER = {"and": [{"field": "name", "op": "contains", "value": "альфа"}]}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product with two organisations."""
    product = Product(tmp_path_factory.mktemp("views") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    set_up(page, product.address, "ru")
    for name in ("Альфа", "Бета"):
        page.goto(f"{product.address}/organisation/new")
        page.locator("form.form [name=name]").fill(name)
        page.locator("form.form button[type=submit]").click()
        expect(page.locator("h1")).to_have_text(name)
    context.close()
    yield product
    product.stop()


def rows(page: Page) -> list[str]:
    """The names in the list, in order."""
    return page.locator("[data-row] .row-link").all_inner_texts()


def test_a_view_from_keeping_to_bringing_back(company: Product, page: Page, tmp_path: Path):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation?{urlencode({'filter': json.dumps(FILTER)})}")
    page.locator("#views-keeping [hx-get*='/views/new']").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=name]").fill("Только Альфа")
    dialog.locator("[name=visibility][value=everyone]").check()
    dialog.locator("button[type=submit]").click()
    tab = page.locator("#views-bar .tab[aria-current=page]")
    expect(tab).to_have_text("Только Альфа")
    expect(page.locator(".sidebar .is-view[aria-current=page]")).to_have_text("Только Альфа")
    assert rows(page) == ["Альфа"]
    expect(page.locator(".views-changed")).to_have_count(0)

    # The reader takes the filter away: the view is changed, not forgotten, and returns when it is opened anew.
    page.locator("[data-filter-reset]").click()
    expect(page.locator(".views-changed")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(2)
    assert look_everywhere(page, tmp_path, "view") == {}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.locator("#views-bar .tab", has_text="Только Альфа").click()
    expect(page.locator("[data-row]")).to_have_count(1)

    # By the keyboard: the last line of its menu deletes it, the toast brings it back.
    page.locator("#view-menu-button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#views-bar .tab")).to_have_count(0)
    page.locator(".toast .toast-button").first.click()
    expect(tab).to_have_text("Только Альфа")


def test_the_order_chosen_last_returns(company: Product, page: Page):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    with page.expect_request("**/organisation/remember"):
        page.locator("th a.sort").first.click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Название")
    page.wait_for_load_state("networkidle")
    page.goto(f"{company.address}/organisation")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Название")
    assert rows(page) == ["Альфа", "Бета"]


def test_a_list_is_grouped_added_up_and_kept_so(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    for name, city in (("Альфа", "Омск"), ("Бета", "Омск"), ("Гамма", "Томск")):
        page.goto(f"{product.address}/organisation/new")
        page.fill("[name=name]", name)
        page.fill("[name=city]", city)
        page.fill("[name=turnover]", "1000")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/organisation/\d+$"))
    page.goto(f"{product.address}/organisation?columns=name,turnover")
    expect(page.locator("#totals")).to_contain_text("3\N{NARROW NO-BREAK SPACE}000,00")
    page.locator("#group-by-button").click()
    page.get_by_role("menuitemradio", name="Ответственный").click()
    group = page.locator("details.group")
    expect(group).to_have_count(1)
    group.locator("summary").click()
    expect(group.locator("tbody tr")).to_have_count(3)
    found = look_everywhere(page, pictures, "groups")
    # A group that was opened is open again; ticked, it is changed as a whole.
    page.reload()
    expect(group.locator("tbody tr")).to_have_count(3)
    page.locator("[data-select-group]").check()
    expect(page.locator("#list-bulk [data-bulk-count]")).to_contain_text("3")
    page.locator("#list-bulk [hx-post$='/bulk/form']").first.click()
    expect(page.locator("#dialog-body h2")).to_contain_text("3")
    page.locator("#dialog-body [data-dialog-close]").first.click()
    expect(page.locator("#list-bulk")).to_be_visible()
    group.locator("[data-select-row]").first.check()
    expect(page.locator("[data-select-group]")).not_to_be_checked()
    expect(page.locator("#list-bulk [data-bulk-count]")).to_contain_text("1")
    group.locator("[data-select-row]").first.uncheck()
    page.locator("#views-keeping [hx-get*='/views/new']").click()
    page.fill("#dialog-body [name=name]", "По людям")
    page.locator("#dialog-body button[type=submit]").click()
    expect(page.locator("#views-bar .tab[aria-current=page]")).to_contain_text("По людям")
    expect(group).to_have_count(1)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_columns_are_widened_moved_pinned_and_put_back(company: Product, page: Page, tmp_path: Path) -> None:
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation?columns=name,city,website,owner")
    heads = page.locator("th[data-key]")

    def order() -> list[str]:
        found: list[str] = heads.evaluate_all("all => all.map((each) => each.dataset.key)")
        return found

    heads.nth(1).hover()
    grip = page.locator("th[data-key=city] .head-grip").bounding_box()
    wide = page.locator("th[data-key=city]").bounding_box()
    assert grip
    assert wide
    page.mouse.move(grip["x"] + 4, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 104, grip["y"] + 8, steps=4)
    with page.expect_response("**/organisation/remember"):
        page.mouse.up()
    page.reload()
    again = page.locator("th[data-key=city]").bounding_box()
    assert again
    assert abs(again["width"] - wide["width"] - 100) < 3

    # Carried in front of another one.
    page.locator("th[data-key=owner]").hover()
    expect(page.locator("th[data-key=owner] .head-grip")).to_be_attached()
    carried, goal = (
        page.locator("th[data-key=owner]").bounding_box(),
        page.locator("th[data-key=city]").bounding_box(),
    )
    assert carried
    assert goal
    page.mouse.move(carried["x"] + 20, carried["y"] + 10)
    page.mouse.down()
    page.mouse.move(goal["x"] + 10, goal["y"] + 10, steps=6)
    page.mouse.up()
    expect(heads.nth(1)).to_have_attribute("data-key", "owner")
    assert order() == ["name", "owner", "city", "website"]

    # All of it by the keyboard: the menu of a head moves, widens, pins, and puts everything back.
    page.locator("th[data-key=owner] a.sort").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    with page.expect_response("**/organisation/remember"):
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("th[data-key=owner] .head-menu")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(".menu-item:has([href$='#pin'])").click()
    expect(page.locator("#list")).to_have_attribute("data-pin", "2")
    assert look_everywhere(page, tmp_path, "columns") == {}
    page.set_viewport_size({"width": 800, "height": 800})
    second = page.locator("td[data-label]").first
    page.locator(".table-scroll").evaluate("box => { box.scrollLeft = 400; }")
    expect(second).to_be_in_viewport()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("th[data-key=owner]").hover()
    page.locator("th[data-key=owner] .head-menu").click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator(".table.is-fixed")).to_have_count(0)
    expect(page.locator("#list")).to_have_attribute("data-pin", "1")


def test_tasks_open_with_current_ones(company: Product, page: Page, tmp_path: Path) -> None:
    sign_in(page, company.address)
    for name, status in (("Позвонить", "open"), ("Написать", "done")):
        page.goto(f"{company.address}/task/new")
        page.locator("form.form [name=name]").fill(name)
        page.locator("form.form [name=due_at]").fill("2026-01-05T10:00")
        page.locator("form.form select[name=status]").select_option(status)
        page.locator("form.form button[type=submit]").click()
        expect(page.locator("h1")).to_have_text(name)
    page.locator(".sidebar a[href='/task']").click()
    tab = page.locator("#views-bar .tab[aria-current=page]")
    expect(tab).to_have_text("Текущие")
    assert rows(page) == ["Позвонить"]

    # One press on the condition shows all, and a reload keeps it so; what is done is not late.
    page.locator(".filter-chip-remove").click()
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(tab).to_have_text("Все")
    page.reload()
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(page.locator("[data-row] time.error")).to_have_count(1)
    page.get_by_role("link", name="Просроченные", exact=True).click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("link", name="Все", exact=True).click()
    expect(page.locator("[data-row]")).to_have_count(2)
    assert look_everywhere(page, tmp_path, "tasks") == {}
