"""Counting and adding up what a list shows, whole or by the values of a field, in one statement.

Sums of different currencies are never added up: each currency has a sum of its own.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import psycopg.errors
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, require
from klientura.kernel.errors import BadRequest, KernelError
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.expressions import column
from klientura.kernel.store.filters import Tree

ADDED: Final = frozenset({"integer", "decimal", "money", "duration"})
"""Types whose values make sense together; a sum of per cents or of stars does not."""
DATES: Final = frozenset({"date", "datetime"})
STEPS: Final = ("month", "quarter", "year")
MAX_GROUPS = 200
CAP = 10_000
LONGEST_MS = 5000


class TooMuch(KernelError):
    """The records are too many to be added up while somebody waits."""

    status = 422
    code = "too_much"
    default_message = _("There are too many records to add up at once. Filter the list first.")


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what records are grouped: a field, and for a date the length of its periods."""

    field: FieldShape
    step: str = ""

    @property
    def key(self) -> str:
        """As an address says it: «status», «created_at.month»."""
        return f"{self.field.key}.{self.step}" if self.step else self.field.key


@dataclass(slots=True)
class Line:
    """One group, or all: its value, how many records, and by field the sum in each currency (None: no money)."""

    value: Any = None
    number: int = 0
    sums: dict[str, dict[str | None, Decimal]] = field(default_factory=lambda: defaultdict(dict))


def grouping_of(actor: Actor, shape: Shape, key: str) -> Grouping:
    """The grouping that an address names. Raises BadRequest for what one cannot group by, or may not see."""
    name, _dot, step = key.partition(".")
    found = readable(actor, shape).get(name)
    if found is not None and may_group(found) and (step in STEPS if found.type.key in DATES else not step):
        return Grouping(found, step)
    raise BadRequest(_("One cannot group by «%(field)s».") % {"field": key[:60]}, code="group")


def may_group(candidate: FieldShape) -> bool:
    """Whether records can be grouped by a field: by what has few values, by periods, and by texts that are said to come back."""
    return candidate.filterable and (
        candidate.type.groupable or candidate.type.key in DATES or candidate.grouped
    )


def summable(actor: Actor, shape: Shape, keys: Sequence[str]) -> list[FieldShape]:
    """Those of some fields that can be added up."""
    fields = readable(actor, shape)
    known = (fields[k] for k in keys if k in fields and k != "id")
    return [f for f in known if f.type.key in ADDED and f.adds_up]


def whole(
    actor: Actor, shape: Shape, keys: Sequence[str], *, tree: Tree | None = None, more: Sequence[Predicate] = (),
    capped: bool = True,
) -> Line | None:  # fmt: skip
    """All that a list shows, counted and added up; None when it is `capped` and there are more than CAP records."""
    require(actor, shape, "read")
    where = conditions(actor, shape, tree=tree, more=more)
    found = _lines(actor, shape, None, keys, where, capped=capped)
    line = found[0] if found else Line()
    return None if capped and line.number > CAP else line


def by_group(
    actor: Actor, shape: Shape, grouping: Grouping, keys: Sequence[str], *, tree: Tree | None = None,
    more: Sequence[Predicate] = (),
) -> tuple[list[Line], bool]:  # fmt: skip
    """The groups of a list, and whether there are more than the MAX_GROUPS largest that are returned. Raises TooMuch."""
    require(actor, shape, "read")
    where = conditions(actor, shape, tree=tree, more=more)
    lines = _lines(actor, shape, grouping, keys, where, capped=False)
    lines.sort(key=lambda each: -each.number)
    kept = lines[:MAX_GROUPS]
    kept.sort(key=_in_order(grouping.field))
    return kept, len(lines) > MAX_GROUPS


def _in_order(grouped: FieldShape) -> Any:
    """Options in their own order, dates in theirs, others by size; what has no value comes last."""
    place = {c.code: n for n, c in enumerate(grouped.params.choices)}

    def order(each: Line) -> tuple[bool, Any]:
        if grouped.type.key in DATES and each.value is not None:
            return (False, each.value.toordinal())
        return (each.value is None, place.get(each.value, -each.number) if place else -each.number)

    return order


def _lines(
    actor: Actor, shape: Shape, grouping: Grouping | None, keys: Sequence[str], where: Predicate, *, capped: bool
) -> list[Line]:  # fmt: skip
    added = summable(actor, shape, keys)
    money = next(
        (shape.fields[c] for f in added if (c := f.params.currency_field) and c in shape.fields), None
    )
    by = _value(grouping) if grouping else sql.SQL("null::int")
    currency = column(money) if money else sql.SQL("null::text")
    picked = [sql.SQL("{} as g").format(by), sql.SQL("{} as c").format(currency)]
    name = sql.SQL("g")
    if grouping and _is_text(grouping):
        picked.append(sql.SQL("{} as name").format(column(grouping.field)))
        name = sql.SQL("min(name)")
    picked += [sql.SQL("{} as {}").format(column(f), sql.Identifier(f"v{n}")) for n, f in enumerate(added)]
    inner = sql.SQL("select {} from {} r where {}").format(
        sql.SQL(", ").join(picked), sql.Identifier(shape.table), where.sql
    )
    if capped:
        inner += sql.SQL(" limit {}").format(sql.Literal(CAP + 1))
    sums = [sql.SQL("sum({})").format(sql.Identifier(f"v{n}")) for n in range(len(added))]
    text = sql.SQL("select {} from ({}) q group by g, c").format(
        sql.SQL(", ").join([sql.SQL("g, c"), name, sql.SQL("count(*)"), *sums]), inner
    )
    lines: dict[Any, Line] = {}
    for value, code, told, number, *found in read_for_long(text, where.params):
        line = lines.setdefault(value, Line(told))
        line.number += number
        for each, total in zip(added, found, strict=True):
            if total is not None:
                place = line.sums[each.key]
                unit = code if each.params.currency_field else None
                place[unit] = place.get(unit, Decimal(0)) + total
    return list(lines.values())


def _is_text(grouping: Grouping) -> bool:
    return grouping.field.type.folds and not grouping.step


def _value(grouping: Grouping) -> sql.Composable:
    """What records are grouped by; periods begin and end in the time zone of the reader.

    A text is one value however it is written, «Казань» or «КАЗАНЬ», as for the filter that leaves one group.
    """
    plain = column(grouping.field)
    if _is_text(grouping):
        return sql.SQL("k_fold({})").format(plain)
    if not grouping.step:
        return plain
    if grouping.field.type.key == "datetime":
        plain = sql.SQL("{} at time zone {}").format(plain, sql.Literal(timezone.get_current_timezone_name()))
    return sql.SQL("date_trunc({}, {})::date").format(sql.Literal(grouping.step), plain)


def read_for_long(text: sql.Composable, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Carry out a statement that may be long, but not for ever. Raises TooMuch."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select set_config('statement_timeout', %s, true)", [f"{LONGEST_MS}ms"])
            cursor.execute(text, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            cursor.execute("select set_config('statement_timeout', '0', true)")
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise TooMuch from error
        raise
    return found


def condition(grouping: Grouping, value: Any) -> Mapping[str, Any]:
    """The filter that leaves one group."""
    key = grouping.field.key
    if value is None:
        return {"field": key, "op": "empty"}
    if grouping.step:
        begin, end = _period(grouping, value)
        return {
            "and": [{"field": key, "op": "gte", "value": begin}, {"field": key, "op": "lt", "value": end}]
        }
    return {"field": key, "op": "eq", "value": value}


def _period(grouping: Grouping, first: dt.date) -> tuple[str, str]:
    """The first moment of a period, and the first after it."""
    months = {"month": 1, "quarter": 3, "year": 12}[grouping.step]
    month = first.month - 1 + months
    after = dt.date(first.year + month // 12, month % 12 + 1, 1)
    if grouping.field.type.key == "date":
        return first.isoformat(), after.isoformat()
    begin, end = (timezone.make_aware(dt.datetime.combine(day, dt.time.min)) for day in (first, after))
    return begin.isoformat(), end.isoformat()
