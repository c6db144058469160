"""The main job, end to end: from nothing to a client base one works in, in both languages, and still there after kill -9."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.journeys import TEXTS, import_file, set_up, sign_in
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# ruff: noqa: E501 - a file as it comes
CLIENTS = """Организация;ИНН;КПП;Город;Контактное лицо;Должность;Телефон;E-mail;Оборот, руб.;Примечание
ООО "Атлантлизинг";7827763273;783701001;г. Санкт-Петербург;Морозова Екатерина Алексеевна;Юрист;+7 401 261-71-99;e.morozova@atlantlizing.ru;748 815,00;"Первая
вторая строка"
Альфахолдинг;2312107666;235901001;Новороссийск;Антонов Пётр Викторович;Директор;209-07-69;p.antonov@alfa.ru;421510;
Маякпроект;5914534276;591401001;Пермь;Rodionov Mikhail;;8(981)3858166;не почта;31.02.2025;ИНН с опечаткой
"""


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """A list as 1C exports it: cp1251, semicolons, a cell of two lines, a bad INN, a bad e-mail, a bad sum."""
    file = tmp_path / "клиенты.csv"
    file.write_bytes(CLIENTS.replace("\n", "\r\n").encode("cp1251"))
    return file


@pytest.mark.parametrize("language", ["ru", "en"])
def test_from_nothing_to_a_won_deal(product: Product, page: Page, clients: Path, language: str):
    words = TEXTS[language]
    set_up(page, product.address, language)
    import_file(page, product.address, clients, language)

    page.goto(f"{product.address}/organisation")
    expect(page.locator("tr[data-row]")).to_have_count(3)
    page.get_by_role("link", name="Атлантлизинг", exact=True).click()
    expect(page.locator("h1")).to_have_text("Атлантлизинг")
    expect(page.locator(".card-side")).to_contain_text("Морозова Екатерина Алексеевна")
    card = page.url

    _write_down_a_call(page, words["call"])
    deal = _open_a_deal(page, product.address, card)
    _drag_to_won(page, product.address, words["won"])
    _find_by_a_misspelt_name(page, product.address)
    page.goto(deal + "?tab=history")
    expect(page.locator(".timeline")).to_contain_text(words["won"])

    product.kill_everything()
    product.start()
    page.goto(card)
    expect(page.locator(".timeline")).to_contain_text("Готовы взять пробную партию")
    page.goto(f"{product.address}/opportunity?view=board")
    expect(page.locator("[data-stage-label*='" + words["won"] + "'] [data-card]")).to_have_count(1)


def _write_down_a_call(page: Page, call: str) -> None:
    page.locator("#composer").get_by_role("radio", name=call, exact=True).check()
    page.locator("#composer textarea[name=text]").fill("Условия поставки\nГотовы взять пробную партию")
    page.locator("#composer button[type=submit]").click()
    expect(page.locator(".timeline")).to_contain_text("Готовы взять пробную партию")


def _open_a_deal(page: Page, address: str, card: str) -> str:
    page.goto(f"{address}/opportunity/new?party={card.rpartition('/')[2]}")
    page.fill("[name=name]", "Поставка станков")
    page.fill("[name=amount]", "1 250 000,50")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Поставка станков")
    return page.url


def _drag_to_won(page: Page, address: str, won: str) -> None:
    page.set_viewport_size(
        {"width": 2100, "height": 900}
    )  # wide enough to see the first and the last column at once
    page.goto(f"{address}/opportunity?view=board")
    target = page.locator(f"[data-stage-label*='{won}'] [data-board-list]")
    page.wait_for_load_state("networkidle")  # the drag library is loaded on demand
    page.locator("[data-card]").first.hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 10, steps=12)
    page.mouse.move(box["x"] + 60, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(target.locator("[data-card]")).to_have_count(1)
    expect(page.locator(f"[data-stage-label*='{won}'] .board-count")).to_have_text("1")


def _find_by_a_misspelt_name(page: Page, address: str) -> None:
    for typed in ("марозова", "vjhjpjdf", "morozova", "261-71-99"):
        page.goto(f"{address}/search?q={typed}")
        expect(page.locator("main")).to_contain_text("Морозова Екатерина Алексеевна")


def test_two_people_edit_one_card(
    product: Product, page: Page, windows: Callable[[], BrowserContext], clients: Path
):
    set_up(page, product.address, "ru")
    import_file(page, product.address, clients, "ru")
    other = windows().new_page()
    sign_in(other, product.address)
    page.goto(f"{product.address}/organisation?q=Маякпроект")
    page.locator("a.row-link").first.click()
    form = page.url + "/edit"
    page.goto(form)
    other.goto(form)
    page.fill("[name=city]", "Уфа")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator(".card-facts")).to_contain_text("Уфа")
    other.fill("[name=city]", "Омск")
    other.fill("[name=name]", "Маяк")
    other.locator("form.form button[type=submit]").click()
    expect(other.locator(".message[role=alert]")).to_contain_text("Уфа")
    assert other.input_value("[name=city]") == "Омск"
    assert other.input_value("[name=name]") == "Маяк"
    other.locator("form.form button[type=submit]").click()
    expect(other.locator(".card-facts")).to_contain_text("Омск")
