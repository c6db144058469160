"""Merging what plans are for: two plans that would be for the same become one, or the merge is refused in words."""

import pytest

from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.planning.tests.test_plans import ACTOR, plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", ["product", "product_category"])
def test_two_plans_for_the_same_do_not_meet_in_a_merge(key: str) -> None:
    found_company()
    kept, gone = (write.create(ACTOR, shape_of(key), {"name": name}) for name in ("Насос", "Насосы"))
    field = "product" if key == "product" else "category"
    plan(owner=None, team=None, amount="100", **{field: kept})
    plan(owner=None, team=None, amount="30", **{field: gone})
    plan(owner=None, team=None, amount="7", starts_on="2026-12-01", **{field: gone})
    done = merge(ACTOR, shape_of(key), kept, [gone])
    rows = read.page(ACTOR, shape_of("quota"), keys=[field, "amount"]).rows
    assert sorted((r[field].id, int(r["amount"])) for r in rows) == [(kept, 7), (kept, 100)]
    undo(ACTOR, done.operation_id)
    rows = read.page(ACTOR, shape_of("quota"), keys=[field, "amount"]).rows
    assert sorted((r[field].id, int(r["amount"])) for r in rows) == sorted([(gone, 7), (gone, 30), (kept, 100)])
