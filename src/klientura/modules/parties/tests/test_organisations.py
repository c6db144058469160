"""Organisations through the kernel's services."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write

pytestmark = pytest.mark.django_db


def test_create_read_update():
    actor = SystemActor("test")
    shape = shape_of("organisation")
    number = write.create(
        actor, shape, {"name": "Альфа Ёлки", "inn": "7827763273", "phone": "8 902 927 35 77"}
    )
    row = read.get(actor, shape, number)
    assert row["title"] == "Альфа Ёлки"
    assert row["phone"] == "+79029273577"
    assert read.parts_of(actor, shape, [number])[number]["contact_points"][0]["value"] == "+79029273577"
    assert write.update(actor, shape, number, {"city": "Казань"}, expected_version=1) == 2
    with pytest.raises(Invalid):
        write.update(actor, shape, number, {"inn": "7827763272"})
