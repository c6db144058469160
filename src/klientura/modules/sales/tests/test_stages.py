"""Deals and the stages they stand on."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.modules.sales.services.stages import move_stage

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def test_a_deal_on_a_stage_in_the_trash_can_still_be_changed() -> None:
    pipeline = write.create(ACTOR, shape_of("pipeline"), {"name": "Продажи"})
    first, second = (
        write.create(ACTOR, shape_of("stage"), {"name": name, "pipeline": pipeline, "kind": "open"})
        for name in ("Знакомство", "Договор")
    )
    deal = shape_of("opportunity")
    number = write.create(ACTOR, deal, {"name": "Поставка", "stage": first})
    write.trash(ACTOR, shape_of("stage"), [first])

    write.update(ACTOR, deal, number, {"name": "Поставка муки"})
    with pytest.raises(Invalid):
        write.create(ACTOR, deal, {"name": "Другая", "stage": first})
    move_stage(ACTOR, number, {"stage": second})

    row = read.get(ACTOR, deal, number)
    assert (row["name"], row["stage"].title) == ("Поставка муки", "Договор")
