"""Taking bulk acts back: what is still as the act left it returns, what somebody changed since stays."""

import pytest

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import bulk, read, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> Actor:
    return SystemActor("test")


@pytest.fixture
def shape() -> Shape:
    return shape_of("organisation")


@pytest.fixture
def five(actor: Actor, shape: Shape) -> tuple[int, ...]:
    values = [{"name": f"Организация {n}", "city": "Уфа", "phone": "8 902 927-35-77"} for n in range(5)]
    return tuple(write.create_many(actor, shape, values))


def test_only_values_that_are_still_the_operations_return(actor: Actor, shape: Shape, five: tuple[int, ...]):
    done = bulk.edit(actor, shape, bulk.Selection(ids=five), {"city": "Омск", "roles": ["dealer", "client"]})
    assert done.changed == 5
    write.update(actor, shape, five[0], {"city": "Томск"})

    undo(actor, done.operation_id)

    rows = [read.get(actor, shape, number) for number in five]
    assert [row["city"] for row in rows] == ["Томск", "Уфа", "Уфа", "Уфа", "Уфа"]
    assert [row["roles"] for row in rows] == [None] * 5


def test_trashed_records_come_back(actor: Actor, shape: Shape, five: tuple[int, ...]):
    done = bulk.trash(actor, shape, bulk.Selection(ids=five))
    assert read.count(actor, shape).number == 0

    result = undo(actor, done.operation_id)

    assert (result.restored, result.kept) == (5, [])
    assert read.count(actor, shape).number == 5


def test_lines_follow_the_record(actor: Actor, shape: Shape, five: tuple[int, ...]):
    done = bulk.edit(actor, shape, bulk.Selection(ids=five), {"phone": "+7 495 000-11-22"})
    assert read.parts_of(actor, shape, five)[five[0]]["contact_points"][0]["value"] == "+74950001122"

    undo(actor, done.operation_id)

    assert read.get(actor, shape, five[0])["phone"] == "+79029273577"
    assert read.parts_of(actor, shape, five)[five[0]]["contact_points"][0]["value"] == "+79029273577"
