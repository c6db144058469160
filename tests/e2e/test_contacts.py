"""A contact and what follows from it: outcomes that go with its kind, an answer on the timeline, the course of an assignment."""

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
from klientura.kit.letters import parsing
from tests.e2e.journeys import set_up
from tests.e2e.looking import faults
from tests.e2e.product import Product
from tests.e2e.test_mail import connect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 60_000


@pytest.fixture
def servers(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[dovecot.MailServer, smtp.Sink]]:
    """Where letters are read and handed in."""
    if dovecot.program() is None:
        pytest.fail("This test speaks to a real mail server. Install it: apt install dovecot-imapd")
    monkeypatch.setattr(dovecot, "PASSWORD", smtp.PASSWORD)
    with dovecot.running(Path(tmp_path_factory.mktemp("mail"))) as server, smtp.listening() as sink:
        yield server, sink


def question() -> bytes:
    """What a client asks."""
    made = EmailMessage()
    made["From"], made["To"] = "Пётр Ильин <petr@client.ru>", "anna@our.ru"
    made["Subject"], made["Message-ID"] = "Когда отгрузка?", "<question@client.ru>"
    made["Date"] = format_datetime(timezone.now())
    made.set_content("Когда ждать насосы?")
    return made.as_bytes()


def answer_in_place(page: Page, card: str) -> None:
    """The letter stands on the client's card, and is answered there."""
    deadline = time.monotonic() + PATIENCE / 1000
    letter = page.locator("#activity article", has_text="Когда ждать насосы?")
    while not letter.count() and time.monotonic() < deadline:
        page.goto(card)
    letter.get_by_role("link", name="Ответить").click()
    field = letter.get_by_label("Ответ", exact=False).and_(letter.locator("textarea"))
    expect(field).to_be_focused()
    page.keyboard.type("Отгрузим в среду.")
    assert faults(page) == []
    page.keyboard.press("Control+Enter")
    expect(letter.get_by_role("status")).to_contain_text("Ответ отправляется")
    assert page.url == card, "nobody had to leave the card"


def outcomes_go_with_kinds(page: Page, address: str) -> None:
    """The form offers what goes with the kind that is chosen, and lets go of what does not."""
    page.goto(f"{address}/interaction/new")
    kind, outcome = page.locator("select[name=kind]"), page.locator("select[name=outcome]")
    kind.select_option("call")
    expect(outcome.locator("option[value=no_answer]")).to_be_enabled()
    expect(outcome.locator("option[value=held]")).to_be_disabled()
    outcome.select_option("no_answer")
    kind.select_option("meeting")
    expect(outcome).to_have_value("")
    expect(outcome.locator("option[value=no_answer]")).to_be_disabled()
    outcome.select_option("held")


def course_of_an_assignment(page: Page, address: str) -> None:
    """Each step of an assignment stands on its card as soon as it is taken."""
    page.goto(f"{address}/assignment/new")
    page.fill("[name=name]", "Собрать отзывы")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/assignment/\d+$"))
    page.get_by_role("button", name="Взять в работу").click()
    steps = page.locator("article.moment .moment-what")
    expect(steps.first).to_contain_text("принято в работу")
    expect(steps.last).to_contain_text("поручение выдано")
    assert faults(page) == []


def test_outcomes_an_answer_in_place_and_the_course_of_an_assignment(
    product: Product, page: Page, servers: tuple[dovecot.MailServer, smtp.Sink]
) -> None:
    server, sink = servers
    set_up(page, product.address, "ru")
    page.goto(f"{product.address}/organisation/new")
    page.fill("[name=name]", "Насосы и трубы")
    page.fill("[name=email]", "petr@client.ru")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/organisation/\d+$"))
    card = page.url
    server.put("anna", [question()])
    connect(page, product.address, server, sink)
    answer_in_place(page, card)
    outcomes_go_with_kinds(page, product.address)
    course_of_an_assignment(page, product.address)
    deadline = time.monotonic() + PATIENCE / 1000
    while not sink.letters and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    [taken] = sink.letters
    sent = parsing.parse(taken.raw)
    assert (taken.recipients, sent.subject, sent.said) == (
        ["petr@client.ru"],
        "Re: Когда отгрузка?",
        "Отгрузим в среду.",
    )
