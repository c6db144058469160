"""A pack from installing to uninstalling: what it brings, what the company has changed since, what an upgrade respects."""

import copy
import tomllib
from importlib import resources
from typing import Any

import pytest
from django.utils import timezone, translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied, Invalid
from klientura.kernel.objects.models import AddedField, AddedObject, AddedOption
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.packs import planning
from klientura.kernel.packs.applying import Moved, install, uninstall
from klientura.kernel.packs.models import Pack, Part
from klientura.kernel.packs.reading import PackFile, newer, read, read_file
from klientura.kernel.schema import fields
from klientura.kernel.store import read as records
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.views.models import View

GYM: dict[str, Any] = {
    "format": 1,
    "key": "gym",
    "version": "1.0.0",
    "name": {"ru": "Зал", "en": "Gym"},
    "objects": [
        {"key": "x_gym_pass", "label": {"ru": "абонемент", "en": "pass"}, "plural": {"ru": "Абонементы", "en": "Passes"}}
    ],
    "fields": [
        {
            "object": "x_gym_pass", "key": "x_gym_client", "type": "reference", "label": {"ru": "клиент", "en": "client"},
            "params": {"target": "person"},
        },
        {
            "object": "x_gym_pass", "key": "x_gym_state", "type": "option", "label": {"ru": "состояние", "en": "state"},
            "options": [
                {"code": "active", "label": {"ru": "действует", "en": "active"}, "hue": "green"},
                {"code": "ended", "label": {"ru": "закончился", "en": "ended"}},
            ],
        },
        {"object": "person", "key": "x_gym_coach", "type": "text", "label": {"ru": "тренер", "en": "coach"}},
        {"object": "person", "key": "x_gym_note", "type": "text", "label": {"ru": "заметка", "en": "note"}},
    ],
    "views": [
        {"object": "x_gym_pass", "key": "active", "name": {"ru": "Действуют", "en": "Active"},
         "state": {"filter": {"field": "x_gym_state", "op": "eq", "value": "active"}}},
    ],
}  # fmt: skip


def second() -> dict[str, Any]:
    """The next version: other words, another option, a new field, and one field less."""
    made = copy.deepcopy(GYM) | {"version": "1.1.0"}
    made["fields"][1]["label"] = {"ru": "статус", "en": "status"}
    made["fields"][1]["options"].append(
        {"code": "frozen", "label": {"ru": "заморожен", "en": "frozen"}, "hue": "blue"}
    )
    made["fields"][2]["label"] = {"ru": "наставник", "en": "mentor"}
    made["fields"][2]["hint"] = {"ru": "кто ведёт", "en": "who leads"}
    made["fields"][3] = {
        "object": "x_gym_pass",
        "key": "x_gym_price",
        "type": "money",
        "label": {"ru": "цена", "en": "price"},
    }
    return made


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def actor(company: Company) -> Actor:
    return company.actor("administrator")


def apply(actor: Actor, content: dict[str, Any]) -> Pack:
    file = read(content)
    return install(actor, file, mark=planning.plan(actor, file).mark)


def steps(actor: Actor, file: PackFile) -> dict[str, planning.Step]:
    return {s.path: s for s in planning.plan(actor, file).steps}


def field(key: str) -> AddedField:
    return AddedField.objects.get(key=key)


def test_a_plan_is_shown_and_nothing_is_touched(actor: Actor):
    plan = planning.plan(actor, read(GYM))

    assert [(s.act, s.path) for s in plan.steps] == [
        ("add", "x_gym_pass"), ("add", "x_gym_pass/x_gym_client"), ("add", "x_gym_pass/x_gym_state"),
        ("add", "person/x_gym_coach"), ("add", "person/x_gym_note"), ("add", "x_gym_pass/active"),
    ]  # fmt: skip
    assert "x_gym_pass" not in all_shapes()
    assert not Pack.objects.exists()


def test_everything_works_as_soon_as_it_is_installed(actor: Actor):
    pack = apply(actor, GYM)

    assert (pack.state, pack.version) == ("active", "1.0.0")
    client = write.create(actor, shape_of("person"), {"last_name": "Ёлкин", "x_gym_coach": "Лось"})
    made = write.create(
        actor, shape_of("x_gym_pass"), {"name": "А-1", "x_gym_client": client, "x_gym_state": "active"}
    )
    row = records.get(actor, shape_of("x_gym_pass"), made)
    assert (row["x_gym_client"].title, row["x_gym_state"]) == ("Ёлкин", "active")
    assert View.objects.get(object="x_gym_pass").name == "Active"
    assert {f.layer for f in AddedField.objects.filter(key__startswith="x_gym")} == {"gym"}


def test_installed_again_nothing_is_to_be_done(actor: Actor):
    apply(actor, GYM)
    assert {s.act for s in steps(actor, read(GYM)).values()} == {"stay"}


def test_what_the_company_changed_survives_an_upgrade(actor: Actor):
    apply(actor, GYM)
    coach, state = field("x_gym_coach"), field("x_gym_state")
    fields.change_field(
        actor, coach.pk, {"label": {"ru": "мой тренер", "en": "my coach"}}, expected_version=coach.version
    )
    options = [
        {"code": "active", "label": {"ru": "в силе", "en": "in force"}, "hue": "green"},
        {"code": "ended", "label": {"ru": "закончился", "en": "ended"}},
        {"label": {"ru": "подарочный", "en": "gift"}},
    ]
    fields.change_field(
        actor, state.pk, {"label": state.label, "options": options}, expected_version=state.version
    )
    fields.add_field(actor, "x_gym_pass", {"type": "text", "label": {"en": "own"}})

    file = read(second())
    told = steps(actor, file)
    apply(actor, second())

    assert told["person/x_gym_coach"].kept == ("label",)
    assert set(told["person/x_gym_coach"].changes) == {"hint"}
    assert (field("x_gym_coach").label["en"], field("x_gym_coach").hint["en"]) == ("my coach", "who leads")
    assert field("x_gym_state").label["en"] == "status"
    offered = AddedOption.objects.filter(field=field("x_gym_state"), active=True).order_by("position")
    assert [o.label["en"] for o in offered] == ["in force", "ended", "gift", "frozen"]
    assert field("x_gym_price").state == "active"
    assert field("x_gym_note").state == "removed"
    assert "x_own" in all_shapes()["x_gym_pass"].fields
    assert {s.act for s in steps(actor, file).values()} == {"stay"}


def test_a_change_of_the_companys_is_kept_by_every_later_version(actor: Actor):
    apply(actor, GYM)
    coach = field("x_gym_coach")
    fields.change_field(actor, coach.pk, {"label": {"en": "my coach"}}, expected_version=coach.version)
    apply(actor, second())
    third = second() | {"version": "1.2.0"}
    third["fields"][2]["label"] = {"ru": "куратор", "en": "curator"}

    apply(actor, third)

    assert field("x_gym_coach").label == {"en": "my coach"}


def test_what_the_company_removed_stays_away(actor: Actor):
    apply(actor, GYM)
    fields.remove_field(actor, field("x_gym_coach").pk)
    fields.remove_field(actor, field("x_gym_state").pk, despite=True)
    fields.purge_field(actor, field("x_gym_state").pk)

    apply(actor, second())

    assert field("x_gym_coach").state == "removed"
    assert not AddedField.objects.filter(key="x_gym_state").exists()


def test_a_field_that_something_uses_outlives_an_upgrade_that_drops_it(actor: Actor):
    apply(actor, GYM)
    fields.add_field(
        actor,
        "person",
        {"type": "formula", "label": {"en": "f"}, "params": {"formula": "len(x_gym_note)"}},
    )

    told = steps(actor, read(second()))["person/x_gym_note"]
    apply(actor, second())

    assert told.act == "stay"
    assert "f" in str(told.notes[0])
    assert field("x_gym_note").state == "active"


def test_uninstalling_hides_everything_and_installing_again_brings_it_back(actor: Actor):
    apply(actor, GYM)
    client = write.create(actor, shape_of("person"), {"last_name": "Ёлкин", "x_gym_coach": "Лось"})
    made = write.create(actor, shape_of("x_gym_pass"), {"name": "А-1", "x_gym_client": client})
    coach = field("x_gym_coach")
    fields.change_field(actor, coach.pk, {"label": {"en": "my coach"}}, expected_version=coach.version)

    uninstall(actor, "gym", mark=planning.plan_to_uninstall(actor, "gym").mark)
    gone = "x_gym_pass" in all_shapes(), "x_gym_coach" in shape_of("person").fields
    apply(actor, GYM)

    assert gone == (False, False)
    assert records.get(actor, shape_of("x_gym_pass"), made)["x_gym_client"].id == client
    assert records.get(actor, shape_of("person"), client)["x_gym_coach"] == "Лось"
    assert field("x_gym_coach").label == {"en": "my coach"}
    assert Pack.objects.get().state == "active"


def test_something_of_the_same_key_is_in_the_way(actor: Actor):
    fields.add_field(actor, "person", {"type": "text", "label": {"en": "x"}, "key": "gym_coach"})
    plan = planning.plan(actor, read(GYM))

    assert plan.clashes
    with pytest.raises(BadRequest, match="way"):
        install(actor, read(GYM), mark=plan.mark)
    assert not AddedObject.objects.exists()


def test_a_plan_holds_only_as_long_as_nothing_moves(actor: Actor):
    apply(actor, GYM)
    file = read(second())
    mark = planning.plan(actor, file).mark
    coach = field("x_gym_coach")
    fields.change_field(actor, coach.pk, {"label": {"en": "my coach"}}, expected_version=coach.version)

    with pytest.raises(Moved):
        install(actor, file, mark=mark)


def test_an_older_version_is_refused(actor: Actor):
    apply(actor, second())
    assert newer("1.10", "1.9.9")
    with pytest.raises(BadRequest, match="newer"):
        apply(actor, GYM)


def test_what_broke_off_is_taken_up_again(actor: Actor):
    broken = copy.deepcopy(GYM)
    broken["fields"].append(
        {
            "object": "person",
            "key": "x_gym_sum",
            "type": "formula",
            "label": {"en": "sum"},
            "params": {"formula": "no_such + 1"},
        }
    )
    with pytest.raises(Invalid):
        apply(actor, broken)
    assert Pack.objects.get().state == "incomplete"
    Part.objects.filter(path="person/x_gym_note").delete()  # as if it had ended right after making the field

    apply(actor, GYM)

    assert Pack.objects.get().state == "active"
    assert AddedField.objects.filter(key="x_gym_note").count() == 1


def test_only_administrators(company: Company):
    for who in ("manager", "employee"):
        with pytest.raises(Denied):
            planning.plan(company.actor(who), read(GYM))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"format": 2}, "format"),
        ({"format": "1"}, "format"),
        ({"key": "Зал"}, "key"),
        ({"version": "latest"}, "version"),
        ({"name": {}}, "name.ru"),
        ({"reports": []}, "reports"),
        ({"objects": [{"key": "pass", "label": {"en": "p"}, "plural": {"en": "p"}}]}, "objects.1.key"),
        ({"fields": {"a": 1}}, "fields"),
        ({"fields": [{"object": "nothing", "key": "x_gym_a", "type": "text", "label": {"en": "a"}}]}, "fields.1.object"),
        ({"fields": [{"object": "person", "key": "x_gym_a", "type": "blob", "label": {"en": "a"}}]}, "fields.1.type"),
        ({"fields": [{"object": "person", "key": "x_gym_a", "type": "text"}]}, "fields.1.label.ru"),
        ({"fields": [{"object": "person", "key": "x_gym_a", "type": "text", "label": {"en": "a"}, "shape": 1}]}, "fields.1.shape"),
        ({"fields": [GYM["fields"][2]] * 2}, "fields.2"),
        ({"fields": [{**GYM["fields"][1], "object": "person", "options": [{"label": {"en": "a"}}]}]}, "fields.1.options.1"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_the_place(change: dict[str, Any], place: str):
    content = {k: v for k, v in GYM.items() if k not in {"objects", "fields", "views"}} | change
    with pytest.raises(Invalid) as refused:
        read(content)
    assert place in {e.field for e in refused.value.errors}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe", "encoding"),
        (b"format = ", "toml"),
        (b"a = 1", "format"),
        (b"[" * 100_000, "toml"),
        (b"#" * 2_000_001, "size"),
    ],
)
def test_what_is_no_pack_is_refused(data: bytes, code: str):
    with pytest.raises(Invalid) as refused:
        read_file(data)
    assert [e.code for e in refused.value.errors] == [code]


def test_the_pack_that_comes_with_the_product_is_whole(actor: Actor):
    data = resources.files("klientura.packs").joinpath("fitness.toml").read_bytes()
    pack = apply(actor, tomllib.loads(data.decode()))
    client = write.create(actor, shape_of("person"), {"last_name": "Ёлкин"})
    made = write.create(
        actor,
        shape_of("x_fitness_membership"),
        {"x_fitness_client": client, "x_fitness_classes": 8},
    )
    for _visit in range(2):
        write.create(
            actor,
            shape_of("x_fitness_visit"),
            {"name": "йога", "x_fitness_client": client, "x_fitness_membership": made},
        )

    assert pack.state == "active"
    row = records.get(actor, shape_of("x_fitness_membership"), made)
    assert (row["x_fitness_visits"], row["x_fitness_left"]) == (2, 6)
    assert row["name"] == row["title"] == f"А-{timezone.localdate().year}-0001"
    dates = {"x_fitness_starts": "2026-03-01", "x_fitness_ends": "2026-02-01"}
    with pytest.raises(Invalid) as refused:
        write.create(actor, shape_of("x_fitness_membership"), {"x_fitness_client": client, **dates})
    assert [(e.field, e.code) for e in refused.value.errors] == [("x_fitness_ends", "before")]
    assert {s.act for s in steps(actor, read_file(data)).values()} == {"stay"}


def test_a_name_once_made_stays_as_it_was_made(actor: Actor):
    """An upgrade that numbers what people have named by hand leaves the names to them, and says nothing of it."""
    apply(actor, GYM)
    later = copy.deepcopy(GYM) | {"version": "1.1.0"}
    later["objects"][0] |= {"name_numbers": {"digits": 3}, "name_label": {"ru": "номер"}}
    assert steps(actor, read(later))["x_gym_pass"].act == "stay"
    apply(actor, later)
    made = write.create(actor, shape_of("x_gym_pass"), {"name": "Мой"})
    assert records.get(actor, shape_of("x_gym_pass"), made)["name"] == "Мой"


@pytest.mark.parametrize("numbers", [{"digits": 99}, {"digits": "x"}, "1", 5])
def test_a_name_that_cannot_be_numbered_so_is_refused(actor: Actor, numbers: object):
    given = copy.deepcopy(GYM)
    given["objects"][0]["name_numbers"] = numbers
    with pytest.raises(Invalid) as refused:
        read(given)
    assert refused.value.errors[0].field.startswith("objects.1.name_numbers")
