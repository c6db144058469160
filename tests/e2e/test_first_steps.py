"""The screens one sees once: the wizard, signing in, and a file's way through the import."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import EMAIL, PASSWORD, TEXTS
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = """Организация;ИНН;Город;Контактное лицо;Телефон;E-mail;Менеджер
Альфахолдинг;2312107666;Новороссийск;Антонов Пётр Викторович;209-07-69;p.antonov@alfa.ru;Манчинский
Маякпроект;5914534276;Пермь;Rodionov Mikhail;8(981)3858166;не почта;Манчинский
Маякпроект;5914534276;Пермь;;;;
"""


def test_first_steps(product: Product, page: Page, tmp_path: Path, pictures: Path) -> None:
    found: dict[str, list[str]] = {}
    address, words = product.address, TEXTS["ru"]

    def look(name: str) -> None:
        found.update(look_everywhere(page, pictures, name))

    page.goto(address)
    look("setup-language")
    page.click("button[name=language][value=ru]")
    look("setup-company")
    page.fill("[name=company]", "ООО «Северный путь»")
    page.click("main button[type=submit]")
    look("setup-administrator")
    page.fill("[name=name]", "Анна Ким")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    expect(page).to_have_url(f"{address}/setup/begin")
    look("setup-begin")

    file = tmp_path / "клиенты.csv"
    file.write_bytes(ROWS.replace("\n", "\r\n").encode("cp1251"))
    page.goto(f"{address}/imports/new")
    page.set_input_files("input[type=file]", file)
    if "/map" not in page.url:
        page.click("main button[type=submit]")
    page.wait_for_url("**/map")
    look("import-columns")
    page.get_by_role("button", name=words["check"], exact=True).click()
    page.wait_for_url("**/check")
    expect(page.get_by_role("button", name=words["import"], exact=True)).to_be_visible(timeout=60_000)
    look("import-check")
    page.get_by_role("button", name=words["import"], exact=True).click()
    page.wait_for_url("**/run")
    expect(page.locator(".message[data-kind=success]")).to_be_visible(timeout=90_000)
    look("import-result")

    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    look("sign-in")
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)
