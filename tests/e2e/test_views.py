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
    page.locator("#views-keeping [hx-get*='/views/new']").click()
    page.fill("#dialog-body [name=name]", "По людям")
    page.locator("#dialog-body button[type=submit]").click()
    expect(page.locator("#views-bar .tab[aria-current=page]")).to_contain_text("По людям")
    expect(group).to_have_count(1)
    assert {name: faults for name, faults in found.items() if faults} == {}
