"""The sums of what was sold: after anything that is done to orders they are what the orders themselves say."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import KernelError
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, write
from klientura.kernel.store.bulk import Selection
from klientura.modules.orders.models import SaleOfProduct, SaleToClient
from klientura.modules.orders.services import orders, sold

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
NOVEMBER = 2026 * 12 + 10


@pytest.fixture(autouse=True)
def right_sums() -> Iterator[None]:
    """Whatever a test does, the sums are right at its end."""
    yield
    assert sold.wrong_sums() == 0


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


@pytest.fixture
def firm() -> dict[str, int]:
    """A company of ours, two clients and two products."""
    return {
        "company": make("own_company", name="Наша"),
        "client": make("organisation", name="Ромашка"),
        "other": make("organisation", name="Лютик"),
        "saw": make("product", name="Пила", price="1000"),
        "axe": make("product", name="Топор", price="300"),
    }


def order(firm: dict[str, int], *, confirmed: bool = True, **more: Any) -> int:
    lines = [{"product": firm["saw"], "quantity": "2"}, {"product": firm["axe"], "quantity": "1.5"}]
    number = make(
        "order",
        **{
            "company": firm["company"],
            "party": firm["client"],
            "issued_on": "2026-11-02",
            "lines": lines,
            **more,
        },
    )
    if confirmed:
        orders.confirm(ACTOR, number)
    return number


def sums(model: Any, key: str) -> dict[Any, tuple[int, int]]:
    """By client or product: the sum and the number of orders or lines."""
    counted = "orders" if model is SaleToClient else "lines"
    found: dict[Any, tuple[int, int]] = {}
    for value, amount, number in model.objects.values_list(key, "amount", counted):
        before = found.get(value, (0, 0))
        found[value] = (before[0] + amount, before[1] + number)
    return {value: told for value, told in found.items() if told != (0, 0)}


def test_only_orders_in_force_are_sold(firm: dict[str, int]) -> None:
    number = order(firm, confirmed=False)
    assert not SaleToClient.objects.exists()
    orders.confirm(ACTOR, number)
    assert sums(SaleToClient, "party_id") == {firm["client"]: (245_000, 1)}
    assert sums(SaleOfProduct, "product_id") == {firm["saw"]: (200_000, 1), firm["axe"]: (45_000, 1)}
    assert {(r.month, r.quantity) for r in SaleOfProduct.objects.all()} == {
        (NOVEMBER, Decimal(2)),
        (NOVEMBER, Decimal("1.5")),
    }
    orders.fulfil(ACTOR, number)
    orders.reopen(ACTOR, number)
    assert sums(SaleToClient, "party_id") == {firm["client"]: (245_000, 1)}
    orders.cancel(ACTOR, number)
    assert sums(SaleToClient, "party_id") == {}
    assert sums(SaleOfProduct, "product_id") == {}


def test_what_changes_nothing_that_was_sold_adds_nothing(firm: dict[str, int]) -> None:
    number = order(firm)
    there = SaleToClient.objects.count(), SaleOfProduct.objects.count()
    orders.note_progress([number])
    orders.fulfil(ACTOR, number)
    assert (SaleToClient.objects.count(), SaleOfProduct.objects.count()) == there


def test_a_merge_of_clients_takes_their_sales_over_and_back(firm: dict[str, int]) -> None:
    order(firm)
    order(firm, party=firm["other"])
    done = merge(ACTOR, shape_of("organisation"), firm["client"], [firm["other"]])
    assert sums(SaleToClient, "party_id") == {firm["client"]: (490_000, 2)}
    assert sold.wrong_sums() == 0
    undo(ACTOR, done.operation_id)
    assert sums(SaleToClient, "party_id") == {firm["client"]: (245_000, 1), firm["other"]: (245_000, 1)}


def test_a_merge_of_products_takes_their_sales_over(firm: dict[str, int]) -> None:
    order(firm)
    merge(ACTOR, shape_of("product"), firm["saw"], [firm["axe"]])
    assert sums(SaleOfProduct, "product_id") == {firm["saw"]: (245_000, 2)}


def test_orders_that_are_written_as_they_stand_are_sold_at_once(firm: dict[str, int]) -> None:
    """As a copy of another company's orders comes: by statements of its own."""
    number = order(firm, confirmed=False)
    with connection.cursor() as cursor:
        cursor.execute("update sales_order set status = 'done', number = 'X' where id = %s", [number])
        assert sold.wrong_sums() == 0
        cursor.execute("update sales_order set issued_on = '2025-01-31', currency = 'EUR', amount = 7")
        cursor.execute(
            "update sales_order_line set quantity = quantity + 1, total = total + 1, product_id = null"
        )
        assert sold.wrong_sums() == 0
        cursor.execute("delete from sales_order_line where quantity = 3")
        assert sold.wrong_sums() == 0
        cursor.execute("update sales_order set deleted_at = now()")
    assert sums(SaleToClient, "party_id") == {}
    assert sums(SaleOfProduct, "product_id") == {}


def test_folding_leaves_the_same_sums_in_fewer_rows(firm: dict[str, int]) -> None:
    for _each in range(3):
        order(firm)
    orders.cancel(ACTOR, order(firm, party=firm["other"]))
    before = sums(SaleToClient, "party_id"), sums(SaleOfProduct, "product_id")
    assert SaleToClient.objects.count() == 5
    assert sold.fold(1_000) == 0
    assert sold.fold(0) > 0
    assert (SaleToClient.objects.count(), SaleOfProduct.objects.count()) == (1, 2)
    assert (sums(SaleToClient, "party_id"), sums(SaleOfProduct, "product_id")) == before
    assert sold.fold(0) == 0


def test_a_company_from_an_earlier_version_gets_the_sums_of_its_orders(firm: dict[str, int]) -> None:
    order(firm)
    orders.cancel(ACTOR, order(firm, party=firm["other"]))
    before = sums(SaleToClient, "party_id"), sums(SaleOfProduct, "product_id")
    known = import_module("klientura.modules.orders.migrations.0004_sales_facts").KNOWN
    with connection.cursor() as cursor:
        cursor.execute("delete from sale_to_client; delete from sale_of_product;" + known)
    assert (sums(SaleToClient, "party_id"), sums(SaleOfProduct, "product_id")) == before


def test_wrong_sums_are_seen_and_made_anew(firm: dict[str, int]) -> None:
    order(firm)
    SaleToClient.objects.update(amount=1)
    SaleOfProduct.objects.all().delete()
    assert sold.wrong_sums() == 3
    sold.rebuild()
    assert sold.wrong_sums() == 0


ACTS = st.lists(
    st.sampled_from(["new", "confirm", "fulfil", "reopen", "cancel", "owner", "date", "lines", "trash", "undo", "fold"]),
    min_size=1,
    max_size=14,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, place=st.integers(0, 5))
def test_after_every_act_the_sums_are_those_of_the_orders(
    firm: dict[str, int], acts: list[str], place: int
) -> None:
    shape = shape_of("order")
    numbers, done = [order(firm, confirmed=False), order(firm)], list[int]()
    for turn, act in enumerate(acts):
        number = numbers[(place + turn) % len(numbers)]
        with suppress(KernelError, IndexError):  # its state does not allow it, or there is nothing to undo
            if act == "new":
                numbers.append(order(firm, confirmed=turn % 2 == 0, party=firm["other"]))
            elif act == "owner":
                done.append(
                    bulk.edit(ACTOR, shape, Selection(ids=tuple(numbers)), {"note": str(turn)}).operation_id
                )
            elif act == "date":
                write.update(
                    ACTOR,
                    shape,
                    number,
                    {"issued_on": (dt.date(2026, 1, 1) + dt.timedelta(20 * turn)).isoformat()},
                )
            elif act == "lines":
                write.update(
                    ACTOR, shape, number, {"lines": [{"product": firm["axe"], "quantity": str(turn + 1)}]}
                )
            elif act == "trash":
                write.trash(ACTOR, shape, [number])
                assert sold.wrong_sums() == 0
                write.restore(ACTOR, shape, [number])
            elif act == "undo":
                undo(ACTOR, done.pop())
            elif act == "fold":
                sold.fold(0)
            else:
                getattr(orders, act)(ACTOR, number)
        assert sold.wrong_sums() == 0
