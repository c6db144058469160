"""Fields that point at several records: written, named, asked about from both ends, turned by merges and given back."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.history.preview import preview
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.schema import fields
from klientura.kernel.store import bulk, operations, read, write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.testing.company import Company

KEY = "x_team_of"


@pytest.fixture
def shape(admin: Actor) -> Shape:
    """Organisations that know the people of their team."""
    fields.add_field(
        admin, "organisation", {"type": "references", "label": {"ru": "Команда", "en": "Team of"}, "params": {"target": "person"}}
    )  # fmt: skip
    return shape_of("organisation")


def person(actor: Actor, name: str, **more: Any) -> int:
    return write.create(actor, shape_of("person"), {"last_name": name, **more})


def pointed(actor: Actor, shape: Shape, record_id: int) -> list[tuple[int, str | None]]:
    return [tuple(ref) for ref in read.get(actor, shape, record_id)[KEY] or ()]


def found(actor: Actor, shape: Shape, tree: dict[str, Any]) -> list[int]:
    return [r["id"] for r in read.page(actor, shape, tree=tree, sort="id").rows]


def test_records_are_chosen_by_number_and_by_name(admin: Actor, shape: Shape):
    ivan, olga = person(admin, "Иванов"), person(admin, "Ольгина")
    one = write.create(admin, shape, {"name": "Завод", KEY: [ivan, str(olga), {"id": ivan}]})
    assert pointed(admin, shape, one) == [(ivan, "Иванов"), (olga, "Ольгина")]
    two = write.create(admin, shape, {"name": "Депо", KEY: "ольгина; ИВАНОВ"})
    assert pointed(admin, shape, two) == [(olga, "Ольгина"), (ivan, "Иванов")]
    write.update(admin, shape, two, {KEY: {"remove": [ivan]}})
    assert found(admin, shape, {"field": KEY, "op": "any", "value": [ivan]}) == [one]
    assert found(admin, shape, {"field": KEY, "op": "all", "value": [ivan, str(olga)]}) == [one]
    assert found(admin, shape, {"field": KEY, "op": "none", "value": [ivan]}) == [two]
    with pytest.raises(BadRequest):
        found(admin, shape, {"field": KEY, "op": "any", "value": ["Иванов"]})
    person(admin, "Иванов")
    for bad, code in (
        ([999_999_999], "reference"),
        (["Никто"], "reference"),
        (["Иванов"], "several"),
        ([True], "reference"),
    ):
        with pytest.raises(Invalid) as refused:
            write.update(admin, shape, two, {KEY: bad})
        assert [(e.field, e.code) for e in refused.value.errors] == [(KEY, code)]


def test_both_ends_are_asked_about(admin: Actor, shape: Shape):
    people = [person(admin, f"Лицо {n}") for n in range(3)]
    one = write.create(admin, shape, {"name": "Завод", "city": "Уфа", KEY: people[:2]})
    write.create(admin, shape, {"name": "Депо", KEY: people[:1]})
    of = shape_of("person")
    link = f"organisation.{KEY}"
    assert found(admin, of, {"related": link}) == people[:2]
    assert found(admin, of, {"related": link, "quantifier": "none"}) == people[2:]
    assert found(admin, of, {"related": link, "count": {"op": "gte", "value": 2}}) == people[:1]
    assert (
        found(admin, of, {"related": link, "filter": {"field": "city", "op": "eq", "value": "Уфа"}})
        == people[:2]
    )
    write.trash(admin, shape, [one])
    assert found(admin, of, {"related": link}) == people[:1]


def test_the_card_shows_the_way_there_and_back(admin: Actor, company: Company, shape: Shape):
    ivan = person(admin, "Иванов")
    one = write.create(admin, shape, {"name": "Завод", KEY: [ivan]})
    browser = company.client("administrator")
    assert f"/person/{ivan}" in browser.get(f"/organisation/{one}").content.decode()
    back = browser.get(f"/person/{ivan}").content.decode()
    assert f"/organisation/{one}" in back
    assert f"{KEY}={ivan}" in back
    form = browser.get(f"/organisation/new?{KEY}={ivan}").content.decode()
    assert f'name="{KEY}" value="{ivan}" data-label="Иванов"' in form
    fields_known = browser.get("/person/filter-fields").json()
    assert f"organisation.{KEY}" in {f["key"] for f in fields_known}
    asked = {"filter": json.dumps({"field": KEY, "op": "any", "value": [str(ivan)]})}
    page = browser.get("/organisation", asked).content.decode()
    assert "Иванов" in page
    assert "data-create" not in browser.get("/search/reference/person?q=Иван&only=1").content.decode()


def test_what_is_not_open_is_neither_named_nor_chosen(admin: Actor, company: Company, shape: Shape):
    mine = company.users["employee"].pk
    company.grant("employee", "person", "read", "own")
    hidden, own = person(admin, "Тайный"), person(admin, "Явный", owner=mine)
    one = write.create(admin, shape, {"name": "Завод", KEY: [hidden, own], "owner": mine})
    employee = company.actor("employee")
    assert pointed(employee, shape, one) == [(hidden, None), (own, "Явный")]
    write.update(employee, shape, one, {KEY: [hidden, own], "city": "Уфа"})
    write.update(employee, shape, one, {KEY: {"remove": [own]}})
    for value in ([hidden], ["Тайный"]):
        with pytest.raises(Invalid):
            write.create(employee, shape, {"name": "Депо", KEY: value})
    browser = company.client("employee")
    for address in (
        f"/organisation/{one}",
        "/organisation",
        f"/organisation/{one}/history",
        f"/organisation/{one}/edit",
    ):
        assert "Тайный" not in browser.get(address).content.decode()
    assert "Тайный" not in json.dumps(
        company.api("employee").get(f"/api/v1/organisation/{one}").json(), ensure_ascii=False
    )
    assert "Тайный" not in str(history_of(employee, shape, one).titles)


def test_a_merge_turns_them_and_taking_it_apart_gives_them_back(admin: Actor, shape: Shape):
    kept, gone, other = (person(admin, name) for name in ("Иванов", "Иванов И.", "Ольгина"))
    first = write.create(admin, shape, {"name": "Завод", KEY: [other, gone]})
    both = write.create(admin, shape, {"name": "Депо", KEY: [kept, gone]})
    later = write.create(admin, shape, {"name": "Рынок", KEY: [gone]})
    done = merge(admin, shape_of("person"), kept, [gone])
    assert [[n for n, _t in pointed(admin, shape, i)] for i in (first, both, later)] == [
        [other, kept],
        [kept],
        [kept],
    ]
    write.update(admin, shape, later, {KEY: {"add": [other]}})
    undo(admin, done.operation_id)
    assert [n for n, _t in pointed(admin, shape, first)] == [other, gone]
    assert [n for n, _t in pointed(admin, shape, both)] == [kept, gone]
    assert [n for n, _t in pointed(admin, shape, later)] == [gone, other]


def test_merging_takes_differences_and_tags_as_every_write_does(admin: Actor, shape: Shape):
    ivan = person(admin, "Иванов")
    one, two = (write.create(admin, shape, {"name": "Завод", KEY: [ivan], "tags": [t]}) for t in ("А", "Б"))
    merge(admin, shape, one, [two], values={"tags": {"add": ["Новая"]}})
    assert [t.label for t in read.get(admin, shape, one)["tags"]] == ["А", "Новая"]


def test_many_records_are_changed_and_it_is_taken_back(admin: Actor, shape: Shape):
    ivan, olga = person(admin, "Иванов"), person(admin, "Ольгина")
    ids = write.create_many(admin, shape, [{"name": f"{n}", KEY: [ivan]} for n in range(5)])
    done = bulk.edit(admin, shape, Selection(ids=tuple(ids)), {KEY: {"add": [olga], "remove": [ivan]}})
    assert {tuple(n for n, _t in pointed(admin, shape, i)) for i in ids} == {(olga,)}
    undo(admin, done.operation_id)
    assert {tuple(n for n, _t in pointed(admin, shape, i)) for i in ids} == {(ivan,)}


def test_a_page_names_them_in_one_query(admin: Actor, shape: Shape):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            read.page(admin, shape, limit=200)
        return len(queries)

    write.create(admin, shape, {"name": "Пусто"})
    without = cost()
    people = [person(admin, f"Лицо {n}") for n in range(20)]
    write.create_many(admin, shape, [{"name": f"{n}", KEY: people[n : n + 2]} for n in range(18)])
    assert cost() == without + 1


def test_what_is_added_goes_to_those_that_stand_now_whatever_version_was_seen(admin: Actor, shape: Shape):
    ivan, olga, pavel = (person(admin, name) for name in ("Иванов", "Ольгина", "Павлов"))
    one = write.create(admin, shape, {"name": "Завод", KEY: [ivan, olga]})
    write.update(admin, shape, one, {KEY: {"remove": [olga]}})

    write.update(admin, shape, one, {KEY: {"add": [pavel]}}, expected_version=1)
    write.update(admin, shape, one, {KEY: {"add": [olga]}}, expected_version=1)

    assert [number for number, _title in pointed(admin, shape, one)] == [ivan, pavel, olga]


def test_an_undone_import_leaves_whom_others_point_at(admin: Actor, shape: Shape):
    operation = operations.start(admin, "import", "person")
    made = write.create_many(
        admin,
        shape_of("person"),
        [{"last_name": "Иванов"}, {"last_name": "Ольгина"}],
        operation_id=operation.pk,
    )
    operations.finish(operation, records=2)
    one = write.create(admin, shape, {"name": "Завод", KEY: [made[0]]})

    undone = undo(admin, operation.pk)

    assert (undone.restored, undone.kept) == (1, [made[0]])
    assert pointed(admin, shape, one) == [(made[0], "Иванов")]


def test_what_an_undo_would_leave_is_told_with_what_holds_it(admin: Actor, shape: Shape):
    """Those brought first are kept by what was brought later and names them in a list."""
    first, second = operations.start(admin, "import", "person"), operations.start(admin, "import", shape.key)
    people = [
        write.create(admin, shape_of("person"), {"last_name": name}, operation_id=first.pk)
        for name in ("Иванов", "Ольгина", "Свободный")
    ]
    one = write.create(admin, shape, {"name": "Завод", KEY: people[:2]}, operation_id=second.pk)
    found = preview(first.pk)
    assert (found.number, found.stay) == (2, {"party": set(people[:2])})
    assert found.later == {second.pk: {("party", people[0]), ("party", people[1])}}
    write.trash(admin, shape, [one])
    assert preview(first.pk).number == 0
