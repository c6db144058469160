"""Tags: made while they are typed, kept in one dictionary, renamed and merged in one place, added to many records at once."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied, Invalid
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema import fields, rollup_work, tagging
from klientura.kernel.schema.rollup_sql import groups
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.tags import dictionary, keeping
from klientura.kernel.tags.models import KnownTag
from klientura.kernel.testing.company import Company

KEY = "x_labels"


@pytest.fixture
def shape(admin: Actor) -> Shape:
    fields.add_field(admin, "organisation", {"type": "tags", "label": {"ru": "Метки", "en": "Labels"}})
    return shape_of("organisation")


@pytest.fixture
def field(shape: Shape) -> FieldShape:
    return shape.fields[KEY]


def make(actor: Actor, shape: Shape, *tags: str, name: str = "Завод") -> int:
    return write.create(actor, shape, {"name": name, KEY: list(tags)})


def labels(actor: Actor, shape: Shape, record_id: int) -> list[str]:
    return [tag.label for tag in read.get(actor, shape, record_id)[KEY] or ()]


def found(actor: Actor, shape: Shape, op: str, *tags: str) -> list[int]:
    tree: dict[str, Any] = {"field": KEY, "op": op, **({"value": list(tags)} if tags else {})}
    return [r["id"] for r in read.page(actor, shape, tree=tree, sort="id").rows]


def test_a_tag_is_made_by_the_first_who_types_it_and_known_to_all_others(
    admin: Actor, shape: Shape, field: FieldShape
):
    one = make(admin, shape, "Ёлочный", "VIP", " vip ")
    other = make(admin, shape, "елочный")
    assert labels(admin, shape, one) == ["VIP", "Ёлочный"]
    assert labels(admin, shape, other) == ["Ёлочный"]
    assert KnownTag.objects.filter(dictionary=field.params.dictionary).count() == 2
    assert [str(t) for t in read.get(admin, shape, one)[KEY]] == ["vip", "elochnyy"]
    assert found(admin, shape, "any", "vip") == [one]
    assert found(admin, shape, "any", "Ёлочный") == [one, other]
    assert found(admin, shape, "all", "vip", "elochnyy") == [one]
    assert found(admin, shape, "none", "vip") == [other]
    assert found(admin, shape, "any", "nobody has this") == []
    assert found(admin, shape, "not_empty") == [one, other]


def test_two_labels_of_one_code_are_told_apart(admin: Actor, shape: Shape):
    one = make(admin, shape, "C++", "C", "c#")
    assert len({str(t) for t in read.get(admin, shape, one)[KEY]}) == 3


def test_labels_without_latin_letters_have_codes_of_their_own(admin: Actor, shape: Shape, field: FieldShape):
    signs = [chr(0x4E00 + n) for n in range(30)] + [chr(0x1F600 + n) for n in range(30)]
    at_once = make(admin, shape, *signs)
    assert {tag.label for tag in read.get(admin, shape, at_once)[KEY]} == set(signs)
    name = field.params.dictionary
    assert KnownTag.objects.filter(dictionary=name).values("code").distinct().count() == 60
    for n in range(60):  # one by one, and such as differ in signs alone
        assert keeping.add(admin, name, chr(0x5000 + n)).label == chr(0x5000 + n)
    for n in range(60):
        label = "a" + "+" * (n // 8) + "-" * (n % 8)
        assert keeping.add(admin, name, label).label == label


@pytest.mark.parametrize("bad", ["x" * 61, "раз;два", "a\x00b", 7, {"add": "a", "other": 1}, [["a"]]])
def test_what_is_no_tag_is_refused(admin: Actor, shape: Shape, bad: Any):
    raw = bad if isinstance(bad, dict) else [bad]
    with pytest.raises(Invalid) as refused:
        write.create(admin, shape, {"name": "Завод", KEY: raw})
    assert [e.field for e in refused.value.errors] == [KEY]
    assert not KnownTag.objects.exists()


def test_a_closed_dictionary_takes_new_tags_from_administrators_only(admin: Actor, company: Company):
    fields.add_field(
        admin, "organisation", {"type": "tags", "label": {"ru": "Метки", "en": "Labels"}, "params": {"open_tags": False}}
    )  # fmt: skip
    shape, employee = shape_of("organisation"), company.actor("employee")
    with pytest.raises(Invalid) as refused:
        make(employee, shape, "Новая")
    assert [(e.field, e.code) for e in refused.value.errors] == [(KEY, "option")]
    keeping.add(admin, shape.fields[KEY].params.dictionary, "Новая")
    assert labels(employee, shape, make(employee, shape, "новая")) == ["Новая"]
    with pytest.raises(Denied):
        keeping.add(employee, shape.fields[KEY].params.dictionary, "Ещё")


def test_renaming_changes_one_row_and_every_record_says_the_new_word(
    admin: Actor, shape: Shape, field: FieldShape
):
    one = make(admin, shape, "Вип")
    version = read.get(admin, shape, one)["version"]
    keeping.change(admin, field.params.dictionary, "vip", {"label": "Ключевой", "hue": "red"})
    tag = read.get(admin, shape, one)[KEY][0]
    assert (str(tag), tag.label, tag.hue) == ("vip", "Ключевой", "red")
    assert read.get(admin, shape, one)["version"] == version
    make(admin, shape, "Другой")
    with pytest.raises(Invalid) as refused:
        keeping.change(admin, field.params.dictionary, "vip", {"label": "ДРУГОЙ"})
    assert [e.code for e in refused.value.errors] == ["taken"]


def test_merging_is_one_act_and_can_be_taken_back(admin: Actor, shape: Shape, field: FieldShape):
    name = field.params.dictionary
    old, new, both = (
        make(admin, shape, "Опт"),
        make(admin, shape, "Оптовый"),
        make(admin, shape, "Опт", "Оптовый", "VIP"),
    )
    keeping.merge(admin, name, "opt", "optovyy")
    assert [labels(admin, shape, i) for i in (old, new, both)] == [
        ["Оптовый"],
        ["Оптовый"],
        ["VIP", "Оптовый"],
    ]
    for asked in ("opt", "optovyy", "опт"):
        assert found(admin, shape, "any", asked) == [old, new, both]
        assert found(admin, shape, "none", asked) == []
    assert found(admin, shape, "all", "opt", "vip") == [both]
    assert labels(admin, shape, make(admin, shape, "опт")) == ["Оптовый"]
    assert [t.label for t in dictionary.search(name, "опт", 10)] == ["Оптовый"]
    # A form that sends back what was shown changes nothing.
    write.update(admin, shape, old, {KEY: ["optovyy"]})
    assert read.get(admin, shape, old)["version"] == 1
    with pytest.raises(BadRequest):
        keeping.merge(admin, name, "optovyy", "opt")
    keeping.part(admin, name, "opt")
    assert [labels(admin, shape, i) for i in (old, new)] == [["Опт"], ["Оптовый"]]
    assert found(admin, shape, "any", "opt") == [old, both]


def test_many_records_get_and_lose_tags_and_it_is_taken_back(admin: Actor, shape: Shape):
    one, two = make(admin, shape, "А", "Б"), make(admin, shape, "В")
    three = write.create(admin, shape, {"name": "Депо"})
    done = bulk.edit(
        admin, shape, Selection(ids=(one, two, three)), {KEY: {"add": ["Б", "Новый"], "remove": ["А"]}}
    )
    assert [labels(admin, shape, i) for i in (one, two, three)] == [
        ["Б", "Новый"],
        ["Б", "В", "Новый"],
        ["Б", "Новый"],
    ]
    undo(admin, done.operation_id)
    assert [labels(admin, shape, i) for i in (one, two, three)] == [["А", "Б"], ["В"], []]
    taken = bulk.edit(admin, shape, Selection(ids=(one, two)), {KEY: {"remove": ["Б", "В", "нет такого"]}})
    assert taken.changed == 2
    assert read.get(admin, shape, two)[KEY] is None


def test_tagging_many_costs_as_many_queries_as_tagging_few(admin: Actor, shape: Shape):
    def cost(number: int) -> int:
        ids = write.create_many(
            admin, shape, [{"name": f"{number} {n}", KEY: [f"т{n % 7}"]} for n in range(number)]
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            bulk.edit(admin, shape, Selection(ids=tuple(ids)), {KEY: {"add": ["общий", f"новый {number}"]}})
        return len(queries)

    assert cost(3) == cost(300)


def test_reading_a_page_names_its_tags_in_one_query(admin: Actor, shape: Shape):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            read.page(admin, shape, limit=200)
        return len(queries)

    write.create(admin, shape, {"name": "Без меток"})
    without = cost()
    write.create_many(admin, shape, [{"name": f"{n}", KEY: [f"т{n}", f"т{n + 1}"]} for n in range(100)])
    assert cost() == without + 1


def test_the_history_says_the_words(admin: Actor, shape: Shape, field: FieldShape):
    one = make(admin, shape, "А")
    write.update(admin, shape, one, {KEY: {"add": ["Б"]}})
    keeping.change(admin, field.params.dictionary, "b", {"label": "Буква"})
    history = history_of(admin, shape, one)
    changed = next(c for e in history.entries for c in e.fields if c.field.key == KEY)
    assert (changed.old, changed.new) == (["a"], ["a", "b"])
    assert [history.titles[field.params.dictionary, code].label for code in changed.new] == ["А", "Буква"]  # type: ignore[attr-defined]


def test_a_late_edit_that_adds_a_tag_is_joined_with_another_field(admin: Actor, shape: Shape):
    one = make(admin, shape, "А")
    write.update(admin, shape, one, {"city": "Уфа"})
    write.update(admin, shape, one, {KEY: {"add": ["Б"]}}, expected_version=1)
    assert labels(admin, shape, one) == ["А", "Б"]


def test_whoever_may_not_see_the_field_learns_nothing_of_its_tags(
    admin: Actor, company: Company, shape: Shape
):
    one = write.create(
        admin, shape, {"name": "Завод", KEY: ["Тайный"], "owner": company.users["employee"].pk}
    )
    company.hide("employee", "organisation", KEY)
    employee = company.actor("employee")
    assert KEY not in read.get(employee, shape, one)
    with pytest.raises(BadRequest):
        found(employee, shape, "any", "taynyy")
    with pytest.raises(Invalid):
        write.update(employee, shape, one, {KEY: {"add": ["x"]}})
    browser, api = company.client("employee"), company.api("employee")
    assert browser.get(f"/search/values/organisation/{KEY}?q=тай").status_code == 404
    assert api.get(f"/api/v1/organisation/values/{KEY}").status_code == 404
    assert "Тайный" not in browser.get(f"/organisation/{one}").content.decode()
    assert "Тайный" not in browser.get("/organisation").content.decode()
    assert "Тайный" not in str(history_of(employee, shape, one))


def test_a_roll_up_that_counts_by_tag_follows_a_merge(admin: Actor):
    fields.add_field(admin, "person", {"type": "tags", "label": {"ru": "Метки", "en": "Labels"}})
    person, organisation = shape_of("person"), shape_of("organisation")
    plant = write.create(admin, organisation, {"name": "Завод"})
    for tag in ("Опт", "Оптовый", "Иной"):
        write.create(admin, person, {"last_name": tag, "employer": plant, KEY: [tag]})
    made = fields.add_field(
        admin, "organisation",
        {"type": "rollup", "label": {"ru": "Оптовых", "en": "Wholesale"},
         "params": {"source": "person.employer", "measure": "count", "filter": {"field": KEY, "op": "any", "value": ["optovyy"]}}},
    )  # fmt: skip

    def gathered() -> int:
        group = next(g for g in groups(_shapes()) if g.table == organisation.table)
        rollup_work.gather_all(group)
        return int(read.get(admin, shape_of("organisation"), plant)[made.key])

    assert gathered() == 1
    tagging.merge(admin, shape_of("person"), shape_of("person").fields[KEY], "opt", "optovyy")
    assert gathered() == 2
    write.create(admin, shape_of("person"), {"last_name": "Ещё", "employer": plant, KEY: ["опт"]})
    assert read.get(admin, shape_of("organisation"), plant)[made.key] == 3


def _shapes() -> Any:
    from klientura.kernel.objects.registry import all_shapes

    return all_shapes()


def test_a_typed_word_is_no_code_of_a_tag_that_was_called_so_before(
    admin: Actor, shape: Shape, field: FieldShape
):
    name = field.params.dictionary
    old = make(admin, shape, "Hot")
    keeping.change(admin, name, "hot", {"label": "Warm"})
    texts: list[Any] = ["hot", [";hot"], [{"label": "hot"}], {"add": [";hot"]}]
    for raw in texts:
        record = write.create(admin, shape, {"name": "Завод", KEY: raw})
        assert labels(admin, shape, record) == ["hot"], raw
    assert labels(admin, shape, old) == ["Warm"]
    # A list of codes, as programs send it and as a form sends what was chosen, means the code.
    assert labels(admin, shape, make(admin, shape, "hot")) == ["Warm"]
    both = write.create(admin, shape, {"name": "Завод", KEY: ["hot", ";hot"]})
    assert labels(admin, shape, both) == ["hot", "Warm"]
    assert KnownTag.objects.filter(dictionary=name).count() == 2


def test_a_program_that_sends_a_text_means_a_code_first(
    company: Company, admin: Actor, shape: Shape, field: FieldShape
):
    old = make(admin, shape, "Hot")
    keeping.change(admin, field.params.dictionary, "hot", {"label": "Warm"})
    by_label = make(admin, shape, ";hot")
    for op, ids in (("any", [old]), ("none", [by_label])):
        tree = {"field": KEY, "op": op, "value": "hot"}
        assert [r["id"] for r in read.page(admin, shape, tree=tree, sort="id").rows] == ids
    with pytest.raises(BadRequest):
        read.page(admin, shape, tree={"field": KEY, "op": "any", "value": " ; "})
    api, root = company.api("administrator"), "/api/v1/organisation"

    def send(method: str, path: str, body: Any, **headers: str) -> Any:
        return api.generic(
            method, root + path, json.dumps(body), content_type="application/json", headers=headers
        )

    made = send("POST", "", {"name": "Один", KEY: "hot; New"}).json()
    assert labels(admin, shape, made["id"]) == ["New", "Warm"]
    place, version = f"/{made['id']}", f'"{made["version"]}"'
    assert send("PATCH", place, {KEY: {"remove": "hot"}}, **{"If-Match": version}).status_code == 200
    assert labels(admin, shape, made["id"]) == ["New"]
    assert send("POST", "/bulk", {"ids": [made["id"]], "set": {KEY: {"add": "hot"}}}).status_code == 200
    assert labels(admin, shape, made["id"]) == ["New", "Warm"]
    [other] = send("POST", "/bulk", {"create": [{"name": "Два", KEY: "hot"}]}).json()["ids"]
    assert labels(admin, shape, other) == ["Warm"]


def test_a_word_that_is_the_code_of_another_tag_can_be_added(admin: Actor, shape: Shape, field: FieldShape):
    name = field.params.dictionary
    keeping.add(admin, name, "Hot")
    keeping.change(admin, name, "hot", {"label": "Warm"})
    added = keeping.add(admin, name, "hot")
    assert (added.label, added.code) == ("hot", "hot_2")


def test_many_records_get_a_typed_word_in_the_background_too(admin: Actor, shape: Shape, field: FieldShape):
    """What is noted for later says which words were typed."""
    parsed = field.type.parse({"add": ["warm", ";hot"]}, field.params)
    assert field.type.parse(field.type.to_json(parsed), field.params) == parsed


def test_a_typed_word_that_is_refused_is_said_as_it_was_typed(admin: Actor, company: Company):
    fields.add_field(
        admin, "organisation", {"type": "tags", "label": {"ru": "Метки", "en": "Labels"}, "params": {"open_tags": False}}
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        make(company.actor("employee"), shape_of("organisation"), ";Новая")
    assert "Новая" in str(refused.value.errors[0].message)
    assert ";" not in str(refused.value.errors[0].message)
