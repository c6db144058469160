"""Every object: each field by each operator, each sort across empty values, counts and groups, against plain Python."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.testing import evaluation
from klientura.kernel.testing.additions import EVERY_KEY
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

ROWS = 40
PAGE = 7
objects = pytest.mark.parametrize("key", EVERY_KEY)


def filled(world: World, key: str) -> tuple[Shape, list[Row]]:
    shape = shape_of(key)
    world.create_many(key, ROWS)
    rows = read.page(world.actor, shape, sort="id", limit=200).rows
    assert len(rows) >= ROWS
    return shape, rows


def ids(world: World, shape: Shape, tree: object) -> list[int]:
    found = read.page(world.actor, shape, tree=tree, sort="id", limit=200)  # type: ignore[arg-type]
    return [r["id"] for r in found.rows]


@objects
def test_each_field_by_each_operator(world: World, key: str) -> None:
    shape, rows = filled(world, key)
    me = SystemActor("conformance", world.users[0])
    tried, whole = 0, set[tuple[str, str]]()
    for place, field in enumerate(shape.fields.values()):
        for op in field.operators if field.filterable else ():
            operands = evaluation.operands(field, op, rows)
            # The first field of a type takes all operands; further ones of it two, others for each field.
            if (field.type.key, op) in whole:
                operands = [*operands[place % max(1, len(operands)) :], *operands][:2]
            elif operands:
                whole.add((field.type.key, op))
            for raw in operands:
                condition = {"field": field.key, "op": op, "value": raw}
                wanted = [r["id"] for r in rows if evaluation.matches(field, op, raw, r, me=me.user_id)]
                found = [r["id"] for r in read.page(me, shape, tree=condition, sort="id", limit=200).rows]
                assert found == wanted, condition
                tried += 1
            if operands:
                assert read.count(me, shape, tree=condition).number == len(wanted), condition
    assert tried >= 5


@objects
def test_conditions_combine(world: World, key: str) -> None:
    shape, rows = filled(world, key)
    first, last = rows[5]["id"], rows[-5]["id"]
    late = {"field": "id", "op": "gte", "value": first}
    early = {"field": "id", "op": "lte", "value": last}
    assert ids(world, shape, {"and": [late, early]}) == [r["id"] for r in rows if first <= r["id"] <= last]
    assert ids(world, shape, {"or": [{"not": late}, {"not": early}]}) == [
        r["id"] for r in rows if not first <= r["id"] <= last
    ]
    assert ids(world, shape, {"not": {"and": [late, early]}}) == ids(
        world, shape, {"or": [{"not": late}, {"not": early}]}
    )
    with pytest.raises(BadRequest):
        ids(world, shape, {"not": late, "field": "id", "op": "eq", "value": first})


@objects
def test_each_sort_reads_the_whole_set_once(world: World, key: str) -> None:
    shape, rows = filled(world, key)
    for field in shape.fields.values():
        if not field.sortable:
            continue
        for descending in (False, True):
            sort = f"{'-' if descending else ''}{field.key}"
            seen: list[int] = []
            after = None
            while True:
                page = read.page(world.actor, shape, sort=sort, limit=PAGE, after=after, keys=["title"])
                seen += [r["id"] for r in page.rows]
                after = page.next
                if after is None:
                    break
                assert len(page.rows) == PAGE
            assert seen == evaluation.in_order(field, rows, descending=descending), sort


@objects
def test_groups_add_up(world: World, key: str) -> None:
    shape, rows = filled(world, key)
    totals = [f for f in shape.fields.values() if f.type.numeric and f.key not in {"id", "version"}]
    for field in shape.fields.values():
        if not field.type.groupable:
            continue
        found = read.groups(world.actor, shape, by=field.key)
        assert {g.value: g.number for g in found} == dict(evaluation.counted(field, rows)), field.key
        for total in totals[:2]:
            of_money = total.params.currency_field
            # Sums of different currencies are never added up, so one is asked for and only its records count.
            currency = next(r[of_money] for r in rows) if of_money else None
            for group in read.groups(world.actor, shape, by=field.key, total=total.key, currency=currency):
                own = [r for r in rows if evaluation.counted(field, [r]) == {group.value: 1}]
                own = [r for r in own if not of_money or r[of_money] == currency]
                assert group.total == evaluation.summed(total, own), (field.key, total.key)


@objects
def test_what_cannot_be_asked_is_refused(world: World, key: str) -> None:
    shape = shape_of(key)
    for field in shape.fields.values():
        if not field.sortable:
            with pytest.raises(BadRequest):
                read.page(world.actor, shape, sort=field.key)
        if not field.filterable:
            with pytest.raises(BadRequest):
                read.count(world.actor, shape, tree={"field": field.key, "op": "empty"})
        if not (field.type.groupable or field.grouped):
            with pytest.raises(BadRequest):
                read.groups(world.actor, shape, by=field.key)


def test_a_reader_counts_what_a_reader_sees(world: World, company: Company) -> None:
    """Counts, pages and groups agree for every role."""
    shape, _rows = filled(world, "organisation")
    for who in ("manager", "employee", "outsider", "observer", "administrator"):
        actor = company.actor(who)
        rows = read.page(actor, shape, sort="id", limit=200).rows
        assert read.count(actor, shape).number == len(rows)
        assert sum(g.number for g in read.groups(actor, shape, by="owner")) == len(rows)
