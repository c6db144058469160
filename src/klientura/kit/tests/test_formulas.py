"""Formulas: what may be written, what it gives, and that nothing else can be smuggled in."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.formulas.compute import compute
from klientura.kit.formulas.parse import BadFormula, parse
from klientura.kit.formulas.tree import Kind, fields_of

KINDS: dict[str, Kind] = {
    "amount": "number", "share": "number", "name": "text", "city": "text", "start": "date", "end": "date",
    "paid": "boolean", "owner": "other",
}  # fmt: skip
VALUES: dict[str, Any] = {
    "amount": Decimal("1200.50"), "share": 12, "name": "Завод", "city": "Ёлкино", "start": dt.date(2026, 1, 31),
    "end": dt.date(2026, 3, 1), "paid": True, "owner": 7,
}  # fmt: skip


def value(text: str, **values: Any) -> Any:
    return compute(parse(text, KINDS), VALUES | values)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("amount * share / 100", Decimal("144.06")),
        ("round(amount / 7, 2)", Decimal("171.50")),
        ("round(2.5)", Decimal(3)),
        ("-amount + 0.5", Decimal(-1200)),
        ("amount / 0", None),
        ("amount / (share - 12)", None),
        ("if(paid, 'да', 'нет')", "да"),
        ("IF(amount > 1000 and not paid, 1, 2)", Decimal(2)),
        ("'много' if (amount > 1000) else 'мало'", "много"),
        ("name + ', ' + city", "Завод, Ёлкино"),
        ("concat(upper(left(name, 1)), lower(right(name, 2)))", "Звод"[:1] + "од"),
        ("end - start", Decimal(29)),
        ("days(end, start) >= 29", True),
        ("start + 1", dt.date(2026, 2, 1)),
        ("addmonths(start, 1)", dt.date(2026, 2, 28)),
        ("start + 100000000", None),
        ("year(start) * 100 + month(end)", Decimal(202603)),
        ("contains(city, 'елкин')", True),
        ("ifempty(share, 5)", Decimal(12)),
        ("min(amount, 10, 20)", Decimal(10)),
        ("max(start, end)", dt.date(2026, 3, 1)),
        ("empty(owner)", False),
        ("len(name)", Decimal(5)),
        ("'it''s' == name", False),
        ("'if(' + name", "if(Завод"),
        ("true or paid", True),
    ],
)
def test_what_formulas_give(text: str, wanted: Any) -> None:
    assert value(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("amount + 1", None),
        ("ifempty(amount, 5) + 1", Decimal(6)),
        ("if(amount > 1, 1, 2)", Decimal(2)),
        ("amount > 1 or paid", True),
        ("amount > 1 and paid", None),
        ("concat(name, city)", "Ёлкино"),
        ("empty(amount)", True),
        ("min(amount, 3)", Decimal(3)),
    ],
)
def test_missing_values(text: str, wanted: Any) -> None:
    assert value(text, amount=None, name=None) == wanted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("amount +", "syntax"),
        ("(" * 500, "syntax"),
        ("1" * 3000, "too_long"),
        ("+".join(["1"] * 400), "too_long"),
        ("-" * 60 + "1", "too_deep"),
        ("9 ** 9 ** 9", "not_allowed"),
        ("amount % 3", "not_allowed"),
        ("name.upper()", "not_allowed"),
        ("__import__('os')", "no_function"),
        ("().__class__", "not_allowed"),
        ("[x for x in name]", "not_allowed"),
        ("lambda: 1", "not_allowed"),
        ("f'{name}'", "not_allowed"),
        ("name[0]", "not_allowed"),
        ("amount; 1", "syntax"),
        ("amount := 1", "syntax"),
        ("1 < amount < 3", "not_allowed"),
        ("1j", "not_allowed"),
        ("1e400", "not_allowed"),
        ("0.00000000000000000000000000000000000001", "number"),
        ("round(amount, places=2)", "not_allowed"),
        ("round(*amount)", "not_allowed"),
        ("nothing + 1", "no_field"),
        ("sqrt(amount)", "no_function"),
        ("round()", "arguments"),
        ("if(paid, 1)", "arguments"),
        ("name * 2", "kinds"),
        ("name + 2", "kinds"),
        ("name < city", "kinds"),
        ("min(name, city)", "kinds"),
        ("if(amount, 1, 2)", "kinds"),
        ("if(paid, 1, 'два')", "kinds"),
        ("owner == owner", "kinds"),
        ("not amount", "kinds"),
        ("start + end", "kinds"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadFormula) as refused:
        parse(text, KINDS)
    assert refused.value.code == code


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        node = parse(text, KINDS)
    except BadFormula:
        return
    compute(node, VALUES)


def test_fields_of_a_formula() -> None:
    assert fields_of(parse("if(paid, amount, 1) + len(name)", KINDS)) == {"paid", "amount", "name"}
