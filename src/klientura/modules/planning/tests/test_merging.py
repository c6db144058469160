"""Merging what plans are for: where two plans would be for the same, the merge is refused in words."""

import pytest

from klientura.kernel.history.undo import undo
from klientura.kernel.merging.choosing import Unmergeable
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.planning.tests.test_plans import ACTOR, plan

pytestmark = pytest.mark.django_db


def plans(field: str) -> list[tuple[int, int]]:
    """For what, and how much."""
    rows = read.page(ACTOR, shape_of("quota"), keys=[field, "amount"]).rows
    return sorted((r[field].id, int(r["amount"])) for r in rows)


@pytest.mark.parametrize("key", ["product", "product_category"])
def test_two_plans_for_the_same_do_not_meet_in_a_merge(key: str) -> None:
    found_company()
    kept, gone = (write.create(ACTOR, shape_of(key), {"name": name}) for name in ("Насос", "Насосы"))
    field = "product" if key == "product" else "category"
    plan(owner=None, team=None, amount="100", **{field: kept})
    second = plan(owner=None, team=None, amount="30", **{field: gone})
    plan(owner=None, team=None, amount="7", starts_on="2026-12-01", **{field: gone})
    with pytest.raises(Unmergeable) as refused:
        merge(ACTOR, shape_of(key), kept, [gone])
    assert f"№ {second}" in str(refused.value)
    write.trash(ACTOR, shape_of("quota"), [second])
    done = merge(ACTOR, shape_of(key), kept, [gone])
    assert plans(field) == [(kept, 7), (kept, 100)]
    undo(ACTOR, done.operation_id)
    assert plans(field) == sorted([(gone, 7), (kept, 100)])


def test_two_plans_of_merged_ones_do_not_meet_either() -> None:
    found_company()
    kept, *gone = (write.create(ACTOR, shape_of("product"), {"name": name}) for name in ("А", "Б", "В"))
    for each in gone:
        plan(owner=None, team=None, product=each)
    with pytest.raises(Unmergeable):
        merge(ACTOR, shape_of("product"), kept, gone)
