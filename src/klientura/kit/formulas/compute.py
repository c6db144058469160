"""Computing a formula in Python: for the preview on a record, and as the measure of what the database computes.

A missing value stays missing through arithmetic and comparisons, as in SQL; a condition that is missing is not met.
"""

import calendar
import datetime as dt
import decimal
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from klientura.kit.formulas.tree import Constant, Field, Node
from klientura.kit.text import fold

_CONTEXT = decimal.Context(prec=60)
_MAX_SHIFT = 4_000_000
"""More days than there are between the years 1 and 9999."""


def compute(node: Node, values: Mapping[str, Any]) -> Any:
    """The value of a formula: Decimal, str, date, bool or None. `values` by key; missing ones are None."""
    with decimal.localcontext(_CONTEXT):
        return _value(node, values)


def _value(node: Node, values: Mapping[str, Any]) -> Any:
    if isinstance(node, Constant):
        return Decimal(str(node.value)) if node.kind == "number" else node.value
    if isinstance(node, Field):
        value = values.get(node.key)
        return Decimal(value) if node.kind == "number" and value is not None else value
    return _lazy(node.name, node.arguments, values)


def _lazy(name: str, arguments: Sequence[Node], values: Mapping[str, Any]) -> Any:
    """The operators that look at missing values themselves; all others are missing when an argument is."""
    if name == "if":
        test, yes, no = arguments
        return _value(yes if _value(test, values) is True else no, values)
    given = [_value(a, values) for a in arguments]
    if name == "empty":
        return given[0] is None
    if name in {"and", "or"}:
        return _joined(given, name == "or")
    if name in {"ifempty", "min", "max", "concat"}:
        there = [v for v in given if v is not None]
        if name == "concat":
            return "".join(there)
        if not there:
            return None
        return there[0] if name == "ifempty" else min(there) if name == "min" else max(there)
    if any(v is None for v in given):
        return None
    return _FUNCTIONS[name](*given)


def _joined(given: Sequence[bool | None], deciding: bool) -> bool | None:
    """«and», «or» over three values: one that decides does, else a missing one makes it missing."""
    if deciding in given:
        return deciding
    return None if None in given else not deciding


def _rounded(number: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    digits = max(-20, min(20, int(places)))
    return number.quantize(Decimal(1).scaleb(-digits), rounding=decimal.ROUND_HALF_UP)


def _shifted(day: dt.date, days: Decimal) -> dt.date | None:
    if abs(days) > _MAX_SHIFT:
        return None
    try:
        return day + dt.timedelta(days=int(_rounded(days)))
    except OverflowError:
        return None


def _months_later(day: dt.date, months: Decimal) -> dt.date | None:
    if abs(months) > 12 * 10_000:
        return None
    whole = day.year * 12 + day.month - 1 + int(_rounded(months))
    year, month = divmod(whole, 12)
    if not 1 <= year <= 9999:
        return None
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _cut(text: str, length: Decimal) -> str:
    whole = int(_rounded(length))
    return text[:whole] if whole > 0 else ""


def _cut_end(text: str, length: Decimal) -> str:
    whole = int(_rounded(length))
    return text[-whole:] if whole > 0 else ""


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: None if b == 0 else a / b,
    "negate": lambda a: -a,
    "not": lambda a: not a,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "round": _rounded,
    "abs": abs,
    "len": lambda t: Decimal(len(t)),
    "upper": str.upper,
    "lower": str.lower,
    "left": _cut,
    "right": _cut_end,
    "contains": lambda text, piece: fold(piece) in fold(text),
    "year": lambda d: Decimal(d.year),
    "month": lambda d: Decimal(d.month),
    "day": lambda d: Decimal(d.day),
    "days": lambda a, b: Decimal((a - b).days),
    "add_days": _shifted,
    "subtract_days": lambda d, n: _shifted(d, -n),
    "addmonths": _months_later,
}
