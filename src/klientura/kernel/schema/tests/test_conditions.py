"""Fields under conditions: what the record says holds in every door, and is told in words."""

from typing import Any

import pytest
from django.test import Client

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, Invalid, Stale
from klientura.kernel.objects.models import FieldConditions
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import conditions, fields
from klientura.kernel.schema.fields import InUse
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import Company

CLIENT = {"field": "client_status", "op": "in", "value": ["active"]}
KAZAN = {"field": "city", "op": "eq", "value": "Казань"}


def when(admin: Actor, key: str, version: int = 0, **trees: Any) -> None:
    conditions.set_conditions(admin, "organisation", key, trees, expected_version=version)


def make(actor: Actor, **values: Any) -> int:
    return write.create(actor, shape_of("organisation"), {"name": "Альфа", **values})


def refused(actor: Actor, record: int | None, **values: Any) -> list[tuple[str, str]]:
    shape = shape_of("organisation")
    with pytest.raises(Invalid) as error:
        if record is None:
            write.create(actor, shape, {"name": "Альфа", **values})
        else:
            write.update(actor, shape, record, values)
    return [(e.field, e.code) for e in error.value.errors]


def test_a_field_has_to_be_filled_in_when_its_record_says_so(admin: Actor) -> None:
    when(admin, "industry", required=KAZAN)
    made = make(admin, city="Омск")
    assert refused(admin, None, city="казань") == [("industry", "required")]
    assert refused(admin, made, city="Казань") == [("industry", "required")]
    shape = shape_of("organisation")
    write.update(admin, shape, made, {"city": "Казань", "industry": "construction"})
    assert refused(admin, made, industry=None) == [("industry", "required")]
    write.update(admin, shape, made, {"name": "Бета"})


def test_what_was_so_before_the_condition_came_is_asked_for_only_when_touched(admin: Actor) -> None:
    made = make(admin, city="Казань")
    when(admin, "industry", required=KAZAN)
    shape = shape_of("organisation")
    write.update(admin, shape, made, {"name": "Бета"})
    assert refused(admin, made, industry=None, city="КАЗАНЬ") == [("industry", "required")]


def test_a_locked_field_is_changed_only_when_its_record_lets_it_go(admin: Actor) -> None:
    when(admin, "name", locked=KAZAN)
    made = make(admin, city="Казань")
    assert refused(admin, made, name="Бета") == [("name", "locked")]
    assert refused(admin, made, name="Бета", city="Омск") == [("name", "locked")]
    shape = shape_of("organisation")
    write.update(admin, shape, made, {"city": "Омск"})
    write.update(admin, shape, made, {"name": "Бета", "city": "Казань"})
    assert read.get(admin, shape, made)["name"] == "Бета"


def test_what_is_not_shown_is_not_asked_for(admin: Actor) -> None:
    when(admin, "industry", required=KAZAN, shown={"field": "name", "op": "ne", "value": "Альфа"})
    make(admin, city="Казань")
    assert refused(admin, None, city="Казань", name="Бета") == [("industry", "required")]


def test_a_group_change_tells_of_each_record_that_refuses(admin: Actor) -> None:
    one, two = make(admin), make(admin, industry="construction")
    when(admin, "industry", required=KAZAN)
    shape = shape_of("organisation")
    done = bulk.edit(admin, shape, bulk.Selection(ids=(one, two)), {"city": "Казань"})
    assert done.changed == 1 and [e.code for e in done.refused[one]] == ["required"]


def test_whoever_may_not_fill_it_in_is_not_asked(company: Company, admin: Actor) -> None:
    when(admin, "industry", required=KAZAN)
    company.hide("employee", "organisation", "industry")
    make(company.actor("employee"), city="Казань")
    company.hide("manager", "organisation", "industry", level="read")
    make(company.actor("manager"), city="Казань")


def test_what_cannot_be_a_condition(admin: Actor) -> None:
    sums = {"type": "formula", "label": "Итог", "params": {"formula": "concat(city, '!')"}}
    total = fields.add_field(admin, "organisation", sums).key
    cases: list[tuple[str, str, Any]] = [
        ("name", "shown", KAZAN),
        ("created_at", "required", KAZAN),
        ("city", "shown", KAZAN),
        ("industry", "shown", {"field": "nothing", "value": 1}),
        ("industry", "shown", {"field": total, "value": "x"}),
        ("industry", "shown", {"related": "opportunity.party", "quantifier": "any"}),
    ]
    for key, kind, tree in cases:
        with pytest.raises(Invalid) as error:
            when(admin, key, **{kind: tree})
        assert [e.code for e in error.value.errors] == ["condition"], (key, tree)


def test_two_administrators_and_nobody_else(company: Company, admin: Actor) -> None:
    with pytest.raises(Denied):
        when(company.actor("manager"), "industry", shown=KAZAN)
    when(admin, "industry", shown=KAZAN)
    with pytest.raises(Stale):
        when(admin, "industry", shown=None)
    when(admin, "industry", 1, shown=None)
    assert not FieldConditions.objects.exists()


def test_a_field_that_a_condition_asks_about_is_told_of(admin: Actor) -> None:
    own = fields.add_field(admin, "organisation", {"type": "text", "label": "Цех"})
    when(admin, "industry", required={"field": own.key, "op": "not_empty"})
    with pytest.raises(InUse) as error:
        fields.remove_field(admin, own.pk)
    assert "Отрасль" in str(error.value.details["uses"])
    fields.remove_field(admin, own.pk, despite=True)
    make(admin, city="Казань")


def test_forms_and_cards_follow(company: Company, admin: Actor) -> None:
    when(admin, "industry", shown=KAZAN, required=KAZAN)
    when(admin, "city", locked={"field": "name", "op": "eq", "value": "Замок"})
    browser: Client = company.client("administrator")
    page = browser.get("/organisation/new").content.decode()
    assert 'data-states="/organisation/form-state"' in page
    asked = browser.post("/organisation/form-state", {"name": "Альфа", "city": "Омск"}).json()
    assert asked == {"hidden": ["industry"], "required": []}
    asked = browser.post("/organisation/form-state", {"name": "Альфа", "city": "Казань"}).json()
    assert asked == {"hidden": [], "required": ["industry"]}
    made = make(admin, name="Замок", city="Омск")
    assert 'name="city"' not in browser.get(f"/organisation/{made}/edit").content.decode()
    card = browser.get(f"/organisation/{made}").content.decode()
    assert f"/organisation/{made}/fact/name" in card
    assert f"/organisation/{made}/fact/city" not in card and f"/organisation/{made}/fact/industry" not in card
    answer = browser.post(f"/organisation/{made}/fact/name", {"name": "Ключ", "version": "1"})
    assert answer.headers["HX-Refresh"] == "true"
    assert f"/organisation/{made}/fact/city" in browser.get(f"/organisation/{made}").content.decode()
    assert browser.get("/person/new").content.decode().count("data-states") == 0


def test_what_the_reader_does_not_see_still_decides_on_the_card(company: Company, admin: Actor) -> None:
    when(admin, "industry", shown=KAZAN)
    actor = company.actor("employee")
    company.hide("employee", "organisation", "city")
    shown = make(admin, city="Казань", industry="construction", owner=actor.user_id)
    page = company.client("employee").get(f"/organisation/{shown}").content.decode()
    assert f"/organisation/{shown}/fact/industry" in page


def test_an_administrator_sets_them_in_the_browser(company: Company) -> None:
    browser = company.client("administrator")
    place = "/settings/objects/organisation/when/industry"
    assert browser.get(place).status_code == 200
    tree = '{"and": [{"field": "city", "op": "eq", "value": "Казань"}]}'
    page = browser.get(f"{place}/shown", {"filter": tree})
    assert (
        page.status_code == 200
        and "disabled" not in page.content.decode().split('data-kind="primary"')[-1][:20]
    )
    assert browser.post(f"{place}/shown", {"filter": tree, "version": "0"}).status_code == 302
    assert "Казань" in browser.get(place).content.decode()
    assert browser.post(f"{place}/shown", {"filter": tree, "version": "0"}).status_code == 409
    wrong = '{"and": [{"field": "nothing", "op": "eq", "value": 1}]}'
    assert browser.post(f"{place}/required", {"filter": wrong, "version": "1"}).status_code in {400, 422}
    assert browser.post(f"{place}/shown", {"filter": "", "version": "1"}).status_code == 302
    assert not FieldConditions.objects.exists()
    assert company.client("manager").get(place).status_code == 403
