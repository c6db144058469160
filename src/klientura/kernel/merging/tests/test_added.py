"""Objects and fields that administrators added take part like all others, also those that were removed and may come back."""

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.tests.support import make, organisation, stored
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.fields import add_field, remove_field, restore_field
from klientura.kernel.schema.objects import add_object
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Company:
    """A small company whose administrator changes the schema."""
    return found_company()


def label(text: str) -> dict[str, str]:
    return {"ru": text, "en": text}


def car(actor: Actor) -> tuple[str, str, str]:
    """A kind of record with an owner among the organisations and the car that came before; its key and theirs."""
    key = add_object(actor, {"label": label("Машина"), "plural": label("Машины"), "icon": "car"}).key
    client = {"type": "reference", "label": label("Чья"), "params": {"target": "organisation"}}
    earlier = {"type": "reference", "label": label("Прежняя"), "params": {"target": key}}
    return key, add_field(actor, key, client).key, add_field(actor, key, earlier).key


@pytest.mark.usefixtures("company")
def test_links_of_an_added_object_are_turned(actor: Actor) -> None:
    key, client, _earlier = car(actor)
    kept, gone = organisation("А"), organisation("Б")
    owned = make(key, name="Лада", **{client: gone})

    operation = merge(actor, shape_of("organisation"), kept, [gone]).operation_id
    assert stored(key, owned, client) == kept

    undo(actor, operation)
    assert stored(key, owned, client) == gone


@pytest.mark.usefixtures("company")
def test_records_of_an_added_object_are_merged(actor: Actor) -> None:
    key, client, earlier = car(actor)
    owner = organisation("А")
    gone = make(key, name="Лада", **{client: owner})
    kept = make(key, name="Лада", **{earlier: gone})
    later = make(key, name="Нива", **{earlier: gone})

    def seen() -> list[int | None]:
        return [stored(key, kept, client), stored(key, kept, earlier), stored(key, later, earlier)]

    operation = merge(actor, shape_of(key), kept, [gone]).operation_id
    assert seen() == [owner, None, kept]

    undo(actor, operation)
    assert seen() == [None, gone, gone]


@pytest.mark.usefixtures("company")
def test_a_removed_field_that_comes_back_points_at_the_kept(actor: Actor) -> None:
    key, client, _earlier = car(actor)
    kept, gone = organisation("А"), organisation("Б")
    owned = make(key, name="Лада", **{client: gone})
    field = AddedField.objects.get(object=key, key=client)

    remove_field(actor, field.pk)
    operation = merge(actor, shape_of("organisation"), kept, [gone]).operation_id
    restore_field(actor, field.pk)
    assert stored(key, owned, client) == kept

    undo(actor, operation)
    assert stored(key, owned, client) == gone
