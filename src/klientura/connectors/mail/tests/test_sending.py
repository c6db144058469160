"""Letters go once, as far as SMTP allows; what becomes of them is known, or it is said that nobody knows."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from klientura.connectors.mail.reading import read_mailbox
from klientura.connectors.mail.sending import lay_copy, send_one
from klientura.connectors.mail.smtp import try_out
from klientura.connectors.mail.tests import dovecot, smtp
from klientura.connectors.mail.tests.dovecot import MailServer
from klientura.connectors.mail.tests.smtp import Sink
from klientura.kernel.access.actor import SystemActor
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.kit.letters import parsing
from klientura.modules.conversations.models import Folder, Letter, LetterPlace, Mailbox, Outgoing, Thread
from klientura.modules.conversations.services import outbox, sending
from klientura.modules.conversations.services.drafts import Typed, keep_draft
from klientura.modules.conversations.services.secrets import keep_password, keep_sending_password
from klientura.modules.conversations.tests.written import letter

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp.listening() as found:
        yield found


def mailbox(company: Company, sink: Sink, server: MailServer | None = None, **more: Any) -> Mailbox:
    """A mailbox of the employee's that sends."""
    name = f"sender{Mailbox.objects.count()}{timezone.now().microsecond}"
    made = Mailbox(
        address=f"{name}@our.ru", username=name, owner=company.users["employee"], imap_host="127.0.0.1", imap_port=server.port if server else 9,
        imap_security="none", smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none", smtp_username="postman", **more,
    )  # fmt: skip
    keep_password(made, dovecot.PASSWORD)
    keep_sending_password(made, smtp.PASSWORD)
    made.save()
    return made


def sent(company: Company, box: Mailbox, to: tuple[str, ...] = ("petr@client.ru",), **more: Any) -> Outgoing:
    """A letter whose time has come."""
    actor = company.actor("employee")
    typed = Typed(
        **{"mailbox_id": box.pk, "to": to, "subject": "Счёт", "html": "<p>Шлём <b>счёт</b></p>", **more}
    )
    row = sending.send(actor, keep_draft(actor, typed))
    Outgoing.objects.filter(pk=row.pk).update(next_at=timezone.now())
    return row


def now(row: Outgoing) -> Outgoing:
    return Outgoing.objects.select_related("mailbox", "letter").get(pk=row.pk)


def due(row: Outgoing) -> None:
    Outgoing.objects.filter(pk=row.pk).update(next_at=timezone.now())


def test_a_letter_is_handed_in_once_with_all_that_belongs_to_it(company: Company, sink: Sink) -> None:
    box = mailbox(company, sink)
    row = sent(
        company, box, ('"Пётр, Иванович" <petr@client.ru>',), cc=("ann@client.ru",), bcc=("chief@our.ru",)
    )
    assert send_one(row.pk)
    assert not send_one(row.pk)
    [taken] = sink.letters
    assert taken.sender == box.address
    assert taken.recipients == ["petr@client.ru", "ann@client.ru", "chief@our.ru"]
    assert b"chief@our.ru" not in taken.raw
    got = parsing.parse(taken.raw)
    assert [(a.name, a.address) for a in got.to] == [("Пётр, Иванович", "petr@client.ru")]
    assert (got.subject, got.said, got.message_id) == ("Счёт", "Шлём счёт", now(row).message_id)
    assert got.senders[0].name == company.users["employee"].name
    assert "<b>счёт</b>" in got.html
    done = now(row)
    assert (done.state, done.copy) == ("sent", "wanted")
    assert done.letter is not None
    assert (done.letter.direction, done.letter.said) == ("outgoing", "Шлём счёт")


def test_it_waits_for_its_moment_and_can_be_taken_back(company: Company, sink: Sink) -> None:
    box, actor = mailbox(company, sink), company.actor("employee")
    row = sending.send(actor, keep_draft(actor, Typed(mailbox_id=box.pk, to=("petr@client.ru",), html="x")))
    assert row.next_at is not None
    assert dt.timedelta(seconds=5) < row.next_at - timezone.now() <= sending.UNDO
    assert not send_one(row.pk)
    assert sending.take_back(actor, row.pk).state == "draft"
    due(row)
    assert not send_one(row.pk)
    assert sink.letters == []


def test_a_busy_server_is_asked_again_later_and_later_and_at_last_no_more(
    company: Company, sink: Sink
) -> None:
    row = sent(company, mailbox(company, sink))
    sink.answers["petr@client.ru"] = "451 greylisted, try again"
    pauses = []
    for _attempt in range(len(outbox.PAUSES)):
        assert not send_one(row.pk)
        waits = now(row)
        assert waits.state == "waiting"
        assert "greylisted" in waits.said
        assert waits.next_at is not None
        pauses.append(waits.next_at - timezone.now())
        due(row)
    assert pauses == sorted(pauses)
    send_one(row.pk)
    assert now(row).state == "refused"
    assert Notification.objects.filter(user=company.users["employee"], kind="unsent").count() == 1


def test_a_server_that_is_back_gets_the_letter(company: Company, sink: Sink) -> None:
    box = mailbox(company, sink)
    row = sent(company, box)
    port, closed = sink.port, 1
    Mailbox.objects.filter(pk=box.pk).update(smtp_port=closed)
    assert not send_one(row.pk)
    assert now(row).state == "waiting"
    Mailbox.objects.filter(pk=box.pk).update(smtp_port=port)
    due(row)
    assert send_one(row.pk)
    assert len(sink.letters) == 1


def test_whom_the_server_refuses_is_told_by_name_and_the_others_get_it(company: Company, sink: Sink) -> None:
    row = sent(company, mailbox(company, sink), ("petr@client.ru", "gone@client.ru", "full@client.ru"))
    sink.answers |= {"gone@client.ru": "550 no such user", "full@client.ru": "452 mailbox is full"}
    assert send_one(row.pk)
    half = now(row)
    assert (half.state, half.reached) == ("waiting", ["petr@client.ru"])
    assert half.letter is not None
    del sink.answers["full@client.ru"]
    due(row)
    assert send_one(row.pk)
    assert [taken.recipients for taken in sink.letters] == [["petr@client.ru"], ["full@client.ru"]]
    done = now(row)
    assert (done.state, done.refused) == ("sent", {"gone@client.ru": "550 no such user"})
    told = Notification.objects.get(user=company.users["employee"], kind="unsent")
    assert "gone@client.ru" in told.payload["detail"]
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("answer", ["550 spam", "552 too large"])
def test_a_letter_that_is_refused_for_good_is_not_sent(company: Company, sink: Sink, answer: str) -> None:
    row = sent(company, mailbox(company, sink))
    sink.to_data = answer
    assert not send_one(row.pk)
    assert (now(row).state, now(row).said) == ("refused", answer)
    assert Letter.objects.count() == 0
    assert sending.take_back(company.actor("employee"), row.pk).state == "draft"


@pytest.mark.parametrize("change", [{"answerers": []}, {"active": False}, {"smtp_host": ""}])
def test_who_may_not_write_any_more_sends_nothing_that_waited(
    company: Company, sink: Sink, change: dict[str, Any]
) -> None:
    box = mailbox(company, sink)
    Mailbox.objects.filter(pk=box.pk).update(owner=None, answerers=[company.users["employee"].pk])
    row = sent(company, box)
    Mailbox.objects.filter(pk=box.pk).update(**change)
    assert not send_one(row.pk)
    assert now(row).state == "refused"
    assert sink.letters == []


def test_a_wrong_password_is_told(company: Company, sink: Sink) -> None:
    box = mailbox(company, sink)
    keep_sending_password(box, "wrong")
    box.save()
    row = sent(company, box)
    assert not send_one(row.pk)
    assert now(row).state == "refused"
    assert now(row).said.startswith("535")


@pytest.mark.parametrize("way", ["drop", "lose"])
def test_what_may_have_gone_is_never_sent_again_unasked(company: Company, sink: Sink, way: str) -> None:
    row = sent(company, mailbox(company, sink))
    sink.to_data = way
    assert not send_one(row.pk)
    assert now(row).state == "unsure"
    sink.to_data = ""
    due(row)
    outbox.look_after()
    assert not send_one(row.pk)
    assert len(sink.letters) == (1 if way == "drop" else 0)
    actor = company.actor("employee")
    sending.settle(actor, row.pk, again=True)
    assert send_one(row.pk)
    assert parsing.parse(sink.letters[-1].raw).message_id == row.message_id
    assert Letter.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "state"), [("251 forwarded", "sent"), ("200 OK queued", "sent"), ("garbled", "unsure")]
)
def test_what_the_server_took_is_not_sent_again_whatever_it_says(
    company: Company, sink: Sink, answer: str, state: str
) -> None:
    sink.when_taken = answer
    row = sent(company, mailbox(company, sink))
    send_one(row.pk)
    assert now(row).state == state
    due(row)
    send_one(row.pk)
    assert len(sink.letters) == 1


def test_a_copy_that_cannot_be_written_is_given_up(company: Company, sink: Sink) -> None:
    row = sent(company, mailbox(company, sink))
    assert send_one(row.pk)
    box = now(row).mailbox
    Folder.objects.create(mailbox=box, name="Sent", role="sent")
    Outgoing.objects.filter(pk=row.pk).update(bcc=[["", "a..b@client.ru"]])
    assert not lay_copy(row.pk)
    assert now(row).copy == "lost"


def test_a_process_that_dies_before_the_letter_was_handed_over_does_no_harm(
    company: Company, sink: Sink
) -> None:
    row = sent(company, mailbox(company, sink))
    assert outbox.claim(row.pk) is not None
    assert not send_one(row.pk)
    Outgoing.objects.filter(pk=row.pk).update(claimed_at=timezone.now() - outbox.LEASE * 2)
    outbox.look_after()
    assert send_one(row.pk)
    assert len(sink.letters) == 1


def test_who_was_slower_than_the_lease_leaves_a_letter_that_was_taken_back_alone(
    company: Company, sink: Sink
) -> None:
    row, actor = sent(company, mailbox(company, sink)), company.actor("employee")
    slow = outbox.claim(row.pk)
    assert slow is not None
    Outgoing.objects.filter(pk=row.pk).update(claimed_at=timezone.now() - outbox.LEASE * 2)
    outbox.look_after()
    sending.take_back(actor, row.pk)
    assert not outbox.begin_handing(slow)
    outbox.note_handed(slow, reached=["petr@client.ru"], refused={}, later={})
    outbox.note_later(slow, "451")
    outbox.note_refused(slow, "550", {})
    outbox.note_unsure(slow, "")
    assert (now(row).state, now(row).raw_id, now(row).letter) == ("draft", None, None)
    sending.send(actor, now(row))
    due(row)
    assert outbox.claim(row.pk) is not None
    assert not outbox.begin_handing(slow)
    assert now(row).state == "sending"


def test_a_process_that_dies_while_handing_over_leaves_the_question(company: Company, sink: Sink) -> None:
    row = sent(company, mailbox(company, sink))
    claimed = outbox.claim(row.pk)
    assert claimed is not None
    outbox.begin_handing(claimed)
    Outgoing.objects.filter(pk=row.pk).update(claimed_at=timezone.now() - outbox.LEASE * 2)
    outbox.look_after()
    assert now(row).state == "unsure"
    assert not send_one(row.pk)
    assert sink.letters == []


def test_the_copy_among_the_sent_letters_is_the_same_letter(
    company: Company, sink: Sink, mail_server: MailServer
) -> None:
    box = mailbox(company, sink, mail_server)
    read_mailbox(box.pk)
    row = sent(company, box, bcc=("chief@our.ru",))
    assert send_one(row.pk)
    assert lay_copy(row.pk)
    assert not lay_copy(row.pk)
    Outgoing.objects.filter(pk=row.pk).update(copy="wanted")
    assert lay_copy(row.pk)  # it is there: not laid there twice
    assert read_mailbox(box.pk) == 0
    [found] = Letter.objects.all()
    assert found.pk == now(row).letter_id
    assert LetterPlace.objects.filter(letter=found, folder__role="sent").count() == 1
    client = mail_server.client(box.username)
    client.select("Sent")
    _kind, data = client.fetch("1", "(FLAGS BODY[HEADER])")
    assert isinstance(data[0], tuple)
    assert b"\\Seen" in data[0][0]
    assert b"Bcc: chief@our.ru" in data[0][1]
    client.logout()


def test_a_server_that_keeps_the_copy_itself_and_changes_its_date(
    company: Company, sink: Sink, mail_server: MailServer
) -> None:
    box = mailbox(company, sink, mail_server)
    read_mailbox(box.pk)
    row = sent(company, box)
    assert send_one(row.pk)
    other = sink.letters[0].raw.replace(
        b"\r\nDate: ", b"\r\nDate: Mon, 01 Jan 2024 10:00:00 +0000\r\nX-Date: ", 1
    )
    mail_server.put(box.username, [other], "Sent")
    read_mailbox(box.pk)
    assert Letter.objects.count() == 1
    assert lay_copy(row.pk)
    read_mailbox(box.pk)
    assert Letter.objects.count() == 1


def test_what_nobody_knew_is_known_when_it_lies_among_the_sent(
    company: Company, sink: Sink, mail_server: MailServer
) -> None:
    box = mailbox(company, sink, mail_server)
    read_mailbox(box.pk)
    row = sent(company, box)
    sink.to_data = "drop"
    send_one(row.pk)
    assert now(row).state == "unsure"
    mail_server.put(box.username, [sink.letters[0].raw], "Sent")
    read_mailbox(box.pk)
    done = now(row)
    assert (done.state, done.copy) == ("sent", "kept")
    assert done.letter == Letter.objects.get()


def test_an_answer_lies_in_its_thread_and_on_the_timeline(
    company: Company, sink: Sink, mail_server: MailServer
) -> None:
    party = write.create(ACTOR, shape_of("organisation"), {"name": "ООО Клиент"})
    box, actor = mailbox(company, sink, mail_server), company.actor("employee")
    mail_server.put(box.username, [letter(1, to=box.address).as_bytes()])
    read_mailbox(box.pk)
    came = Letter.objects.get()
    thread = Thread.objects.get()
    thread.party_id = party
    thread.save()
    typed = Typed(
        mailbox_id=box.pk,
        to=("petr@client.ru",),
        subject="Re: Счёт",
        html="Вот он",
        manner="reply",
        answered_id=came.pk,
    )
    row = sending.send(actor, keep_draft(actor, typed))
    due(row)
    assert send_one(row.pk)
    got = parsing.parse(sink.letters[0].raw)
    assert (got.in_reply_to, got.references) == (("1@x.ru",), ("1@x.ru",))
    assert got.said == "Вот он"
    assert "Письмо 1" in got.text
    assert set(Letter.objects.values_list("thread_id", flat=True)) == {thread.pk}
    tree = {"field": "direction", "op": "eq", "value": "outgoing"}
    [told] = read.page(ACTOR, shape_of("interaction"), tree=tree).rows
    assert (told["party"].id, told["owner"].id, told["body"]) == (party, actor.user_id, "Вот он")
    back = letter(2, to=box.address, text="Спасибо")
    back["In-Reply-To"] = f"<{row.message_id}>"
    mail_server.put(box.username, [back.as_bytes()])
    read_mailbox(box.pk)
    assert set(Letter.objects.values_list("thread_id", flat=True)) == {thread.pk}
    assert Letter.objects.count() == 3


def test_a_mailbox_is_tried_out_before_it_is_kept(company: Company, sink: Sink) -> None:
    box = mailbox(company, sink)
    assert try_out(box) == ""
    keep_sending_password(box, "wrong")
    assert "535" in try_out(box)
    box.smtp_security = "tls"
    assert try_out(box)  # it does not speak TLS
    box.smtp_security = "starttls"
    assert try_out(box)
    box.smtp_port = 1
    assert try_out(box)


def test_a_letter_that_is_larger_than_the_server_takes_is_not_offered(company: Company) -> None:
    with smtp.listening(data_size_limit=2_000) as small:
        box = mailbox(company, small)
        row = sent(company, box, html="<p>" + "длинно " * 2_000 + "</p>")
        assert not send_one(row.pk)
        assert now(row).state == "refused"
        assert small.letters == []
