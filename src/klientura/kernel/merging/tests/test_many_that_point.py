"""Fields of several records follow a merge: those of removed fields and kinds too, and none points at its own record after."""

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.tests.support import TEST, change, make, organisation, stored
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.fields import add_field, remove_field, restore_field
from klientura.kernel.schema.objects import add_object, remove_object, restore_object
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture(autouse=True)
def company(db: None) -> Company:
    """A small company whose administrator changes the schema."""
    return found_company()


def several(actor: Actor, object_key: str, target: str, *, required: bool = False) -> AddedField:
    """A field of several records."""
    asked = {
        "type": "references",
        "label": {"ru": "Близкие", "en": "Close ones"},
        "params": {"target": target},
    }
    return add_field(actor, object_key, {**asked, "required": required})


def ids(key: str, record_id: int, field: str, *, trashed: bool = False) -> list[int]:
    return [ref.id for ref in stored(key, record_id, field, trashed=trashed) or ()]


def point(field: AddedField, record_id: int, *others: int) -> None:
    change("organisation", record_id, TEST, **{field.key: list(others)})


def test_a_removed_field_that_comes_back_points_at_the_kept(actor: Actor) -> None:
    field = several(actor, "person", "organisation")
    kept, gone, other = organisation("А"), organisation("Б"), organisation("В")
    somebody = make("person", last_name="Иванов", **{field.key: [other, gone]})
    remove_field(actor, field.pk)
    operation = merge(actor, shape_of("organisation"), kept, [gone]).operation_id
    restore_field(actor, field.pk)
    assert ids("person", somebody, field.key) == [other, kept]

    remove_field(actor, field.pk)
    undo(actor, operation)
    restore_field(actor, field.pk)
    assert ids("person", somebody, field.key) == [other, gone]


def test_a_removed_kind_of_record_that_comes_back_points_at_the_kept(actor: Actor) -> None:
    car = add_object(
        actor,
        {"label": {"ru": "Машина", "en": "Car"}, "plural": {"ru": "Машины", "en": "Cars"}, "icon": "car"},
    )
    field = several(actor, car.key, "organisation")
    kept, gone = organisation("А"), organisation("Б")
    lada = make(car.key, name="Лада", **{field.key: [gone]})
    remove_object(actor, car.pk)
    operation = merge(actor, shape_of("organisation"), kept, [gone]).operation_id
    restore_object(actor, car.pk)
    assert ids(car.key, lada, field.key) == [kept]

    remove_object(actor, car.pk)
    undo(actor, operation)
    restore_object(actor, car.pk)
    assert ids(car.key, lada, field.key) == [gone]


@pytest.mark.parametrize("removed", [False, True])
def test_the_kept_record_does_not_point_at_itself(actor: Actor, removed: bool) -> None:
    field = several(actor, "organisation", "organisation")
    kept, gone, other = organisation("А"), organisation("Б"), organisation("В")
    point(field, kept, gone, other)
    if removed:
        remove_field(actor, field.pk)
    operation = merge(actor, shape_of("organisation"), kept, [gone]).operation_id
    if removed:
        restore_field(actor, field.pk)
    assert ids("organisation", kept, field.key) == [other]

    undo(actor, operation)
    assert ids("organisation", kept, field.key) == [gone, other]


@pytest.mark.parametrize("also", [False, True])
def test_what_the_kept_record_is_filled_with_does_not_name_it(actor: Actor, also: bool) -> None:
    field = several(actor, "organisation", "organisation")
    kept, gone, other = organisation("А"), organisation("Б"), organisation("В")
    theirs = [kept, other] if also else [kept]
    point(field, gone, *theirs)
    operation = merge(actor, shape_of("organisation"), kept, [gone]).operation_id
    assert ids("organisation", kept, field.key) == ([other] if also else [])

    undo(actor, operation)
    assert ids("organisation", kept, field.key) == []
    assert ids("organisation", gone, field.key) == theirs


def test_what_was_chosen_for_the_kept_record_does_not_name_it(actor: Actor) -> None:
    field = several(actor, "organisation", "organisation")
    kept, gone, other = organisation("А"), organisation("Б"), organisation("В")
    point(field, gone, kept, other)
    merge(actor, shape_of("organisation"), kept, [gone], values={field.key: [kept, gone, other]})
    assert ids("organisation", kept, field.key) == [other]


def test_a_required_list_is_not_left_empty(actor: Actor) -> None:
    kept, gone = organisation("А"), organisation("Б")
    field = several(actor, "organisation", "organisation", required=True)
    point(field, kept, gone)
    point(field, gone, kept)
    with pytest.raises(Invalid) as refused:
        merge(actor, shape_of("organisation"), kept, [gone])
    assert [(e.field, e.code) for e in refused.value.errors] == [(field.key, "circle")]
