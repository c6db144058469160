"""ABC, XYZ and their matrix.

ABC (V. Pareto; H. F. Dickie, 1951): by falling value, A is whatever together makes up no more than 80 % of all, B what comes up to 95 %,
C the rest; the largest is A, however large it is. XYZ: by the coefficient of variation, the standard deviation of the months (of all of
them, not of a sample: σ) by their mean; X up to 10 %, Y up to 25 %, Z above. Months without a sale count as nought, from the month of the
very first sale on. What has fewer months than `LEAST` gets no letter: it is not known yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.dimensions import FACT, KEY, Dimension, joined_to
from klientura.modules.analytics.queries.sold.facts import facts
from klientura.modules.analytics.queries.sold.rates import Rates

type Measure = Literal["amount", "number", "quantity"]
type Abc = Literal["A", "B", "C"]
type Xyz = Literal["X", "Y", "Z", "-"]

ABC: Final[tuple[Abc, ...]] = ("A", "B", "C")
XYZ: Final[tuple[Xyz, ...]] = ("X", "Y", "Z", "-")
LEAST: Final = 4
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to how many per cent of all A and B go, and up to which variation X and Y."""

    a: Decimal = Decimal(80)
    b: Decimal = Decimal(95)
    x: Decimal = Decimal(10)
    y: Decimal = Decimal(25)


@dataclass(frozen=True, slots=True)
class Question:
    """What is put into classes, by which value."""

    dimension: Dimension
    measure: Measure
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Classed:
    """One of them: its value, its share, the share up to it, in per cent; how much it varies, over how many months."""

    key: int
    value: Decimal
    share: Decimal
    upto: Decimal
    variation: Decimal | None
    months: int
    abc: Abc
    xyz: Xyz


@dataclass(frozen=True, slots=True)
class Cell:
    """A class of both: how many, and their value."""

    number: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Classes:
    """The matrix, and the largest of what is in it."""

    cells: dict[tuple[Abc, Xyz], Cell]
    rows: list[Classed]

    @property
    def whole(self) -> Decimal:
        """All of them together."""
        return sum((c.value for c in self.cells.values()), Decimal(0))

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(c.number for c in self.cells.values())


def classed(actor: Actor, asked: Asked, question: Question, rates: Rates) -> Predicate:
    """Everything with its classes, as a SELECT: key, total, months, part, upto, variation, abc, xyz."""
    source = facts(actor, asked, FACT[question.dimension])
    beside = joined_to(actor, question.dimension)
    limits, before = question.limits, asked.first - 1
    text = sql.SQL(
        "with m as (select {key} as key, greatest(s.month, {before}) as month, sum({value})::float8 as v from ({source}) s {beside}"
        "  where {key} is not null group by 1, 2),"
        " k as (select key, sum(v) filter (where month > {before}) as total, sum(v * v) filter (where month > {before}) as squares,"
        "  {last} - greatest(min(month) filter (where v <> 0), {first}) + 1 as months from m group by 1),"
        " o as (select key, total, months, squares, row_number() over w as place, sum(greatest(total, 0)) over () as whole,"
        "  sum(greatest(total, 0)) over w as upto from k where total <> 0"
        "  window w as (order by total desc, key rows between unbounded preceding and current row)),"
        " v as (select *, case when total > 0 then sqrt(greatest(squares / months - (total / months) ^ 2, 0)) / (total / months) * 100 end"
        "  as variation from o)"
        " select key, total, months::int, 100 * total / nullif(whole, 0) as part, 100 * upto / nullif(whole, 0) as upto, variation,"
        "  case when total > 0 and (place = 1 or upto * 100 <= {a} * whole) then 'A' when total > 0 and upto * 100 <= {b} * whole then 'B'"
        "   else 'C' end as abc,"
        "  case when months < {least} or variation is null then '-' when variation <= {x} then 'X' when variation <= {y} then 'Y'"
        "   else 'Z' end as xyz from v"
    ).format(
        key=KEY[question.dimension], before=sql.Literal(before), value=measured(question.measure, rates), source=source.sql,
        beside=beside.sql, last=sql.Literal(asked.last), first=sql.Literal(asked.first), least=sql.Literal(LEAST),
        a=sql.Literal(float(limits.a)), b=sql.Literal(float(limits.b)), x=sql.Literal(float(limits.x)), y=sql.Literal(float(limits.y)),
    )  # fmt: skip
    return Predicate(text, (*source.params, *beside.params))


def measured(measure: Measure, rates: Rates) -> sql.Composable:
    """The value of a fact."""
    if measure == "amount":
        return rates.of(sql.SQL("s.amount"), sql.SQL("s.currency"), sql.SQL("s.month"))
    return sql.SQL("s.number") if measure == "number" else sql.SQL("s.quantity")


def statement(actor: Actor, asked: Asked, question: Question, rates: Rates, most: int = MOST) -> Predicate:
    """The matrix and the largest rows in one go."""
    inner = classed(actor, asked, question, rates)
    text = sql.SQL(
        "with c as materialized ({inner})"
        " select abc, xyz, count(*), sum(total), null::bigint, null::int, null::float8, null::float8, null::float8 from c group by 1, 2"
        " union all (select abc, xyz, 0, total, key, months, part, upto, variation from c order by total desc, key limit {most})"
    ).format(inner=inner.sql, most=sql.Literal(most))
    return Predicate(text, inner.params)


def classes(actor: Actor, asked: Asked, question: Question, rates: Rates) -> Classes:
    """The matrix of what is asked for, and its largest rows."""
    made = statement(actor, asked, question, rates)
    cells: dict[tuple[Abc, Xyz], Cell] = {}
    rows: list[Classed] = []
    for abc, xyz, number, total, *row in read_for_long(made.sql, made.params):
        if number:
            cells[abc, xyz] = Cell(number, value_of(question, total))
        else:
            rows.append(_row(question, abc, xyz, total, *row))
    return Classes(cells, rows)


def of_cell(
    actor: Actor, asked: Asked, question: Question, rates: Rates, *, abc: str = "", xyz: str = "", most: int
) -> list[Classed]:
    """Those of a class, of one of the first letter or of the second; the largest first."""
    inner = classed(actor, asked, question, rates)
    text = sql.SQL(
        "select abc, xyz, total, key, months, part, upto, variation from ({}) c where (%s = '' or abc = %s) and (%s = '' or xyz = %s)"
        " order by total desc, key limit {}"
    ).format(inner.sql, sql.Literal(most))
    found = read_for_long(text, (*inner.params, abc, abc, xyz, xyz))
    return [_row(question, *row) for row in found]


def moves(
    actor: Actor, asked: Asked, before: Asked, question: Question, rates: Rates, earlier: Rates
) -> dict[tuple[str, str], int]:
    """How many went from which class to which between two periods («-»: nothing was sold)."""
    made = _moved(actor, asked, before, question, rates, earlier)
    text = sql.SQL("select was, abc, count(*) from ({}) c group by 1, 2").format(made.sql)
    return {(was, abc): number for was, abc, number in read_for_long(text, made.params)}


@dataclass(frozen=True, slots=True)
class Moved:
    """One that went from a class to another, with what it was worth in both periods."""

    key: int
    pair: str
    was: Decimal
    value: Decimal


def who_moved(
    actor: Actor, asked: Asked, before: Asked, question: Question, rates: Rates, earlier: Rates, *, pairs: Sequence[str], most: int
) -> list[Moved]:  # fmt: skip
    """Those that went from a class to another («AC»: from A to C); who has lost the most comes first."""
    made = _moved(actor, asked, before, question, rates, earlier)
    text = sql.SQL(
        "select key, was || abc, had, total from ({}) c where was || abc = any(%s) order by total - had, key limit {}"
    ).format(made.sql, sql.Literal(most))
    return [
        Moved(key, pair, value_of(question, had), value_of(question, total))
        for key, pair, had, total in read_for_long(text, (*made.params, list(pairs)))
    ]


def _moved(
    actor: Actor, asked: Asked, before: Asked, question: Question, rates: Rates, earlier: Rates
) -> Predicate:
    now, then = classed(actor, asked, question, rates), classed(actor, before, question, earlier)
    text = sql.SQL(
        "select coalesce(n.key, t.key) as key, coalesce(t.abc, '-') as was, coalesce(n.abc, '-') as abc, coalesce(t.total, 0) as had,"
        " coalesce(n.total, 0) as total from ({}) n full join ({}) t on t.key = n.key"
    ).format(now.sql, then.sql)
    return Predicate(text, (*now.params, *then.params))


def value_of(question: Question, total: Any) -> Decimal:
    """A value as people know it: sums are kept in hundredths."""
    exact = Decimal(repr(float(total or 0)))
    return (exact / 100 if question.measure == "amount" else exact).quantize(Decimal("0.01"))


def _row(
    question: Question, abc: Any, xyz: Any, total: float, key: int, months: int, part: float, upto: float, variation: float | None
) -> Classed:  # fmt: skip
    told = None if variation is None else Decimal(repr(variation)).quantize(Decimal("0.1"))
    return Classed(
        key, value_of(question, total), Decimal(repr(part or 0.0)).quantize(Decimal("0.01")),
        Decimal(repr(upto or 0.0)).quantize(Decimal("0.01")), told, months, abc, xyz,
    )  # fmt: skip
