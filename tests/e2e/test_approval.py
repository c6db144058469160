"""A manager gives 25 % where 10 are theirs to give: the offer does not go out until their head has agreed, on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import faults, look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("approval") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    set_up(context.new_page(), product.address, "ru")
    context.close()
    yield product
    product.stop()


def save(page: Page) -> None:
    page.locator("form.form button[type=submit]").first.click()


def prepare(page: Page, address: str) -> str:
    """A company of ours, goods, a limit of 10 % for managers, and a manager; answers their password."""
    page.goto(f"{address}/own_company/new")
    page.fill("[name=name]", "Наша")
    page.locator("[name=is_main]").check()
    save(page)
    expect(page.locator(".page-title")).to_contain_text("Наша")
    page.goto(f"{address}/product/new")
    page.fill("[name=name]", "Станок")
    page.fill("[name=price]", "1000")
    save(page)
    expect(page.locator(".page-title")).to_contain_text("Станок")
    page.goto(f"{address}/discount_limit/new")
    page.fill("[name=name]", "Руководители")
    page.select_option("[name=role]", "manager")
    page.fill("[name=on_line]", "10")
    save(page)
    expect(page.locator(".page-title")).to_contain_text("Руководители")
    page.goto(f"{address}/settings/users/new")
    page.fill("[name=name]", "Борис Лось")
    page.fill("[name=email]", "boris@example.org")
    page.select_option("[name=role]", "manager")
    save(page)
    return page.locator("#secret").inner_text()


def pick(page: Page, control: str, words: str) -> None:
    page.locator(control).press_sequentially(words)
    expect(page.locator(f"{control}-list [role=option]").first).to_contain_text(words, ignore_case=True)
    page.locator(control).press("Enter")


def test_a_discount_beyond_the_limit_goes_out_when_the_head_agrees(
    company: Product, page: Page, browser: Browser, tmp_path: Path
) -> None:
    address = company.address
    sign_in(page, address)
    password = prepare(page, address)

    window = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="ru-RU", timezone_id="Europe/Moscow"
    )
    boris = window.new_page()
    boris.goto(f"{address}/sign-in")
    boris.fill("[name=login]", "boris@example.org")
    boris.fill("[name=password]", password)
    boris.click("main button[type=submit]")
    boris.wait_for_url(lambda url: "/sign-in" not in url)
    boris.goto(f"{address}/organisation/new")
    boris.fill("[name=name]", "Ромашка")
    save(boris)
    expect(boris.locator(".page-title")).to_contain_text("Ромашка")
    boris.goto(f"{address}/offer/new")
    pick(boris, "#f-party", "ромашка")
    pick(boris, "#f-lines-0-product", "станок")
    boris.fill("[name=lines-0-given_discount]", "25")
    note = boris.locator("[data-lines-note]")
    expect(note).to_contain_text("Строка 1. Скидка 25 %, без согласования — до 10 %.")
    assert look_everywhere(boris, tmp_path, "approval-form") == {}
    save(boris)
    expect(boris.locator(".page-title")).to_contain_text("Черновик предложения, Ромашка")
    offer = boris.url.partition("?")[0]

    boris.get_by_role("button", name="Выпустить", exact=True).click()
    expect(boris.locator("#dialog-body")).to_contain_text("без согласования — до 10 %")
    boris.keyboard.press("Escape")
    boris.get_by_role("button", name="Отправить на согласование", exact=True).click()
    expect(boris.locator("#dialog-body")).to_contain_text("Анна Ким")
    boris.fill("#d-words", "Крупный клиент, берут двадцать станков")
    boris.locator("#dialog-body").get_by_role("button", name="Отправить", exact=True).click()
    expect(boris.locator(".approval")).to_contain_text("На согласовании")
    assert look_everywhere(boris, tmp_path, "approval-card") == {}

    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="ru-RU", timezone_id="Europe/Moscow"
    )
    head = phone.new_page()
    sign_in(head, address)
    head.goto(f"{address}/approvals")
    expect(head.locator("#approvals-list")).to_contain_text("Крупный клиент")
    assert head.evaluate("document.documentElement.scrollWidth") == 390
    assert list(faults(head)) == []
    head.locator("#approvals-list").get_by_role("button", name="Принять решение:").click()
    head.locator("#dialog-body [name=verdict][value=remarked]").check()
    head.locator("#dialog-body").get_by_role("button", name="Принять решение", exact=True).click()
    expect(head.locator("#dialog-body")).to_contain_text("Напишите в двух словах")
    head.fill("#d-words", "Только при предоплате")
    assert list(faults(head)) == []
    head.locator("#dialog-body").get_by_role("button", name="Принять решение", exact=True).click()
    expect(head.locator("#approvals-list")).to_contain_text("Вашего решения ничего не ждёт")

    boris.goto(offer)
    expect(boris.locator(".approval")).to_contain_text("Только при предоплате")
    boris.get_by_role("button", name="Выпустить", exact=True).click()
    expect(boris.locator(".page-title")).to_contain_text("У клиента")
    assert look_everywhere(boris, tmp_path, "approval-done") == {}
    for context in (window, phone):
        context.close()
