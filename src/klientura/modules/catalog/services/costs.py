"""Costs of products by date: the last one said stands in the product, too, and what was so before is never lost.

A cost typed into the product (a form, a file, the API) holds from today on, so that papers of earlier days keep theirs.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.settings.installation import current
from klientura.modules.catalog.models import ProductCost
from klientura.modules.catalog.queries.book import exchange_rates
from klientura.modules.catalog.rules import NoRate, converted

type Line = dict[str, Any]

COSTS: Final = "costs"
SAID: Final = ("cost", "duty", "currency")
"""What a cost consists of where the product says it itself."""
COLUMNS: Final = ("id", "valid_from", "cost", "currency", "duty", "delivery", "supplier")


def keep_costs(batch: Batch) -> None:
    """Check costs by date, note one that the product was given, and let the product tell that of today.

    A form sends field and table alike: what counts is which of them differs from what stands.
    """
    concerned = [d for d in batch if COSTS in d.parts or (d.record_id and d.changed(*SAID))]
    if not concerned:
        return
    today = timezone.localdate()
    stored = _stored([d.record_id for d in concerned if d.record_id])
    for draft in concerned:
        _check(draft)
        _settle(draft, stored.get(draft.record_id or 0, []), today)
    telling = [d for d in concerned if d.parts.get(COSTS) and not d.errors]
    rates = exchange_rates(today) if telling else {}
    for draft in telling:
        _tell(draft, today, rates)


def _settle(draft: Draft, stored: list[Line], today: dt.date) -> None:
    """Bring together what the fields of the product and its table say of costs."""
    given = draft.parts.get(COSTS)
    table = given is not None and _plain(given) != _plain(stored)
    # Where dates are kept, each line has a currency of its own: that of the product's price says nothing of them.
    said = bool(draft.record_id) and draft.changed(*(("cost", "duty") if stored else SAID))
    if table and said and stored:
        draft.refuse(
            "cost", "twice", _("The cost is changed here and in the table of costs. Change one of them.")
        )
    elif table and not stored:
        _keep_earlier(draft, today)
    elif said:
        _note(draft, stored, today)
    elif stored and given is None:
        draft.parts[COSTS] = _kept(stored)


def _plain(lines: Sequence[Line]) -> list[tuple[Any, ...]]:
    """What lines say, without their numbers."""
    return [tuple(line.get(key) for key in COLUMNS[1:]) for line in lines]


def _keep_earlier(draft: Draft, today: dt.date) -> None:
    """The cost of a product that gets its first dated ones holds for the days before them."""
    lines = draft.parts[COSTS]
    was = draft.before if draft.record_id else draft.values
    if (
        lines
        and was.get("cost") is not None
        and all(line.get("valid_from") for line in lines)
        and not _last(lines, today)
    ):
        lines.insert(0, {"valid_from": None, **{key: was.get(key) for key in SAID}})


def _check(draft: Draft) -> None:
    seen: dict[dt.date | None, int] = {}
    for place, line in enumerate(draft.parts.get(COSTS, ())):
        where = f"{COSTS}.{place}"
        for key in ("cost", "duty", "delivery"):
            if (value := line.get(key)) is not None and value < 0:
                draft.refuse(f"{where}.{key}", "range", _("This cannot be less than zero."))
        day = line.get("valid_from")
        if day in seen:
            text = _("Line {line} holds from the same day already. Only one cost holds at a time.")
            draft.refuse(f"{where}.valid_from", "overlap", text.format(line=seen[day] + 1))
        seen.setdefault(day, place)
        if line.get("currency") is None:
            line["currency"] = draft.get("currency") or current().currency


def _note(draft: Draft, stored: list[Line], today: dt.date) -> None:
    """Of a product whose cost was said anew: what held so far goes on to hold for earlier days."""
    lines = stored
    if not lines:
        if draft.before.get("cost") is None:
            return  # there was none: the first one holds for all days
        lines = [{"valid_from": None, **{key: draft.before.get(key) for key in SAID}}]
    fresh = {key: draft.get(key) for key in ("cost", "duty") if draft.changed(key)}
    if "cost" in fresh or not stored:
        fresh["currency"] = draft.get("currency") or current().currency
    now = next((line for line in lines if line["valid_from"] == today), None)
    if now is None:
        lines.append({**_last(lines, today), "id": None, "valid_from": today, **fresh})
    else:
        now.update(fresh)
    draft.parts[COSTS] = _kept(lines)


def _kept(lines: Sequence[Line]) -> list[Line]:
    return [{k: v for k, v in line.items() if k != "id" or v is not None} for line in lines]


def _last(lines: Sequence[Line], day: dt.date) -> Line:
    """The line that holds on a day; empty when none has begun."""
    begun = [line for line in lines if (line["valid_from"] or dt.date.min) <= day]
    return max(begun, key=lambda line: line["valid_from"] or dt.date.min, default={})


def _tell(draft: Draft, today: dt.date, rates: Mapping[str, Decimal]) -> None:
    """Let the product tell the cost of today in its own currency; without a rate it tells none."""
    line = _last(draft.parts[COSTS], today)
    cost = line.get("cost")
    if cost is not None:
        try:
            own = draft.get("currency") or current().currency
            cost = converted(cost, line.get("currency") or own, own, rates)
        except NoRate:
            cost = None
    draft.values |= {"cost": cost, "duty": line.get("duty")}


def _stored(products: Sequence[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    rows = ProductCost.objects.filter(product__in=products).order_by("position", "id")
    for product, *values in rows.values_list("product_id", *COLUMNS):
        found.setdefault(product, []).append(dict(zip(COLUMNS, values, strict=True)))
    return found
