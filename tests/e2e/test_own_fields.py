"""An administrator adds a kind of record and fields in the browser, and everybody works with them at once."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def add_field(page: Page, base: str, kind: str, label: str, **more: str) -> None:
    page.goto(f"{base}/fields/new?type={kind}")
    page.fill("[name=label_ru]", label)
    for name, value in more.items():
        page.fill(f"[name={name.replace('__', '-')}]", value)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(base)


def test_a_kind_of_record_of_ones_own(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found.update(look_everywhere(page, pictures, name))

    page.goto(f"{product.address}/settings/objects/new")
    for name, value in (("label_ru", "Станок"), ("plural_ru", "Станки"), ("new_label_ru", "Новый станок")):
        page.fill(f"[name={name}]", value)
    page.locator("input[name=icon][value=wrench]").check(force=True)
    look("kind-of-record")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/settings/objects/x_stanok")
    base = page.url

    page.goto(f"{base}/fields/new")
    look("field-types")
    add_field(page, base, "money", "Цена")
    add_field(page, base, "integer", "Скидка")
    page.goto(f"{base}/fields/new?type=option")
    page.fill("[name=label_ru]", "Состояние")
    for number, text in enumerate(("В работе", "Ремонт", "Списан")):
        page.fill(f"[name=options-{number}-ru]", text)
    page.locator("[data-line-up]").nth(1).click()
    look("field")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(base)
    page.goto(f"{base}/fields/new?type=formula")
    page.fill("[name=label_ru]", "К оплате")
    page.fill("[name=formula]", "x_tsena * (100 - ifempty(x_skidka, 0)) / 100 +")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".field-error").first).to_contain_text("скобки")
    page.select_option("[name=shown]", "money")
    page.fill("[name=formula]", "x_tsena * (100 - ifempty(x_skidka, 0)) / 100")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(base)
    look("fields")

    page.goto(f"{base}/layout")
    page.click("[data-layout-add]")
    page.keyboard.type("Деньги")
    down = page.locator("[data-layout-item]", has_text="К оплате").locator("[data-layout-down]")
    down.focus()
    for _step in range(3):
        page.keyboard.press("Enter")
    look("arrange")
    page.locator("main form[data-layout] button[type=submit]").click()
    page.wait_for_url(base)

    page.goto(f"{product.address}/x_stanok/new")
    page.fill("[name=name]", "Токарный 16К20")
    page.fill("[name=x_tsena]", "1 200 000")
    page.fill("[name=x_skidka]", "10")
    expect(page.locator("[name=x_sostoyanie] option")).to_have_text(["—", "Ремонт", "В работе", "Списан"])
    page.select_option("[name=x_sostoyanie]", label="Ремонт")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Токарный 16К20")
    expect(page.locator(".card-facts")).to_contain_text("1 080 000")
    expect(page.locator(".card-facts")).to_contain_text("Деньги")
    look("own-record")

    page.goto(f"{product.address}/x_stanok?sort=-x_k_oplate")
    expect(page.locator("tbody")).to_contain_text("Токарный 16К20")
    page.keyboard.press("Control+k")
    page.keyboard.type("токарн")
    expect(page.locator("#palette-list")).to_contain_text("Токарный 16К20")
    page.keyboard.press("Escape")

    page.goto(base)
    page.locator("a", has_text="К оплате").click()
    page.get_by_role("button", name="Удалить", exact=True).click()
    page.wait_for_url("**/x_stanok*#removed")
    page.goto(f"{product.address}/x_stanok")
    expect(page.locator("thead")).not_to_contain_text("К оплате")
    assert found == {}
