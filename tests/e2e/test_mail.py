"""A letter to a client: written from the card, sent, answered, and the answer comes into the conversation while one looks."""

import re
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from klientura.connectors.mail.tests import dovecot, smtp
from klientura.connectors.mail.tests.dovecot import MailServer
from klientura.connectors.mail.tests.smtp import Sink
from klientura.kit.letters import parsing
from tests.e2e.journeys import set_up
from tests.e2e.looking import faults
from tests.e2e.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 60_000


@pytest.fixture
def servers(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[MailServer, Sink]]:
    """A Dovecot to read from and a server that takes letters, with one password."""
    if dovecot.program() is None:
        pytest.fail("This test speaks to a real mail server. Install it: apt install dovecot-imapd")
    monkeypatch.setattr(dovecot, "PASSWORD", smtp.PASSWORD)
    with dovecot.running(Path(tmp_path_factory.mktemp("mail"))) as server, smtp.listening() as sink:
        yield server, sink


def connect(page: Page, address: str, server: MailServer, sink: Sink) -> None:
    """Connect a mailbox of one's own."""
    page.goto(f"{address}/mail/mailboxes/new")
    given = {"address": "anna@our.ru", "password": smtp.PASSWORD, "imap_host": "localhost", "imap_port": server.port, "username": "anna",
             "smtp_host": "localhost", "smtp_port": sink.port}  # fmt: skip
    for name, value in given.items():
        page.fill(f"[name={name}]", str(value))
    for name in ("imap_security", "smtp_security"):
        page.select_option(f"[name={name}]", "none")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/mail/mailboxes/\d+$"))


def answer_to(message_id: str, text: str) -> bytes:
    """What the client writes back."""
    made = EmailMessage()
    made["From"], made["To"] = "Пётр Ильин <petr@client.ru>", "anna@our.ru"
    made["Subject"], made["Message-ID"] = "Re: Счёт на насосы", "<answer@client.ru>"
    made["In-Reply-To"] = made["References"] = f"<{message_id}>"
    made["Date"] = format_datetime(timezone.now())
    made.set_content(text)
    return made.as_bytes()


def test_a_letter_goes_and_its_answer_comes(
    product: Product, page: Page, servers: tuple[MailServer, Sink]
) -> None:
    server, sink = servers
    set_up(page, product.address, "ru")
    connect(page, product.address, server, sink)
    page.goto(f"{product.address}/organisation/new")
    page.fill("[name=name]", "Насосы и трубы")
    page.fill("[name=email]", "petr@client.ru")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/organisation/\d+$"))
    card = page.url

    page.get_by_role("link", name="Написать письмо").click()
    page.wait_for_url("**/mail/new?about=*")
    expect(page.locator("#compose .pick")).to_have_text("Насосы и трубы")
    expect(page.locator("#f-subject")).to_be_focused()
    assert faults(page) == []
    page.keyboard.type("Счёт на насосы")
    page.locator("[data-editor-page]").click()
    page.keyboard.type("Добрый день, ")
    page.keyboard.press("Control+b")
    page.keyboard.type("счёт")
    page.keyboard.press("Control+b")
    page.keyboard.type(" во вложении.")
    page.set_input_files(
        "#f-files", [{"name": "Счёт 15.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 text"}]
    )
    expect(page.locator("[data-save-state]")).to_contain_text("Сохранено")
    expect(page).to_have_url(re.compile(r"/mail/drafts/\d+$"))
    page.reload()
    expect(page.locator("[data-editor-page]")).to_have_text("Добрый день, счёт во вложении.")
    page.locator("[data-editor-page]").click()
    page.keyboard.press("Control+Enter")

    page.get_by_role("button", name="Отменить", exact=True).click()
    page.wait_for_url(re.compile(r"/mail/drafts/\d+$"))
    page.locator("[data-editor-page]").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/mail/outgoing/*")
    deadline = time.monotonic() + PATIENCE / 1000
    while not sink.letters and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    [taken] = sink.letters
    sent = parsing.parse(taken.raw)
    assert (taken.recipients, sent.subject, sent.said) == (
        ["petr@client.ru"],
        "Счёт на насосы",
        "Добрый день, счёт во вложении.",
    )
    assert [(a.name, a.data) for a in sent.attached] == [("Счёт 15.pdf", b"%PDF-1.4 text")]

    talk = page.get_by_role("link", name="Счёт на насосы")
    deadline = time.monotonic() + PATIENCE / 1000
    while (
        time.monotonic() < deadline
    ):  # the server has the letter a moment before the product notes that it went
        with page.expect_response(lambda r: "/live" in r.url and r.status == 200, timeout=PATIENCE):
            page.goto(f"{product.address}/mail")
        if talk.count():
            break
    talk.click()
    expect(page.locator(".letter")).to_have_count(1)
    page.wait_for_timeout(2_000)  # the stream of this page has begun
    server.put("anna", [answer_to(sent.message_id, "Спасибо, оплатим в среду")])
    fresh = page.get_by_role("link", name="В этой переписке новое письмо")
    expect(fresh).to_be_visible(timeout=PATIENCE)
    fresh.click()
    expect(page.locator(".letter")).to_have_count(2)
    expect(page.locator(".letter").last).to_contain_text("Спасибо, оплатим в среду")
    assert faults(page) == []

    page.goto(card)
    for words in ("Спасибо, оплатим в среду", "Добрый день, счёт во вложении."):
        expect(page.locator("#activity")).to_contain_text(words)
    client = server.client("anna")
    client.select("Sent")
    assert client.search(None, "ALL")[1] == [b"1"]
    client.logout()
