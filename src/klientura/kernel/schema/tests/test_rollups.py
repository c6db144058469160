"""Roll-ups: whoever writes, and whatever is written, the record they point at knows it at once; nobody learns what is hidden."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.models import AddedObject
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields, objects, rollup_work, rollups
from klientura.kernel.schema.fields import InUse
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import Company

DEALS = "opportunity.party"
LARGE = {"and": [{"field": "amount", "op": "gte", "value": 100}]}


def rollup(measure: str, of: str = "", label: str = "Собрано", **params: Any) -> dict[str, Any]:
    return {
        "type": "rollup",
        "label": label,
        "params": {"source": DEALS, "measure": measure, "of": of, **params},
    }


def add(admin: Actor, measure: str, of: str = "", **more: Any) -> str:
    return fields.add_field(admin, "organisation", rollup(measure, of, **more)).key


@pytest.fixture
def pipeline(admin: Actor) -> int:
    made = write.create(admin, shape_of("pipeline"), {"name": "Прямые"})
    write.create(admin, shape_of("stage"), {"pipeline": made, "name": "Начало", "kind": "open"})
    return made


@pytest.fixture
def firms(admin: Actor) -> tuple[int, int]:
    made = write.create_many(admin, shape_of("organisation"), [{"name": "Альфа"}, {"name": "Бета"}])
    return made[0], made[1]


def deal(admin: Actor, pipeline: int, party: int | None, amount: Any = None, **more: Any) -> int:
    values = {"name": "Станок", "pipeline": pipeline, "party": party, "amount": amount, **more}
    return write.create(admin, shape_of("opportunity"), values)


def seen(admin: Actor, record: int, *keys: str) -> Any:
    row = read.get(admin, shape_of("organisation"), record)
    return row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)


def test_counts_and_sums_follow_every_way_of_writing(
    admin: Actor, pipeline: int, firms: tuple[int, int]
) -> None:
    count, total = add(admin, "count"), add(admin, "sum", "amount")
    large = add(admin, "sum", "amount", filter=LARGE)
    alpha, beta = firms
    shape = shape_of("opportunity")
    assert seen(admin, alpha, count, total) == (0, 0)
    one, two = deal(admin, pipeline, alpha, 50), deal(admin, pipeline, alpha, "150.50")
    assert seen(admin, alpha, count, total, large) == (2, Decimal("200.50"), Decimal("150.50"))
    write.update(admin, shape, one, {"amount": 120})
    assert seen(admin, alpha, total, large) == (Decimal("270.50"), Decimal("270.50"))
    write.update(admin, shape, one, {"party": beta})
    assert (seen(admin, alpha, count), seen(admin, beta, count)) == (1, 1)
    write.trash(admin, shape, [two])
    assert seen(admin, alpha, count, total) == (0, 0)
    write.restore(admin, shape, [two])
    assert seen(admin, alpha, count, total) == (1, Decimal("150.50"))
    bulk.edit(admin, shape, bulk.Selection(ids=(one, two)), {"amount": 10})
    assert (seen(admin, alpha, total, large), seen(admin, beta, total)) == ((10, 0), 10)
    with connection.cursor() as cursor:
        cursor.execute("delete from opportunity")
    assert (seen(admin, alpha, count, total), seen(admin, beta, count)) == ((0, 0), 0)


def test_the_lowest_the_highest_the_average_and_the_last(
    admin: Actor, pipeline: int, firms: tuple[int, int]
) -> None:
    keys = [add(admin, m, "amount") for m in ("min", "max", "avg")]
    first, last = add(admin, "min", "close_date"), add(admin, "last", "name", by="close_date")
    alpha, _beta = firms
    assert seen(admin, alpha, *keys, first, last) == (None,) * 5
    deal(admin, pipeline, alpha, 100, close_date="2026-05-02", name="Поздняя")
    deal(admin, pipeline, alpha, "200.01", close_date="2026-05-01", name="Ранняя")
    deal(admin, pipeline, alpha, None, name="Без даты")
    assert seen(admin, alpha, *keys) == (100, Decimal("200.01"), Decimal("150.01"))
    assert seen(admin, alpha, first, last) == (dt.date(2026, 5, 1), "Поздняя")


def test_sums_in_another_currency_are_left_out(admin: Actor, pipeline: int, firms: tuple[int, int]) -> None:
    total = add(admin, "sum", "amount")
    deal(admin, pipeline, firms[0], 100, currency="RUB")
    foreign = deal(admin, pipeline, firms[0], 70, currency="USD")
    assert seen(admin, firms[0], total) == 100
    write.update(admin, shape_of("opportunity"), foreign, {"currency": "RUB"})
    assert seen(admin, firms[0], total) == 170
    assert shape_of("organisation").fields[total].params.currency_field is None


def test_a_roll_up_is_filtered_sorted_read_by_formulas_and_never_written(
    admin: Actor, pipeline: int, firms: tuple[int, int]
) -> None:
    count = add(admin, "count")
    twice = fields.add_field(
        admin, "organisation", {"type": "formula", "label": "Вдвое", "params": {"formula": f"{count} * 2"}}
    ).key
    shape, alpha = shape_of("organisation"), firms[0]
    version = seen(admin, alpha, "version")
    deal(admin, pipeline, alpha)
    found = read.page(admin, shape, tree={"field": count, "op": "lt", "value": 1}, sort=f"-{count}").rows
    assert [r["id"] for r in found] == [firms[1]]
    assert seen(admin, alpha, twice, "version") == (2, version)
    assert count not in str(history_of(admin, shape, alpha))
    with pytest.raises(Invalid) as refused:
        write.update(admin, shape, alpha, {count: 5})
    assert [e.code for e in refused.value.errors] == ["read_only"]


def test_old_records_are_gathered_by_the_job_and_the_night_finds_nothing_wrong(
    admin: Actor, pipeline: int, firms: tuple[int, int]
) -> None:
    deal(admin, pipeline, firms[0], 10)
    row = fields.add_field(admin, "organisation", rollup("count"))
    assert seen(admin, firms[0], row.key) == 0
    assert rollup_work.verify() == 1
    assert seen(admin, firms[0], row.key) == 1
    assert rollup_work.verify() == 0


def test_what_hangs_on_any_record_and_what_points_at_its_own_kind(
    admin: Actor, firms: tuple[int, int]
) -> None:
    alpha, beta = firms
    tasks = add(admin, "count", source="task.subject")
    below = add(admin, "count", source="organisation.parent")
    write.create(
        admin, shape_of("task"), {"name": "Звонок", "subject_object": "organisation", "subject_id": alpha}
    )
    write.update(admin, shape_of("organisation"), beta, {"parent": alpha})
    assert (seen(admin, alpha, tasks, below), seen(admin, beta, tasks, below)) == ((1, 1), (0, 0))


def test_roll_ups_of_roll_ups_and_of_added_kinds(admin: Actor, firms: tuple[int, int]) -> None:
    site = objects.add_object(admin, {"label": "Площадка", "plural": "Площадки", "key": "site"}).key
    unit = objects.add_object(admin, {"label": "Прибор", "plural": "Приборы", "key": "unit"}).key
    for key, target in ((site, "organisation"), (unit, site)):
        fields.add_field(
            admin, key, {"type": "reference", "label": "Где", "key": "x_place", "params": {"target": target}}
        )
    units = fields.add_field(admin, site, rollup("count", source=f"{unit}.x_place")).key
    all_units = add(admin, "sum", units, source=f"{site}.x_place")
    place = write.create(admin, shape_of(site), {"name": "Цех", "x_place": firms[0]})
    made = write.create_many(admin, shape_of(unit), [{"name": str(n), "x_place": place} for n in range(3)])
    assert seen(admin, firms[0], all_units) == 3
    write.trash(admin, shape_of(unit), made[:2])
    assert seen(admin, firms[0], all_units) == 1
    number = AddedObject.objects.get(key=site).pk
    objects.remove_object(admin, number, despite=True)
    write.trash(admin, shape_of(unit), made[2:])
    objects.purge_object(admin, number)
    write.restore(admin, shape_of(unit), made)


def test_what_cannot_be_gathered(admin: Actor) -> None:
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"source": "nothing.party"}, "source", "required"),
        ({"source": "task.assignee"}, "source", "required"),
        ({"measure": "product"}, "measure", "required"),
        ({"measure": "sum"}, "of", "required"),
        ({"measure": "sum", "of": "name"}, "of", "required"),
        ({"measure": "last", "of": "name", "by": "amount"}, "by", "option"),
        ({"filter": {"field": "nothing", "value": 1}}, "filter", "filter"),
        ({"filter": {"field": "close_date", "op": "within", "value": "this_week"}}, "filter", "unsteady"),
        ({"filter": {"not": {"field": "owner", "op": "me"}}}, "filter", "unsteady"),
    ]
    for params, place, code in cases:
        with pytest.raises(Invalid) as refused:
            fields.add_field(admin, "organisation", rollup(**{"measure": "count", **params}))
        assert [(e.field, e.code) for e in refused.value.errors] == [(f"params.{place}", code)], params


def test_a_circle_by_way_of_other_fields_is_refused(admin: Actor) -> None:
    below = (
        fields.add_field(admin, "organisation", rollup("sum", "employees", source="organisation.parent"))
        if "employees" in shape_of("organisation").fields
        else None
    )
    number = fields.add_field(admin, "organisation", {"type": "decimal", "label": "Станков"}).key
    total = fields.add_field(admin, "organisation", rollup("sum", number, source="organisation.parent"))
    double = fields.add_field(
        admin, "organisation",
        {"type": "formula", "label": "Вдвое", "params": {"formula": f"{total.key} * 2"}},
    ).key  # fmt: skip
    with pytest.raises(Invalid) as refused:
        fields.change_field(
            admin, total.pk, rollup("sum", double, source="organisation.parent"), expected_version=1
        )
    assert [(e.field, e.code) for e in refused.value.errors] == [("params.of", "circle")]
    assert below is None or below.pk


def test_who_would_miss_a_field_is_named_and_writing_goes_on_without_it(
    admin: Actor, pipeline: int, firms: tuple[int, int]
) -> None:
    own = fields.add_field(admin, "opportunity", {"type": "decimal", "label": "Вес"})
    total = add(admin, "sum", own.key, label="Общий вес")
    deal(admin, pipeline, firms[0], **{own.key: 5})
    with pytest.raises(InUse) as refused:
        fields.remove_field(admin, own.pk)
    assert "Общий вес" in str(refused.value.details["uses"])
    fields.remove_field(admin, own.pk, despite=True)
    deal(admin, pipeline, firms[0])
    fields.purge_field(admin, own.pk)
    deal(admin, pipeline, firms[0])
    assert seen(admin, firms[0], total) == 5


def test_a_roll_up_is_taken_away_and_put_back(admin: Actor, pipeline: int, firms: tuple[int, int]) -> None:
    row = fields.add_field(admin, "organisation", rollup("count"))
    fields.remove_field(admin, row.pk)
    deal(admin, pipeline, firms[0])
    fields.restore_field(admin, row.pk)
    deal(admin, pipeline, firms[0])
    assert seen(admin, firms[0], row.key) == 2
    changed = fields.change_field(
        admin, row.pk, rollup("count", filter=LARGE, for_all=True), expected_version=3
    )
    assert changed.params["for_all"]
    deal(admin, pipeline, firms[0], 1000)
    assert seen(admin, firms[0], row.key) == 1
    fields.remove_field(admin, row.pk)
    fields.purge_field(admin, row.pk)
    deal(admin, pipeline, firms[0])


def test_it_tells_only_those_who_may_read_everything_it_is_gathered_from(
    company: Company, admin: Actor, pipeline: int
) -> None:
    strict, open_to_all = add(admin, "sum", "amount"), add(admin, "sum", "amount", for_all=True)
    actor = company.actor("employee")
    shape = shape_of("organisation")
    mine = write.create(admin, shape, {"name": "Моя", "owner": actor.user_id})
    deal(admin, pipeline, mine, 900)
    row = read.get(actor, shape, mine)
    assert strict not in row and row[open_to_all] == 900
    with pytest.raises(BadRequest):
        read.page(actor, shape, sort=strict)
    with pytest.raises(BadRequest):
        read.page(actor, shape, tree={"field": strict, "op": "gt", "value": 500})
    assert strict in read.get(company.actor("observer"), shape, mine)
    company.hide("employee", "opportunity", "amount")
    assert open_to_all not in read.get(company.actor("employee"), shape, mine)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["create", "amount", "move", "trash", "restore"]),
        st.integers(0, 5),
        st.integers(0, 300),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_after_any_row_of_acts_the_night_finds_nothing_wrong(
    admin: Actor, pipeline: int, firms: tuple[int, int], acts: list[tuple[str, int, int]]
) -> None:
    if "x_property" not in shape_of("organisation").fields:
        fields.add_field(
            admin, "organisation", {**rollup("sum", "amount", filter=LARGE), "key": "x_property"}
        )
        add(admin, "count")
        add(admin, "last", "amount", by="created_at")
        rollup_work.verify()
    shape = shape_of("opportunity")
    made: list[int] = []
    for act, which, number in acts:
        if act == "create" or not made:
            made.append(deal(admin, pipeline, firms[number % 2] if number % 3 else None, number))
            continue
        chosen = made[which % len(made)]
        gone = read.page(admin, shape, tree={"field": "id", "op": "eq", "value": chosen}).rows == []
        if act in {"trash", "restore"}:
            if gone == (act == "restore"):
                (write.restore if gone else write.trash)(admin, shape, [chosen])
        elif not gone:
            values = {"amount": number} if act == "amount" else {"party": firms[number % 2]}
            write.update(admin, shape, chosen, values)
    assert rollup_work.verify() == 0


def test_the_sources_are_what_points_here(admin: Actor) -> None:
    named = {s.key for s in rollups.sources(shape_of("organisation"))}
    assert {"opportunity.party", "task.subject", "organisation.parent"} <= named
    assert {s.key for s in rollups.sources(shape_of("stage"))} == {"opportunity.stage", "stage.expiry_stage"}
