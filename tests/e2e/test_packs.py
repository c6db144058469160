"""An administrator looks at a pack's plan, installs it, works with what it brought, and arranges the card for a role."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import set_up
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_the_plan_to_the_first_membership(product: Product, page: Page, pictures: Path) -> None:
    set_up(page, product.address, "ru")
    base = f"{product.address}/settings/packs"
    page.goto(base)
    found = look_everywhere(page, pictures, "packs")
    page.get_by_role("button", name="Посмотреть…").click()
    page.wait_for_url(f"{base}/fitness")
    expect(page.locator(".tree-list")).to_contain_text("Осталось занятий (Абонементы)")
    found |= look_everywhere(page, pictures, "pack-plan")

    page.get_by_role("button", name="Установить").click()
    page.wait_for_url(base)
    expect(page.locator(".toast")).to_contain_text("Пакет установлен")
    expect(page.locator(".badge")).to_contain_text("установлен")
    page.goto(f"{product.address}/x_fitness_membership")
    page.locator("main").get_by_role("button", name="Ещё").click()
    expect(page.get_by_text("Заканчиваются в этом месяце")).to_be_visible()
    page.goto(f"{product.address}/x_fitness_membership/new")
    expect(page.locator("[name=x_fitness_state]")).to_have_value("active")
    found |= look_everywhere(page, pictures, "pack-form")

    page.goto(f"{product.address}/settings/objects/x_fitness_membership/layout")
    page.locator("summary", has_text="Расположение для некоторых").click()
    page.locator("select[name=role]").select_option("manager")
    page.locator("select[name=stage]").select_option("frozen")
    page.get_by_role("button", name="Расставить").click()
    expect(page.locator(".tab[aria-current=page]")).to_have_text("Руководитель, заморожен")
    found |= look_everywhere(page, pictures, "arrange-for-some")
    assert {name: faults for name, faults in found.items() if faults} == {}
