"""What is typed into the form of a letter: nothing of it gets lost, and one form makes one letter."""

import re
import time

import pytest

from klientura.kernel.testing.company import Company, found_company
from klientura.kit.letters import writing
from klientura.modules.conversations.models import Mailbox, Outgoing, Signature
from klientura.modules.conversations.services.answering import shown
from klientura.modules.conversations.tests.test_writing import saved, sending_box

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def test_a_form_that_is_sent_twice_makes_one_letter(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    page = client.get("/mail/new").content.decode()
    [key] = re.findall(r'name="form_key" value="([^"]+)"', page)
    form = {"mailbox": box.pk, "to": "petr@client.ru", "html": "x", "form_key": key}
    first, second = client.post("/mail/send", form), client.post("/mail/send", form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Outgoing.objects.count() == 1
    assert client.post("/mail/drafts", form).status_code == 409
    colleague = sending_box(company, "colleague", "other@our.ru")
    company.client("colleague").post("/mail/send", {**form, "mailbox": colleague.pk})
    assert Outgoing.objects.count() == 2


def test_a_draft_whose_number_got_lost_on_its_way_is_the_letter_that_is_sent(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    form = {"mailbox": box.pk, "to": "petr@client.ru", "form_key": "k"}
    saved(client, box, **form, html="Начало")
    assert client.post("/mail/send", {**form, "html": "Конец"}).status_code == 302
    row = Outgoing.objects.get()
    assert (row.state, row.html) == ("waiting", "Конец")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Иван Петров, petr@client.ru", "Иван Петров"),
        ("ivan@client,ru; petr@client.ru", "ivan@client"),
        ("ivan@client.ru petr@client.ru", "ivan@client.ru petr@client.ru"),
        ("a>b@client.ru", "a&gt;b@client.ru"),
        ('"Иван, petr@client.ru', "Иван, petr@client.ru"),
        ("a..b@client.ru", "a..b@client.ru"),
        (".a@client.ru", ".a@client.ru"),
        ("a.@client.ru", "a.@client.ru"),
    ],
)
@pytest.mark.parametrize("key", ["to", "bcc"])
def test_what_is_no_whole_address_is_named_and_nothing_is_sent(
    company: Company, text: str, named: str, key: str
) -> None:
    box, client = sending_box(company), company.client("employee")
    answer = client.post(
        "/mail/send", {"mailbox": box.pk, "to": ["ann@client.ru"], "html": "x", key: f";{text}"}
    )
    assert answer.status_code == 422
    assert named in answer.content.decode()
    row = Outgoing.objects.get()
    assert row.state == "draft"
    kept = saved(
        client, box, draft=row.pk, version=row.version, **{key: [shown(*each) for each in getattr(row, key)]}
    )
    again = Outgoing.objects.get(pk=kept["id"])
    assert getattr(again, key) == getattr(row, key)


def test_several_people_in_one_line_are_all_taken(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    line = ';"Петров, Пётр" <petr@client.ru>; ann@client.ru, ООО "Ромашка" <info@client.ru>'
    saved(client, box, to=line)
    assert Outgoing.objects.get().to == [
        ["Петров, Пётр", "petr@client.ru"],
        ["", "ann@client.ru"],
        ['ООО "Ромашка"', "info@client.ru"],
    ]


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Петров, Иван <ivan@client.ru>", [["Петров, Иван", "ivan@client.ru"]]),
        ("Петрова-Водкина, Анна Сергеевна <a@client.ru>", [["Петрова-Водкина, Анна Сергеевна", "a@client.ru"]]),
        ("ann@client.ru, Петров, Иван <ivan@client.ru>; b@client.ru",
         [["", "ann@client.ru"], ["Петров, Иван", "ivan@client.ru"], ["", "b@client.ru"]]),
        ("Smith, John <john@client.ru>", [["Smith, John", "john@client.ru"]]),
    ],
)  # fmt: skip
def test_a_surname_before_a_comma_belongs_to_the_name_after_it(
    company: Company, line: str, people: list[list[str]]
) -> None:
    box, client = sending_box(company), company.client("employee")
    saved(client, box, to=f";{line}")
    assert Outgoing.objects.get().to == people


@pytest.mark.parametrize(
    "line",
    [
        "Анна, Иван <ivan@client.ru>", "Сидоров, Петров, Иван <ivan@client.ru>", "ООО Ромашка, Иван <ivan@client.ru>",
        "Петров; Иван <ivan@client.ru>", "Петров, Отдел закупок <ivan@client.ru>", "Петров, ivan@client.ru",
    ],
)  # fmt: skip
def test_what_may_be_two_people_is_asked_about(company: Company, line: str) -> None:
    box, client = sending_box(company), company.client("employee")
    answer = client.post("/mail/send", {"mailbox": box.pk, "to": f";{line}", "html": "x"})
    assert answer.status_code == 422
    assert "Не указан адрес" in answer.content.decode()
    assert Outgoing.objects.get().state == "draft"


def test_who_opens_a_draft_of_a_mailbox_that_is_closed_to_them_is_told_so(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    other = sending_box(company, "employee", "second@our.ru")
    draft = saved(client, box, to="petr@client.ru", html="x")
    address = f"/mail/drafts/{draft['id']}"
    assert "больше нельзя" not in client.get(address).content.decode()
    Mailbox.objects.filter(pk=box.pk).update(smtp_host="")
    page = client.get(address).content.decode()
    assert f"Из {box.address} писать больше нельзя: письмо уйдёт из {other.address}" in page
    assert "больше нельзя" not in client.get("/mail/new").content.decode()


def test_what_is_too_long_is_refused_and_not_cut(company: Company) -> None:
    box, client = sending_box(company), company.client("employee")
    long = "слово " * (writing.MOST_TYPED // 6 + 1)
    answer = client.post("/mail/send", {"mailbox": box.pk, "to": "a@b.ru", "html": long})
    assert answer.status_code == 422
    assert "Для письма это слишком длинно" in answer.content.decode()
    assert answer.content.decode().count("слово") > writing.MOST_TYPED // 6
    assert not Outgoing.objects.exists()
    signature = f"/mail/mailboxes/{box.pk}/signature"
    html = "<p>" + "a" * 19_980 + '<a href="https://our.ru/long">x</a></p>'
    assert client.post(signature, {"name": "Я", "html": html}).status_code == 422
    assert not Signature.objects.exists()
    assert client.post(signature, {"name": "Я", "html": "<p>Ваш</p>"}).status_code == 302


def test_what_is_nested_without_end_is_made_clean_soon() -> None:
    deep = "<blockquote>" * 40_000 + "слова"
    began = time.monotonic()
    clean = writing.tidy(deep)
    assert time.monotonic() - began < 1
    assert "слова" in clean
    assert clean.count("<blockquote>") <= writing.DEEPEST
    writing.tidy("<b" * 250_000)
    assert time.monotonic() - began < 2
    whole = "<blockquote>" * 20 + "<p>слова</p><br><ul><li>x</li></ul>" + "</blockquote>" * 20
    assert writing.tidy(whole) == whole
