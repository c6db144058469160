"""Every object can be made from what its factory gives."""

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.testing.additions import CREATABLE_KEYS
from klientura.kernel.testing.factories import World


@pytest.mark.parametrize("key", CREATABLE_KEYS)
def test_forty_records_of_every_object_can_be_made(world: World, key: str) -> None:
    ids = world.create_many(key, 40)
    assert len(set(ids)) == 40
    row = read.get(world.actor, shape_of(key), ids[7])
    assert row["id"] == ids[7]
    assert row["version"] == 1
