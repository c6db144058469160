"""Two heads at one sheet: real transactions in real threads, of which the later one is told of the other."""

import datetime as dt
from decimal import Decimal

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.testing.at_once import at_once
from klientura.kernel.testing.company import found_company
from klientura.modules.planning.queries.sheet import Place, Sheet
from klientura.modules.planning.services.setting import Outcome, set_plans
from klientura.modules.planning.tests.test_plans import ACTOR, plan

pytestmark = pytest.mark.django_db(transaction=True)
SHEET = Sheet(2026, "won_sum", "month", "owner", "RUB")


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("value", [Decimal(300), None])
def test_of_two_numbers_for_one_plan_none_is_lost(there: bool, value: Decimal | None) -> None:
    company = found_company()
    actor = company.actor("administrator")
    place: Place = (company.users["employee"].pk, dt.date(2026, 1, 1))
    seen: dict[Place, int] = {}
    if there:
        plan(owner=place[0], starts_on="2026-01-01", amount="100")
        seen = {place: 1}
    elif value is None:
        seen = {place: 1}  # what was there is gone
    found: list[Outcome] = []
    at_once(
        lambda: set_plans(actor, SHEET, {place: Decimal(200)}, dict.fromkeys(seen, 1) if there else {}),
        lambda: found.append(set_plans(actor, SHEET, {place: value}, seen)),
    )
    assert (found[0].changed, list(found[0].errors)) == (0, [place])
    assert [r["amount"] for r in read.page(ACTOR, shape_of("quota")).rows] == [200]
