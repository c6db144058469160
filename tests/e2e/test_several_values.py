"""Tags are typed, chosen and asked for; files are dropped onto a form and fetched from the card: as people do it."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    """A product with a field of files on organisations."""
    product = Product(tmp_path_factory.mktemp("several") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/settings/objects/organisation/fields/new?type=file")
    page.fill("[name=label_ru]", "Документы")
    page.select_option("[name=section]", "main")
    page.locator("form.form button[type=submit]").last.click()
    page.wait_for_url("**/settings/objects/organisation")
    context.close()
    yield product
    product.stop()


def picture() -> bytes:
    """A small PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + bytes((90, 140, 200)) * 40 for _row in range(30))
    head = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def test_tags_and_files_from_the_form_to_the_list(company: Product, page: Page, tmp_path: Path):
    files = [tmp_path / "фасад.png", tmp_path / "договор.txt"]
    files[0].write_bytes(picture())
    files[1].write_text("Предмет договора", encoding="utf-8")
    sign_in(page, company.address)
    page.goto(f"{company.address}/organisation/new")
    form = page.locator("form.form")
    form.locator("[name=name]").fill("Альфа")
    tags = form.locator("#f-tags")
    tags.press_sequentially("Ключевой клиент, Опт;")
    expect(form.locator(".pick")).to_have_text(["Ключевой клиент", "Опт"])
    tags.press("Backspace")
    expect(form.locator(".pick")).to_have_count(1)
    tags.press_sequentially("Розница")
    expect(form.locator("#f-tags-list [data-create]")).to_be_visible()
    tags.press("Enter")
    form.locator("[data-attach] input[type=file]").set_input_files(files)
    expect(form.locator("[data-attach-item] input[type=hidden]")).to_have_count(2, timeout=15_000)

    # Nothing is lost when the page is left before it is saved.
    page.wait_for_timeout(500)
    page.reload()
    expect(form.locator(".pick")).to_have_text(["Ключевой клиент", "Розница"])
    expect(form.locator("[data-attach-item]")).to_have_count(2)
    form.locator("[data-attach-item]").filter(has_text="договор.txt").locator("[data-attach-off]").click()
    expect(form.locator("[data-attach-item]")).to_have_count(1)
    form.locator("button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Альфа")
    expect(page.locator(".badges").first).to_contain_text("Розница")
    shown = page.locator(".file-shown")
    expect(shown.locator("img")).to_have_js_property("naturalWidth", 40)
    assert look_everywhere(page, tmp_path, "several") == {}

    # In its place, with the keyboard alone: one more tag, one less.
    page.locator("#fact-tags [data-fact-edit]").click()
    box = page.locator("#fact-tags-input")
    box.press_sequentially("клю")
    expect(page.locator("#fact-tags-input-list [role=option]").first).to_contain_text("Ключевой клиент")
    box.press("Escape")
    box.fill("")
    box.press("Backspace")
    box.press_sequentially("ВИП,")
    box.press("Control+Enter")
    expect(page.locator("#fact-tags .badges")).to_contain_text("ВИП")
    expect(page.locator("#fact-tags .badges")).not_to_contain_text("Розница")

    # And the list is asked for it.
    page.goto(f"{company.address}/organisation")
    page.keyboard.press("f")
    panel = page.locator(".builder, [data-builder]").first
    panel.locator("select").first.select_option("tags")
    panel.locator("[data-picks] [role=combobox]").press_sequentially("вип")
    expect(panel.locator("[role=option][aria-selected=true]")).to_contain_text("ВИП")
    panel.locator("[data-picks] [role=combobox]").press("Enter")
    expect(panel.locator(".pick")).to_have_text(["ВИП"])
