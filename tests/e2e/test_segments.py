"""Conditions over related records are built and read in words; what was filtered becomes a segment."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# How far things moved that nobody touched, as the browser itself counts it (input within half a second does not excuse it).
SHIFTS = """() => {
  window.moved = [];
  const place = (r) => `${r.x},${r.y} ${r.width}×${r.height}`;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) for (const one of entry.sources) {
      if (one.node) window.moved.push(`${one.node.className || one.node.nodeName}: ${place(one.previousRect)} → ${place(one.currentRect)}`);
    }
  }).observe({ type: 'layout-shift' });
}"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product with two organisations, one of which has a person."""
    product = Product(tmp_path_factory.mktemp("segments") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    set_up(page, product.address, "ru")
    for name in ("Альфа", "Бета"):
        page.goto(f"{product.address}/organisation/new")
        page.locator("form.form [name=name]").fill(name)
        page.locator("form.form button[type=submit]").click()
        expect(page.locator("h1")).to_have_text(name)
    number = page.url.rsplit("/", 1)[1]
    page.goto(f"{product.address}/person/new?employer={number}")
    page.locator("form.form [name=last_name]").fill("Ким")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Ким")
    context.close()
    yield product
    product.stop()


def rows(page: Page) -> list[str]:
    return page.locator("[data-row] .row-link").all_inner_texts()


def filter_of(page: Page) -> object:
    return json.loads(unquote(page.url.split("filter=")[1].split("&")[0].replace("+", " ")))


def test_related_records_are_asked_for_in_the_builder(company: Product, page: Page, tmp_path: Path):
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Фильтр").click()
    builder = page.locator(".builder")
    builder.locator("select").first.select_option("person.employer")
    builder.locator(".builder-related .builder-group button").first.click()
    inner = builder.locator(".builder-related .builder-group .builder-row")
    expect(inner.locator("select").first).to_be_focused()
    inner.locator("select").first.select_option("created_at")
    inner.locator("select").nth(1).select_option("last_days")
    builder.locator(".builder-foot [data-kind=primary]").click()
    expect(inner.locator(".field-error")).to_be_visible()
    expect(inner.locator(".builder-value input")).to_be_focused()
    page.keyboard.type("14")
    assert look_everywhere(page, tmp_path, "builder") == {}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.evaluate(SHIFTS)
    place = page.locator(".list-search").bounding_box()
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert rows(page) == ["Бета"]
    assert page.evaluate("window.moved") == []
    assert page.locator(".list-search").bounding_box() == place
    assert filter_of(page) == {
        "and": [
            {
                "related": "person.employer",
                "filter": {"and": [{"field": "created_at", "op": "last_days", "value": 14}]},
            }
        ]
    }
    chip = page.locator(".filter-chip")
    expect(chip).to_contain_text("14")
    # Opened anew after a reload, it is as it was; «none» of them is one choice away.
    page.reload()
    expect(chip).to_contain_text("14")
    chip.locator("[data-filter-open]").click()
    expect(inner.locator(".builder-value input")).to_have_value("14")
    builder.locator("select").nth(1).select_option("none")
    builder.locator(".builder-foot [data-kind=primary]").click()
    expect(page.locator("[data-row] .row-link")).to_have_text("Альфа")
    # A number of them.
    page.locator(".filter-chip [data-filter-open]").click()
    builder.locator("select").nth(1).select_option("gte")
    builder.locator(".builder-row").first.locator("input").fill("1")
    builder.locator(".builder-foot [data-kind=primary]").click()
    expect(page.locator("[data-row] .row-link")).to_have_text("Бета")
    assert "count" in json.dumps(filter_of(page))


def test_the_quality_of_the_base_leads_to_the_form(company: Product, page: Page, tmp_path: Path):
    sign_in(page, company.address)
    page.goto(f"{company.address}/quality?object=organisation")
    expect(page.locator(".quality-fields li").first).to_be_visible()
    expect(page.locator(".quality-rule .num").first).to_have_text("2")
    assert look_everywhere(page, tmp_path, "quality") == {}
    page.goto(f"{company.address}/quality?object=organisation&by=owner")
    expect(page.locator(".quality-table tbody tr")).to_have_count(1)
    assert look_everywhere(page, tmp_path, "quality-owner") == {}
    page.goto(f"{company.address}/quality/rules/organisation_unreachable")
    expect(page.locator(".filter-chip")).to_have_count(2)
    assert look_everywhere(page, tmp_path, "quality-rule") == {}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.goto(f"{company.address}/organisation")
    page.locator("[data-row] .row-link").first.click()
    expect(page.locator(".quality-hint")).to_be_visible()
    assert look_everywhere(page, tmp_path, "card-lacks") == {}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.locator(".quality-hint a[href$='#f-phone']").click()
    expect(page.locator("#f-phone")).to_be_visible()


def test_a_filter_becomes_a_segment(company: Product, page: Page, tmp_path: Path):
    sign_in(page, company.address)
    page.goto(
        f"{company.address}/organisation?filter={json.dumps({'and': [{'related': 'person.employer'}]})}"
    )
    page.locator("#views-keeping [hx-get*='/segments/new']").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=name]").fill("С людьми")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("С людьми")
    expect(page.locator(".segment-number strong")).to_have_text("1")
    expect(page.locator("#segment-work")).to_have_count(0, timeout=30_000)
    assert look_everywhere(page, tmp_path, "segment") == {}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    # Its rule is changed in place, and kept.
    page.locator(".filter-chip [data-filter-open]").click()
    page.locator(".builder select").nth(1).select_option("none")
    page.locator(".builder-foot [data-kind=primary]").click()
    page.locator("#segment-keep [data-kind=primary]").click()
    expect(page.locator("#segment-keep")).to_have_count(0)
    expect(page.locator(".segment-number strong")).to_have_text("1")
    page.locator(".page-actions [data-kind=primary]").click()
    expect(page.locator("[data-row] .row-link")).to_have_text("Альфа")
    expect(page.locator(".filter-chip")).to_contain_text("С людьми")
    # A list filled by hand, undone by the toast.
    page.locator("[data-select-row]").first.check()
    page.locator("#list-bulk [hx-post$='/segments/fill']").click()
    dialog.locator("[name=name]").fill("Рассылка")
    dialog.locator("button[type=submit]").click()
    toast = page.locator(".toast").first
    expect(toast).to_contain_text("Рассылка")
    page.goto(f"{company.address}/segments")
    expect(page.locator(".segments-table tbody tr")).to_have_count(2)
    expect(page.locator(".segments-table .num").first).not_to_have_text("…")
    assert look_everywhere(page, tmp_path, "segments") == {}
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.goto(f"{company.address}/segments/compose")
    page.locator("[name=a]").select_option(label="Рассылка")
    expect(page.locator(".compose-part .num")).to_have_text("1")
    page.locator("[name=b]").select_option(label="С людьми")
    expect(page.locator(".segment-number strong")).to_have_text("1")
    assert look_everywhere(page, tmp_path, "compose") == {}
    page.locator(".compose [name=name]").fill("Оба")
    page.locator(".compose form button[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text("Оба")
    page.goto(f"{company.address}/organisation")
    page.locator("[data-row] .row-link", has_text="Альфа").click()
    expect(page.locator("#card-segments .row-link")).to_have_count(3)
