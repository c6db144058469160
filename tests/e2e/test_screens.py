"""Every screen of the product with data: accessible in both themes, and photographed for the README's gallery."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.journeys import EMAIL, set_up, sign_in
from tests.e2e.looking import WINDOWS, faults, photograph
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCREENS = {
    "home": "/",
    "organisations": "/organisation",
    "organisation": "card:/organisation",
    "organisation-form": "/organisation/new",
    "people": "/person",
    "person": "card:/person",
    "interactions": "/interaction",
    "tasks": "/task",
    "deals": "/opportunity",
    "deal": "card:/opportunity",
    "board": "/opportunity?view=board",
    "offers": "/offer",
    "receivables": "/receivables",
    "pipelines": "/settings/pipelines",
    "search": "/search?q=иван",
    "import": "/imports/new",
    "imports": "/imports",
    "trash": "/organisation/trash",
    "company": "/settings/company",
    "users": "/settings/users",
    "teams": "/settings/teams",
    "rights": "/settings/rights",
    "operations": "/settings/operations",
    "me": "/me",
    "not-found": "/nothing-here/at/all",
    "empty": '/organisation?filter={"field":"name","op":"eq","value":"Нет такой"}',
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product with the demo company in it."""
    product = Product(tmp_path_factory.mktemp("company") / "data", free_port())
    product.start()
    page = browser.new_context(locale="ru-RU").new_page()
    set_up(page, product.address, "ru")
    page.context.close()
    made = product.command("demo", "--organisations", "120", "--people", "250")
    assert made.returncode == 0, made.stderr
    yield product
    product.stop()


# Four of eight: each language meets each window and each theme, and each window each theme.
LOOKS = [
    ("ru", "desktop", "light"),
    ("ru", "phone", "dark"),
    ("en", "desktop", "dark"),
    ("en", "phone", "light"),
]


def _open(page: Page, product: Product, screen: str) -> None:
    if screen.startswith("card:"):
        page.goto(product.address + screen.removeprefix("card:"))
        address = page.locator("a.row-link").first.get_attribute("href")
        assert address
        page.goto(product.address + address)
    else:
        page.goto(product.address + screen)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(("language", "window", "theme"), LOOKS)
def test_screens(company: Product, browser: Browser, pictures: Path, language: str, window: str, theme: str):
    width, height = WINDOWS[window]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, locale=f"{language}-RU"
    )  # type: ignore[arg-type]
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, company.address, email=EMAIL)
    page.evaluate(
        "([lang, token]) => fetch('/preferences', {method: 'POST', headers: {'X-CSRFToken': token}, body: new URLSearchParams({language: lang})})",
        [language, page.get_attribute("meta[name=csrf-token]", "content")],
    )
    found: dict[str, list[str]] = {}
    for name, screen in SCREENS.items():
        _open(page, company, screen)
        assert page.get_attribute("html", "lang") == language, name
        if wrong := faults(page):
            found[name] = wrong
        suffix = "" if window == "desktop" else "-phone"
        photograph(page, pictures, f"{name}-{language}-{theme}{suffix}")
    context.close()
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)
    assert errors == []
