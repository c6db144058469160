"""A likely duplicate is shown before it is made, and asked about once."""

import re

import pytest

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
