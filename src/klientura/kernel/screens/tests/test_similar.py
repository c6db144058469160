"""A likely duplicate is shown before it is made, and asked about once."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
INN = "7827763273"


@pytest.fixture
def company() -> Company:
    return found_company()


def number_of(company: Company) -> int:
    return len(read.page(company.actor("administrator"), shape_of("organisation")).rows)


def test_a_second_record_with_the_same_number_is_asked_about_and_nothing_typed_is_lost(
    company: Company,
) -> None:
    write.create(company.actor("employee"), shape_of("organisation"), {"name": "Стройсофт", "inn": INN})
    browser = company.client("employee")
    typed = {
        "name": "Стройсофт копия",
        "inn": INN,
        "contact_points-present": "1",
        "contact_points-0-kind": "phone",
        "contact_points-0-value": "8 902 927-35-77",
    }

    asked = browser.post("/organisation/new", typed)

    page = asked.content.decode()
    assert asked.status_code == 422
    assert number_of(company) == 1
    assert "Стройсофт</a>" in page
    assert 'value="Стройсофт копия"' in page
    assert "927-35-77" in page
    seen = re.search(r'name="similar_seen" value="([\d ]+)"', page)
    assert seen is not None
    made = browser.post("/organisation/new", {**typed, "similar_seen": seen.group(1)})
    assert made.status_code == 302
    assert number_of(company) == 2


def test_who_has_seen_the_hint_while_typing_is_not_asked_again(company: Company) -> None:
    known = write.create(
        company.actor("employee"), shape_of("organisation"), {"name": "Стройсофт", "inn": INN}
    )
    browser = company.client("employee")

    hint = browser.post("/organisation/similar", {"name": "Другая", "inn": INN}).content.decode()

    assert f'name="similar_seen" value="{known}"' in hint
    answer = browser.post("/organisation/new", {"name": "Другая", "inn": INN, "similar_seen": str(known)})
    assert answer.status_code == 302


def test_a_record_that_the_reader_may_not_see_is_not_betrayed(company: Company) -> None:
    write.create(company.actor("outsider"), shape_of("organisation"), {"name": "Тайна", "inn": INN})
    answer = company.client("employee").post("/organisation/new", {"name": "Наша", "inn": INN})
    assert answer.status_code == 302


def test_a_record_made_beside_a_card_leaves_the_reader_on_the_card(company: Company) -> None:
    number = write.create(company.actor("employee"), shape_of("organisation"), {"name": "Стройсофт"})
    browser = company.client("employee")
    page = browser.get(f"/organisation/{number}").content.decode()
    address = f"/person/new?dialog=1&amp;stay=1&amp;employer={number}"
    assert address in page

    form = browser.get(address.replace("&amp;", "&")).content.decode()
    assert 'name="phone"' in form
    action = re.search(r'hx-post="(/person/new[^"]*)"', form)
    assert action is not None
    values = {"last_name": "Ёлкин", "employer": str(number), "phone": "8 902 927-35-77"}
    answer = browser.post(action.group(1).replace("&amp;", "&"), values, HTTP_HX_REQUEST="true")

    assert answer.status_code == 200
    assert "HX-Redirect" not in answer
    assert "recordChanged" in answer["HX-Trigger"]
    assert "Ёлкин" in browser.get(f"/organisation/{number}").content.decode()


def test_the_people_of_the_chosen_client_are_offered_first(company: Company) -> None:
    employee = company.actor("employee")
    ours, theirs = (write.create(employee, shape_of("organisation"), {"name": n}) for n in ("Альфа", "Бета"))
    for name, employer in (("Сосна", ours), ("Ёлкин", theirs), ("Дуб", None)):
        write.create(employee, shape_of("person"), {"last_name": name, "employer": employer})
    browser = company.client("employee")

    offered = browser.get(f"/search/reference/person?employer={ours}&q=").content.decode()
    names = re.findall(r'data-title="(\w+)', offered)
    assert names == ["Сосна", "Дуб", "Ёлкин"]
    assert offered.index("Альфа") < offered.index("Сосна") < offered.index("Дуб")
    searched = browser.get(f"/search/reference/person?employer={ours}&q=Берёза").content.decode()
    assert f"employer={ours}" in searched

    form = browser.get(f"/opportunity/new?party={ours}").content.decode()
    assert f'data-ref-url="/search/reference/person?employer={ours}" data-ref-within="party"' in form


def hint(company: Company, role: str, key: str, **typed: str) -> str:
    return company.client(role).post(f"/{key}/similar", typed).content.decode()


def test_a_client_is_known_by_what_is_said_otherwise(company: Company) -> None:
    """The matcher of the search through the base: another form of the name, a surname heard wrongly, a second phone."""
    known = write.create(
        company.actor("employee"),
        shape_of("person"),
        {
            "last_name": "Петров", "first_name": "Иван", "middle_name": "Сергеевич",
            "contact_points": [
                {"kind": "mobile", "value": "+7 916 123-45-67"}, {"kind": "mobile", "value": "+7 903 765-43-21"},
            ],
        },
    )  # fmt: skip
    lines = {
        "contact_points-present": "1",
        "contact_points-0-kind": "mobile",
        "contact_points-0-value": "8 (903) 765-43-21",
    }
    page = hint(company, "employee", "person", last_name="Петроф", first_name="Ваня", **lines)
    assert f'href="/person/{known}"' in page
    assert "телефон тот же" in page
    assert "формы одного имени" in page


def test_the_legal_form_and_quotes_hide_nobody(company: Company) -> None:
    known = write.create(
        company.actor("employee"), shape_of("organisation"), {"name": "Урал-Газ", "city": "Омск"}
    )
    page = hint(company, "employee", "organisation", name="ООО «Урал Газ»", city="Омск")
    assert f'href="/organisation/{known}"' in page
    assert "название то же, город тот же" in page


def test_who_is_another_client_for_certain_is_not_hinted_at(company: Company) -> None:
    actor, shape = company.actor("employee"), shape_of("organisation")
    write.create(
        actor, shape, {"name": "ООО «Ромашка»", "inn": "7707083893", "kpp": "770701001", "city": "Москва"}
    )
    branch = {"name": "ООО «Ромашка»", "inn": "7707083893", "kpp": "165501001", "city": "Казань"}
    assert "similar_seen" not in hint(company, "employee", "organisation", **branch)
    assert company.client("employee").post("/organisation/new", branch).status_code == 302


def test_hints_betray_neither_records_nor_fields(company: Company) -> None:
    phone = {"last_name": "Совсем", "first_name": "Другой", "phone": "+7 916 123-45-67"}
    secret = {"last_name": "Тайный", "first_name": "Клиент", "phone": "+7 916 123-45-67"}
    write.create(company.actor("outsider"), shape_of("person"), secret)
    assert "similar_seen" not in hint(company, "employee", "person", **phone)
    own = write.create(
        company.actor("employee"), shape_of("person"), {**secret, "last_name": "Совсем", "first_name": "Д."}
    )
    told = hint(company, "employee", "person", **phone)
    assert f"/person/{own}" in told
    assert "телефон тот же" in told
    company.hide("employee", "person", "phone")
    page = hint(company, "employee", "person", **{**phone, "last_name": "Иное", "first_name": "Имя"})
    assert "similar_seen" not in page
    assert "телефон тот же" not in hint(company, "employee", "person", **phone)


def test_those_out_of_reach_do_not_take_the_place_of_those_within(company: Company) -> None:
    shape = shape_of("person")
    company.grant("employee", "person", "read", "own")
    phone = "+7 916 123-45-67"
    strangers = [{"last_name": f"Чужой{n}", "first_name": "Ян", "phone": phone} for n in range(60)]
    write.create_many(company.actor("outsider"), shape, strangers)
    own = write.create(
        company.actor("employee"), shape, {"last_name": "Иной", "first_name": "Ян", "phone": phone}
    )
    typed = {"last_name": "Другой", "first_name": "Ян", "phone": phone}
    assert f"/person/{own}" in hint(company, "employee", "person", **typed)


def test_hints_ask_the_database_as_often_however_many_there_are(company: Company) -> None:
    actor, browser = company.actor("employee"), company.client("employee")
    typed = {"name": "Ромашка", "inn": INN, "phone": "+7 495 123-45-67", "city": "Москва"}

    def queries() -> int:
        browser.post("/organisation/similar", typed)
        with CaptureQueriesContext(connection) as seen:
            assert browser.post("/organisation/similar", typed).status_code == 200
        return len(seen)

    def more() -> None:
        rows = [{"name": f"Ромашка {n}", "phone": "+7 495 123-45-67", "city": "Москва"} for n in range(30)]
        write.create_many(actor, shape_of("organisation"), rows)

    write.create(actor, shape_of("organisation"), typed)
    more()  # names that many share are ranked by a statement more (see the search), however many these are
    few = queries()
    more()
    more()
    assert queries() <= few
