"""Folding the sums of what was sold while they are made anew: nothing is counted twice."""

import pytest

from klientura.kernel.jobs.registry import clocked
from klientura.kernel.testing.at_once import at_once
from klientura.kernel.testing.company import found_company
from klientura.modules.orders import jobs
from klientura.modules.orders.services import orders, sold
from klientura.modules.orders.tests.test_sold import ACTOR, make

pytestmark = pytest.mark.django_db(transaction=True)


def sell() -> None:
    company, client = make("own_company", name="Наша"), make("organisation", name="Ромашка")
    line = {"name": "Работы", "quantity": "1", "given_price": "500"}
    for _n in range(3):
        orders.confirm(
            ACTOR, make("order", company=company, party=client, issued_on="2026-11-02", lines=[line])
        )


@pytest.mark.parametrize("fold_first", [True, False])
def test_nothing_is_counted_twice(fold_first: bool) -> None:
    found_company()
    sell()
    acts = (lambda: sold.fold(0), sold.rebuild)
    at_once(*(acts if fold_first else acts[::-1]))
    assert sold.wrong_sums() == 0


def test_contracts_and_sums_have_turns_of_their_own() -> None:
    found_company()
    names = {key for key, work in clocked().items() if work in (jobs.contracts, jobs.sums)}
    assert names == {"orders", "orders.sold"}
