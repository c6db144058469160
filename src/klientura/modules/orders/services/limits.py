"""Discounts of papers held against the limits of whoever lets them out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.approvals.demands import register_demand, register_gate
from klientura.kernel.approvals.gate import require_approval
from klientura.kernel.errors import Text
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.sums import HUNDRED, rounded
from klientura.modules.catalog.services.limits import Breach, breach_words, breaches_of, limits_for
from klientura.modules.catalog.services.lines import Terms
from klientura.modules.orders.enums import IN_FORCE
from klientura.modules.orders.models import OfferLine, OrderLine

LIMITED: Final = ("offer", "order", "invoice")
AGREED: Final = {
    "offer": ("issued", "accepted"),
    "order": ("confirmed", "done"),
    "invoice": IN_FORCE["invoice"],
}
"""In which states what a paper says was let out already."""
PRODUCT: Final = SystemActor("a discount is judged by all that stands in the paper")


def register() -> None:
    """Have papers looked at before they go out; closing papers go only by the routes of the company."""
    for key in LIMITED:
        register_demand(key, "discount", _demand(key), frozenset({"lines"}))
    for key in ("closing_paper", "contract"):
        register_gate(key)


def _demand(key: str) -> Any:
    def demanded(actor: Actor, number: int) -> Text | None:
        found = breaches_in(actor, key, number)
        return " ".join(breach_words(b) for b in found[:3]) if found else None

    return demanded


def breaches_in(actor: Actor, key: str, number: int) -> list[Breach]:
    """Where a paper goes beyond what the actor may give, unless the same was let out before: by the offer, by the order."""
    if limits_for(actor).is_nothing:
        return []
    shape = shape_of(key)
    lines = read.parts_of(PRODUCT, shape, [number])[number]["lines"]
    row = read.get(PRODUCT, shape, number)
    found = breaches_of(actor, lines, terms_of(row))
    if not found:
        return []
    agreed = _agreed(key, row)
    if agreed and all(_is_agreed(line, agreed) for line in lines):
        return []
    return [b for b in found if b.place is None or not _is_agreed(lines[b.place], agreed)]


def terms_of(row: Mapping[str, Any]) -> Terms:
    """The terms that a paper is priced by."""
    return Terms(
        currency=row["currency"] or current().currency,
        party=row["party"].id if row["party"] else None,
        price_list=row["price_list"].id if row["price_list"] else None,
        mode=row["tax_mode"],
        day=row["issued_on"] or timezone.localdate(),
    )


def _agreed(key: str, row: Row) -> dict[tuple[Any, str], Decimal]:
    """What was asked for a unit of each thing in the papers before this one: the offer of an order, the order of an invoice.

    Without an order an invoice is held against the offers of its deal to the same client. All in the same currency.
    """
    alike: dict[str, Any] = {"deleted_at": None, "currency": row["currency"], "tax_mode": row["tax_mode"]}
    found: list[tuple[Any, str | None, Decimal | None, Decimal | None]] = []
    columns = ("product_id", "name", "price", "discount")
    if key == "order" and row.get("offer"):
        found += _lines(OfferLine, "offer", {"pk": row["offer"].id, **alike}).values_list(*columns)
    if key == "invoice" and row.get("order"):
        found += _lines(OrderLine, "order", {"pk": row["order"].id, **alike}).values_list(*columns)
    elif key in {"order", "invoice"} and not row.get("offer") and row.get("opportunity") and row["party"]:
        same = {"opportunity": row["opportunity"].id, "party": row["party"].id, **alike}
        found += _lines(OfferLine, "offer", same).values_list(*columns)
    if key == "offer" and row.get("previous"):
        found += _lines(OfferLine, "offer", {"pk": row["previous"].id, **alike}).values_list(*columns)
    agreed: dict[tuple[Any, str], Decimal] = {}
    for product, name, price, discount in found:
        asked = _asked(price, discount)
        thing = (product, "" if product else name or "")
        agreed[thing] = min(agreed.get(thing, asked), asked)
    return agreed


def _lines(model: type[OfferLine] | type[OrderLine], parent: str, wanted: Mapping[str, Any]) -> Any:
    states = {f"{parent}__status__in": AGREED[parent]}
    return model._default_manager.filter(**{f"{parent}__{k}": v for k, v in wanted.items()}, **states)


def _asked(price: Decimal | None, discount: Decimal | None) -> Decimal:
    return (price or Decimal(0)) * (HUNDRED - (discount or Decimal(0))) / HUNDRED


def _is_agreed(line: Mapping[str, Any], agreed: Mapping[tuple[Any, str], Decimal]) -> bool:
    product = line["product"]
    known = agreed.get((product, "" if product else line["name"] or ""))
    return known is not None and rounded(_asked(line["price"], line["discount"])) >= rounded(known)


def refuse_unapproved(actor: Actor, key: str, record_id: int) -> None:
    """Raise Invalid when a paper may not be let out by the actor as it stands: beyond their limits, and not approved."""
    require_approval(actor, shape_of(key), record_id, "lines" if key in LIMITED else "approval")
