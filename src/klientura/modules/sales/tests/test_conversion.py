"""A lead becomes a client, a person and a deal, with all that hangs on it; and is a lead again when that is taken back."""

from typing import Any

import orjson
import pytest
from django.db import connection

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.comments import writing
from klientura.kernel.comments.models import Comment
from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.queries.known import known_organisations, known_people
from klientura.modules.sales.services.conversion import convert
from klientura.modules.sales.services.pipelines import ensure_default_pipeline
from klientura.modules.sales.services.returning import return_to_leads

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company(db: None) -> Company:
    found = found_company()
    ensure_default_pipeline(ACTOR)
    return found


def make(actor: Actor, key: str, **values: Any) -> int:
    return write.create(actor, shape_of(key), values)


def a_lead(actor: Actor, **more: Any) -> int:
    values = {
        "name": "Нужен станок", "company_name": "ООО «Ромашка»", "person_name": "Иванов Пётр Ильич", "city": "Уфа",
        "phone": "+79161234567", "email": "ivanov@romashka.example", "source": "Выставка", "need": "Фрезерный, к весне",
        "amount": "500000", **more,
    }  # fmt: skip
    return make(actor, "lead", **values)


def row(key: str, number: int) -> Row:
    return read.get(ACTOR, shape_of(key), number)


def ids(found: Row) -> tuple[Any, ...]:
    return tuple(found[k].id if found[k] else None for k in ("party", "person", "opportunity"))


def test_everything_that_is_known_goes_to_the_new_records(company: Company) -> None:
    boris = company.actor("manager")
    number = a_lead(boris)

    convert(boris, number)

    lead = row("lead", number)
    organisation, person, deal = ids(lead)
    assert (lead["status"], lead["closed_at"] is None) == ("converted", False)
    made = row("organisation", organisation)
    assert made["primary_contact"].id == person
    assert (made["name"], made["full_name"], made["city"], made["phone"]) == (
        "Ромашка",
        "ООО «Ромашка»",
        "Уфа",
        None,
    )
    made = row("person", person)
    assert (made["last_name"], made["first_name"], made["phone"], made["email"], made["employer"].id) == (
        "Иванов", "Пётр", "+79161234567", "ivanov@romashka.example", organisation,
    )  # fmt: skip
    made = row("opportunity", deal)
    assert (made["name"], made["amount"], made["source"], made["description"], made["party"].id, made["person"].id) == (
        "Нужен станок", 500000, "Выставка", "Фрезерный, к весне", organisation, person,
    )  # fmt: skip
    with pytest.raises(BadRequest):
        convert(boris, number)


def test_what_hangs_on_a_lead_goes_over_and_comes_back(company: Company) -> None:
    boris = company.actor("manager")
    number = a_lead(boris)
    about = {"subject_object": "lead", "subject_id": number}
    call = make(
        boris,
        "interaction",
        kind="call",
        direction="outgoing",
        at="2026-11-01T10:00:00Z",
        subject="Звонок",
        **about,
    )
    task = make(boris, "task", name="Перезвонить", **about)
    writing.write(boris, shape_of("lead"), number, "Торопится")
    deliver()

    convert(boris, number)
    deliver()

    organisation, person, deal = ids(row("lead", number))
    moved = row("interaction", call)
    assert (moved["subject_object"], moved["subject_id"], moved["party"].id, moved["person"].id) == (
        "opportunity", deal, organisation, person,
    )  # fmt: skip
    assert (row("task", task)["subject_id"], row("task", task)["party"].id) == (deal, organisation)
    assert row("organisation", organisation)["last_contact_at"] is not None
    assert list(Comment.objects.values_list("object", "record_id")) == [("opportunity", deal)]

    return_to_leads(boris, number)
    deliver()

    assert (row("lead", number)["status"], ids(row("lead", number))) == ("new", (None, None, None))
    back = row("interaction", call)
    assert (back["subject_object"], back["subject_id"], back["party"]) == ("lead", number, None)
    assert (row("task", task)["subject_object"], row("task", task)["party"]) == ("lead", None)
    assert list(Comment.objects.values_list("object", "record_id")) == [("lead", number)]
    for key, gone in (("organisation", organisation), ("person", person), ("opportunity", deal)):
        with pytest.raises(NotFound):
            row(key, gone)
    convert(boris, number)  # and may be converted again


def test_a_lead_does_not_return_when_somebody_has_built_upon_the_deal(company: Company) -> None:
    boris = company.actor("manager")
    number = a_lead(boris)
    convert(boris, number)
    _organisation, _person, deal = ids(row("lead", number))
    task = make(boris, "task", name="Выслать договор", subject_object="opportunity", subject_id=deal)

    with pytest.raises(BadRequest):
        return_to_leads(boris, number)
    assert (row("lead", number)["status"], row("opportunity", deal)["name"]) == ("converted", "Нужен станок")

    write.trash(boris, shape_of("task"), [task])
    return_to_leads(boris, number)
    assert row("lead", number)["status"] == "new"


def test_a_client_and_a_deal_that_are_there_are_taken(company: Company) -> None:
    boris = company.actor("manager")
    client = make(boris, "organisation", name="Ромашка", email="ivanov@romashka.example")
    person = make(boris, "person", last_name="Иванов", phone="+79161234567")
    number = a_lead(boris)
    lead = row("lead", number)
    assert [h.id for h in known_organisations(boris, lead)] == [client]
    assert [h.id for h in known_people(boris, lead)] == [person]
    deal = make(boris, "opportunity", name="Уже идёт", party=client)

    convert(boris, number, {"organisation": client, "person": {"id": person}, "opportunity": str(deal)})
    assert ids(row("lead", number)) == (client, person, deal)

    return_to_leads(boris, number)
    assert (row("organisation", client)["name"], row("opportunity", deal)["name"]) == ("Ромашка", "Уже идёт")


def test_without_a_deal_and_without_an_organisation(company: Company) -> None:
    boris = company.actor("manager")
    number = a_lead(boris)
    task = make(boris, "task", name="Перезвонить", subject_object="lead", subject_id=number)
    with pytest.raises(Invalid):
        convert(boris, number, {"organisation_name": "", "person_name": " "})

    convert(boris, number, {"organisation_name": "", "deal": False})

    party, person, deal = ids(row("lead", number))
    assert (party == person, deal, row("task", task)["party"].id) == (True, None, person)
    assert row("task", task)["subject_object"] is None


def test_a_product_becomes_a_line_of_the_deal(company: Company) -> None:
    boris = company.actor("manager")
    product = make(ACTOR, "product", name="Станок", price="450000")
    number = a_lead(boris, product=product)
    convert(boris, number)
    deal = ids(row("lead", number))[2]
    line = read.parts_of(ACTOR, shape_of("opportunity"), [deal])[deal]["lines"][0]
    assert (line["product"], row("opportunity", deal)["amount"]) == (product, 450000)
    unpriced = a_lead(boris, product=make(ACTOR, "product", name="Проект"))
    convert(boris, unpriced)
    assert row("opportunity", ids(row("lead", unpriced))[2])["amount"] == 500000  # what was expected


def test_whoever_may_not_make_clients_or_see_the_lead_converts_nothing(company: Company) -> None:
    boris, vera = company.actor("manager"), company.actor("employee")
    with pytest.raises((NotFound, Denied)):
        convert(company.actor("outsider"), a_lead(vera))
    with pytest.raises(Denied):
        convert(company.actor("observer"), a_lead(vera))
    foreign = make(company.actor("outsider"), "organisation", name="Чужая")
    with pytest.raises(Invalid) as refused:
        convert(vera, a_lead(vera), {"organisation": foreign})
    assert [e.field for e in refused.value.errors] == ["organisation"]
    company.grant("employee", "organisation", "create", "none")
    number = a_lead(company.actor("employee"))
    with pytest.raises(Denied):
        convert(company.actor("employee"), number)
    assert row("lead", number)["status"] == "new"
    convert(boris, number)
    with pytest.raises(Denied):
        return_to_leads(company.actor("employee"), number)


def test_through_the_api_and_the_dialog(company: Company) -> None:
    number = a_lead(company.actor("manager"))
    api = company.api("manager")
    answer = api.post(
        f"/api/v1/lead/{number}/actions/convert",
        {"name": "Станок для Ромашки"},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content.decode()[-300:]
    said = orjson.loads(answer.content)
    assert (said["status"], said["opportunity"]["title"]) == ("converted", "Станок для Ромашки")
    answer = api.post(f"/api/v1/lead/{number}/actions/return", {}, content_type="application/json")
    assert orjson.loads(answer.content)["status"] == "new"

    browser = company.client("manager")
    page = browser.get(f"/lead/{number}/actions/convert").content.decode()
    assert "Иванов Пётр Ильич" in page
    wrong = {
        "organisation_choice": "none",
        "person_choice": "none",
        "deal_choice": "new",
        "name": "Набранное",
    }
    refused = browser.post(f"/lead/{number}/actions/convert", wrong)
    assert (refused.status_code, "Набранное" in refused.content.decode()) == (422, True)
    done = browser.post(
        f"/lead/{number}/actions/convert",
        {
            "organisation_choice": "new",
            "organisation_name": "Ромашка",
            "person_choice": "none",
            "deal_choice": "none",
        },
    )
    assert (done.status_code, done["Location"].startswith("/organisation/")) == (302, True)


def test_garbage_in_the_dialog_is_no_fault_of_ours(company: Company) -> None:
    number = a_lead(company.actor("manager"))
    browser, api = company.client("manager"), company.api("manager")
    for choice in ("999999999999999999999", "-1", "٣", "x\x00", "other"):
        given = {
            "organisation_choice": choice,
            "person_choice": choice,
            "deal_choice": "other",
            "opportunity": choice,
        }
        assert browser.post(f"/lead/{number}/actions/convert", given).status_code == 422, choice
    bodies: tuple[dict[str, object], ...] = (
        {"organisation": [1]},
        {"person": {"id": {}}},
        {"amount": "много"},
        {"pipeline": "x"},
        {"name": 7},
    )
    for body in bodies:
        answer = api.post(f"/api/v1/lead/{number}/actions/convert", body, content_type="application/json")
        assert answer.status_code in {200, 400, 422}, (body, answer.content)
        if answer.status_code == 200:
            api.post(f"/api/v1/lead/{number}/actions/return", {}, content_type="application/json")
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from lead")
        assert cursor.fetchone()[0] == 1
