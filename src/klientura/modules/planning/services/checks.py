"""What must hold for plans: whose they are, what they count, and one target for the same."""

from collections.abc import Sequence
from typing import Any, Final, cast

from django.db import connection
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import User
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kit.text import fold
from klientura.modules.planning.models import Quota
from klientura.modules.planning.rules import PeriodKind, first_day, last_day

CELL: Final = ("period", "starts_on", "measure", "level", "owner", "team", "product", "category", "city")
LOCK: Final = 7_340_211
YEARS: Final = range(1990, 2101)
type Cell = tuple[Any, ...]


def before_write_quota(batch: Batch, _actor: Any) -> None:
    """Put plans on their stretch of the calendar; refuse what makes no sense, and a second target for the same."""
    for draft in batch:
        _place(draft)
        _whose(draft)
        _how_much(draft, creating=batch.creating)
        _what(draft)
    _people(batch)
    _once(batch)


def _place(draft: Draft) -> None:
    day = draft.get("starts_on")
    if day is None:
        return
    if day.year not in YEARS:
        draft.refuse("starts_on", "range", _("Plans are made for the years 1990 to 2100."))
        return
    kind = cast("PeriodKind", draft.get("period") or "month")
    first = first_day(kind, day)
    draft.values["starts_on"], draft.values["ends_on"] = first, last_day(kind, first)


def _whose(draft: Draft) -> None:
    """A plan with a person is that person's, one with a team alone the team's, and else it is the company's."""
    level = "person" if draft.get("owner") else "team" if draft.get("team") else "company"
    if draft.get("level") != level:
        draft.values["level"] = level


def _how_much(draft: Draft, *, creating: bool) -> None:
    """A plan says how much, in sums or in numbers; one that is emptied later plans nothing."""
    counted = draft.get("measure") == "won_count"
    key, other = ("number", "amount") if counted else ("amount", "number")
    if draft.get(other) is not None:
        draft.values[other] = None
    value = draft.get(key)
    if value is None and creating:
        draft.refuse(key, "required", _("Say how many.") if counted else _("Say how much."))
    elif value is not None and value < 0:
        draft.refuse(key, "range", _("A plan cannot be negative."))


def _what(draft: Draft) -> None:
    if draft.get("product") and draft.get("category"):
        draft.refuse("category", "both", _("A plan is for a product or for a product group, not for both."))
    if draft.get("measure") == "paid_sum" and (draft.get("product") or draft.get("category")):
        key = "product" if draft.get("product") else "category"
        draft.refuse(key, "measure", _("Payments are not told apart by products: plan orders or deals."))


def _people(batch: Batch) -> None:
    """A person's plan stands with the person's team, whatever was given. Nobody who has left gets one; what was planned before may be put right."""
    given = [
        d for d in batch
        if d.get("level") == "person" and d.get("owner") and (batch.creating or d.changed("owner", "team", "level", "starts_on"))
    ]  # fmt: skip
    if not given:
        return
    known = {u.pk: u for u in User.objects.filter(pk__in={d.get("owner") for d in given})}
    for draft in given:
        person = known.get(draft.get("owner"))
        if person is None:
            continue
        draft.values["team"] = person.team_id
        if not person.is_active and (batch.creating or draft.changed("owner", "level", "starts_on")):
            text = _("%(name)s does not work here any more: give the plan to somebody else.")
            draft.refuse("owner", "inactive", text % {"name": person.name})


def cell_of(found: Any) -> Cell:
    """What a plan is for: two of the same are one too many. `found` answers by key."""
    level = found("level") or "person"
    whose = {"person": found("owner"), "team": found("team")}.get(level)
    return (
        found("period") or "month", found("starts_on"), found("measure") or "won_sum", level, whose, found("product"), found("category"),
        fold(found("city") or "").strip(),
    )  # fmt: skip


def _once(batch: Batch) -> None:
    claiming = [d for d in batch if not d.errors and (batch.creating or d.changed(*CELL))]
    if not claiming:
        return
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    taken = _taken({d.get("starts_on") for d in claiming}, [d.record_id for d in batch if d.record_id])
    for draft in claiming:
        cell = cell_of(draft.get)
        if cell in taken:
            where = f"№ {taken[cell]}" if taken[cell] else _("in another line of the same")
            text = _("There is a plan for this already: %(where)s. Change that one.")
            draft.refuse("starts_on", "second", text % {"where": where})
        taken.setdefault(cell, draft.record_id or 0)


def _taken(days: set[Any], besides: Sequence[int]) -> dict[Cell, int]:
    """The plans that begin on some days, by what they are for."""
    columns = {"owner": "owner_id", "team": "team_id", "product": "product_id", "category": "category_id"}
    rows = Quota.objects.filter(starts_on__in=days, deleted_at=None).exclude(pk__in=besides).values(
        "id", "period", "starts_on", "measure", "level", "city", *columns.values()
    )  # fmt: skip
    return {cell_of(lambda key, row=row: row[columns.get(key, key)]): row["id"] for row in rows}
