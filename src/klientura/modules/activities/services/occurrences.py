"""One occurrence of a series, this and those that follow, or all of it: changed, moved, taken away.

An occurrence that differs is a row of its own; its series leaves that moment out, so that whoever expands a series
needs to look at nothing else.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound
from klientura.kernel.fields.recurrence import WRONG
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import drafts, operations, read, write
from klientura.kit.recurrence.expanding import between, moment, passed, wall
from klientura.kit.recurrence.rules import MOST_MOMENTS, BadRule, Recurrence
from klientura.modules.activities.errors import Moved
from klientura.modules.activities.rules import recurrence_of, span_at, start_of, zone_of
from klientura.modules.activities.services import guests, reminders

type Which = Literal["one", "following", "all"]
type Row = dict[str, Any]

WHICH: Final = ("one", "following", "all")
OWN: Final = (
    "name", "kind", "all_day", "first_day", "last_day", "starts_at", "ends_at", "zone", "place", "description", "attendees", "accepted",
    "tentative", "declined", "people", "guest_addresses", "party", "subject_object", "subject_id", "free", "private", "owner", "team",
)  # fmt: skip
KEEPER: Final = SystemActor("a series is kept in order")
FIXED_DAYS: Final = _(
    "The rule of this series names its own days of the month. Change the rule, or move this one occurrence."
)
NOT_ONE: Final = _("This occurrence is not there any more. Reload the calendar.")


@dataclass(frozen=True, slots=True)
class Place:
    """Which occurrence of an event is meant, by the wall clock of its series; `None`: the event itself."""

    event_id: int
    at: dt.datetime | None = None


@transaction.atomic
def change(
    actor: Actor,
    place: Place,
    which: Which,
    values: Mapping[str, Any],
    *,
    expected_version: int | None = None,
    operation_id: int | None = None,
) -> int:
    """Change one occurrence, this and the following, or all; return the number of the row that then holds it.

    `values` are raw values of fields; new times are those of the occurrence meant. Raises Invalid, Conflict, NotFound.
    """
    shape = shape_of("event")
    row = write.lock(actor, shape, place.event_id, "edit")
    recurrence = recurrence_of(row)
    if recurrence is None or place.at is None:
        write.update(
            actor, shape, place.event_id, values, expected_version=expected_version, operation_id=operation_id
        )
        return place.event_id
    _check_version(row, expected_version)
    _check_occurs(row, recurrence, place.at)
    if which == "one":
        return _detach(actor, row, recurrence, place.at, values, operation_id)
    if which == "following" and place.at > start_of(row):
        return _split(actor, row, recurrence, place.at, values, operation_id)
    _change_whole(actor, row, recurrence, place.at, values, operation_id)
    return place.event_id


@transaction.atomic
def change_as_one(
    actor: Actor,
    place: Place,
    which: Which,
    values: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> tuple[int, int]:
    """Change it as `change` does, as one operation; return the row that holds it, and the operation: undone, all is as it was."""
    operation = operations.start(actor, "edit", "event")
    number = change(actor, place, which, values, expected_version=expected_version, operation_id=operation.pk)
    operations.finish(operation, records=1)
    return number, operation.pk


@transaction.atomic
def back_to_its_time(actor: Actor, own_id: int, *, expected_version: int) -> None:
    """An occurrence that stands by itself has the time again that its series gives it. Raises NotFound, Conflict."""
    shape = shape_of("event")
    own = write.lock(actor, shape, own_id, "edit")
    series = write.lock_rows(shape, [own["series"]]) if own["series"] else []
    if not series or own["occurrence_at"] is None:
        raise NotFound(NOT_ONE)
    span = span_at(series[0], wall(own["occurrence_at"], zone_of(series[0]["zone"])))
    values = {"starts_at": span["starts_at"], "ends_at": span["ends_at"], "all_day": series[0]["all_day"]}
    write.update(actor, shape, own_id, values, expected_version=expected_version)


@transaction.atomic
def remove(actor: Actor, place: Place, which: Which, *, expected_version: int | None = None) -> int:
    """Take away one occurrence, this and the following, or all of a series (then to the trash).

    All of it is one operation, whose number is returned: undone it is as it was, and whoever was told is told so.
    """
    shape = shape_of("event")
    row = write.lock(actor, shape, place.event_id, "delete")
    operation = operations.start(actor, "delete", shape.key)
    recurrence = recurrence_of(row)
    begins_it = place.at is not None and place.at <= start_of(row)
    if recurrence is None or place.at is None or which == "all" or (which == "following" and begins_it):
        write.trash(actor, shape, [place.event_id], operation_id=operation.pk)
        gone = [i for i, _at in _detached(place.event_id)]
    else:
        _check_version(row, expected_version)
        _check_occurs(row, recurrence, place.at)
        left = _leaving_out(recurrence, place.at) if which == "one" else recurrence.ending_before(place.at)
        _set_rule(actor, row, left, operation_id=operation.pk)
        cut = moment(place.at, zone_of(row["zone"]))
        later = _detached(place.event_id) if which == "following" else []
        gone = [i for i, at in later if at is not None and at >= cut]
    if gone:
        write.trash(_keeper(actor), shape, gone, operation_id=operation.pk)
    operations.finish(operation, records=1 + len(gone))
    return operation.pk


@transaction.atomic
def by_itself(actor: Actor, place: Place) -> int:
    """The row of one occurrence, made if there is none yet: to be held, called off or answered by itself."""
    row = write.lock(actor, shape_of("event"), place.event_id, "edit")
    recurrence = recurrence_of(row)
    if recurrence is None or place.at is None:
        return place.event_id
    _check_occurs(row, recurrence, place.at)
    return _detach(actor, row, recurrence, place.at, {})


def _detach(
    actor: Actor,
    row: Row,
    recurrence: Recurrence,
    at: dt.datetime,
    values: Mapping[str, Any],
    operation_id: int | None = None,
) -> int:
    own = {k: row[k] for k in OWN} | span_at(row, at)
    own |= {"series": row["id"], "occurrence_at": moment(at, zone_of(row["zone"])), "status": "planned"}
    _set_rule(actor, row, _leaving_out(recurrence, at), operation_id=operation_id)
    return _made(actor, own, values, operation_id)


def _split(
    actor: Actor,
    row: Row,
    recurrence: Recurrence,
    at: dt.datetime,
    values: Mapping[str, Any],
    operation_id: int | None,
) -> int:
    start = start_of(row)
    rest = recurrence.beginning_at(at, passed=passed(recurrence, start, at))
    _set_rule(actor, row, recurrence.ending_before(at), operation_id=operation_id)
    own = {k: row[k] for k in OWN} | span_at(row, at) | {"status": "planned", "repeats": rest.text()}
    number = _made(actor, own, {k: v for k, v in values.items() if k != "repeats"}, operation_id)
    made = write.lock_rows(shape_of("event"), [number])[0]
    by, days = _shift(at, start_of(made))
    repeats = values["repeats"] if "repeats" in values else _shifted(rest, by, days).text()
    write.update(KEEPER, shape_of("event"), number, {"repeats": repeats}, operation_id=operation_id)
    cut = moment(at, zone_of(row["zone"]))
    _hand_on(
        [i for i, when in _detached(row["id"]) if when is not None and when >= cut], number, operation_id
    )
    guests.carry_over(row["id"], number)
    reminders.carry_over({number: row["id"]})
    return number


def _change_whole(
    actor: Actor,
    row: Row,
    recurrence: Recurrence,
    at: dt.datetime,
    values: Mapping[str, Any],
    operation_id: int | None,
) -> None:
    """Change the series; times that were given for one occurrence move all of them by as much."""
    shape = shape_of("event")
    given = dict(values)
    if {"starts_at", "ends_at", "all_day"} & set(given):
        there = Draft(values={}, before={**row, **span_at(row, at), "repeats": None}, record_id=row["id"])
        drafts.parse(actor, shape, {k: v for k, v in given.items() if k != "repeats"}, there, creating=False)
        write.settle(actor, Batch(shape, [there], creating=False))
        meant = {**there.before, **there.values}
        by, days = _shift(at, start_of(meant))
        start = start_of(row) + by
        moved = span_at(meant, start)
        given |= {k: moved[k] for k in ("starts_at", "ends_at")}
        if "repeats" not in given and (by or days):
            given["repeats"] = _shifted(recurrence, by, days).text()
            write.update(actor, shape, row["id"], given, operation_id=operation_id)
            _move_apart(row, by, zone_of(meant["zone"]), operation_id)
            return
    write.update(actor, shape, row["id"], given, operation_id=operation_id)


def _move_apart(series: Row, by: dt.timedelta, zone: ZoneInfo, operation_id: int | None) -> None:
    """Occurrences that stand by themselves keep their times, and their places in the series that has moved."""
    before, shape = zone_of(series["zone"]), shape_of("event")
    places = {number: at for number, at in _detached(series["id"]) if at is not None}
    if not places:
        return
    changed = [
        Draft(
            values={"occurrence_at": moment(wall(places[r["id"]], before) + by, zone)},
            before=r,
            record_id=r["id"],
            version=r["version"],
        )
        for r in write.lock_rows(shape, sorted(places))
    ]
    write.write_drafts(KEEPER, Batch(shape, changed, creating=False), operation_id=operation_id)


def _shift(before: dt.datetime, after: dt.datetime) -> tuple[dt.timedelta, int]:
    return after - before, (after.date() - before.date()).days


def _shifted(recurrence: Recurrence, by: dt.timedelta, days: int) -> Recurrence:
    try:
        return recurrence.shifted(by, days) if by or days else recurrence
    except BadRule:
        raise Invalid([FieldError("starts_at", "fixed_days", FIXED_DAYS)]) from None


def _leaving_out(recurrence: Recurrence, at: dt.datetime) -> Recurrence:
    if len(recurrence.without) >= MOST_MOMENTS:
        raise Invalid([FieldError("repeats", "moments", WRONG["moments"])])
    return recurrence.leaving_out(at)


def _set_rule(actor: Actor, row: Row, recurrence: Recurrence, *, operation_id: int | None = None) -> None:
    """Write the rule of a series whose editing was allowed already, with whoever does it in its history."""
    draft = Draft(
        values={"repeats": recurrence.text()}, before=row, record_id=row["id"], version=row["version"]
    )
    write.apply(_keeper(actor), shape_of("event"), draft, operation_id=operation_id)


def _keeper(actor: Actor) -> Actor:
    """Who does what belongs to a change that was allowed already; whoever did that stands in the history."""
    return SystemActor("a series is kept in order", actor.user_id)


def _made(actor: Actor, own: Row, values: Mapping[str, Any], operation_id: int | None) -> int:
    """A row like the one of a series, with what differs."""
    shape = shape_of("event")
    require(actor, shape, "edit")
    draft = Draft(values={}, before={}, record_id=None)
    drafts.parse(actor, shape, values, draft, creating=False)
    if "starts_at" in draft.values and "ends_at" not in draft.values and draft.values["starts_at"]:
        draft.values["ends_at"] = draft.values["starts_at"] + (own["ends_at"] - own["starts_at"])
    draft.values = {**{k: v for k, v in own.items() if v is not None}, **draft.values}
    keeper = SystemActor("an occurrence of a series stands by itself", actor.user_id)
    return write.insert_batch(keeper, Batch(shape, [draft], creating=True), operation_id=operation_id)[0]


def _detached(series_id: int) -> list[tuple[int, dt.datetime | None]]:
    """The occurrences of a series that stand by themselves, and which of it they are."""
    tree = {"field": "series", "op": "eq", "value": series_id}
    found: list[tuple[int, dt.datetime | None]] = []
    after = None
    while True:
        page = read.page(
            KEEPER,
            shape_of("event"),
            tree=tree,
            sort="id",
            limit=200,
            after=after,
            keys=["id", "occurrence_at"],
        )
        found += [(r["id"], r["occurrence_at"]) for r in page.rows]
        after = page.next
        if after is None:
            return found


def _hand_on(ids: list[int], series_id: int, operation_id: int | None) -> None:
    """Occurrences by themselves belong to another series from here on."""
    if ids:
        shape = shape_of("event")
        rows = write.lock_rows(shape, ids)
        changed = [
            Draft(values={"series": series_id}, before=r, record_id=r["id"], version=r["version"])
            for r in rows
        ]
        write.write_drafts(KEEPER, Batch(shape, changed, creating=False), operation_id=operation_id)


def _check_version(row: Row, seen: int | None) -> None:
    if seen is not None and seen != row["version"]:
        raise Moved


def _check_occurs(row: Row, recurrence: Recurrence, at: dt.datetime) -> None:
    if at.tzinfo is not None:
        raise BadRequest(NOT_ONE, code="occurrence")
    if not between(recurrence, start_of(row), at, at + dt.timedelta(seconds=1), most=1):
        raise NotFound(NOT_ONE)
