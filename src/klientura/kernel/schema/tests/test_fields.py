"""Adding fields while people work: through the services, and what everything else then does with them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied, Invalid, Stale
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields, indexing
from klientura.kernel.schema.fields import InUse
from klientura.kernel.schema.uses import _users, register
from klientura.kernel.search.query import understand
from klientura.kernel.store import read, write
from klientura.kernel.store.generated import column_names
from klientura.kernel.testing.company import Company

VALUES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    # type: (what it is made with, a raw value, the stored value)
    "text": ({}, "Тёплый пол", "Тёплый пол"),
    "long_text": ({}, "раз\nдва", "раз\nдва"),
    "integer": ({"params": {"minimum": 0, "maximum": 500}}, "12", 12),
    "decimal": ({"params": {"places": 3}}, "1,5", Decimal("1.500")),
    "money": ({}, "1 200,50", Decimal("1200.50")),
    "percent": ({}, "12,5 %", Decimal("12.50")),
    "rating": ({}, "★★★☆☆", 3),
    "duration": ({}, "1 ч 30 мин", 90),
    "date": ({}, "2026-03-01", dt.date(2026, 3, 1)),
    "datetime": (
        {},
        "2026-03-01T10:00:00+03:00",
        dt.datetime(2026, 3, 1, 7, tzinfo=dt.UTC),
    ),
    "boolean": ({}, "да", True),
    "option": (
        {"options": [{"label": {"ru": "Малый", "en": "Small"}}, {"label": "Средний", "hue": "blue"}]},
        "Малый",
        "small",
    ),
    "multi_option": ({"options": ["Опт", "Розница"]}, ["Розница", "opt"], ["opt", "roznitsa"]),
    "email": ({}, "A@Example.org", "a@example.org"),
    "phone": ({}, "8 843 200 00 00", "+78432000000"),
    "url": ({}, "example.org", "https://example.org"),
}


def wish(kind: str, label: str = "Площадь", **more: Any) -> dict[str, Any]:
    return {"type": kind, "label": {"ru": label, "en": f"{label} en"}, **more}


def deal_values(admin: Actor) -> dict[str, Any]:
    """The least that a deal needs."""
    pipeline = write.create(admin, shape_of("pipeline"), {"name": "Прямые"})
    write.create(admin, shape_of("stage"), {"pipeline": pipeline, "name": "Начало", "kind": "open"})
    return {"name": "Станок", "pipeline": pipeline}


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_a_field_of_each_type_is_written_read_filtered_and_remembered(admin: Actor, kind: str) -> None:
    more, raw, stored = VALUES[kind]
    made = fields.add_field(admin, "organisation", wish(kind, "Ferma", **more))
    assert made.key == "x_ferma_en"
    shape = shape_of("organisation")
    field = shape.fields[made.key]
    one = write.create(admin, shape, {"name": "Завод", made.key: raw})
    other = write.create(admin, shape, {"name": "Депо"})
    assert read.get(admin, shape, one)[made.key] == stored
    assert read.get(admin, shape, other)[made.key] is None
    if field.filterable:
        for op, wanted in (("empty", [other]), ("not_empty", [one])):
            found = read.page(admin, shape, tree={"field": made.key, "op": op}, sort="id").rows
            assert [r["id"] for r in found] == wanted
    if field.sortable:
        for sort in (made.key, f"-{made.key}"):
            assert [r["id"] for r in read.page(admin, shape, sort=sort).rows] == [one, other]
    write.update(admin, shape, one, {made.key: None})
    assert made.key in str(history_of(admin, shape, one))


def test_references_and_users_point_at_what_exists(admin: Actor, company: Company) -> None:
    link = fields.add_field(
        admin, "opportunity", wish("reference", "Plant", params={"target": "organisation"})
    )
    user = fields.add_field(admin, "opportunity", wish("user", "Engineer"))
    plant = write.create(admin, shape_of("organisation"), {"name": "Завод"})
    shape = shape_of("opportunity")
    deal = write.create(
        admin, shape, {**deal_values(admin), link.key: plant, user.key: company.users["manager"].pk}
    )
    row = read.get(admin, shape, deal)
    assert (row[link.key].title, row[user.key].title) == ("Завод", "Борис Лось")
    with pytest.raises(Invalid) as refused:
        write.create(admin, shape, {**deal_values(admin), link.key: plant + 1000})
    assert [(e.field, e.code) for e in refused.value.errors] == [(link.key, "reference")]


def test_required_default_and_search(admin: Actor) -> None:
    code = fields.add_field(admin, "organisation", wish("text", "Code", required=True, searched=True))
    size = fields.add_field(
        admin,
        "organisation",
        wish("option", "Size", options=[{"label": "Малый"}, {"label": "Большой"}], default="Большой"),
    )
    shape = shape_of("organisation")
    with pytest.raises(Invalid) as refused:
        write.create(admin, shape, {"name": "Завод"})
    assert [(e.field, e.code) for e in refused.value.errors] == [(code.key, "required")]
    made = write.create(admin, shape, {"name": "Завод", code.key: "Зюйд-77"})
    assert read.get(admin, shape, made)[size.key] == "bolshoy"
    found = understand(admin, shape, "зюйд")
    assert found is not None
    assert [r["id"] for r in read.page(admin, shape, more=[found.predicate]).rows] == [made]


def test_keys_are_made_of_labels_and_never_meet(admin: Actor) -> None:
    def key(label: str, **more: Any) -> str:
        raw = {"type": "text", "label": {"ru": label}, **more}
        return fields.add_field(admin, "organisation", raw).key

    assert key("Дата договора") == "x_data_dogovora"
    assert key("Дата договора") == "x_data_dogovora_2"
    assert key("select") == "x_select"
    assert key("name") == "x_name"
    assert key("№ 1") == "x_no_1"
    assert key("😀") == "x_field"
    assert key("Любая", key="x_mine") == "x_mine"
    for bad, code in (
        ("x_mine", "taken"),
        ("1a", "key"),
        ("drop table", "key"),
        ("ключ", "key"),
        ("a" * 60, "key"),
    ):
        with pytest.raises(Invalid) as refused:
            key("Любая", key=bad)
        assert [e.code for e in refused.value.errors] == [code], bad


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        ({"type": "nothing"}, "type"),
        ({"type": "text"}, "label.ru"),
        ({"type": "text", "label": {"ru": "x" * 101}}, "label.ru"),
        ({"type": "text", "label": {"ru": "a\x00b"}}, "label.ru"),
        ({"type": "text", "label": {"fr": "champ"}}, "label"),
        ({"type": "text", "label": "a", "params": {"max_length": 5000}}, "params.max_length"),
        ({"type": "integer", "label": "a", "params": {"minimum": 5, "maximum": 4}}, "params.maximum"),
        ({"type": "integer", "label": "a", "default": "много"}, "default"),
        ({"type": "option", "label": "a"}, "options"),
        ({"type": "option", "label": "a", "options": []}, "options"),
        ({"type": "option", "label": "a", "options": ["б", "Б"]}, "options.1"),
        ({"type": "option", "label": "a", "options": ["б"], "default": "в"}, "default"),
        ({"type": "option", "label": "a", "options": [{"label": "б", "hue": "black"}]}, "options.0"),
        ({"type": "option", "label": "a", "options": ["x"] * 10_001}, "options"),
        ({"type": "reference", "label": "a"}, "params.target"),
        ({"type": "reference", "label": "a", "params": {"target": "nothing"}}, "params.target"),
        ({"type": "text", "label": "a", "required": "yes"}, "required"),
        ({"type": "text", "label": "a", "colour": 1}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(admin: Actor, raw: dict[str, Any], where: str) -> None:
    before = column_names("parties_party")
    with pytest.raises(Invalid) as refused:
        fields.add_field(admin, "organisation", raw)
    assert where in [e.field for e in refused.value.errors]
    assert column_names("parties_party") == before


def test_only_administrators_change_the_schema(company: Company) -> None:
    for who in ("manager", "employee", "observer"):
        with pytest.raises(Denied):
            fields.add_field(company.actor(who), "organisation", wish("text"))


def test_a_party_gets_its_fields_by_its_kinds(admin: Actor) -> None:
    with pytest.raises(BadRequest):
        fields.add_field(admin, "party", wish("text"))


def test_a_change_that_another_administrator_made_is_not_overwritten(admin: Actor) -> None:
    made = fields.add_field(admin, "organisation", wish("text"))
    changed = fields.change_field(admin, made.pk, {"label": "Новое"}, expected_version=made.version)
    with pytest.raises(Stale):
        fields.change_field(admin, made.pk, {"label": "Иное"}, expected_version=made.version)
    assert changed.label == {"ru": "Новое"}
    assert str(shape_of("organisation").fields[made.key].label) == "Новое"


def test_options_keep_their_codes_and_old_ones_stay_with_their_records(admin: Actor) -> None:
    made = fields.add_field(admin, "organisation", wish("option", options=["Красный", "Синий", "Белый"]))
    shape = shape_of("organisation")
    one = write.create(admin, shape, {"name": "А", made.key: "Синий"})
    now = [
        {"code": "belyy", "label": "Белоснежный"},
        {"label": "Синий-синий"},
        {"code": "krasnyy", "label": "Красный"},
    ]
    fields.change_field(admin, made.pk, {"label": "Цвет", "options": now}, expected_version=1)
    choices = shape_of("organisation").fields[made.key].params.choices
    assert [(c.code, str(c.label), c.active) for c in choices] == [
        ("belyy", "Белоснежный", True),
        ("siniy_siniy", "Синий-синий", True),
        ("krasnyy", "Красный", True),
        ("siniy", "Синий", False),
    ]
    assert read.get(admin, shape_of("organisation"), one)[made.key] == "siniy"


def test_a_removed_field_is_hidden_restored_and_only_then_purged(admin: Actor) -> None:
    made = fields.add_field(admin, "organisation", wish("text", searched=True))
    one = write.create(admin, shape_of("organisation"), {"name": "А", made.key: "тайна"})
    with pytest.raises(BadRequest):
        fields.purge_field(admin, made.pk)
    fields.remove_field(admin, made.pk)
    assert made.key not in shape_of("organisation").fields
    write.update(admin, shape_of("organisation"), one, {"city": "Казань"})
    fields.restore_field(admin, made.pk)
    assert read.get(admin, shape_of("organisation"), one)[made.key] == "тайна"
    fields.remove_field(admin, made.pk)
    fields.purge_field(admin, made.pk)
    assert made.column not in column_names("parties_party")
    write.update(admin, shape_of("organisation"), one, {"city": "Пермь"})
    assert read.get(admin, shape_of("organisation"), one)["city"] == "Пермь"


def test_who_uses_a_field_is_named_before_it_goes(admin: Actor) -> None:
    made = fields.add_field(admin, "organisation", wish("text"))

    def used(object_key: str, field_key: str) -> list[str]:
        return ["вид «Крупные»"] if (object_key, field_key) == ("organisation", made.key) else []

    register(used)
    try:
        with pytest.raises(InUse) as refused:
            fields.remove_field(admin, made.pk)
        assert refused.value.details["uses"] == ["вид «Крупные»"]
        fields.remove_field(admin, made.pk, despite=True)
    finally:
        _users.remove(used)
    assert made.key not in shape_of("organisation").fields


def test_an_index_comes_for_each_field_that_is_to_be_quick_and_goes_with_it(admin: Actor) -> None:
    def indexed(column: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_indexes where indexdef like %s", [f"%({column}, id)%"])
            return bool(cursor.fetchone()[0])

    quick = fields.add_field(admin, "organisation", wish("date"))
    slow = fields.add_field(admin, "organisation", wish("date", indexed=False))
    indexing.bring_in_line()
    assert (indexed(quick.column), indexed(slow.column)) == (True, False)
    fields.remove_field(admin, quick.pk)
    indexing.bring_in_line()
    assert not indexed(quick.column)


def test_many_fields_are_written_and_read_in_one_piece(admin: Actor) -> None:
    keys = [fields.add_field(admin, "person", wish("text", f"n {n}")).key for n in range(60)]
    shape = shape_of("person")
    made = write.create(admin, shape, {"last_name": "Ким", **{k: f"значение {k}" for k in keys}})
    row = read.get(admin, shape, made)
    assert [row[k] for k in keys] == [f"значение {k}" for k in keys]
    write.update(admin, shape, made, dict.fromkeys(keys, "иное"))
    assert str(history_of(admin, shape, made)).count("иное") >= len(keys)
