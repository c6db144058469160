"""Phones, addresses for mail and sites: kept as written, mirrored on the record, under one right."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import change
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.parties.models import Party
from klientura.modules.parties.services.facts import note_first_contact

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company() -> Company:
    return found_company()


def points(number: int) -> list[dict[str, Any]]:
    return read.parts_of(ACTOR, shape_of("organisation"), [number])[number]["contact_points"]


def test_a_number_of_an_unknown_city_is_not_completed_by_ours_when_something_else_is_saved():
    change(area_code="")
    shape = shape_of("organisation")
    number = write.create(
        ACTOR, shape, {"name": "Альфа", "contact_points": [{"kind": "phone", "value": "22-33-44"}]}
    )
    assert points(number)[0]["uncertain"]
    change(area_code="4742")
    given = [{k: line[k] for k in ("id", "kind", "value", "note")} for line in points(number)]

    write.update(ACTOR, shape, number, {"city": "Уфа", "contact_points": given})

    assert [(x["value"], x["uncertain"]) for x in points(number)] == [("22-33-44", True)]
    assert read.get(ACTOR, shape, number)["phone"] == "22-33-44"
    given[0]["value"] = "22-33-45"
    write.update(ACTOR, shape, number, {"contact_points": given})
    assert points(number)[0]["value"] == "+74742223345"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("8 970 123-45-67", "8 4012 55-66-77", "phone"),
        ("8 4012 55-66-77", "8 970 123-45-67", "mobile"),
        ("8 970 123-45-67", "+44 20 7946 0958", "mobile"),
    ],
)
def test_a_main_phone_put_in_the_place_of_another_is_called_what_it_is(before: str, after: str, kind: str):
    shape = shape_of("organisation")
    called = "mobile" if before.startswith("8 9") else "phone"
    number = write.create(
        ACTOR, shape, {"name": "Альфа", "contact_points": [{"kind": called, "value": before}]}
    )
    write.update(ACTOR, shape, number, {"phone": after})
    assert read.parts_of(ACTOR, shape, [number])[number]["contact_points"][0]["kind"] == kind


def test_a_party_is_written_as_what_it_is(company: Company):
    party, shape = shape_of("party"), shape_of("organisation")
    number = write.create(ACTOR, shape, {"name": "Альфа", "phone": "8 902 927-35-77"})
    bad = {"contact_points": [{"kind": "site", "value": "javascript:alert(1)"}]}

    with pytest.raises(BadRequest):
        write.update(ACTOR, party, number, bad)
    with pytest.raises(BadRequest):
        bulk.edit(ACTOR, party, bulk.Selection(ids=(number,)), {"phone": "none"})
    answer = company.api("administrator").patch(
        f"/api/v1/party/{number}", bad, content_type="application/json", HTTP_IF_MATCH='"1"'
    )
    assert answer.status_code in {400, 403}
    with pytest.raises(Invalid):
        write.update(ACTOR, shape, number, bad)
    assert points(number)[0]["value"] == "+79029273577"


@pytest.mark.parametrize("locked", ["phone", "contact_points"])
def test_a_main_value_and_its_line_are_one_right(company: Company, locked: str):
    shape = shape_of("organisation")
    number = write.create(company.actor("employee"), shape, {"name": "Альфа", "phone": "8 902 927-35-77"})
    company.hide("employee", "organisation", locked, "read")

    closed: list[dict[str, Any]] = [{"phone": None}, {"contact_points": []}]
    for values in closed:
        with pytest.raises(Invalid):
            write.update(company.actor("employee"), shape, number, values)
    assert points(number)[0]["value"] == "+79029273577"


@pytest.mark.parametrize("hidden", ["phone", "contact_points"])
def test_a_number_that_is_hidden_in_one_place_is_hidden_in_all(company: Company, hidden: str):
    shape = shape_of("organisation")
    number = write.create(company.actor("employee"), shape, {"name": "Альфа", "phone": "8 902 927-35-77"})
    company.hide("employee", "organisation", hidden)

    answer = company.api("employee").get(f"/api/v1/organisation/{number}")
    assert answer.status_code == 200
    assert "9273577" not in answer.content.decode()
    page = company.client("employee").get(f"/organisation/{number}").content.decode()
    assert "927-35-77" not in page
    write.update(company.actor("employee"), shape, number, {"name": "Бета"})
    assert points(number)[0]["value"] == "+79029273577"


def test_a_locked_city_does_not_come_from_an_address(company: Company):
    shape = shape_of("organisation")
    number = write.create(company.actor("employee"), shape, {"name": "Альфа"})
    company.hide("employee", "organisation", "city", "read")
    given = {"addresses": [{"kind": "legal", "city": "Казань"}]}

    write.update(company.actor("employee"), shape, number, given)
    assert read.get(ACTOR, shape, number)["city"] is None
    write.update(company.actor("manager"), shape, number, {**given, "name": "Бета"})
    assert read.get(ACTOR, shape, number)["city"] == "Казань"


def test_what_the_product_notes_by_itself_is_of_now_and_of_nobody() -> None:
    company = found_company()
    number = write.create(company.actor("manager"), shape_of("person"), {"last_name": "Ким"})
    long_ago = timezone.now() - dt.timedelta(days=50)
    Party.objects.filter(pk=number).update(updated_at=long_ago)
    note_first_contact({number: timezone.now()})
    entry = history_of(company.actor("administrator"), shape_of("person"), number).entries[0]
    assert [c.field.key for c in entry.fields] == ["first_contact_on"]
    assert (entry.actor_id, entry.at > long_ago + dt.timedelta(days=49)) == (None, True)
