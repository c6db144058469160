"""From a bank statement to paid invoices: the sure ones by themselves, another one by a key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import set_up, sign_in
from tests.e2e.looking import look_everywhere
from tests.e2e.product import Product, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OURS = "40702810938000000001"
PAPER = (
    "СекцияДокумент=Платежное поручение\nНомер={number}\nДата=20.11.2026\nСумма={amount}\nПлательщикСчет=40702810400000000777\n"
    "Плательщик1=ООО «Ромашка»\nПлательщикИНН=7707083893\nПолучательСчет={account}\nДатаПоступило=20.11.2026\n"
    "НазначениеПлатежа={purpose}\nКонецДокумента\n"
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("payments") / "data", free_port())
    product.start()
    context = browser.new_context(locale="ru-RU")
    set_up(context.new_page(), product.address, "ru")
    context.close()
    yield product
    product.stop()


def save(page: Page) -> None:
    page.locator("form.form button[type=submit]").first.click()


def bill(page: Page, address: str, price: str) -> str:
    """Issue an invoice to the client; return its address."""
    page.goto(f"{address}/invoice/new")
    box = page.locator("#f-party")
    box.press_sequentially("ромашка")
    expect(page.locator("#f-party-list [role=option]").first).to_contain_text("Ромашка")
    box.press("Enter")
    page.fill("[name=issued_on]", "2026-11-02")
    page.fill("[name=lines-0-name]", "Работы")
    page.fill("[name=lines-0-given_price]", price)
    save(page)
    page.get_by_role("button", name="Выставить", exact=True).click()
    expect(page.locator(".page-title")).to_contain_text("Ждёт оплаты")
    return page.url.partition("?")[0]


def test_a_statement_pays_invoices(company: Product, page: Page, tmp_path: Path) -> None:
    address = company.address
    sign_in(page, address)
    page.goto(f"{address}/own_company/new")
    page.fill("[name=name]", "Наша")
    page.locator("[name=is_main]").check()
    page.fill("[name=accounts-0-bic]", "044525225")
    page.fill("[name=accounts-0-account]", OURS)
    save(page)
    expect(page.locator("h1")).to_have_text("Наша")
    page.goto(f"{address}/organisation/new")
    page.fill("[name=name]", "Ромашка")
    page.fill("[name=inn]", "7707083893")
    save(page)
    expect(page.locator("h1")).to_have_text("Ромашка")
    sure, asked = bill(page, address, "1000"), bill(page, address, "300")

    file = tmp_path / "kl_to_1c.txt"
    papers = [
        PAPER.format(number=1, amount="1000.00", account=OURS, purpose="Оплата по счету № 1 от 02.11.2026"),
        PAPER.format(number=2, amount="300.00", account=OURS, purpose="Оплата за работы"),
    ]
    head = f"1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nРасчСчет={OURS}\n"
    file.write_bytes(f"{head}{''.join(papers)}КонецФайла\n".encode("cp1251"))
    page.goto(f"{address}/bank-statements")
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Посмотреть выписку").click()
    expect(page.locator("body")).to_contain_text("Оплатит 1")
    look_everywhere(page, tmp_path, "statement")
    page.get_by_role("button", name="Провести 2 оплаты").click()
    expect(page.locator(".page-title")).to_contain_text("Проведена", timeout=30_000)

    page.goto(f"{address}/matching")
    expect(page.locator("[data-match]")).to_have_count(1)
    expect(page.locator("[data-match]")).to_be_focused()
    look_everywhere(page, tmp_path, "matching")
    page.locator("[data-match]").press("Enter")
    expect(page.locator("[data-match]")).to_have_count(0)
    for invoice in (sure, asked):
        page.goto(invoice)
        expect(page.locator(".page-title")).to_contain_text("Оплачен")

    page.goto(f"{address}/bank-statements")
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Посмотреть выписку").click()
    expect(page.locator("body")).to_contain_text("все оплаты из этой выписки уже загружены")
    page.goto(f"{address}/receivables")
    look_everywhere(page, tmp_path, "receivables")
    expect(page.locator("body")).to_contain_text("Никто ничего не должен")
