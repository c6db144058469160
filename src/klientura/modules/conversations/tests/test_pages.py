"""The pages of mail: what they show to whom, and that nothing of a letter acts."""

import datetime as dt
import re
import socket

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.conversations.models import Folder, Letter, LetterFile, Mailbox, Thread
from klientura.modules.conversations.services.mailboxes import filled_in, keep_mailbox
from klientura.modules.conversations.services.secrets import password_of, password_to_send
from klientura.modules.conversations.tests.written import arrive, letter, mailbox

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company() -> Company:
    return found_company()


def with_page(number: int = 1) -> object:
    made = letter(number)
    made.add_alternative(
        '<p>Цены <img src="cid:logo"><img src="https://spy.example/a.gif"><script>x()</script></p>',
        subtype="html",
    )
    made.add_attachment(
        b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="logo.png", cid="<logo>"
    )
    return made


def test_threads_are_listed_and_read(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1), letter(2, answers=1), letter(9, subject="Другое"))
    client = company.client("employee")
    page = client.get("/mail").content.decode()
    assert page.index("Другое") < page.index("Счёт")
    assert page.count("is-unread") == 2
    thread = Thread.objects.get(subject="Счёт")
    page = client.get(f"/mail?thread={thread.pk}").content.decode()
    assert "Письмо 1" in page
    assert "Письмо 2" in page
    assert page.count("is-unread") == 1
    assert Letter.objects.filter(tell_seen=True).count() == 2
    assert "Счёт" not in re.sub(r"<title>.*?</title>", "", client.get("/mail?show=unread").content.decode())


@pytest.mark.parametrize("who", ["administrator", "manager", "colleague", "observer"])
def test_a_mailbox_is_nobody_elses(company: Company, who: str) -> None:
    box, inbox = mailbox(company.users["employee"])
    [number] = arrive(box, inbox, with_page())  # type: ignore[arg-type]
    client, thread = company.client(who), Thread.objects.get()
    held = LetterFile.objects.get()
    assert client.get(f"/mail?thread={thread.pk}").status_code == 404
    assert "Счёт" not in client.get(f"/mail?mailbox={box.pk}").content.decode()
    for rest in ("", "/page", "/raw", f"/files/{held.file_id}"):
        assert client.get(f"/mail/letters/{number}{rest}").status_code == 404
    assert client.post(f"/mail/threads/{thread.pk}/private", {"private": "1"}).status_code == 404
    for rest in ("", "/folders"):
        assert client.post(f"/mail/mailboxes/{box.pk}{rest}", {}).status_code == 404
    assert "we@our.ru" not in client.get("/mail/mailboxes").content.decode()


def test_a_page_of_a_letter_does_nothing_by_itself(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    [number] = arrive(box, inbox, with_page())  # type: ignore[arg-type]
    client = company.client("employee")
    answer = client.get(f"/mail/letters/{number}/page")
    body, policy = answer.content.decode(), answer["Content-Security-Policy"]
    assert "<script" not in body
    assert f'src="/mail/letters/{number}/files/{LetterFile.objects.get().file_id}"' in body
    assert "https:" not in policy
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy
    assert (
        "img-src 'self' data: https: http:"
        in client.get(f"/mail/letters/{number}/page?pictures=1")["Content-Security-Policy"]
    )


def test_files_are_given_and_only_those_of_the_letter(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    first, second = arrive(box, inbox, with_page(1), with_page(2))  # type: ignore[arg-type]
    client = company.client("employee")
    held = {h.letter_id: h.file_id for h in LetterFile.objects.all()}
    given = client.get(f"/mail/letters/{first}/files/{held[first]}")
    assert b"".join(given.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert client.get(f"/mail/letters/{first}/files/{held[second]}").status_code == 404
    raw = client.get(f"/mail/letters/{first}/raw")
    assert b"Message-ID" in b"".join(raw.streaming_content)  # type: ignore[attr-defined]


def test_the_timeline_leads_to_the_letter_those_who_may_read_it(company: Company) -> None:
    organisation = write.create(
        ACTOR, shape_of("organisation"), {"name": "Ромашка", "email": "petr@client.ru"}
    )
    box, inbox = mailbox(company.users["employee"])
    [number] = arrive(box, inbox, with_page())  # type: ignore[arg-type]
    way = f"/mail/letters/{number}"
    boss = company.client("administrator")
    assert way in boss.get(f"/organisation/{organisation}").content.decode()
    assert "Письмо 1" in boss.get(way).content.decode()
    company.client("employee").post(f"/mail/threads/{Thread.objects.get().pk}/private", {"private": "1"})
    assert way not in boss.get(f"/organisation/{organisation}").content.decode()
    assert boss.get(way).status_code == 404


def test_a_long_timeline_asks_for_its_letters_at_once(company: Company) -> None:
    organisation = write.create(
        ACTOR, shape_of("organisation"), {"name": "Ромашка", "email": "petr@client.ru"}
    )
    box, inbox = mailbox(company.users["employee"])
    boss = company.client("administrator")
    counts = []
    for first, number in ((1, 2), (10, 15)):
        arrive(box, inbox, *(letter(first + n) for n in range(number)))
        boss.get(f"/organisation/{organisation}")
        with CaptureQueriesContext(connection) as asked:
            boss.get(f"/organisation/{organisation}")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_pages_of_threads_go_on_by_keys(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, *(letter(n, subject=f"Тема {n}.") for n in range(1, 121)))
    client, address, found = company.client("employee"), "/mail", []
    for _page in range(5):
        page = client.get(address).content.decode()
        found += re.findall(r"Тема (\d+)\.</a>", page)
        more = re.search(r'href="(/mail\?[^"]*after=[^"]*)"', page)
        if more is None:
            break
        address = more[1].replace("&amp;", "&")
    assert found == [str(n) for n in range(120, 0, -1)]
    for bad in ("x", "1_x", "nan_1", "9e999_1", "_", "1_" + "9" * 40):
        assert client.get("/mail", {"after": bad}).status_code == 200


def test_a_mailbox_is_connected_and_its_password_never_shown(company: Company) -> None:
    client = company.client("employee")
    given = {"address": "We@Our.ru", "password": "секрет", "imap_host": "localhost", "imap_port": "9", "period": "month",
             "imap_security": "none", "open_to_clients": "1"}  # fmt: skip
    refused = client.post("/mail/mailboxes/new", given)
    assert refused.status_code == 422
    assert "секрет" not in refused.content.decode()
    assert Mailbox.objects.count() == 0


def test_only_administrators_knock_at_servers_inside_the_network(company: Company) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.2)
        given = {"address": "we@our.ru", "password": "секрет", "imap_host": "localhost", "imap_port": str(inside.getsockname()[1]),
                 "period": "month", "imap_security": "none"}  # fmt: skip
        assert company.client("employee").post("/mail/mailboxes/new", given).status_code == 422
        with pytest.raises(TimeoutError):
            inside.accept()
    assert Mailbox.objects.count() == 0


def test_only_administrators_send_through_servers_inside_the_network(company: Company) -> None:
    given = {"address": "we@yandex.ru", "password": "секрет", "smtp_host": "localhost", "smtp_port": "25"}
    with pytest.raises(Invalid) as refused:
        keep_mailbox(company.actor("employee"), filled_in(given))
    assert [e.field for e in refused.value.errors] == ["smtp_host"]
    kept = keep_mailbox(company.actor("administrator"), filled_in(given))
    assert (kept.imap_host, kept.smtp_host, kept.smtp_port) == ("imap.yandex.ru", "localhost", 25)
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.2)
        port = str(inside.getsockname()[1])
        form = {
            **given,
            "address": "we@our.ru",
            "imap_host": "localhost",
            "imap_port": "9",
            "smtp_port": port,
            "smtp_security": "none",
        }
        assert company.client("employee").post("/mail/mailboxes/new", form).status_code == 422
        with pytest.raises(TimeoutError):
            inside.accept()


def test_the_server_for_sending_is_guessed_and_its_password_is_another_only_when_it_is_given(
    company: Company,
) -> None:
    guessed = filled_in({"address": "we@our.ru", "imap_host": "imap.our.ru"})
    assert guessed["smtp_host"] == "smtp.our.ru"
    assert not filled_in({"address": "we@our.ru", "imap_host": "imap.our.ru", "only_reads": True}).get(
        "smtp_host"
    )
    assert filled_in({"address": "we@gmail.com"})["smtp_host"] == "smtp.gmail.com"
    actor = company.actor("employee")
    given = {"address": "we@yandex.ru", "password": "секрет"}
    box = keep_mailbox(actor, filled_in(given))
    assert password_to_send(box) == "секрет"
    box = keep_mailbox(actor, filled_in({**given, "smtp_username": "other", "smtp_password": "другой"}), box)
    assert password_to_send(box) == "другой"
    assert password_of(box) == "секрет"
    box = keep_mailbox(actor, filled_in({**given, "only_reads": True}), box)
    assert (box.smtp_host, password_to_send(box)) == ("", "секрет")


def test_what_is_missing_or_wrong_is_said(company: Company) -> None:
    client = company.client("employee")
    for given in ({}, {"address": "x"}, {"imap_port": "99999999"}, {"address": "a@b.ru", "imap_host": "\n", "password": "x"},
                  {"imap_port": "²"}, {"imap_host": "a" * 5000, "password": "x"}, {"shared": "1"}):  # fmt: skip
        assert client.post("/mail/mailboxes/new", given).status_code == 422
    assert client.get("/mail/mailboxes/new").status_code == 200


def test_settings_are_kept(company: Company) -> None:
    given = {"address": "we@yandex.ru", "password": "секрет", "period": "month", "open_to_clients": True}
    assert filled_in(given)["imap_host"] == "imap.yandex.ru"
    kept = keep_mailbox(company.actor("employee"), given)
    assert (kept.owner_id, kept.username, kept.imap_host) == (
        company.users["employee"].pk,
        "we@yandex.ru",
        "imap.yandex.ru",
    )
    assert "секрет" not in kept.secret
    assert password_of(Mailbox.objects.get()) == "секрет"
    assert kept.since is not None
    assert kept.since < dt.date.today() - dt.timedelta(days=29)
    keep_mailbox(company.actor("employee"), {**given, "password": "", "open_to_clients": False}, kept)
    assert password_of(Mailbox.objects.get()) == "секрет"
    assert not Mailbox.objects.get().open_to_clients
    assert company.client("employee").get(f"/mail/mailboxes/{kept.pk}").status_code == 200


def test_folders_are_chosen(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    other = Folder.objects.create(mailbox=box, name="Заказы")
    foreign, foreign_inbox = mailbox(company.users["colleague"], "other@our.ru")
    company.client("employee").post(
        f"/mail/mailboxes/{box.pk}/folders", {"folder": [other.pk, foreign_inbox.pk, "x"]}
    )
    assert set(Folder.objects.filter(chosen=True)) == {other, foreign_inbox}
    assert foreign.pk != box.pk
    assert inbox.pk != other.pk


def test_shared_mailboxes_are_looked_after_by_administrators(company: Company) -> None:
    box, inbox = mailbox(None, answerers=[company.users["employee"].pk])
    arrive(box, inbox, letter(1))
    assert "we@our.ru" in company.client("administrator").get("/mail/mailboxes").content.decode()
    assert "Счёт" not in company.client("administrator").get("/mail").content.decode()
    assert "Счёт" in company.client("employee").get("/mail").content.decode()
    assert company.client("employee").get(f"/mail/mailboxes/{box.pk}").status_code == 404


def test_of_two_who_change_a_mailbox_the_second_is_told_and_keeps_what_they_typed(company: Company) -> None:
    given = {"address": "we@yandex.ru", "password": "секрет", "shared": True, "name": "Общий"}
    kept = keep_mailbox(company.actor("administrator"), given)
    Mailbox.objects.filter(pk=kept.pk).update(
        state="refused", said="no"
    )  # its reading has noted this meanwhile
    client, address = company.client("administrator"), f"/mail/mailboxes/{kept.pk}"
    seen = re.search(r'name="version" value="(\d+)"', client.get(address).content.decode())
    assert seen
    form = {
        "address": "we@yandex.ru",
        "only_reads": "1",
        "imap_host": "",
        "name": "Первый",
        "version": seen[1],
    }
    Mailbox.objects.filter(pk=kept.pk).update(secret="")  # so that nothing is tried out on real servers
    form["password"] = ""
    refused = client.post(address, form)
    assert refused.status_code == 422
    kept.refresh_from_db()
    keep_mailbox(company.actor("administrator"), {**given, "name": "Второй"}, kept)
    kept.refresh_from_db()
    assert (kept.state, kept.said) == ("refused", "no")
    Mailbox.objects.filter(pk=kept.pk).update(secret="")
    late = client.post(address, form)
    assert late.status_code == 409
    assert "Первый" in late.content.decode()
    kept.refresh_from_db()
    assert kept.name == "Второй"
    with pytest.raises(Stale):
        keep_mailbox(company.actor("administrator"), given, kept, expected_version=kept.version - 1)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        {"imap_host": "imap.elsewhere.example"}, {"smtp_host": "smtp.elsewhere.example"}, {"imap_port": "143"},
        {"imap_security": "none"}, {"smtp_security": "starttls"},
    ],
)  # fmt: skip
def test_a_kept_password_goes_to_no_other_server(
    company: Company, shared: bool, change: dict[str, str]
) -> None:
    admin = company.actor("administrator")
    kept = keep_mailbox(admin, filled_in({"address": "we@yandex.ru", "password": "секрет", "shared": shared}))
    servers = {
        f"{key}_{part}": str(getattr(kept, f"{key}_{part}"))
        for key in ("imap", "smtp")
        for part in ("host", "port", "security")
    }
    form = {**servers, "address": "we@yandex.ru", "password": ""}
    keep_mailbox(admin, filled_in({**form, "name": "Почта"}), kept)  # the same servers ask for nothing
    kept.refresh_from_db()
    with pytest.raises(Invalid) as wrong:
        keep_mailbox(admin, filled_in({**form, **change}), kept)
    assert [e.field for e in wrong.value.errors] == ["password"]
    keep_mailbox(admin, filled_in({**form, **change, "password": "новый"}), kept, reached=("imap", "smtp"))
    assert password_of(Mailbox.objects.get()) == "новый"


def test_a_form_with_another_server_speaks_to_it_only_with_a_typed_password(company: Company) -> None:
    kept = keep_mailbox(
        company.actor("administrator"),
        filled_in({"address": "we@yandex.ru", "password": "секрет", "shared": True}),
    )
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.2)
        form = {
            "address": "we@yandex.ru", "password": "", "imap_host": "localhost", "imap_port": str(inside.getsockname()[1]),
            "imap_security": "none", "only_reads": "1", "version": str(kept.version),
        }  # fmt: skip
        refused = company.client("administrator").post(f"/mail/mailboxes/{kept.pk}", form)
        assert (refused.status_code, "введите пароль заново" in refused.content.decode()) == (422, True)
        with pytest.raises(TimeoutError):
            inside.accept()
