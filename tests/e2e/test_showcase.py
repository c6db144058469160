"""What the product does beyond lists and cards, over the demo company, each screen as one would meet it at work."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.journeys import EMAIL, set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port
from tests.e2e.test_live import second

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAID = (
    "посмотри договор до пятницы",
    "клиент просит перезвонить после обеда",
    "скидку согласовал, можно выставлять счёт",
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product with the demo company in it."""
    product = Product(tmp_path_factory.mktemp("showcase") / "data", free_port())
    product.start()
    page = browser.new_context(locale="ru-RU").new_page()
    set_up(page, product.address, "ru")
    page.context.close()
    made = product.command("demo", "--organisations", "120", "--people", "250")
    assert made.returncode == 0, made.stderr
    yield product
    product.stop()


def look(page: Page, pictures: Path, name: str) -> None:
    """The page as it stands is without faults; it is left as it was met."""
    assert look_everywhere(page, pictures, name) == {}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")


def test_dates_and_pictures(company: Product, page: Page, pictures: Path) -> None:
    sign_in(page, company.address, email=EMAIL)
    page.goto(f"{company.address}/opportunity?view=calendar")
    expect(page.locator("[data-calendar]")).to_have_attribute("data-by", "close_date")
    look(page, pictures, "calendar-of-deals")
    page.goto(f"{company.address}/person?view=gallery")
    expect(page.locator(".record-card").nth(10)).to_be_visible()
    cut = page.locator(".record-facts dt").evaluate_all(
        "all => all.filter((each) => each.scrollWidth > each.clientWidth).length"
    )
    assert cut == 0  # every label is read whole
    look(page, pictures, "gallery-of-people")


def test_a_segment_and_a_record_that_is_shared(company: Product, page: Page, pictures: Path) -> None:
    sign_in(page, company.address, email=EMAIL)
    wanted = {"and": [{"field": "importance", "op": "eq", "value": "high"}]}
    page.goto(f"{company.address}/organisation?filter={json.dumps(wanted)}")
    page.locator("#views-keeping [hx-get*='/segments/new']").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=name]").fill("Важные клиенты")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Важные клиенты")
    expect(page.locator("#segment-work")).to_have_count(0, timeout=30_000)
    look(page, pictures, "segment")
    page.goto(f"{company.address}/organisation")
    page.locator("[data-row] .row-link").first.click()
    page.locator("#card-menu-button").click()
    page.locator("#card-menu .menu-item").first.click()
    dialog.locator("#d-to").fill("Отдел")
    dialog.locator("#d-to-list [role=option]").first.click()
    dialog.locator(".dialog-foot button[type=submit]").click()
    expect(dialog.locator(".related-item").first).to_be_visible()
    look(page, pictures, "sharing")


def test_what_one_is_told(company: Product, windows: Callable[[], BrowserContext], pictures: Path) -> None:
    mine, other = windows().new_page(), second(company, windows())
    sign_in(mine, company.address, email=EMAIL)
    other.goto(f"{company.address}/organisation")
    cards = [a.get_attribute("href") for a in other.locator("[data-row] .row-link").all()[: len(SAID)]]
    for card, words in zip(cards, SAID, strict=True):
        other.goto(f"{company.address}{card}?tab=comments")
        other.fill("#comment-text", f"@Анна Ким, {words}")
        other.press("#comment-text", "Control+Enter")
        expect(other.locator(".comment .mention")).to_be_visible()
    mine.goto(f"{company.address}/notifications")
    # A worker tells, and the bell asks in its own time.
    expect(mine.locator(".bell-number")).to_have_text(str(len(SAID)), timeout=75_000)
    mine.reload()
    expect(mine.locator(".notice")).to_have_count(len(SAID))
    look(mine, pictures, "told")
    # Whoever answers has read what was said to them: the bell knows at once, and nothing misses its place on the page.
    missed: list[str] = []
    mine.on("console", lambda said: missed.append(said.text) if "oobErrorNoTarget" in said.text else None)
    mine.locator(".notice a").first.click()
    mine.wait_for_url("**tab=comments**")
    expect(mine.locator(".bell-number")).to_have_text(str(len(SAID) - 1))
    other.goto(mine.url)
    other.fill("#comment-text", "@Анна Ким, и ещё одно")
    other.press("#comment-text", "Control+Enter")
    mine.fill("#comment-text", "Отвечаю")
    expect(mine.locator(".bell-number")).to_have_text(str(len(SAID)), timeout=75_000)
    mine.press("#comment-text", "Control+Enter")
    expect(mine.locator(".bell-number")).to_have_text(str(len(SAID) - 1))
    mine.evaluate("document.body.dispatchEvent(new CustomEvent('recordChanged', { bubbles: true }))")
    mine.wait_for_load_state("networkidle")
    assert missed == []


def test_the_analysis_of_contacts(company: Product, page: Page, pictures: Path) -> None:
    sign_in(page, company.address, email=EMAIL)
    page.goto(f"{company.address}/contacts-analysis?from=2020-01-01")
    expect(page.locator(".report-table").first).to_be_visible()
    look(page, pictures, "analysis")
    cell = page.locator(".report-table td a").first
    number = cell.inner_text()
    cell.click()
    page.wait_for_url("**/interaction?filter=*")
    expect(page.locator("[data-list] tbody tr")).to_have_count(int(number))
