"""Letters that tell when they are opened: only by consent, to nobody else, and never as a way for others to send people astray."""

import datetime as dt
import html
import re
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.notify.models import MailServer
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.consents.models import Consent
from klientura.modules.consents.services import giving
from klientura.modules.conversations.models import Mailbox, Outgoing, Tracked, TrackedLink
from klientura.modules.conversations.services import outbox, tracking
from klientura.modules.conversations.tests.written import mailbox
from klientura.modules.conversations.web import opening

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
SITE = "https://crm.our.ru"
BODY = '<p>Смотрите <a href="https://our.ru/цены?a=1&amp;b=2">цены</a> и <a href="mailto:we@our.ru">пишите</a></p>'


@pytest.fixture
def company() -> Company:
    opening.PACE.__init__(60)  # type: ignore[misc]
    return found_company()


@pytest.fixture
def box(company: Company) -> Mailbox:
    MailServer.objects.create(pk=1, host="smtp.our.ru", sender="crm@our.ru", site=SITE)
    made, _inbox = mailbox(company.users["employee"], "we@our.ru", smtp_host="smtp.our.ru", tracks=True)
    return made


def client_of_ours(address: str, *, consents: bool = True, **more: Any) -> int:
    points = [{"kind": "email", "value": address}]
    number = write.create(ACTOR, shape_of("person"), {"last_name": address, "contact_points": points, **more})
    if consents:
        write.create(
            ACTOR, shape_of("consent"), {"person": number, "purpose": "tracking", "channel": "email"}
        )
    return number


def said(company: Company, box: Mailbox, to: list[str], **more: Any) -> str:
    """What the composer says of the tracking."""
    sent = {"mailbox": box.pk, "to": [f";{a}" for a in to], "subject": "Цены", "html": BODY, **more}
    answer = company.client("employee").post("/mail/drafts", sent)
    assert answer.status_code == 200
    return str(answer.json()["tracking"])


def sent(company: Company, box: Mailbox, to: list[str], **more: Any) -> Outgoing:
    """A letter that a server has taken."""
    form = {"mailbox": box.pk, "to": [f";{a}" for a in to], "subject": "Цены", "html": BODY, **more}
    answer = company.client("employee").post("/mail/send", form)
    assert answer.status_code == 302, answer.content.decode()
    row = Outgoing.objects.latest("pk")
    Outgoing.objects.filter(pk=row.pk).update(next_at=timezone.now())
    claimed = outbox.claim(row.pk)
    assert claimed is not None
    assert outbox.begin_handing(claimed)
    outbox.note_handed(claimed, reached=to, refused={}, later={})
    return Outgoing.objects.get(pk=row.pk)


def page_of(row: Outgoing) -> str:
    """The HTML of a letter as it went."""
    raw: Message = message_from_bytes(outbox.raw_of(row) or b"")
    part = next(p for p in raw.walk() if p.get_content_type() == "text/html")
    return bytes(part.get_payload(decode=True)).decode()


def paths(page: str) -> tuple[str, str]:
    """The addresses of the picture and of the link."""
    picture = re.search(rf'src="{SITE}(/seen/[^"]+)"', page)
    link = re.search(rf'href="{SITE}(/go/[^"]+)"', page)
    assert picture
    assert link
    return picture[1], link[1]


def later(minutes: int = 10) -> None:
    """Let time pass since the last opening."""
    span = dt.timedelta(minutes=minutes)
    for row in Tracked.objects.exclude(last_opened_at=None):
        Tracked.objects.filter(pk=row.pk).update(last_opened_at=row.last_opened_at - span)  # type: ignore[operator]


def test_a_letter_is_tracked_when_all_have_consented_and_the_mailbox_wants_it(
    company: Company, box: Mailbox
) -> None:
    client_of_ours("petr@client.ru")
    client_of_ours("olga@client.ru")
    page = page_of(sent(company, box, ["petr@client.ru"], cc=[";olga@client.ru"]))
    assert "/seen/" in page
    assert "our.ru/цены" not in page
    assert 'href="mailto:we@our.ru"' in page
    Mailbox.objects.update(tracks=False)
    page = page_of(sent(company, box, ["petr@client.ru"]))
    assert "/seen/" not in page
    assert "https://our.ru/" in page
    assert said(company, Mailbox.objects.get(), ["petr@client.ru"]) == ""


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_one_without_consent_keeps_the_letter_from_being_tracked(
    company: Company, box: Mailbox, field: str
) -> None:
    client_of_ours("petr@client.ru")
    client_of_ours("olga@client.ru", consents=False)
    to = {"to": ["petr@client.ru", "olga@client.ru"]}.get(field, ["petr@client.ru"])
    more = {} if field == "to" else {field: [";olga@client.ru"]}
    assert said(company, box, to, **more) == "Открытия не отслеживаются: нет согласия olga@client.ru"
    page = page_of(sent(company, box, to, **more))
    assert "/seen/" not in page
    assert "/go/" not in page
    assert not Tracked.objects.exists()


def test_who_is_not_in_the_base_has_not_consented_and_an_address_of_a_company_is_nobodys(
    company: Company, box: Mailbox
) -> None:
    points = [{"kind": "email", "value": "info@client.ru"}]
    write.create(ACTOR, shape_of("organisation"), {"name": "Ромашка", "contact_points": points})
    assert said(company, box, ["nobody@client.ru"]).endswith("нет согласия nobody@client.ru")
    assert said(company, box, ["info@client.ru"]) == "Открытия письма и переходы по ссылкам отслеживаются."
    client_of_ours("info@client.ru", consents=False)  # somebody reads it after all
    assert said(company, box, ["info@client.ru"]).endswith("нет согласия info@client.ru")
    MailServer.objects.all().delete()
    assert "не указан адрес" in said(company, box, ["info@client.ru"])


def test_openings_are_counted_once_for_a_short_time_and_told(company: Company, box: Mailbox) -> None:
    number = client_of_ours("petr@client.ru", owner=company.users["employee"].pk)
    row = sent(company, box, ["petr@client.ru"])
    picture, _link = paths(page_of(row))
    stranger = Client()
    first = stranger.get(picture)
    assert (first.status_code, first["Content-Type"], first.cookies) == (200, "image/gif", {})
    assert first["Cache-Control"] == "private, no-store"
    stranger.get(picture)
    assert Tracked.objects.get().opened == 1
    later()
    stranger.get(picture)
    assert Tracked.objects.get().opened == 2
    page = html.unescape(company.client("employee").get(f"/person/{number}").content.decode())
    assert "Открыто 2 раза, последний раз" in page
    [interaction] = read.page(ACTOR, shape_of("interaction")).rows
    assert interaction["opened_at"] == Tracked.objects.get().first_opened_at


def test_a_link_leads_where_it_did_and_is_counted(company: Company, box: Mailbox) -> None:
    client_of_ours("petr@client.ru")
    row = sent(company, box, ["petr@client.ru"])
    _picture, link = paths(page_of(row))
    answer = Client().get(link)
    assert (answer.status_code, answer.cookies) == (302, {})
    assert answer["Location"].startswith("https://our.ru/")
    assert answer["Location"].endswith("?a=1&b=2")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert (TrackedLink.objects.get().followed, Tracked.objects.get().opened) == (1, 1)
    shown = html.unescape(company.client("employee").get(f"/mail/letters/{row.letter_id}").content.decode())
    assert "переходов: 1" in shown


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("head", {}),
        ("get", {"Sec-Purpose": "prefetch;prerender"}),
        ("get", {"Purpose": "prefetch"}),
        ("get", {"X-Moz": "prefetch"}),
    ],
)
def test_who_only_looks_ahead_is_not_counted(
    company: Company, box: Mailbox, method: str, headers: dict[str, str]
) -> None:
    client_of_ours("petr@client.ru")
    for path in paths(page_of(sent(company, box, ["petr@client.ru"]))):
        assert getattr(Client(), method)(path, headers=headers).status_code in {200, 302}
    assert (TrackedLink.objects.get().followed, Tracked.objects.get().opened) == (0, 0)


def test_we_ourselves_are_not_counted(company: Company, box: Mailbox) -> None:
    client_of_ours("petr@client.ru")
    row = sent(company, box, ["petr@client.ru"])
    for path in paths(page_of(row)):
        company.client("manager").get(path)
    shown = company.client("employee").get(f"/mail/letters/{row.letter_id}/page?pictures=1").content.decode()
    assert "/seen/" not in shown
    assert (TrackedLink.objects.get().followed, Tracked.objects.get().opened) == (0, 0)


def test_a_withdrawn_consent_stops_the_counting_at_once(company: Company, box: Mailbox) -> None:
    number = client_of_ours("petr@client.ru")
    picture, link = paths(page_of(sent(company, box, ["petr@client.ru"])))
    Client().get(picture)
    giving.withdraw(ACTOR, Consent.objects.get().pk)
    later()
    assert Client().get(picture).status_code == 200
    assert Client().get(link).status_code == 302
    assert (TrackedLink.objects.get().followed, Tracked.objects.get().opened) == (0, 1)
    page = html.unescape(
        company.client("administrator").get(f"/person/{number}?tab=consents").content.decode()
    )
    assert "Отозвано" in page


def test_a_merge_with_somebody_who_refused_stops_it_and_taking_it_apart_lets_it_go_on(
    company: Company, box: Mailbox
) -> None:
    number = client_of_ours("petr@client.ru")
    other = client_of_ours("petr@other.ru")
    giving.withdraw(ACTOR, Consent.objects.get(person=other).pk)
    picture, _link = paths(page_of(sent(company, box, ["petr@client.ru"])))
    done = merge(ACTOR, shape_of("person"), number, [other])
    Client().get(picture)
    assert Tracked.objects.get().opened == 0
    undo(ACTOR, done.operation_id)
    Client().get(picture)
    assert Tracked.objects.get().opened == 1


def test_no_address_of_ours_leads_where_somebody_else_wants(company: Company, box: Mailbox) -> None:
    client_of_ours("petr@client.ru")
    _picture, link = paths(page_of(sent(company, box, ["petr@client.ru"])))
    token = link.removeprefix("/go/")
    forged = [token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), "A" * len(token), "nothing", token + "A"]
    for each in [*forged, tracking.token_of(Tracked.objects.get().pk, 9), tracking.token_of(2**40, 1)]:
        assert Client().get(f"/go/{each}").status_code == 404, each
        assert Client().get(f"/seen/{each}.gif").status_code == 404, each
    assert (
        Client()
        .get(f"{link}?url=https://evil.example/&next=//evil.example")
        .headers["Location"]
        .startswith("https://our.ru/")
    )
    TrackedLink.objects.update(url="javascript:alert(1)")
    assert Client().get(link).status_code == 404


@given(text=st.text(max_size=60) | st.text("abcdefgABCDEFG0123456789-_", min_size=30, max_size=40))
def test_what_is_no_token_names_nothing(text: str) -> None:
    assert tracking.token_in(text) is None


@given(number=st.integers(0, 2**63 - 1), position=st.integers(0, 65535))
def test_a_token_names_what_it_was_made_for(number: int, position: int) -> None:
    assert tracking.token_in(tracking.token_of(number, position)) == (number, position)


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "//evil.example",
        "/mail",
        "ftp://a.ru/",
        "https://",
        "http://a.ru/\n",
        "data:text/html,x",
        "",
    ],
)
def test_only_pages_of_the_web_are_led_to(target: str) -> None:
    assert not tracking.is_web(target)


def test_who_asks_too_often_is_told_to_wait(company: Company, box: Mailbox) -> None:
    client_of_ours("petr@client.ru")
    picture, link = paths(page_of(sent(company, box, ["petr@client.ru"])))
    answers = [Client().get(link).status_code for _n in range(62)]
    assert answers == [302] * 60 + [429] * 2
    assert {Client().get(picture).status_code for _n in range(62)} == {200}


def test_the_copy_among_the_sent_ones_tells_nothing_of_its_sender(company: Company, box: Mailbox) -> None:
    client_of_ours("petr@client.ru")
    row = sent(company, box, ["petr@client.ru"])
    gone, kept = outbox.raw_of(row), outbox.raw_of(row, with_hidden=True)
    assert gone and kept and gone != kept
    letter = message_from_bytes(kept)
    pages = {
        part.get_content_type(): bytes(part.get_payload(decode=True)).decode()
        for part in letter.walk()
        if not part.is_multipart()
    }
    assert not [each for each in pages.values() if "/seen/" in each or "/go/" in each]
    assert 'href="https://our.ru/' in pages["text/html"]
    assert dict(letter.items()) == dict(message_from_bytes(gone).items())
    assert "/seen/" in page_of(row)


def test_a_quote_carries_no_traces_of_the_letter_it_quotes(company: Company, box: Mailbox) -> None:
    client_of_ours("petr@client.ru")
    row = sent(company, box, ["petr@client.ru"])
    client_of_ours("new@client.ru", consents=False)
    passed = sent(company, box, ["new@client.ru"], manner="forward", answered=row.letter_id, quoting="1")
    page = page_of(passed)
    assert "/seen/" not in page
    assert "/go/" not in page
    assert "https://our.ru/" in page


def test_a_letter_that_is_taken_back_and_sent_again_is_judged_anew(company: Company, box: Mailbox) -> None:
    client_of_ours("petr@client.ru")
    form = {"mailbox": box.pk, "to": [";petr@client.ru"], "subject": "Цены", "html": BODY}
    employee = company.client("employee")
    employee.post("/mail/send", form)
    row = Outgoing.objects.get()
    assert Tracked.objects.count() == 1
    employee.post(f"/mail/outgoing/{row.pk}/undo")
    giving.withdraw(ACTOR, Consent.objects.get().pk)
    row.refresh_from_db()
    employee.post("/mail/send", {**form, "draft": row.pk, "version": row.version})
    assert not Tracked.objects.exists()


def test_the_first_opening_is_an_event_for_rules_and_found_by_a_filter(
    company: Company, box: Mailbox
) -> None:
    client_of_ours("petr@client.ru")
    picture, _link = paths(page_of(sent(company, box, ["petr@client.ru"])))
    for _n in range(2):
        Client().get(picture)
        later()
    with connection.cursor() as cursor:
        cursor.execute("select payload->'columns' from kernel_event where kind = 'interaction.changed'")
        columns = [row[0] for row in cursor.fetchall() if "opened_at" in row[0]]
    assert len(columns) == 1
    tree = {"field": "opened_at", "op": "not_empty"}
    assert len(read.page(company.actor("administrator"), shape_of("interaction"), tree=tree).rows) == 1
