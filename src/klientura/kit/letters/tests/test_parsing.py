"""Letters taken apart: what comes out of good ones, and that nothing comes to harm by bad ones."""

import struct
from email.message import EmailMessage
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klientura.kit.letters import cleaning
from klientura.kit.letters.naming import base_subject, identifiers
from klientura.kit.letters.parsing import Letter, headers_only, parse
from klientura.kit.letters.words import decoded, header

TEXT = "Добрый день! Высылаю счёт за оборудование, ёлки и пилы."


def letter(body: bytes, *headers: str) -> Letter:
    return parse("\r\n".join([*headers, "", ""]).encode() + body)


@pytest.mark.parametrize("charset", ["utf-8", "cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize(
    "claimed", ["", "us-ascii", "iso-8859-1", "no-such-set", '"', "unknown-8bit", "utf-8", "hex", "rot13"]
)
def test_russian_is_read_whatever_charset_is_claimed(charset: str, claimed: str) -> None:
    head = f"Content-Type: text/plain; charset={claimed}" if claimed else "Content-Type: text/plain"
    assert letter(TEXT.encode(charset), head).text == TEXT


def test_headers_are_read_as_people_read_them() -> None:
    assert header("=?utf-8?B?0J/RgNC40LI=?= =?utf-8?B?0LXRgg==?=") == "Привет"
    assert header("=?utf-8?B?0J/R?= =?utf-8?B?gNC40LLQtdGC?=") == "Привет", "a letter cut in two"
    assert header("=?koi8-r?Q?=F0=D2=C9=D7=C5=D4?=") == "Привет"
    raw = b"Subject: " + "Привет, коллеги".encode("cp1251") + b"\r\n\r\n"
    assert parse(raw).subject == "Привет, коллеги"


def test_people_and_references() -> None:
    found = letter(
        b"x",
        'From: "Ilyin, Petr" <Petr@X.ru>',
        "To: =?utf-8?B?0JjQstCw0L0=?= <ivan@y.ru>, petr@x.ru, undisclosed-recipients:;",
        "Message-ID:  <one@x> ",
        "In-Reply-To: <two@x>",
        "References: <three@x>\r\n\t<two@x> <two@x>",
        "Date: Fri, 17 Oct 2025 12:34:00 +0300 (MSK)",
    )
    assert (found.senders[0].name, found.sender) == ("Ilyin, Petr", "petr@x.ru")
    assert [a.address for a in found.to] == ["ivan@y.ru", "petr@x.ru"]
    assert found.to[0].name == "Иван"
    assert (found.message_id, found.in_reply_to, found.references) == (
        "one@x",
        ("two@x",),
        ("three@x", "two@x"),
    )
    assert found.at is not None
    assert found.at.isoformat() == "2025-10-17T09:34:00+00:00"


def test_a_letter_is_known_again_by_its_headers_alone() -> None:
    raw = b"From: a@x.ru\r\nMessage-ID: <1@x>\r\nDate: Fri, 17 Oct 2025 12:34:00 +0300\r\nSubject: s\r\n\r\n"
    assert headers_only(raw).key == parse(raw + b"body").key
    other = raw.replace(b"12:34", b"12:35")
    assert parse(other).key != parse(raw).key, "an identifier given twice does not swallow a letter"


def test_letters_without_an_identifier_are_known_by_what_they_say() -> None:
    assert (
        letter(b"one", "From: a@x.ru").key
        == letter(b"one", "From: a@x.ru").key
        != letter(b"two", "From: a@x.ru").key
    )


def test_files_and_pictures() -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "a@x.ru", "Счёт"
    made.set_content("Текст")
    made.add_alternative('<p>Текст <img src="cid:logo"></p><script>x()</script>', subtype="html")
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="Счёт №5.pdf")
    made.add_attachment(
        b"\x89PNG", maintype="image", subtype="png", filename="logo.png", cid="<logo>", disposition="inline"
    )
    inner = EmailMessage()
    inner["Subject"] = "Внутри"
    inner.set_content("Письмо в письме")
    made.add_attachment(inner)
    found = parse(made.as_bytes())
    assert [a.name for a in found.attached] == ["Счёт №5.pdf", "logo.png", "Внутри.eml"]
    assert found.attached[0].data == b"%PDF-1.4"
    assert found.attached[1].content_id == "logo"
    assert parse(found.attached[2].data).text.strip() == "Письмо в письме"
    assert found.text.strip() == "Текст"
    assert "script" not in found.html
    assert 'src="cid:logo"' in found.html


def tnef(name: str, data: bytes) -> bytes:
    def attribute(key: int, value: bytes) -> bytes:
        return struct.pack("<BHHI", 2, key, 6, len(value)) + value + b"\0\0"

    long = (name + "\0").encode("utf-16-le")
    padded = long + b"\0" * (-len(long) % 4)
    properties = struct.pack("<I", 2) + struct.pack("<HHI", 3, 0x0E20, 5)
    properties += struct.pack("<HHII", 0x1F, 0x3707, 1, len(long)) + padded
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(0x9002, b"\0" * 14)
        + attribute(0x8010, b"SHORT~1.XLS\0")
        + attribute(0x800F, data)
        + attribute(0x9005, properties)
    )


def test_files_that_outlook_hides_come_out() -> None:
    made = EmailMessage()
    made.set_content("см. вложение")
    made.add_attachment(
        tnef("Смета на ремонт.xls", b"rows"),
        maintype="application",
        subtype="ms-tnef",
        filename="winmail.dat",
    )
    assert [(a.name, a.data) for a in parse(made.as_bytes()).attached] == [("Смета на ремонт.xls", b"rows")]
    broken = tnef("Смета.xls", b"rows")[:-9]
    made = EmailMessage()
    made.add_attachment(broken, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert [(a.name, a.data) for a in parse(made.as_bytes()).attached] == [("SHORT~1.XLS", b"rows")]


def test_a_large_file_is_taken_out_whole() -> None:
    made = EmailMessage()
    made.set_content("архив")
    data = bytes(range(256)) * 4 * 1024 * 8
    made.add_attachment(data, maintype="application", subtype="zip", filename="a.zip")
    assert parse(BytesIO(made.as_bytes())).attached[0].data == data


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<iframe src=//x></iframe>",
        "<style>*{color:red}</style>", "<form action=//x><input></form>", "<svg onload=alert(1)>", "<meta http-equiv=refresh content=0>",
        "<div style='position:fixed;top:0;background:url(javascript:alert(1))'>x</div>", "<base href=//x>", "<object data=x>",
        "<a href='data:text/html,<script>1</script>'>x</a>", "<link rel=stylesheet href=//x>",
    ],
)  # fmt: skip
def test_nothing_that_acts_is_left_of_a_page(html: str) -> None:
    cleaned = cleaning.safe(html).lower()
    for word in ("<script", "onerror", "onload", "javascript:alert", "<iframe", "<style", "<form", "<svg", "<meta", "position", "<base",
                 "<object", "data:text", "<link"):  # fmt: skip
        assert word not in cleaned


def test_pictures_from_elsewhere_are_told_of() -> None:
    assert cleaning.loads_from_elsewhere(cleaning.safe('<img src="https://x.ru/a.gif">'))
    assert cleaning.loads_from_elsewhere(cleaning.safe('<p style="background:url(https://x.ru/a.gif)">x</p>'))
    assert not cleaning.loads_from_elsewhere(cleaning.safe('<img src="cid:a"><a href="https://x.ru">x</a>'))


def test_failures_to_deliver_name_whom_they_are_about() -> None:
    raw = (
        b"From: MAILER-DAEMON@mx.ru\r\nTo: us@x.ru\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.ru\r\n\r\nFinal-Recipient: rfc822; Nobody@Y.ru\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    assert parse(raw).failed_for == ("nobody@y.ru",)
    assert parse(raw.replace(b"Action: failed", b"Action: delayed")).failed_for == ()


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: Счёт", "Счёт"),
        ("RE[2]: Fwd: [заказ] Счёт", "Счёт"),
        ("Отв: НА: Счёт", "Счёт"),
        ("Ответ", "Ответ"),
        ("", ""),
    ],
)
def test_the_subject_without_its_prefixes(subject: str, base: str) -> None:
    assert base_subject(subject) == base


def test_identifiers_without_brackets_are_taken_too() -> None:
    assert identifiers("one@x, two@y") == ("one@x", "two@y")
    assert identifiers(None) == ()


def holds(found: Letter) -> bool:
    texts = [found.subject, found.text, found.html, found.said, *(a.name for a in found.attached),
             *(a.name + a.address for a in (*found.senders, *found.to, *found.cc))]  # fmt: skip
    return all("\0" not in t and t.encode("utf-8") is not None for t in texts) and len(found.key) == 64


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_raise(raw: bytes) -> None:
    assert holds(parse(raw))
    assert len(headers_only(raw).key) in {0, 64}


NAMES = st.sampled_from(["From", "To", "Cc", "Subject", "Date", "Message-ID", "References", "Content-Type", "Content-Disposition",
                         "Content-Transfer-Encoding", "Content-ID", "Auto-Submitted", "X-Failed-Recipients", "MIME-Version"])  # fmt: skip
PIECES = st.sampled_from(["multipart/mixed; boundary=b", "message/rfc822", "text/html; charset=", "charset*0*=utf-8''%D0; ", "base64", "=?utf-8?B?",
                          "?=", "=?x?q?", "<", ">", "@", '"', "a@b.ru", ",", ";", "(", "\\", "Fri, 99 Oct", "9" * 30, "+9999", "attachment",
                          "filename*=utf-8''%ff%00", "multipart/report", "message/delivery-status", "application/ms-tnef", "й", "\x00",
                          "\ud800", "quoted-printable", "x-uuencode", "[", "mailer-daemon@x"])  # fmt: skip
BODIES = st.lists(
    st.sampled_from(["--b\n", "--b--\n", "\n", "Content-Type: message/rfc822\n\n", "begin 644 a\n", "=ZZ", "AAA", "<div><p>", "</blockquote>",
                     "> x\n", "Content-Type: multipart/mixed; boundary=b\n\n", "x\x9f>\"\n", "\udcff", "Final-Recipient: rfc822; a\n"]),
    max_size=12,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(NAMES, st.lists(PIECES, max_size=6)), max_size=8), BODIES)
def test_no_broken_letter_raises(headers: list[tuple[str, list[str]]], body: list[str]) -> None:
    head = "".join(f"{name}: {''.join(pieces)}\n" for name, pieces in headers)
    assert holds(parse((head + "\n" + "".join(body)).encode("utf-8", "surrogatepass")))


def test_a_letter_within_letters_without_end_is_kept_as_it_is() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    found = parse(b"Subject: deep\n" + raw)
    assert found.subject == "deep"
    assert holds(found)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(
        [
            None,
            "utf-8",
            "utf-16",
            "hex",
            "zip",
            "bz2",
            "uu",
            "idna",
            "punycode",
            "\x00",
            "base64",
            "undefined",
        ]
    ),
)
def test_any_bytes_are_text_in_some_charset(raw: bytes, charset: str | None) -> None:
    assert "\0" not in decoded(raw, charset)


def test_time_does_not_explode() -> None:
    import time

    begun = time.process_time()
    parse(
        b"Subject: "
        + b"=?utf-8?B?" * 20_000
        + b"\n\n"
        + b"> " * 100_000
        + b"\n" * 50_000
        + b"17.10.2025 12:34 " * 5_000
    )
    parse(b"Content-Type: text/html\n\n" + b"<div>" * 50_000 + b"<blockquote>" * 20_000 + b"x")
    parse(b"To: " + b'"a,b" <' * 20_000 + b"\n\n")
    assert time.process_time() - begun < 10
