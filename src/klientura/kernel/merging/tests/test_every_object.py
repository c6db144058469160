"""Every kind of record can be merged and taken apart, also one that an administrator added, and nothing is left of it."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.tests.support import settle
from klientura.kernel.merging.tests.test_round_trip import everything
from klientura.kernel.objects import registry
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.testing.additions import CREATABLE_KEYS, add_sample
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World


@pytest.fixture
def world(db: None) -> World:
    """A maker of records of every kind."""
    registry.forget()
    company: Company = found_company()
    add_sample()
    users = tuple(company.users[k].pk for k in ("manager", "employee"))
    return World(actor=SystemActor("test"), users=users, teams=tuple(t.pk for t in company.teams.values()))


@pytest.mark.parametrize("key", CREATABLE_KEYS)
def test_merging_and_taking_apart(world: World, key: str) -> None:
    shape = shape_of(key)
    try:
        ids = [world.create(key, number) for number in range(3)]
        # What points at them; a deal needs a pipeline that has stages already.
        for other in sorted(CREATABLE_KEYS, key=lambda k: k == "opportunity"):
            links = [f.key for f in shape_of(other).fields.values() if f.params.target == key and f.writable]
            for number, link in enumerate(links):
                world.create(other, number, **{link: ids[1]})
        settle()
        before = everything()

        done = merge(world.actor, shape, ids[0], ids[1:])
        settle()
        assert everything() != before
        undo(world.actor, done.operation_id)
        settle()

        assert everything() == before
    finally:
        registry.forget()


def test_the_rules_of_an_object_hold_for_what_is_chosen(world: World) -> None:
    try:
        ids = [world.create("interaction", number) for number in range(2)]
        with pytest.raises(Invalid) as refused:
            merge(world.actor, shape_of("interaction"), ids[0], ids[1:], {"at": "2999-01-01T00:00:00Z"})
        assert [(e.field, e.code) for e in refused.value.errors] == [("at", "future")]
    finally:
        registry.forget()
