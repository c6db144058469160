"""Formula fields: the database computes what Python computes, for every writer, and nobody learns what is hidden."""

import datetime as dt
from decimal import Decimal
from functools import cache, partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DataError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.history.read import history_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields, formulas
from klientura.kernel.schema.fields import InUse
from klientura.kernel.schema.formula_sql import as_sql
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.kit.formulas.compute import compute
from klientura.kit.formulas.tree import Call, Constant, Field, Kind, Node

SQL = {"number": "numeric", "text": "text", "date": "date", "boolean": "boolean"}
VALUES: dict[Kind, Any] = {
    "number": st.none() | st.decimals(-(10**6), 10**6, places=2),
    "text": st.none() | st.text("абвгдеёжАБЁ xyzQ", max_size=8),
    "date": st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
    "boolean": st.none() | st.booleans(),
}


@cache
def trees(kind: Kind, depth: int = 3) -> st.SearchStrategy[Node]:
    leaves: dict[Kind, st.SearchStrategy[Node]] = {
        "number": st.integers(-50, 50).map(lambda n: Constant(str(n), "number")),
        "text": st.text("абвЁx", max_size=4).map(lambda t: Constant(t, "text")),
        "date": st.nothing(),
        "boolean": st.booleans().map(lambda b: Constant(b, "boolean")),
    }
    leaf = leaves[kind] | st.sampled_from([Field(f"{kind}1", kind), Field(f"{kind}2", kind)])
    return leaf | _calls(kind, depth - 1) if depth else leaf


def _call(depth: int, name: str, kind: Kind, *arguments: Kind) -> st.SearchStrategy[Node]:
    return st.tuples(*(trees(a, depth) for a in arguments)).map(lambda given: Call(name, given, kind))


def _calls(kind: Kind, depth: int) -> st.SearchStrategy[Node]:
    call = partial(_call, depth)
    shared = [call("if", kind, "boolean", kind, kind), call("ifempty", kind, kind, kind)]
    own: dict[Kind, list[st.SearchStrategy[Node]]] = {
        "number": [
            *(call(n, "number", "number", "number") for n in ("add", "subtract", "multiply", "divide", "min", "max")),
            call("abs", "number", "number"), call("round", "number", "number"), call("len", "number", "text"),
            call("days", "number", "date", "date"), call("year", "number", "date"), call("negate", "number", "number"),
        ],
        "text": [
            call("concat", "text", "text", "text"), call("upper", "text", "text"), call("lower", "text", "text"),
            st.tuples(trees("text", depth), st.integers(-3, 9)).map(
                lambda g: Call("left", (g[0], Constant(str(g[1]), "number")), "text")
            ),
        ],
        "date": [
            st.tuples(trees("date", depth), st.integers(-900, 900)).map(
                lambda g: Call("add_days", (g[0], Constant(str(g[1]), "number")), "date")
            ),
            st.tuples(trees("date", depth), st.integers(-30, 30)).map(
                lambda g: Call("addmonths", (g[0], Constant(str(g[1]), "number")), "date")
            ),
        ],
        "boolean": [
            *(call(n, "boolean", "number", "number") for n in ("eq", "ne", "lt", "gte")),
            call("and", "boolean", "boolean", "boolean"), call("or", "boolean", "boolean", "boolean"),
            call("not", "boolean", "boolean"), call("contains", "boolean", "text", "text"), call("empty", "boolean", "text"),
        ],
    }  # fmt: skip
    return st.one_of(*shared, *own[kind])


@pytest.mark.django_db
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_database_computes_what_python_computes(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(SQL)))
    node: Node = data.draw(trees(kind))
    values = {f"{k}{n}": data.draw(VALUES[k]) for k in VALUES for n in (1, 2)}

    def column(key: str) -> sql.Composable:
        return sql.SQL("{}::{}").format(sql.Literal(values[key]), sql.SQL(SQL[key[:-1]]))

    wanted = compute(node, values)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.SQL("select {}").format(as_sql(node, column)))
            found = cursor.fetchone()[0]
    except DataError:
        assert wanted is None or kind == "number"
        return
    if kind == "number" and wanted is not None:
        assert found is not None
        assert abs(Decimal(found) - wanted) <= max(Decimal("0.000001"), abs(wanted) * Decimal("0.000001"))
    else:
        assert found == wanted


def formula(text: str, label: str = "Итог", **params: Any) -> dict[str, Any]:
    return {"type": "formula", "label": label, "params": {"formula": text, **params}}


def machine(admin: Actor) -> tuple[str, str]:
    """Two numbers on an organisation to compute with."""
    made = [
        fields.add_field(admin, "organisation", {"type": "decimal", "label": name}).key
        for name in ("Цена", "Скидка")
    ]
    return made[0], made[1]


def test_a_formula_follows_every_writing_and_is_filtered_and_sorted_by(admin: Actor) -> None:
    price, discount = machine(admin)
    total = fields.add_field(
        admin, "organisation", formula(f"{price} * (100 - ifempty({discount}, 0)) / 100")
    ).key
    shape = shape_of("organisation")
    one = write.create(admin, shape, {"name": "А", price: 200, discount: 10})
    two = write.create(admin, shape, {"name": "Б", price: 500})
    assert [read.get(admin, shape, i)[total] for i in (one, two)] == [Decimal("180.00"), Decimal("500.00")]
    write.update(admin, shape, one, {discount: 50})
    assert read.get(admin, shape, one)[total] == Decimal("100.00")
    found = read.page(admin, shape, tree={"field": total, "op": "gte", "value": 300}, sort=f"-{total}").rows
    assert [r["id"] for r in found] == [two]
    with pytest.raises(Invalid) as refused:
        write.update(admin, shape, one, {total: 1})
    assert [e.code for e in refused.value.errors] == ["read_only"]
    assert total not in str(history_of(admin, shape, one))


def test_old_records_are_computed_by_the_job_and_formulas_stand_on_one_another(admin: Actor) -> None:
    price, _discount = machine(admin)
    made = write.create(admin, shape_of("organisation"), {"name": "А", price: 7})
    double = fields.add_field(admin, "organisation", formula(f"{price} * 2", "Вдвое"))
    fourfold = fields.add_field(admin, "organisation", formula(f"{double.key} * 2", "Вчетверо"))
    shape = shape_of("organisation")
    assert read.get(admin, shape, made)[double.key] is None
    version = read.get(admin, shape, made)["version"]
    assert formulas.compute_all(shape.table, double.column) == 1
    row = read.get(admin, shape, made)
    assert (row[double.key], row[fourfold.key], row["version"]) == (
        Decimal("14.00"),
        Decimal("28.00"),
        version,
    )


def test_dates_texts_and_ticks_and_what_no_column_can_hold(admin: Actor) -> None:
    soon = fields.add_field(admin, "opportunity", formula("close_date + 30", "Напомнить")).key
    label = fields.add_field(admin, "opportunity", formula("concat(name, ' / ', source)", "Подпись")).key
    large = fields.add_field(admin, "opportunity", formula("amount > 1000", "Крупная")).key
    shape = shape_of("opportunity")
    pipeline = write.create(admin, shape_of("pipeline"), {"name": "Прямые"})
    write.create(admin, shape_of("stage"), {"pipeline": pipeline, "name": "Начало", "kind": "open"})
    values = {"name": "Станок", "pipeline": pipeline, "close_date": "2026-12-31", "amount": 5000}
    made = write.create(admin, shape, values)
    row = read.get(admin, shape, made)
    assert (row[soon], row[label], row[large]) == (dt.date(2027, 1, 30), "Станок / ", True)
    write.update(admin, shape, made, {"close_date": "9999-12-25"})
    assert read.get(admin, shape, made)[soon] is None


def test_a_number_is_shown_as_what_it_means(admin: Actor) -> None:
    bonus = fields.add_field(admin, "opportunity", formula("amount * 0.05", "Премия", shown="money"))
    share = fields.add_field(admin, "opportunity", formula("probability", "Доля", shown="percent", places=0))
    shown = shape_of("opportunity").fields
    assert (shown[bonus.key].type.key, shown[bonus.key].params.currency_field) == ("money", "currency")
    assert shown[share.key].type.key == "percent"
    changed = fields.change_field(admin, bonus.pk, formula("amount * 0.1", "Премия"), expected_version=1)
    assert changed.params["type"] == "money"


def test_what_cannot_be_a_formula(admin: Actor) -> None:
    price, _discount = machine(admin)
    double = fields.add_field(admin, "organisation", formula(f"{price} * 2", "Вдвое"))
    fourfold = fields.add_field(admin, "organisation", formula(f"{double.key} * 2", "Вчетверо"))
    for text, code in (
        ("", "empty"),
        ("1 +", "syntax"),
        ("nothing", "no_field"),
        ("owner", "result"),
        ("name * 2", "kinds"),
    ):
        with pytest.raises(Invalid) as refused:
            fields.add_field(admin, "organisation", formula(text))
        assert [(e.field, e.code) for e in refused.value.errors] == [("params.formula", code)], text
    for text, code in (
        (f"{double.key}", "no_field"),
        (f"{fourfold.key} + 1", "circle"),
        ("'text'", "result"),
    ):
        changed = formula(text, "Вдвое")
        with pytest.raises(Invalid) as refused:
            fields.change_field(admin, double.pk, changed, expected_version=1)
        assert [(e.field, e.code) for e in refused.value.errors] == [("params.formula", code)], text


def test_a_formula_is_named_when_what_it_reads_is_removed(admin: Actor) -> None:
    price = fields.add_field(admin, "organisation", {"type": "decimal", "label": "Цена"})
    double = fields.add_field(admin, "organisation", formula(f"{price.key} * 2", "Вдвое")).key
    made = write.create(admin, shape_of("organisation"), {"name": "А", price.key: 3})
    with pytest.raises(InUse) as refused:
        fields.remove_field(admin, price.pk)
    assert "Вдвое" in str(refused.value.details["uses"])
    fields.remove_field(admin, price.pk, despite=True)
    shape = shape_of("organisation")
    write.update(admin, shape, made, {"city": "Омск"})
    assert read.get(admin, shape, made)[double] == Decimal("6.00")
    fields.purge_field(admin, price.pk)
    write.update(admin, shape, made, {"city": "Томск"})


def test_whoever_may_not_see_a_field_does_not_see_what_is_computed_of_it(
    company: Company, admin: Actor
) -> None:
    price, discount = machine(admin)
    total = fields.add_field(admin, "organisation", formula(f"{price} - {discount}")).key
    twice = fields.add_field(admin, "organisation", formula(f"{total} * 2", "Вдвое")).key
    company.hide("employee", "organisation", price)
    actor = company.actor("employee")
    shape = shape_of("organisation")
    made = write.create(admin, shape, {"name": "А", price: 9, discount: 1, "owner": actor.user_id})
    row = read.get(actor, shape, made)
    assert {price, total, twice} & set(row) == set() and discount in row
    for key in (total, twice):
        with pytest.raises(BadRequest):
            read.page(actor, shape, sort=key)
