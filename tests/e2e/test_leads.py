"""A lead comes by the API, is given to somebody, is answered from its card, becomes a client and a deal, and returns."""

import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import EMAIL, set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_way_of_a_lead(product: Product, page: Page, tmp_path: Path) -> None:
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/settings/territories/new/lead")
    page.fill("[name=name]", "Все лиды")
    page.locator("#users-0").press_sequentially("Ан", delay=20)
    page.locator("#users-0-list [role=option]").first.click()
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Все лиды")
    page.goto(f"{product.address}/response_time/new")
    page.fill("[name=name]", "Всем")
    page.fill("[name=minutes]", "30")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Всем")

    number = _post(
        product,
        {"name": "Нужен станок", "company_name": "ООО «Ромашка»", "phone": "+79161234567", "channel": "api"},
    )
    page.goto(f"{product.address}/lead/{number}")
    expect(page.locator("main")).to_contain_text("Ответить до")
    _answer(page)
    page.reload()
    expect(page.locator("main")).to_contain_text("Договорились о встрече")

    page.get_by_role("button", name="Конвертировать").click()
    dialog = page.locator("#dialog-body")
    expect(dialog.locator("[name=organisation_name]")).to_have_value("ООО «Ромашка»")
    expect(dialog.locator("#d-organisation")).not_to_be_visible()
    assert look_everywhere(page, tmp_path, "lead-convert") == {}
    dialog.locator("button[type=submit]").click()
    page.wait_for_url("**/opportunity/*")
    expect(page.locator("h1")).to_have_text("Нужен станок")
    expect(page.locator("main")).to_contain_text("Договорились о встрече")
    expect(page.locator("main")).to_contain_text("Ромашка")

    page.goto(f"{product.address}/lead/{number}")
    page.get_by_role("button", name="Вернуть в лиды").click()
    expect(page.get_by_role("button", name="Конвертировать")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Договорились о встрече")


def _post(product: Product, values: dict[str, str]) -> int:
    """What another program does."""
    token = product.command("token", EMAIL, "--name", "site").stdout.split()[-1]
    request = urllib.request.Request(
        f"{product.address}/api/v1/lead",
        json.dumps(values).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(json.loads(answer.read())["id"])


def _answer(page: Page) -> None:
    page.locator("#composer").get_by_role("radio", name="Звонок", exact=True).check()
    page.locator("#composer textarea[name=text]").fill("Звонок\nДоговорились о встрече")
    page.locator("#composer button[type=submit]").click()
    expect(page.locator(".timeline")).to_contain_text("Договорились о встрече")
