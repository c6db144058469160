"""A browser, and products to look at with it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.product import Product, free_port

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    path = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    assert path, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product that nobody has set up yet."""
    made = Product(tmp_path_factory.mktemp("product") / "data", free_port())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def windows(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Makes fresh browser windows, each with cookies of its own; a script error in any of them fails the test."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def make() -> BrowserContext:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale="ru-RU", timezone_id="Europe/Moscow"
        )
        context.set_default_timeout(15_000)
        context.on("weberror", lambda found: errors.append(str(found.error)))
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture
def page(windows: Callable[[], BrowserContext]) -> Page:
    """A page in a window of its own."""
    return windows().new_page()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go: `test-results`, or the gallery of the documentation when KLIENTURA_PICTURES is set."""
    root = Path(__file__).parents[2]
    folder = (
        root / "docs" / "images"
        if os.environ.get("KLIENTURA_PICTURES")
        else root / "test-results" / "screens"
    )
    folder.mkdir(parents=True, exist_ok=True)
    return folder
