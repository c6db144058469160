"""The components in a real browser: no accessibility faults in either theme, and the promises of the scripts."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright

from klientura.kernel.ui.gallery import gallery, part

STATIC = Path(__file__).parents[3] / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
CHROMIUM = next(
    (
        p
        for p in map(Path, ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"])
        if p.exists()
    ),
    None,
)

pytestmark = [pytest.mark.browser]


def answer(route: Route) -> None:
    """Serve the page from the views themselves; nothing leaves the process."""
    request = route.request
    path = urlsplit(request.url).path
    file = STATIC / path.removeprefix("/static/")
    if path.startswith("/static/"):
        route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        return
    factory = RequestFactory()
    target = request.url.removeprefix("http://klientura.test")
    kind = "application/x-www-form-urlencoded"
    django = (
        factory.get(target)
        if request.method == "GET"
        else factory.post(target, request.post_data or "", content_type=kind)
    )
    with translation.override("ru"):
        if path == "/ui":
            response = gallery(django)
        elif path.startswith("/ui/part/"):
            response = part(django, path.rsplit("/", 1)[1])
        elif path == "/search/palette":
            response = part(django, "search")
        else:
            route.fulfill(status=204)
            return
    headers = dict(response.items()) | {"Content-Security-Policy": "default-src 'self'"}
    route.fulfill(status=response.status_code, body=response.content, headers=headers)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        running = play.chromium.launch(
            executable_path=str(CHROMIUM) if CHROMIUM else None, args=["--no-sandbox"]
        )
        yield running
        running.close()


def open_page(browser: Browser, *, width: int = 1440, dark: bool = False) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="ru-RU",
        bypass_csp=True,  # axe is put in as a script; the policy itself is held by test_gallery.py
    )
    page = context.new_page()
    page.set_default_timeout(8000)
    page.route("**/*", answer)
    page.goto("http://klientura.test/ui")
    page.wait_for_selector("html[data-ready]")
    return page


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (390, False), (390, True)])
def test_no_accessibility_faults(browser: Browser, width: int, dark: bool) -> None:
    page = open_page(browser, width=width, dark=dark)
    page.locator("#list [data-select-row]").first.check()
    result = Axe().run(page)
    faults = [(v["id"], n["target"]) for v in result.response["violations"] for n in v["nodes"]]
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()


def test_keys_work_in_the_russian_layout(browser: Browser) -> None:
    page = open_page(browser)
    # The key of C, which types "с" there.
    page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyJ', key: 'о', bubbles: true}))"
    )
    assert page.locator("[data-row][data-current]").get_attribute("data-id") == "1"
    page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyK', key: 'л', ctrlKey: true, bubbles: true}))"
    )
    page.wait_for_selector("#palette[open]")
    page.context.close()


def test_a_draft_survives_a_reload_and_can_be_discarded(browser: Browser) -> None:
    page = open_page(browser)
    page.fill("#composer textarea", "Важная мысль")
    page.wait_for_selector("#composer [data-draft-state]:not(:empty)")
    page.reload()
    page.wait_for_selector("#composer .draft-notice")
    assert page.input_value("#composer textarea") == "Важная мысль"
    page.click("#composer .draft-notice button")
    assert page.input_value("#composer textarea") == ""
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.locator("#composer .draft-notice").count() == 0
    page.context.close()


def test_a_card_moves_by_keyboard_and_a_refused_one_returns(browser: Browser) -> None:
    page = open_page(browser)
    move(page, "#card-103", "Согласование договора")
    page.wait_for_selector("[data-stage=contract] #card-103:not([data-moving])")
    move(page, "#card-104", "Новая")
    page.wait_for_selector(".toast[data-kind=error]")
    page.wait_for_selector("[data-stage=offer] #card-104")
    page.context.close()


def move(page: Page, card: str, stage: str) -> None:
    page.locator(f"{card} [data-board-move]").focus()
    page.keyboard.press("Enter")
    page.locator(".menu-panel:visible .menu-item", has_text=stage).focus()
    page.keyboard.press("Enter")


def test_a_move_that_asks_is_kept_only_when_answered(browser: Browser) -> None:
    page = open_page(browser)
    move(page, "#card-105", "Выиграна")
    page.wait_for_selector("#dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-stage=contract] #card-105")
    move(page, "#card-105", "Выиграна")
    page.fill("#m-amount", "100")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#dialog:not([open])", state="attached")
    assert page.locator("[data-stage=won] #card-105").count() == 1
    page.context.close()


def test_inline_edit_saves_by_enter_and_forgets_by_escape(browser: Browser) -> None:
    page = open_page(browser)
    page.locator("#fact-g_mail [data-fact-edit]").click()
    page.wait_for_selector("#fact-g_mail input[type=text]")
    page.keyboard.type("lost@example.ru")
    page.keyboard.press("Escape")
    assert "snab@vereskstroy.ru" in page.locator("#fact-g_mail").inner_text()
    page.locator("#fact-g_mail [data-fact-edit]").click()
    page.wait_for_selector("#fact-g_mail input[type=text]")
    page.keyboard.type("new@example.ru")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fact-g_mail.is-saved")
    assert "new@example.ru" in page.locator("#fact-g_mail").inner_text()
    page.context.close()


def test_the_side_panel_lives_in_the_address(browser: Browser) -> None:
    page = open_page(browser)
    page.locator("#list .row-link").first.focus()
    page.keyboard.press("Space")
    page.wait_for_selector("#peek:not([hidden]) .moment")
    assert "peek=" in page.url
    page.go_back()
    page.wait_for_selector("#peek", state="hidden")
    page.context.close()


def test_removing_a_condition_changes_the_address(browser: Browser) -> None:
    page = open_page(browser)
    assert page.locator(".filter-chip").count() == 3
    page.locator(".filter-chip-remove").first.click()
    page.wait_for_url("**/ui?filter=*")
    assert page.locator(".filter-chip").count() == 2
    assert page.locator("#list").count() == 1
    page.context.close()


def width_of(element: Locator) -> float:
    box = element.bounding_box()
    return box["width"] if box else 0


def test_a_chart_is_drawn_and_turns_to_its_table(browser: Browser) -> None:
    page = open_page(browser)
    chart = page.locator("[data-chart]", has=page.locator("#sample-stacked-title"))
    chart.locator("svg path").first.wait_for(state="attached")
    table = chart.locator("[data-chart-table]")
    assert width_of(table) == 1
    chart.locator("[data-chart-switch]").click()
    assert chart.locator("[data-chart-picture]").is_hidden()
    assert width_of(table) > 300
    chart.locator("[data-chart-switch]").click()
    table.locator("a").first.focus()
    assert width_of(table) > 300
    page.context.close()


def test_a_chart_takes_the_colours_of_the_theme(browser: Browser) -> None:
    page = open_page(browser)
    label = page.locator("[data-chart] svg text").first
    label.wait_for(state="attached")
    light = label.get_attribute("fill")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(
        "light => document.querySelector('[data-chart] svg text').getAttribute('fill') !== light", arg=light
    )
    page.context.close()
