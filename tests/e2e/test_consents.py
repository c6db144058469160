"""A consent written down on a card, a letter that tells when it is opened, and the consent withdrawn."""

import re
import time
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from klientura.connectors.mail.tests import dovecot, smtp
from klientura.connectors.mail.tests.dovecot import MailServer
from klientura.connectors.mail.tests.smtp import Sink
from tests.e2e.journeys import set_up
from tests.e2e.looking import faults
from tests.e2e.product import Product
from tests.e2e.test_mail import connect

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


def wrote(page: Page, address: str, sink: Sink, subject: str) -> str:
    """Write a letter to the client; return its HTML as the server got it."""
    before = len(sink.letters)
    page.goto(f"{address}/mail/new?to=petr@client.ru")
    page.fill("#f-subject", subject)
    page.locator("[data-editor-page]").click()
    page.keyboard.type("Добрый день")
    expect(page.locator("[data-save-state]")).to_contain_text("Сохранено")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/mail/outgoing/*")
    deadline = time.monotonic() + PATIENCE / 1000
    while len(sink.letters) == before and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    raw: Message = message_from_bytes(sink.letters[-1].raw)
    part = next(p for p in raw.walk() if p.get_content_type() == "text/html")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_a_letter_tells_that_it_was_opened_as_long_as_the_client_lets_it(
    product: Product, page: Page, servers: tuple[MailServer, Sink]
) -> None:
    server, sink = servers
    set_up(page, product.address, "ru")
    site = product.address.replace("127.0.0.1", "localhost")
    page.goto(f"{product.address}/settings/mail")
    for name, value in (
        ("host", "localhost"),
        ("port", str(sink.port)),
        ("sender", "crm@our.ru"),
        ("site", site),
    ):
        page.fill(f"[name={name}]", value)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/settings/mail?saved=1")
    connect(page, product.address, server, sink)
    page.locator("[name=tracks]").check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    page.goto(f"{product.address}/person/new")
    page.fill("[name=last_name]", "Ильин")
    page.fill("[name=email]", "petr@client.ru")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/person/\d+$"))
    card = page.url
    assert "/seen/" not in wrote(page, product.address, sink, "До согласия")

    page.goto(f"{card}?tab=consents")
    assert faults(page) == []
    page.get_by_role("button", name="Записать согласие").click()
    page.select_option("#d-purpose", "tracking")
    page.fill("#d-proof", "Сказал по телефону")
    page.locator("#dialog-body button[type=submit]").click()
    expect(page.locator("#consents")).to_contain_text("Разрешено с")

    page.goto(f"{product.address}/mail/new?to=petr@client.ru")
    expect(page.locator("[data-tracking]")).to_have_text(
        "Открытия письма и переходы по ссылкам отслеживаются."
    )
    sent = wrote(page, product.address, sink, "После согласия")
    picture = re.search(r'src="([^"]+/seen/[^"]+)"', sent)
    assert picture
    page.goto(card)
    expect(page.locator("#activity")).to_contain_text("После согласия")
    with urllib.request.urlopen(picture[1]) as answer:
        assert answer.headers["Set-Cookie"] is None
        assert answer.read()[:3] == b"GIF"
    page.goto(card)
    expect(page.locator("#activity")).to_contain_text("Открыто 1 раз")

    page.goto(f"{card}?tab=consents")
    page.get_by_role("button", name="Отозвать").click()
    page.select_option("#d-withdrawn_how", "word")
    page.locator("#dialog-body button[type=submit]").click()
    expect(page.locator("#consents")).to_contain_text("Отозвано")
    page.goto(f"{product.address}/mail/new?to=petr@client.ru")
    expect(page.locator("[data-tracking]")).to_have_text(
        "Открытия не отслеживаются: нет согласия petr@client.ru"
    )
