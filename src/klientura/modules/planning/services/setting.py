"""Setting many plans at once, as a sheet says them: new ones made, others changed, emptied ones taken away, as one operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid, Text
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import drafts, operations, write
from klientura.modules.planning.queries.sheet import Place, Sheet, Stored, stored

AWAY = _("This plan was changed or taken away meanwhile: look at it again.")


@dataclass(slots=True)
class Outcome:
    """How many plans were set, and what is wrong where: then nothing was."""

    changed: int = 0
    operation_id: int = 0
    errors: dict[Place, Text] = field(default_factory=dict)


class _Refused(Exception):
    pass


def set_plans(
    actor: Actor, sheet: Sheet, wanted: Mapping[Place, Decimal | None], seen: Mapping[Place, int]
) -> Outcome:
    """Set, change and take away plans, all or none. `seen`: the versions that were looked at. Raises Denied."""
    outcome = Outcome()
    try:
        with transaction.atomic():
            _set(actor, sheet, wanted, seen, outcome)
            if outcome.errors:
                raise _Refused
    except _Refused:
        outcome.changed = 0
    return outcome


def _set(
    actor: Actor,
    sheet: Sheet,
    wanted: Mapping[Place, Decimal | None],
    seen: Mapping[Place, int],
    outcome: Outcome,
) -> None:
    held = [each.id for place, each in stored(actor, sheet).items() if place in wanted]
    write.lock_rows(shape_of("quota"), held)
    known = stored(actor, sheet)  # as it stands under the lock: what another has saved meanwhile is seen
    for place in wanted:
        there = known.get(place)
        if (there.version if there else 0) != seen.get(place, 0) or (there and there.id not in held):
            outcome.errors[place] = AWAY
    if outcome.errors:
        return
    operation = operations.start(actor, "edit", "quota")
    outcome.operation_id = operation.pk
    new = {p: v for p, v in wanted.items() if v is not None and p not in known}
    other = {p: v for p, v in wanted.items() if v is not None and p in known and known[p].value != v}
    gone = [known[p].id for p, v in wanted.items() if v is None and p in known]
    _make(actor, sheet, new, operation.pk, outcome)
    _change(actor, sheet, other, known, operation.pk, outcome)
    if gone:
        outcome.changed += write.trash(actor, shape_of("quota"), gone, operation_id=operation.pk)
    operations.finish(operation, records=outcome.changed)


def _make(
    actor: Actor, sheet: Sheet, new: Mapping[Place, Decimal], operation_id: int, outcome: Outcome
) -> None:
    if not new:
        return
    places = list(new)
    try:
        made = write.create_many(
            actor, shape_of("quota"), [_values(sheet, p, new[p]) for p in places], operation_id=operation_id
        )
    except Invalid as refused:
        _note(refused, places, outcome)
    else:
        outcome.changed += len(made)


def _values(sheet: Sheet, place: Place, value: Decimal) -> dict[str, Any]:
    row, column = place
    return {
        "owner": row if sheet.by == "owner" else None, "team": row if sheet.by == "team" else None,
        "category": row if sheet.by == "category" else None, "measure": sheet.measure, "period": sheet.kind,
        "starts_on": column.isoformat(), "currency": sheet.currency, _key(sheet): _raw(sheet, value),
    }  # fmt: skip


def _given(sheet: Sheet, there: Stored, value: Decimal) -> dict[str, Any]:
    """A new value; where there was none, the sum is in the currency of the sheet."""
    given = {_key(sheet): _raw(sheet, value)}
    if there.value is None and not sheet.counted:
        given["currency"] = sheet.currency
    return given


def _key(sheet: Sheet) -> str:
    return "number" if sheet.counted else "amount"


def _raw(sheet: Sheet, value: Decimal) -> Any:
    return int(value) if sheet.counted else str(value)


def _change(
    actor: Actor, sheet: Sheet, other: Mapping[Place, Decimal], known: Mapping[Place, Stored], operation_id: int, outcome: Outcome
) -> None:  # fmt: skip
    """Each gets a value of its own, all in the same few statements."""
    if not other:
        return
    shape, places = shape_of("quota"), {known[p].id: p for p in other}
    rows = write.lock_open_rows(actor, shape, list(places))
    batch = Batch(shape, [], creating=False)
    for row in rows:
        draft = Draft(values={}, before=row, record_id=row["id"], version=row["version"])
        place = places[row["id"]]
        drafts.parse(actor, shape, _given(sheet, known[place], other[place]), draft, creating=False)
        batch.drafts.append(draft)
    for pk in set(places) - {row["id"] for row in rows}:
        outcome.errors[places[pk]] = AWAY
    try:
        write.settle(actor, batch)
    except Invalid as refused:
        _note(refused, [places[row["id"]] for row in rows], outcome)
    else:
        outcome.changed += len(write.write_drafts(actor, batch, operation_id=operation_id))


def _note(refused: Invalid, places: Sequence[Place], outcome: Outcome) -> None:
    """What is wrong with each of many stands before its number, with one alone it does not."""
    for error in refused.errors:
        head = error.field.partition(".")[0]
        number = int(head) if head.isdigit() else 0
        outcome.errors.setdefault(places[number], error.message)
