"""What one condition on a field means in SQL, operator by operator."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.errors import BadRequest
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.fields.many import Difference
from klientura.kernel.fields.periods import PERIODS, bounds
from klientura.kernel.fields.references import MAX_ID, SEVERAL
from klientura.kernel.fields.tags import as_listed
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.expressions import column, comparable, like
from klientura.kernel.store.near import inside, near
from klientura.kernel.tags import dictionary
from klientura.kit.text import fold

MAX_LIST = 1000
MAX_TEXT = 2000
MAX_WORDS = 200
"""A longer text to be found makes a pattern that PostgreSQL refuses."""
MAX_DAYS = 36_500


@dataclass(slots=True)
class Context:
    """What compiling one tree needs."""

    actor: Actor
    fields: Mapping[str, FieldShape]
    alias: str = "r"
    conditions: int = 0
    shape: Shape | None = None  # whose records are filtered; without it nothing related can be asked for
    within: int = 0  # how many related records lead here
    sets: tuple[int, ...] = ()  # the sets of records whose rules lead here


def bad(message: Any, **details: Any) -> BadRequest:
    """What a filter that cannot be carried out is answered."""
    return BadRequest(message, code="filter", **details)


def _value(field: FieldShape, raw: Any) -> Any:
    """Parse one operand; text is folded as its index is."""
    if field.type.is_empty(raw):
        raise bad(_("A condition on «%(field)s» has no value.") % {"field": field.label}, field=field.key)
    try:
        # A filter compares with what people typed: no tightening of a tax number that is only half typed.
        if field.type.folds:
            if not isinstance(raw, str | int) or isinstance(raw, bool):
                raise FieldProblem("type", _("Text is expected here."))
            text = str(raw)
            if len(text) > MAX_TEXT or (field.type.multiline and len(text.split()) > MAX_WORDS):
                raise FieldProblem("length", _("The text to be found is too long."))
            return fold(text)
        value = field.type.parse(raw, field.params)
    except FieldProblem as refused:
        raise bad(
            _("A condition on “%(field)s” could not be read: %(why)s")
            % {"field": field.label, "why": refused.message},
            field=field.key,
        ) from refused
    return value


def _values(field: FieldShape, raw: Any) -> list[Any]:
    if not isinstance(raw, list) or not raw or len(raw) > MAX_LIST:
        raise bad(
            _("A condition on «%(field)s» needs a list of values.") % {"field": field.label}, field=field.key
        )
    return [_value(field, item) for item in raw]


def _compare(template: str) -> Callable[[FieldShape, Any, Context], Predicate]:
    text = sql.SQL(template)

    def compiled(field: FieldShape, raw: Any, context: Context) -> Predicate:
        return Predicate(text.format(comparable(field, context.alias)), (_value(field, raw),))

    return compiled


def _among(template: str) -> Callable[[FieldShape, Any, Context], Predicate]:
    text = sql.SQL(template)

    def compiled(field: FieldShape, raw: Any, context: Context) -> Predicate:
        return Predicate(text.format(comparable(field, context.alias)), (_values(field, raw),))

    return compiled


def _between(field: FieldShape, raw: Any, context: Context) -> Predicate:
    if not isinstance(raw, list) or len(raw) != 2:
        raise bad(_("A condition on «%(field)s» needs two values.") % {"field": field.label}, field=field.key)
    text = sql.SQL("{0} between %s and %s").format(comparable(field, context.alias))
    return Predicate(text, (_value(field, raw[0]), _value(field, raw[1])))


def _contains(field: FieldShape, raw: Any, context: Context) -> Predicate:
    wanted, stored = _value(field, raw), column(field, context.alias)
    if field.type.multiline:  # its lines and spaces are kept as they were typed
        pattern = r"\s+".join(re.escape(word) for word in wanted.split())
        return Predicate(sql.SQL("k_fold({}) ~ %s").format(stored), (pattern,))
    return Predicate(sql.SQL("k_fold({}) like %s").format(stored), (f"%{like(wanted)}%",))


def _excludes(field: FieldShape, raw: Any, context: Context) -> Predicate:
    """Without the piece of text; what is empty does not contain it either."""
    held = _contains(field, raw, context)
    return Predicate(sql.SQL("({}) is not true").format(held.sql), held.params)


def _within(field: FieldShape, raw: Any, context: Context) -> Predicate:
    """In a period named by where it stands to today; days begin and end in the time zone of the reader."""
    if not isinstance(raw, str) or raw not in PERIODS:
        raise bad(
            _("A condition on «%(field)s» names no period that is known.") % {"field": field.label},
            field=field.key,
        )
    first, after = (field.type.parse(day, field.params) for day in bounds(raw, timezone.localdate()))
    text = sql.SQL("({0} >= %s and {0} < %s)").format(comparable(field, context.alias))
    return Predicate(text, (first, after))


def days_of(op: str, number: int, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The first day and the day after the last that a number of days means; «last» and «next» days count today."""
    day, gap = dt.timedelta(days=1), dt.timedelta(days=number)
    return {
        "last_days": (today - gap + day, today + day),
        "next_days": (today, today + gap),
        "before_days": (None, today - gap),
        "after_days": (today + gap, None),
    }[op]


def _days(op: str) -> Callable[[FieldShape, Any, Context], Predicate]:
    fewest = 1 if op in {"last_days", "next_days"} else 0

    def compiled(field: FieldShape, raw: Any, context: Context) -> Predicate:
        if isinstance(raw, bool) or not isinstance(raw, int) or not fewest <= raw <= MAX_DAYS:
            raise bad(
                _("A condition on «%(field)s» needs a whole number of days, at most 36500.")
                % {"field": field.label},
                field=field.key,
            )
        value, parts, params = comparable(field, context.alias), [], []
        for sign, day in zip((">=", "<"), days_of(op, raw, timezone.localdate()), strict=True):
            if day is not None:
                parts.append(sql.SQL("{} {} %s").format(value, sql.SQL(sign)))
                params.append(field.type.parse(day, field.params))
        return Predicate(sql.SQL("({})").format(sql.SQL(" and ").join(parts)), tuple(params))

    return compiled


def _starts(field: FieldShape, raw: Any, context: Context) -> Predicate:
    return Predicate(
        sql.SQL("{} like %s").format(comparable(field, context.alias)), (f"{like(_value(field, raw))}%",)
    )


def _emptiness(template: str) -> Callable[[FieldShape, Any, Context], Predicate]:
    text = sql.SQL(template)

    def compiled(field: FieldShape, _raw: Any, context: Context) -> Predicate:
        return Predicate(text.format(column(field, context.alias)))

    return compiled


def _having(template: str, joint: str = "") -> Callable[[FieldShape, Any, Context], Predicate]:
    """What a field of several values has. A tag stands for itself and those that were merged into it: any of them will do."""
    text = sql.SQL(template)

    def compiled(field: FieldShape, raw: Any, context: Context) -> Predicate:
        wanted = _value(field, as_listed(raw) if field.params.dictionary else raw)
        if isinstance(wanted, Difference):
            raise bad(
                _("A condition on «%(field)s» needs a list of values.") % {"field": field.label},
                field=field.key,
            )
        if field.type.key in SEVERAL and any(isinstance(each, str) for each in wanted):
            raise bad(
                _("A condition on «%(field)s» names records by number.") % {"field": field.label},
                field=field.key,
            )
        kind = sql.SQL(field.type.sql_type)
        place = column(field, context.alias)
        if not field.params.dictionary:
            return Predicate(text.format(place, kind), (wanted,))
        families = dictionary.families(field.params.dictionary, wanted)
        if joint:
            parts = sql.SQL(joint).join(sql.SQL("{} && %s::{}").format(place, kind) for _each in families)
            return Predicate(sql.SQL("({})").format(parts), tuple(families))
        return Predicate(text.format(place, kind), ([code for each in families for code in each],))

    return compiled


def _me(field: FieldShape, _raw: Any, context: Context) -> Predicate:
    if field.type.many:
        return OPERATORS["any"](field, [context.actor.user_id or MAX_ID], context)
    return Predicate(sql.SQL("{} = %s").format(column(field, context.alias)), (context.actor.user_id or 0,))


def _past(field: FieldShape, _raw: Any, context: Context) -> Predicate:
    return Predicate(sql.SQL("{} < %s").format(column(field, context.alias)), (timezone.now(),))


OPERATORS: Mapping[str, Callable[[FieldShape, Any, Context], Predicate]] = {
    "eq": _compare("{} = %s"),
    "ne": _compare("{} is distinct from %s"),
    "lt": _compare("{} < %s"),
    "lte": _compare("{} <= %s"),
    "gt": _compare("{} > %s"),
    "gte": _compare("{} >= %s"),
    "in": _among("{} = any(%s)"),
    "not_in": _among("({0} = any(%s)) is not true"),
    "between": _between,
    "within": _within,
    "past": _past,
    "last_days": _days("last_days"),
    "next_days": _days("next_days"),
    "before_days": _days("before_days"),
    "after_days": _days("after_days"),
    "contains": _contains,
    "not_contains": _excludes,
    "starts": _starts,
    "empty": _emptiness("{} is null"),
    "not_empty": _emptiness("{} is not null"),
    "any": _having("{} && %s::{}"),
    "all": _having("{} @> %s::{}", " and "),
    "none": _having("({} && %s::{}) is not true"),
    "me": _me,
    "located": _emptiness("k_point({}) is not null"),
    "not_located": _emptiness("k_point({}) is null"),
    "near": lambda field, raw, context: near(field, raw, context.alias),
    "inside": lambda field, raw, context: inside(field, raw, context.alias),
}
