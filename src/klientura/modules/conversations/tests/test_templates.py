"""Templates take values that are open to who writes, and nothing else; nobody's own are seen by others."""

import json
from typing import Any

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.conversations.models import Template
from klientura.modules.conversations.services.templates import filled
from klientura.modules.conversations.tests.written import arrive, letter, mailbox

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company() -> Company:
    return found_company()


def kept(company: Company, who: str = "employee", **more: str) -> Template:
    form = {
        "name": "Счёт",
        "subject": "Для {person.first_name}",
        "html": "<p>Добрый день, <b>{person.first_name}</b>! {user.name}</p>",
    }
    answer = company.client(who).post("/mail/templates/new", {**form, **more})
    assert answer.status_code == 302, answer.content
    return Template.objects.latest("pk")


def person(**more: Any) -> int:
    return write.create(
        ACTOR,
        shape_of("person"),
        {"last_name": "Ильин", "first_name": "Пётр", "email": "petr@client.ru", **more},
    )


def fill(company: Company, template: Template, who: str = "employee", **more: Any) -> dict[str, Any]:
    answer = company.client(who).post(f"/mail/templates/{template.pk}/fill", {"to": "petr@client.ru", **more})
    assert answer.status_code == 200, answer.content
    return dict(json.loads(answer.content))


def test_a_template_takes_values_of_whom_the_letter_goes_to(company: Company) -> None:
    company.grant("employee", "person", "read", "all")
    person(first_name="<i>Пётр</i>")
    found = fill(company, kept(company))
    assert found["subject"] == "Для <i>Пётр</i>"
    assert "<b>&lt;i&gt;Пётр&lt;/i&gt;</b>! Вера Ткач" in found["html"]
    assert found["missing"] == ""


def test_a_template_takes_values_of_the_conversation(company: Company) -> None:
    company.grant("employee", "person", "read", "all")
    person()
    box, inbox = mailbox(company.users["employee"])
    [number] = arrive(box, inbox, letter(1))
    found = fill(company, kept(company), to="else@where.ru", manner="reply", answered=number)
    assert found["subject"] == "Для Пётр"


def test_what_has_no_value_is_told(company: Company) -> None:
    company.grant("employee", "person", "read", "all")
    person(first_name=None)
    found = fill(company, kept(company))
    assert "____" in found["html"]
    assert "Имя" in found["missing"]


def test_hidden_fields_do_not_leak(company: Company) -> None:
    company.grant("employee", "person", "read", "all")
    person()
    template = kept(company, "administrator", shared="1")
    assert "Пётр" in str(fill(company, template))
    company.hide("employee", "person", "first_name")
    assert "Пётр" not in str(fill(company, template))
    assert "Пётр" in str(fill(company, template, "administrator"))


def test_closed_records_do_not_leak(company: Company) -> None:
    company.grant("employee", "person", "read", "own")
    number = person(owner=company.users["employee"].pk)
    template = kept(company, "administrator", shared="1")
    assert "Пётр" in str(fill(company, template))
    write.update(ACTOR, shape_of("person"), number, {"owner": company.users["manager"].pk})
    assert "Пётр" not in str(fill(company, template))


def test_a_template_that_names_what_is_not_there_is_refused(company: Company) -> None:
    client = company.client("employee")
    for place in ("{person.nothing}", "{nothing.name}", "{user.password}", "{person.owner}"):
        answer = client.post("/mail/templates/new", {"name": "x", "html": place})
        assert answer.status_code == 422, place
        assert place in answer.content.decode()
    assert client.post("/mail/templates/new", {"html": "x"}).status_code == 422
    assert Template.objects.count() == 0


def test_nothing_but_places_is_understood(company: Company) -> None:
    actor = company.actor("employee")
    for text in ("{{ 7*7 }}", "{% for x in y %}", "{user.__class__}", "{user.name.x}", "{0}", "${user}"):
        assert filled(actor, text, text, {}).subject == text


def test_own_templates_are_nobody_elses_and_those_of_all_are_the_administrators(company: Company) -> None:
    own = kept(company)
    assert (
        company.client("employee").post("/mail/templates/new", {"name": "x", "shared": "1"}).status_code
        == 403
    )
    for who in ("colleague", "administrator"):
        client = company.client(who)
        assert "Счёт" not in client.get("/mail/templates").content.decode()
        for rest in ("", "/drop", "/fill"):
            assert client.post(f"/mail/templates/{own.pk}{rest}", {"name": "y"}).status_code == 404
    shared = kept(company, "administrator", shared="1", name="Общий")
    client = company.client("employee")
    assert "Общий" in client.get("/mail/templates").content.decode()
    assert client.post(f"/mail/templates/{shared.pk}", {"name": "y"}).status_code == 403
    assert client.post(f"/mail/templates/{shared.pk}/drop").status_code == 403
    assert client.post(f"/mail/templates/{own.pk}/drop").status_code == 302
    assert list(Template.objects.values_list("name", flat=True)) == ["Общий"]


def test_how_it_looks_is_shown(company: Company) -> None:
    number = person()
    client = company.client("administrator")
    page = client.post(
        "/mail/templates/preview",
        {"party": number, "subject": "{person.first_name}", "html": "{person.last_name} {organisation.name}"},
    )
    assert "Пётр" in page.content.decode()
    assert "Ильин" in page.content.decode()
    assert "Нет значения" in page.content.decode()
    assert client.get("/mail/templates/new").status_code == 200
    assert (
        "notthere"
        not in client.post("/mail/templates/preview", {"party": "99999", "subject": "x"}).content.decode()
    )


def test_of_two_who_change_a_template_the_second_is_told_and_keeps_what_they_typed(company: Company) -> None:
    shared = Template.objects.create(name="Ответ", html="<p>А</p>")
    client, address = company.client("administrator"), f"/mail/templates/{shared.pk}"
    page = client.get(address).content.decode()
    assert 'name="version" value="1"' in page
    form = {"subject": "", "html": "<p>Б</p>", "shared": "1", "version": "1"}
    assert client.post(address, {**form, "name": "Первый"}).status_code == 302
    late = client.post(address, {**form, "name": "Второй", "html": "<p>Моё</p>"})
    assert late.status_code == 409
    assert "Второй" in late.content.decode()
    assert "Моё" in late.content.decode()
    shared.refresh_from_db()
    assert (shared.name, shared.version) == ("Первый", 2)
    assert client.post(address, {"name": "без версии", "shared": "1"}).status_code == 409
    assert client.post(address, {**form, "name": "Второй", "version": "2"}).status_code == 302
