"""Conditions over related records: what they mean, told again in plain Python, and that they tell nothing of what is closed."""

from collections.abc import Callable
from typing import Any

import pytest

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

SYSTEM = SystemActor("test")
pytestmark = pytest.mark.django_db
AMOUNTS: dict[str, list[str | None]] = {
    "Нет": [],
    "Одна": ["100"],
    "Две": ["100", "900"],
    "Три": ["900", "950", None],
    "Удалена": ["100"],
}


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def clients(company: Company) -> dict[str, int]:
    """Organisations with the deals of AMOUNTS; the one of «Удалена» lies in the trash."""
    pipeline = write.create(SYSTEM, shape_of("pipeline"), {"name": "Продажи"})
    write.create(SYSTEM, shape_of("stage"), {"name": "Первый", "pipeline": pipeline, "kind": "open"})
    made = {n: write.create(SYSTEM, shape_of("organisation"), {"name": n}) for n in AMOUNTS}
    for name, amounts in AMOUNTS.items():
        rows = [{"name": "Сделка", "party": made[name], **({"amount": a} if a else {})} for a in amounts]
        deals = write.create_many(SYSTEM, shape_of("opportunity"), rows) if rows else []
        if name == "Удалена":
            write.trash(SYSTEM, shape_of("opportunity"), deals)
    return made


def names(actor: Actor, tree: dict[str, Any], key: str = "organisation") -> set[str]:
    return {r["title"] for r in read.page(actor, shape_of(key), tree=tree, keys=["title"]).rows}


def deals(**more: Any) -> dict[str, Any]:
    return {"related": "opportunity.party", **more}


LARGE = {"field": "amount", "op": "gt", "value": "500"}
LIVE = {n: [float(a) if a else None for a in found] for n, found in AMOUNTS.items() if n != "Удалена"} | {
    "Удалена": []
}
OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b, "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b,
}  # fmt: skip


@pytest.mark.parametrize("filtered", [False, True])
def test_they_mean_what_plain_python_says(clients: dict[str, int], filtered: bool) -> None:
    inner = {"filter": LARGE} if filtered else {}
    numbers = {n: sum(1 for a in found if not filtered or (a or 0) > 500) for n, found in LIVE.items()}
    assert names(SYSTEM, deals(**inner)) == {n for n, k in numbers.items() if k}
    assert names(SYSTEM, deals(quantifier="none", **inner)) == {n for n, k in numbers.items() if not k}
    for op, holds in OPERATORS.items():
        for value in range(5):
            tree = deals(count={"op": op, "value": value}, **inner)
            assert names(SYSTEM, tree) == {n for n, k in numbers.items() if holds(k, value)}, (op, value)


def test_they_join_with_other_conditions(clients: dict[str, int]) -> None:
    name = {"field": "name", "op": "in", "value": ["Одна", "Три"]}
    assert names(SYSTEM, {"and": [name, deals(filter=LARGE)]}) == {"Три"}
    assert names(SYSTEM, {"or": [name, deals(filter=LARGE)]}) == {"Одна", "Две", "Три"}
    assert names(SYSTEM, {"not": deals()}) == {"Нет", "Удалена"}
    assert names(SYSTEM, deals(filter={"or": [LARGE, {"field": "amount", "op": "empty"}]})) == {"Две", "Три"}
    party = {"related": "opportunity.party", "count": {"op": "gte", "value": 2}}
    assert names(SYSTEM, party, "party") == {"Две", "Три"}


def test_links_by_the_name_of_an_object(clients: dict[str, int]) -> None:
    deal = read.page(
        SYSTEM, shape_of("opportunity"), tree={"field": "party", "op": "eq", "value": clients["Одна"]}
    ).rows[0]
    about = {"subject_object": "opportunity", "subject_id": deal["id"]}
    write.create(
        SYSTEM, shape_of("task"), {"name": "Позвонить", "due_at": "2030-01-01T10:00:00+03:00", **about}
    )
    with_tasks = {"related": "task.subject"}
    assert read.count(SYSTEM, shape_of("opportunity"), tree=with_tasks).number == 1
    assert names(SYSTEM, deals(filter=with_tasks)) == {"Одна"}
    assert names(SYSTEM, with_tasks) == set()  # a number of a deal is no number of an organisation


def test_a_record_out_of_reach_counts_for_nothing(company: Company, clients: dict[str, int]) -> None:
    """The deals are the system's; the employee sees the organisations, and one deal of their own."""
    company.grant("employee", "organisation", "read", "all")
    company.grant("employee", "opportunity", "read", "own")
    actor = company.actor("employee")
    everything = set(AMOUNTS)
    assert names(actor, deals()) == set()
    assert names(actor, deals(quantifier="none")) == everything
    assert names(actor, deals(count={"op": "eq", "value": 0})) == everything
    mine = {"name": "Моя", "party": clients["Три"], "owner": company.users["employee"].pk}
    write.create(SYSTEM, shape_of("opportunity"), mine)
    assert names(actor, deals()) == {"Три"}
    assert names(actor, deals(count={"op": "gte", "value": 2})) == set()
    assert names(actor, deals(filter=LARGE)) == set()
    # Through a record that is seen to others that are not.
    back = {"related": "opportunity.person"}
    assert names(actor, {"related": "person.employer", "filter": back}) == set()


def test_what_is_closed_is_refused_like_what_is_not_there(company: Company, clients: dict[str, int]) -> None:
    def refused(who: str, tree: dict[str, Any]) -> str:
        with pytest.raises(BadRequest) as caught:
            names(company.actor(who), tree)
        return str(caught.value.message).replace(str(tree.get("related")), "#").replace("amount", "#")

    company.hide("employee", "opportunity", "amount")
    assert refused("employee", deals(filter=LARGE)) == refused(
        "manager", deals(filter={**LARGE, "field": "nothing"})
    ).replace("nothing", "#")
    company.hide("employee", "opportunity", "party")
    nowhere = refused("manager", {"related": "opportunity.nothing"})
    assert refused("employee", deals()) == nowhere
    company.grant("employee", "opportunity", "read", "none")
    assert refused("employee", {"related": "opportunity.person"}) == nowhere
    assert refused("employee", {"related": "nothing.person"}) == nowhere


@pytest.mark.parametrize(
    "tree",
    [
        {"related": None}, {"related": 5}, {"related": ""}, {"related": "."}, {"related": "opportunity"}, {"related": "opportunity.name"},
        {"related": "opportunity.stage"}, {"related": "opportunity.owner"}, {"related": ["opportunity.party"]}, deals(other=1),
        deals(quantifier="all"), deals(quantifier=[]), deals(count=3), deals(count={}), deals(count={"op": "gte"}),
        deals(count={"op": "in", "value": 1}), deals(count={"op": [], "value": 1}), deals(count={"op": "eq", "value": -1}),
        deals(count={"op": "eq", "value": True}), deals(count={"op": "eq", "value": "1"}), deals(count={"op": "eq", "value": 10**30}),
        deals(count={"op": "eq", "value": 1}, quantifier="any"), deals(filter=[1]), deals(filter="x"), deals(filter={"field": "x"}),
        deals(field="name"), deals(filter={"related": "opportunity.party"}), {"and": [deals()] * 61},
        {"related": "person.employer", "filter": {"related": "opportunity.person", "filter": {"related": "task.subject"}}},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(db: None, tree: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as caught:
        read.page(SYSTEM, shape_of("organisation"), tree=tree)
    assert caught.value.code == "filter"
