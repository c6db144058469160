"""Writing letters: who may from where, what is kept while one types, what is answered, and that nobody sees another's drafts."""

import datetime as dt
import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.kit.letters import parsing, writing
from klientura.kit.letters.naming import Address
from klientura.modules.conversations.models import Letter, Mailbox, Outgoing, OutgoingFile, Thread
from klientura.modules.conversations.services import outbox
from klientura.modules.conversations.tests.written import arrive, letter, mailbox

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company() -> Company:
    return found_company()


def sending_box(company: Company, who: str = "employee", address: str = "we@our.ru") -> Mailbox:
    box, _inbox = mailbox(company.users[who], address, smtp_host="smtp.our.ru")
    return box


def saved(client: Client, box: Mailbox, **more: Any) -> dict[str, Any]:
    answer = client.post("/mail/drafts", {"mailbox": box.pk, **more})
    assert answer.status_code == 200, answer.content
    return dict(json.loads(answer.content))


def handing(row: Outgoing) -> Outgoing:
    """A letter as its server gets it."""
    Outgoing.objects.filter(pk=row.pk).update(next_at=timezone.now())
    claimed = outbox.claim(row.pk)
    assert claimed is not None
    assert outbox.begin_handing(claimed)
    return claimed


def test_a_draft_is_kept_as_it_is_typed_and_opened_again(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    first = saved(
        client, box, to=[";petr@client.ru", ";не адрес"], subject="Счёт", html="<p onclick='x()'>Шлём</p>"
    )
    again = saved(
        client,
        box,
        draft=first["id"],
        version=first["version"],
        to=["petr@client.ru"],
        html="<script>1</script>Иначе",
    )
    assert again["id"] == first["id"]
    assert again["version"] == first["version"] + 1
    row = Outgoing.objects.get()
    assert (row.to, row.html, row.state) == ([["", "petr@client.ru"]], "Иначе", "draft")
    page = client.get(f"/mail/drafts/{row.pk}").content.decode()
    assert "petr@client.ru" in page
    assert "Иначе" in page
    assert "Черновики" in client.get("/mail").content.decode()


def test_two_windows_do_not_eat_each_other(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    seen = saved(client, box, subject="Начало")
    saved(client, box, draft=seen["id"], version=seen["version"], subject="Первое окно")
    late = client.post(
        "/mail/drafts",
        {"mailbox": box.pk, "draft": seen["id"], "version": seen["version"], "subject": "Второе"},
    )
    assert late.status_code == 409
    assert json.loads(late.content)["code"] == "draft_moved"
    assert Outgoing.objects.get().subject == "Первое окно"
    form = {
        "mailbox": box.pk,
        "draft": seen["id"],
        "version": seen["version"],
        "to": "petr@client.ru",
        "html": "Второе окно",
    }
    refused = client.post("/mail/send", form)
    assert refused.status_code == 409
    assert "Второе окно" in refused.content.decode()
    assert Outgoing.objects.get().state == "draft"


@pytest.mark.parametrize("who", ["administrator", "manager", "colleague", "observer"])
def test_nobody_sees_the_drafts_of_another(company: Company, who: str) -> None:
    box, client = sending_box(company), company.client("employee")
    row = saved(client, box, subject="Тайное", to="petr@client.ru", html="x")
    other = company.client(who)
    box.owner, box.answerers = None, [company.users["employee"].pk, company.users[who].pk]
    box.save()
    assert "Тайное" not in other.get(f"/mail?mailbox={box.pk}&show=drafts").content.decode()
    assert other.get(f"/mail/drafts/{row['id']}").status_code == 404
    assert other.get(f"/mail/outgoing/{row['id']}").status_code == 404
    change = {"mailbox": box.pk, "draft": row["id"], "version": row["version"], "subject": "!"}
    assert other.post("/mail/drafts", change).status_code == 404
    assert other.post("/mail/send", change).status_code == 404
    for rest in ("drafts/{}/drop", "outgoing/{}/undo", "outgoing/{}/settle"):
        assert other.post(f"/mail/{rest.format(row['id'])}").status_code == 404
    assert Outgoing.objects.get().subject == "Тайное"


@pytest.mark.parametrize(
    ("who", "answers"),
    [("employee", True), ("colleague", False), ("administrator", False), ("manager", False)],
)
def test_who_may_write_from_a_shared_mailbox(company: Company, who: str, answers: bool) -> None:
    box = sending_box(company)
    box.owner, box.answerers, box.readers = (
        None,
        [company.users["employee"].pk],
        [company.users["colleague"].pk],
    )
    box.save()
    client = company.client(who)
    form = {"mailbox": box.pk, "to": "petr@client.ru", "html": "x", "subject": "y"}
    assert client.post("/mail/drafts", form).status_code == (200 if answers else 403)
    assert client.post("/mail/send", form).status_code == (302 if answers else 403)
    assert client.post("/mail/files", {"file": BytesIO(b"x")}).status_code in (
        {201, 400} if answers else {403}
    )
    assert client.get(f"/mail/mailboxes/{box.pk}/signature").status_code == (200 if answers else 404)
    assert client.get("/mail/people?q=x").status_code == 200
    assert Outgoing.objects.filter(state="waiting").count() == int(answers)


def test_a_mailbox_of_another_is_not_written_from(company: Company) -> None:
    own, foreign = sending_box(company), sending_box(company, "colleague", "other@our.ru")
    client, form = company.client("employee"), {"to": "a@b.ru", "html": "Текст"}
    assert client.post("/mail/drafts", {"mailbox": foreign.pk, **form}).status_code == 422
    refused = client.post("/mail/send", {"mailbox": foreign.pk, **form})
    assert refused.status_code == 422
    assert "Из этого ящика писать нельзя" in refused.content.decode()
    assert not Outgoing.objects.exists()
    client.post("/mail/drafts", form)
    assert Outgoing.objects.get().mailbox == own


def test_what_is_missing_is_said_and_what_was_typed_stays(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    wrong: list[dict[str, Any]] = [
        {"html": "Текст"}, {"html": "Текст", "to": ";петр"}, {"to": "a@b.ru", "subject": "Текст"}, {"html": "Текст", "to": ";ящик@пример.рф"},
        {"html": "Текст", "to": "a@b.ru", "when": "at", "send_at": "вчера"},
        {"html": "Текст", "to": "a@b.ru", "when": "at", "send_at": "2001-01-01T10:00"},
        {"html": "Текст", "to": [f"a{n}@b.ru" for n in range(150)]},
    ]  # fmt: skip
    for form in wrong:
        answer = client.post("/mail/send", {"mailbox": box.pk, **form})
        assert answer.status_code == 422, form
        assert "Текст" in answer.content.decode()
    assert not Outgoing.objects.exclude(state="draft").exists()


def test_a_mailbox_whose_address_no_server_takes_sends_nothing(company: Company) -> None:
    box, client = sending_box(company, address="ящик@наш.рф"), company.client("employee")
    answer = client.post("/mail/send", {"mailbox": box.pk, "to": "a@b.ru", "html": "x"})
    assert answer.status_code == 422
    assert "ящик@наш.рф" in answer.content.decode()


def test_a_letter_goes_at_the_writers_own_nine_o_clock(company: Company) -> None:
    box, user = sending_box(company), company.users["employee"]
    user.time_zone = "Asia/Vladivostok"
    user.save()
    form = {"mailbox": box.pk, "to": "a@b.ru", "html": "x", "when": "tomorrow"}
    assert company.client("employee").post("/mail/send", form).status_code == 302
    at = Outgoing.objects.get().send_at
    assert at is not None
    assert (at.astimezone(dt.UTC).hour, at.astimezone(dt.UTC).minute) == (23, 0)
    assert dt.timedelta(0) < at - timezone.now() < dt.timedelta(hours=48)


def test_a_letter_is_taken_back(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    answer = client.post("/mail/send", {"mailbox": box.pk, "to": "a@b.ru", "html": "x", "subject": "Рано"})
    row = Outgoing.objects.get()
    assert answer["Location"] == f"/mail/outgoing/{row.pk}?sent={row.pk}"
    page = client.get(answer["Location"]).content.decode()
    assert f'data-undo-url="/mail/outgoing/{row.pk}/undo"' in page
    back = client.post(f"/mail/outgoing/{row.pk}/undo", headers={"HX-Request": "true"})
    assert back["HX-Redirect"] == f"/mail/drafts/{row.pk}"
    Outgoing.objects.update(state="sending")
    late = client.post(f"/mail/outgoing/{row.pk}/undo", headers={"HX-Request": "true"})
    assert "HX-Redirect" not in late
    assert "toast" in late["HX-Trigger"]
    assert client.post(f"/mail/outgoing/{row.pk}/undo").status_code == 409


def test_what_waits_is_seen_by_who_reads_the_mailbox_and_taken_back_by_its_author(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    client.post(
        "/mail/send", {"mailbox": box.pk, "to": "a@b.ru", "html": "x", "subject": "Ждёт", "when": "tomorrow"}
    )
    row = Outgoing.objects.get()
    url = f"/mail/outgoing/{row.pk}"
    assert f"{url}/undo" in client.get(url).content.decode()
    assert "Ждёт" in client.get(f"/mail?mailbox={box.pk}&show=going").content.decode()
    reader = company.client("colleague")
    assert reader.get(url).status_code == 404
    box.owner, box.answerers, box.readers = (
        None,
        [company.users["employee"].pk],
        [company.users["colleague"].pk],
    )
    box.save()
    page = reader.get(url).content.decode()
    assert "Ждёт" in page
    assert f"{url}/undo" not in page
    assert reader.post(f"{url}/undo").status_code == 404
    assert company.client("administrator").get(url).status_code == 404


def test_an_answer_begins_with_whom_it_goes_to(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"], smtp_host="smtp.our.ru")
    made = letter(1, '"Пётр" <petr@client.ru>', "we@our.ru, ann@client.ru", subject="Fwd: RE: Счёт")
    made["Cc"] = "boss@client.ru"
    [number] = arrive(box, inbox, made)
    client = company.client("employee")
    one = client.get(f"/mail/letters/{number}/reply").content.decode()
    assert "petr@client.ru" in one
    assert "boss@client.ru" not in one.split('id="compose"')[1].split("compose-quote")[0]
    every = client.get(f"/mail/letters/{number}/reply?all=1").content.decode().split('id="compose"')[1]
    form = every.split("compose-quote")[0]
    assert "ann@client.ru" in form
    assert "boss@client.ru" in form
    assert 'name="cc" value="we@our.ru"' not in form
    assert 'value="Re: Счёт"' in form


def test_a_letter_is_passed_on_with_its_files(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"], smtp_host="smtp.our.ru")
    made = letter(1)
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="Счёт.pdf")
    [number] = arrive(box, inbox, made)
    client = company.client("employee")
    page = client.get(f"/mail/letters/{number}/forward").content.decode()
    assert "Счёт.pdf" in page
    file_id = page.split('name="files" value="')[1].split('"')[0]
    form = {
        "mailbox": box.pk,
        "manner": "forward",
        "answered": number,
        "files": file_id,
        "to": "x@y.ru",
        "quoting": "1",
        "html": "",
    }
    assert client.post("/mail/send", form).status_code == 302
    raw = outbox.raw_of(Outgoing.objects.get())
    assert raw is not None
    got = parsing.parse(raw)
    assert [(a.name, a.data) for a in got.attached] == [("Счёт.pdf", b"%PDF-1.4")]
    assert "Письмо 1" in got.text


@pytest.mark.parametrize("who", ["colleague", "administrator"])
def test_letters_and_files_of_others_are_not_passed_on(company: Company, who: str) -> None:
    box, inbox = mailbox(company.users["employee"])
    made = letter(1)
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="Тайна.pdf")
    [number] = arrive(box, inbox, made)
    from klientura.modules.conversations.models import LetterFile

    file_id = LetterFile.objects.get().file_id
    own, client = sending_box(company, who, "own@our.ru"), company.client(who)
    for way in ("reply", "forward"):
        assert client.get(f"/mail/letters/{number}/{way}").status_code == 404
        form = {
            "mailbox": own.pk,
            "manner": way,
            "answered": number,
            "files": file_id,
            "to": "x@y.ru",
            "html": "x",
        }
        assert client.post("/mail/send", form).status_code == 404
    client.post("/mail/send", {"mailbox": own.pk, "files": file_id, "to": "x@y.ru", "html": "x"})
    assert not OutgoingFile.objects.exists()
    page = client.post("/mail/send", {"mailbox": own.pk, "files": file_id, "html": "x"})
    assert "Тайна.pdf" not in page.content.decode()


def test_files_are_brought_and_their_total_is_told(company: Company, settings: Any) -> None:
    from klientura.modules.conversations.services import sending

    box, client = sending_box(company), company.client("employee")
    upload = BytesIO(b"a" * 1000)
    upload.name = "отчёт.txt"
    brought = json.loads(client.post("/mail/files", {"file": upload}).content)
    told = saved(client, box, files=brought["id"], to="a@b.ru", html="x")
    assert told["files"]
    assert not told["too_large"]
    row = Outgoing.objects.get()
    size, sending.MOST_ATTACHED = sending.MOST_ATTACHED, 500  # type: ignore[misc]
    try:
        form = {
            "mailbox": box.pk,
            "draft": row.pk,
            "version": row.version,
            "files": brought["id"],
            "to": "a@b.ru",
            "html": "x",
        }
        assert client.post("/mail/send", form).status_code == 422
    finally:
        sending.MOST_ATTACHED = size  # type: ignore[misc]


def test_people_are_offered_as_far_as_they_are_open(company: Company) -> None:
    sending_box(company)
    write.create(
        ACTOR,
        shape_of("person"),
        {"last_name": "Кузнецов", "email": "kuz@client.ru", "owner": company.users["colleague"].pk},
    )
    client = company.client("employee")
    company.grant("employee", "person", "read", "all")
    assert "kuz@client.ru" in client.get("/mail/people?q=Кузне").content.decode()
    company.hide("employee", "person", "email")
    assert "kuz@client.ru" not in client.get("/mail/people?q=Кузне").content.decode()


def test_a_letter_begun_at_a_client_is_bound_to_it(company: Company) -> None:
    box, client = sending_box(company), company.client("administrator")
    box.owner = company.users["administrator"]
    box.save()
    party = write.create(ACTOR, shape_of("organisation"), {"name": "Ромашка", "email": "info@client.ru"})
    page = client.get(f"/mail/new?about=organisation-{party}").content.decode()
    assert "info@client.ru" in page
    form = {
        "mailbox": box.pk,
        "about": f"organisation-{party}",
        "to": "other@else.ru",
        "html": "x",
        "subject": "Привет",
    }
    assert client.post("/mail/send", form).status_code == 302
    row = Outgoing.objects.get()
    assert row.party_id == party
    row = handing(row)
    outbox.note_handed(row, reached=["other@else.ru"], refused={}, later={})
    thread = Thread.objects.get()
    assert (thread.party_id, thread.bound_by_hand) == (party, True)
    for bad in ("organisation-999999", "user-1", "organisation", "x-1", "organisation-abc"):
        assert client.get(f"/mail/new?about={bad}").status_code == 404


def test_a_letter_that_came_back_marks_the_address_and_nobody_can_forge_that(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"], smtp_host="smtp.our.ru")
    person = write.create(ACTOR, shape_of("person"), {"last_name": "Ильин", "email": "gone@client.ru"})
    other = write.create(ACTOR, shape_of("person"), {"last_name": "Чужой", "email": "safe@client.ru"})
    client = company.client("employee")
    assert (
        client.post("/mail/send", {"mailbox": box.pk, "to": "gone@client.ru", "html": "x"}).status_code == 302
    )
    row = Outgoing.objects.get()
    row = handing(row)
    outbox.note_handed(row, reached=["gone@client.ru"], refused={}, later={})
    arrive(
        box, inbox, report("gone@client.ru", "unknown@elsewhere"), report("safe@client.ru", row.message_id)
    )
    assert not Outgoing.objects.get().bounced
    arrive(box, inbox, report("gone@client.ru", row.message_id))
    assert list(Outgoing.objects.get().bounced) == ["gone@client.ru"]
    admin = company.client("administrator")
    assert "письма не доходят" in admin.get(f"/person/{person}").content.decode()
    assert "письма не доходят" not in admin.get(f"/person/{other}").content.decode()
    arrive(box, inbox, letter(5, "gone@client.ru"))
    assert "письма не доходят" not in admin.get(f"/person/{person}").content.decode()


def report(failed: str, message_id: str) -> Any:
    """What a mail server writes of a letter that it could not deliver."""
    from email import message_from_bytes, policy

    text = (
        f"From: mailer-daemon@relay.ru\r\nTo: we@our.ru\r\nSubject: failure {failed} {message_id}\r\nMIME-Version: 1.0\r\n"
        "Auto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.ru\r\n\r\n"
        f"Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{message_id}>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    )
    return message_from_bytes(text.encode(), policy=policy.default)


def test_how_one_signs(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    client.post(
        f"/mail/mailboxes/{box.pk}/signature",
        {"name": "Анна из Ромашки", "html": "<p>С уважением<script>x</script></p>"},
    )
    client.post("/mail/send", {"mailbox": box.pk, "to": "a@b.ru", "html": "Текст"})
    raw = outbox.raw_of(Outgoing.objects.get())
    assert raw is not None
    got = parsing.parse(raw)
    assert got.senders[0].name == "Анна из Ромашки"
    assert got.said == "Текст"
    assert "С уважением" in got.text
    assert "script" not in got.html


names = st.text(max_size=60).filter(lambda text: "\n" not in text)


@given(
    name=names,
    subject=st.text(max_size=200),
    html=st.text(max_size=500),
    file_name=st.text(min_size=1, max_size=80),
)
def test_whatever_is_typed_makes_a_letter_that_can_be_read(
    name: str, subject: str, html: str, file_name: str
) -> None:
    from klientura.kit.file_kinds import safe_name
    from klientura.kit.letters.words import kept

    made = writing.Writing(
        sender=Address(kept(name), "a@our.ru"), to=[Address(kept(name), "b@client.ru")], cc=[], subject=kept(subject), html=writing.tidy(html),
        at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), message_id="1@our.ru", files=[writing.Enclosed(safe_name(file_name), "text/plain", b"x")],
    )  # fmt: skip
    raw = writing.put_together(made)
    got = parsing.parse(raw)
    assert (got.sender, got.message_id, [p.address for p in got.to]) == (
        "a@our.ru",
        "1@our.ru",
        ["b@client.ru"],
    )
    assert [a.data for a in got.attached] == [b"x"]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def told_letter(company: Company) -> tuple[Client, int, int]:
    """A letter from a client of the employee's: their browser, the client's number, the letter's."""
    vera = company.users["employee"]
    values = {"name": "Альфа", "email": "petr@client.ru", "owner": vera.pk}
    party = write.create(ACTOR, shape_of("organisation"), values)
    box, inbox = mailbox(vera, smtp_host="smtp.our.ru")
    [number] = arrive(box, inbox, letter(1, text="Пришлите счёт"))
    return company.client("employee"), party, number


def test_a_letter_is_answered_where_it_stands_on_the_card(company: Company) -> None:
    client, party, number = told_letter(company)
    address = f"/mail/letters/{number}/answer"
    assert f'hx-get="{address}"' in client.get(f"/organisation/{party}").content.decode()
    field = client.get(address).content.decode()
    assert "petr@client.ru" in field and "we@our.ru" in field
    empty = client.post(address, {"text": " ", "form_key": "k1"})
    assert (empty.status_code, Outgoing.objects.count()) == (422, 0)
    form = {"text": "Добрый день!\nСчёт <b>завтра</b>", "form_key": "k1"}
    assert client.post(address, form).status_code == 200
    row = Outgoing.objects.get()
    assert (row.state, row.manner, row.answered_id, row.subject) == ("waiting", "reply", number, "Re: Счёт")
    assert row.thread_id == Letter.objects.get(pk=number).thread_id
    raw = outbox.raw_of(row)
    assert raw is not None
    sent = parsing.parse(raw).text
    assert sent.index("Счёт <b>завтра</b>") < sent.index("Пришлите счёт")
    assert "&lt;b&gt;завтра" in row.html
    assert client.post(address, form).status_code == 200  # the same form again is the same letter
    assert Outgoing.objects.count() == 1


def test_an_answer_goes_on_in_the_whole_form(company: Company) -> None:
    client, _party, number = told_letter(company)
    answer = client.post(f"/mail/letters/{number}/answer", {"text": "Начало", "form_key": "k2", "full": "1"})
    row = Outgoing.objects.get()
    assert (answer.status_code, answer["HX-Redirect"], row.state) == (204, f"/mail/drafts/{row.pk}", "draft")
    assert "Начало" in client.get(answer["HX-Redirect"]).content.decode()


def test_nobody_answers_from_a_mailbox_that_is_not_theirs(company: Company) -> None:
    _client, _party, number = told_letter(company)
    outsider = company.client("outsider")
    assert outsider.get(f"/mail/letters/{number}/answer").status_code == 404
    assert outsider.post(f"/mail/letters/{number}/answer", {"text": "x"}).status_code == 404
    reader = company.client("colleague")
    assert 'name="text"' not in reader.get(f"/mail/letters/{number}/answer").content.decode()
    assert reader.post(f"/mail/letters/{number}/answer", {"text": "x"}).status_code in {403, 422}
    assert not Outgoing.objects.exists()
