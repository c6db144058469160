"""When a rule acts: something happened (created, changed), a moment came (so long before or after a date), by a schedule."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.errors import FieldError, Invalid, Text
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.rules.models import Run

KINDS: Final = ("created", "changed", "due", "schedule")
UNITS: Final = ("hours", "days")
EVERY: Final = ("day", "workday", "week", "month")
MAX_AMOUNT = 3660
MAX_FIELDS = 40


@dataclass(frozen=True, slots=True)
class Happened:
    """Where the history tells what an event changed: by its operation, or else by its moments."""

    operation_id: int | None
    moments: Sequence[dt.datetime]


def checked(actor: Actor, shape: Shape, raw: Any) -> dict[str, Any]:
    """A trigger as it is kept. Raises Invalid in words for people."""
    if not isinstance(raw, Mapping) or raw.get("kind") not in KINDS:
        raise refused("kind", _("Choose when the rule acts."))
    kind: str = raw["kind"]
    if kind == "created":
        return {"kind": kind}
    if kind == "changed":
        return _changed(actor, shape, raw)
    return _due(actor, shape, raw) if kind == "due" else _schedule(raw)


def refused(field: str, message: Text) -> Invalid:
    """The trouble with one part of a trigger."""
    return Invalid([FieldError(f"trigger.{field}", "trigger", message)])


def _changed(actor: Actor, shape: Shape, raw: Mapping[str, Any]) -> dict[str, Any]:
    named = raw.get("fields") or []
    fields = readable(actor, shape)
    if not isinstance(named, list | tuple) or len(named) > MAX_FIELDS:
        raise refused("fields", _("The fields are a list of their keys."))
    for key in named:
        if not isinstance(key, str) or key not in fields or not fields[key].tracked:
            raise refused("fields", _("There is no field «%(what)s» here.") % {"what": str(key)[:60]})
    made: dict[str, Any] = {"kind": "changed", "fields": list(dict.fromkeys(named))}
    for side in ("from", "to"):
        if side not in raw:
            continue
        if len(made["fields"]) != 1:
            raise refused(side, _("A value can be asked for when one field is named."))
        field = fields[made["fields"][0]]
        made[side] = (
            None if field.type.is_empty(raw[side]) else field.type.to_json(_parsed(field, raw[side], side))
        )
    return made


def _parsed(field: FieldShape, raw: Any, side: str) -> Any:
    try:
        return field.type.parse(raw, field.params)
    except FieldProblem as bad:
        raise refused(side, bad.message) from bad


def _due(actor: Actor, shape: Shape, raw: Mapping[str, Any]) -> dict[str, Any]:
    field = readable(actor, shape).get(str(raw.get("field")))
    if field is None or field.type.key not in {"date", "datetime"}:
        raise refused("field", _("Choose a field that holds a date."))
    amount, unit = raw.get("amount", 0), raw.get("unit", "days")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= MAX_AMOUNT:
        raise refused("amount", _("Enter a whole number from 0 to 3660."))
    if unit not in UNITS or (unit == "hours" and field.type.key == "date"):
        raise refused("unit", _("Hours are counted from a date with a time only; choose days."))
    if raw.get("when", "before") not in {"before", "after"}:
        raise refused("when", _("Choose before or after."))
    made = {
        "kind": "due",
        "field": field.key,
        "amount": amount,
        "unit": unit,
        "when": raw.get("when", "before"),
    }
    if unit == "days":
        made["at"] = _clock(raw.get("at", "09:00"))
    return made


def _schedule(raw: Mapping[str, Any]) -> dict[str, Any]:
    every = raw.get("every", "day")
    if every not in EVERY:
        raise refused("every", _("Choose how often."))
    made = {"kind": "schedule", "every": every, "at": _clock(raw.get("at", "09:00"))}
    if every in {"week", "month"}:
        most = 7 if every == "week" else 28
        day = raw.get("day", 1)
        if isinstance(day, bool) or not isinstance(day, int) or not 1 <= day <= most:
            raise refused("day", _("Enter a day of the week from 1 to 7, or of the month from 1 to 28."))
        made["day"] = day
    return made


def _clock(raw: Any) -> str:
    try:
        return dt.time.fromisoformat(str(raw)).strftime("%H:%M")
    except ValueError as bad:
        raise refused("at", _("Write the time as 09:00.")) from bad


def events_of(shape: Shape, trigger: Mapping[str, Any]) -> list[str]:
    """The events of the outbox that a rule waits for."""
    return [f"{shape.key}.{trigger['kind']}"] if trigger["kind"] in {"created", "changed"} else []


def columns_of(shape: Shape, trigger: Mapping[str, Any]) -> set[str]:
    """The columns that have to change; empty: any."""
    return {shape.fields[k].column for k in trigger.get("fields", ()) if k in shape.fields}


def touched(actor: Actor, shape: Shape, trigger: Mapping[str, Any], happened: Predicate) -> Predicate:
    """The records of which the history says that what the trigger waits for has happened; only seen fields count.

    `happened` chooses among the changes `c`.
    """
    if trigger["kind"] == "created":
        test = Predicate(sql.SQL("c.action = 'create'"))
    else:
        fields = readable(actor, shape)
        named = [fields[k].column for k in trigger["fields"] if k in fields] if trigger["fields"] else [
            f.column for f in fields.values() if f.tracked
        ]  # fmt: skip
        test = Predicate(sql.SQL("c.action = 'update' and c.changes ?| %s::text[]"), (named,))
        for side, place in (("from", 0), ("to", 1)):
            if side in trigger:
                test = _beside(test, fields[trigger["fields"][0]], trigger[side], place)
    text = sql.SQL(
        "r.id in (select c.record_id from kernel_change c where c.root_object = %s and c.object = c.root_object and {} and {})"
    ).format(happened.sql, test.sql)
    return Predicate(text, (shape.base, *happened.params, *test.params))


def _beside(test: Predicate, field: FieldShape, raw: Any, place: int) -> Predicate:
    """The value on one side of the change, compared as the history has written it."""
    said = sql.SQL("nullif(c.changes -> {} -> {}, 'null')").format(
        sql.Literal(field.column), sql.Literal(place)
    )
    if raw is None:
        return Predicate(sql.SQL("{} and {} is null").format(test.sql, said), test.params)
    value = sql.SQL("to_jsonb(%s::{})").format(sql.SQL(field.type.sql_type))
    parsed = field.type.parse(raw, field.params)
    return Predicate(sql.SQL("{} and {} = {}").format(test.sql, said, value), (*test.params, parsed))


def by_event(ids: Sequence[int], happened: Happened) -> Predicate:
    """The changes that one event made of some records."""
    if happened.operation_id is not None:
        return Predicate(
            sql.SQL("c.root_id = any(%s) and c.operation_id = %s"), (list(ids), happened.operation_id)
        )
    return Predicate(
        sql.SQL("c.root_id = any(%s) and c.at = any(%s::timestamptz[])"), (list(ids), list(happened.moments))
    )


def moment(shape: Shape, trigger: Mapping[str, Any], zone: str) -> tuple[sql.Composable, tuple[Any, ...]]:
    """The moment at which a rule comes due for a record `r`, as SQL with its parameters."""
    field = shape.fields[trigger["field"]]
    stored = sql.SQL("r.{}").format(sql.Identifier(field.column))
    amount = trigger["amount"] * (-1 if trigger["when"] == "before" else 1)
    if trigger["unit"] == "hours":
        return sql.SQL("({} + make_interval(hours => %s))").format(stored), (amount,)
    day = (
        stored
        if field.type.key == "date"
        else sql.SQL("({} at time zone {})::date").format(stored, sql.Literal(zone))
    )
    return sql.SQL("((({} + %s)::date + %s::time) at time zone {})").format(day, sql.Literal(zone)), (
        amount,
        trigger["at"],
    )


def due_between(
    shape: Shape, trigger: Mapping[str, Any], since: dt.datetime, until: dt.datetime, zone: str
) -> Predicate:
    """The records `r` that come due after one moment and up to another; a plain range in front serves an index."""
    field = shape.fields[trigger["field"]]
    at, params = moment(shape, trigger, zone)
    step = dt.timedelta(**{trigger["unit"]: trigger["amount"]}) * (1 if trigger["when"] == "before" else -1)
    first, last = _bounded(since, step - dt.timedelta(days=2)), _bounded(until, step + dt.timedelta(days=2))
    low, high = (first.date(), last.date()) if field.type.key == "date" else (first, last)
    text = sql.SQL("r.{0} >= %s and r.{0} <= %s and {1} > %s and {1} <= %s").format(
        sql.Identifier(field.column), at
    )
    return Predicate(text, (low, high, *params, since, *params, until))


def _bounded(when: dt.datetime, step: dt.timedelta) -> dt.datetime:
    try:
        return when + step
    except OverflowError:
        return when


def next_turn(trigger: Mapping[str, Any], after: dt.datetime, zone: str) -> dt.datetime:
    """When a schedule comes round next."""
    local = after.astimezone(ZoneInfo(zone))
    clock = dt.time.fromisoformat(trigger["at"])
    for days in range(64):
        day = local.date() + dt.timedelta(days=days)
        turn = dt.datetime.combine(day, clock, tzinfo=ZoneInfo(zone))
        if turn > after and _falls(trigger, day):
            return turn
    return after + dt.timedelta(days=31)


def _falls(trigger: Mapping[str, Any], day: dt.date) -> bool:
    every = trigger["every"]
    if every == "workday":
        return day.isoweekday() <= 5
    if every == "week":
        return day.isoweekday() == int(trigger["day"])
    return bool(every == "day") or day.day == int(trigger["day"])


def happened_of(run: Run) -> Happened:
    """What brought a run about."""
    return Happened(run.cause_operation_id, run.moments)


def found(statement: sql.Composable, params: Sequence[Any]) -> list[int]:
    """The numbers that a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [row[0] for row in cursor.fetchall()]
