"""Papers by templates: filled in from a card with the rights of who makes them; what is wrong is said."""

import io

import pytest
from django.test import Client
from docx import Document

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest, Invalid, NotFound
from klientura.kernel.files.keeping import bring
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World
from klientura.modules.documents.services.templates import make

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company() -> Company:
    """A company with a user of every role."""
    return found_company()


@pytest.fixture
def admin(company: Company) -> Client:
    """The administrator's browser."""
    return company.client("administrator")


def docx(*paragraphs: str) -> io.BytesIO:
    paper = Document()
    for text in paragraphs:
        paper.add_paragraph(text)
    made = io.BytesIO()
    paper.save(made)
    made.seek(0)
    return made


def template(company: Company, *paragraphs: str, about: str = "organisation", **more: object) -> int:
    actor = company.actor("administrator")
    file = bring(actor, "договор.docx", docx(*paragraphs))
    values = {"name": "Договор", "about": about, "form": "docx", "file": [int(file)], **more}
    return write.create(actor, shape_of("paper_template"), values)


def client_of_ours() -> int:
    address = {"kind": "legal", "city": "Тула", "street": "ул. Гагарина, 1"}
    number = write.create(
        ACTOR, shape_of("organisation"), {"name": "Альфа", "inn": "7707083893", "addresses": [address]}
    )
    write.create(ACTOR, shape_of("own_company"), {
        "name": "Наша", "is_main": True, "director": "Сидоров А. П.", "director_position": "Генеральный директор",
    })  # fmt: skip
    return number


def words(content: bytes) -> list[str]:
    return [p.text for p in Document(io.BytesIO(content)).paragraphs]


def test_a_contract_fills_itself_in_from_a_card(company: Company, admin: Client):
    number = client_of_ours()
    made = template(
        company,
        "{{ title }}, ИНН {{ inn }}, {% for line in addresses %}{{ line.city }}, {{ line.street }}{% endfor %}",
        "{{ own.director_position | genitive }} {{ own.director | genitive }}, {{ me }}",
    )
    dialog = admin.get(f"/organisation/{number}/papers").content.decode()
    assert f'href="/organisation/{number}/papers/{made}"' in dialog
    answer = admin.get(f"/organisation/{number}/papers/{made}")
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert words(answer.content) == [
        "Альфа, ИНН 7707083893, Тула, ул. Гагарина, 1",
        "Генерального директора Сидорова А. П., Анна Ким",
    ]


def test_a_deal_names_its_client_and_its_sum_in_words(company: Company):
    number = client_of_ours()
    values = {
        "name": "Поставка",
        "party": number,
        "person": None,
        "currency": "RUB",
        "close_date": "2030-03-04",
    }
    deal = World(actor=ACTOR).create("opportunity", 1, **values, lines=[], amount="1200.50")
    text = "{{ party.inn }}: {{ amount | words }}, {{ close_date | long_date }}"
    made = make(
        company.actor("administrator"), template(company, text, about="opportunity"), "opportunity", deal
    )
    assert words(made.content) == ["7707083893: Одна тысяча двести рублей 50 копеек, 4\xa0марта 2030\xa0г."]
    assert made.name == "Договор — Поставка"


def test_typst_is_typeset(company: Company, admin: Client):
    number = client_of_ours()
    values = {"name": "Письмо", "about": "organisation", "form": "typst", "typst": "= Письмо для #d.title"}
    letter = write.create(company.actor("administrator"), shape_of("paper_template"), values)
    answer = admin.get(f"/organisation/{number}/papers/{letter}")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert "без ошибок" in admin.get(f"/paper_template/{letter}/try?on={number}").content.decode()


def test_nothing_is_told_that_the_reader_may_not_see(company: Company):
    number = client_of_ours()
    manager = company.actor("manager")
    write.update(ACTOR, shape_of("organisation"), number, {"owner": manager.user_id})
    named = template(company, "{{ inn }}")
    assert words(make(manager, named, "organisation", number).content) == ["7707083893"]
    company.hide("manager", "organisation", "inn")
    with pytest.raises(BadRequest) as wrong:
        make(company.actor("manager"), named, "organisation", number)
    assert wrong.value.code == "unknown"
    with pytest.raises(NotFound):
        make(company.actor("outsider"), named, "organisation", number)
    outsider = company.client("outsider")
    assert outsider.get(f"/organisation/{number}/papers").status_code == 404
    assert outsider.get(f"/organisation/{number}/papers/{named}").status_code == 404


def test_a_template_makes_papers_of_its_own_kind_alone(company: Company, admin: Client):
    number = client_of_ours()
    person = write.create(ACTOR, shape_of("person"), {"last_name": "Ёлкин"})
    made = template(company, "{{ title }}")
    assert admin.get(f"/person/{person}/papers/{made}").status_code == 404
    assert f"/papers/{made}" not in admin.get(f"/person/{person}/papers").content.decode()
    write.update(ACTOR, shape_of("paper_template"), made, {"is_active": False})
    assert f"/papers/{made}" not in admin.get(f"/organisation/{number}/papers").content.decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ title ", "ошибка в метках"),
        ("{{ секрет }}", "закрыто для вашей роли: секрет"),
        ("{{ ''.__class__ }}", "чего шаблонам нельзя"),
    ],
)
def test_what_is_wrong_with_a_template_is_said_on_its_card(
    company: Company, admin: Client, text: str, said: str
):
    number = client_of_ours()
    made = template(company, text)
    assert f"/paper_template/{made}/try" in admin.get(f"/paper_template/{made}").content.decode()
    page = admin.get(f"/paper_template/{made}/try").content.decode()
    assert said in page
    assert "{{ addresses" in page or "in addresses" in page
    answer = admin.get(f"/organisation/{number}/papers/{made}")
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_a_template_without_its_content_is_refused(company: Company):
    for values, field in (({"form": "docx"}, "file"), ({"form": "typst", "typst": " "}, "typst")):
        with pytest.raises(Invalid) as wrong:
            write.create(
                ACTOR, shape_of("paper_template"), {"name": "Пустой", "about": "organisation", **values}
            )
        assert [e.field for e in wrong.value.errors] == [field]


def test_what_is_no_docx_is_told(company: Company, admin: Client):
    number = client_of_ours()
    file = bring(company.actor("administrator"), "договор.docx", io.BytesIO(b"not a document"))
    values = {"name": "Битый", "about": "organisation", "form": "docx", "file": [int(file)]}
    made = write.create(company.actor("administrator"), shape_of("paper_template"), values)
    assert admin.get(f"/organisation/{number}/papers/{made}").status_code == 400
