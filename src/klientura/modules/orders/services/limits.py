"""Discounts of papers held against the limits of whoever lets them out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db.models import F, Q, QuerySet
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
from klientura.modules.orders.models import InvoiceLine, OfferLine, OrderLine

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
    before = _let_out(key, number, row)
    if not before.given:
        return found
    if all(_is_agreed(line, lines, before) for line in lines):
        return []
    return [b for b in found if b.place is None or not _is_agreed(lines[b.place], lines, before)]


def terms_of(row: Mapping[str, Any]) -> Terms:
    """The terms that a paper is priced by."""
    return Terms(
        currency=row["currency"] or current().currency,
        party=row["party"].id if row["party"] else None,
        price_list=row["price_list"].id if row["price_list"] else None,
        mode=row["tax_mode"],
        day=row["issued_on"] or timezone.localdate(),
    )


class _Said(NamedTuple):
    """So much of a thing at such a price."""

    thing: tuple[Any, str]
    asked: Decimal
    quantity: Decimal


class _LetOut(NamedTuple):
    """What the paper before promised the client, and what other papers have taken of that already."""

    given: Sequence[_Said] = ()
    taken: Sequence[_Said] = ()


def _let_out(key: str, number: int, row: Row) -> _LetOut:
    """What was let out by the paper before this one: the offer of an order, the order of an invoice, the edition of an offer.

    Only one that is in force, to the same client, in the same currency; a deal in common is no promise.
    """
    link = {"offer": "previous", "order": "offer", "invoice": "order"}[key]
    if not row.get(link) or not row["party"]:
        return _LetOut()
    before = {
        "pk": row[link].id, "deleted_at": None, "party": row["party"].id, "currency": row["currency"],
        "tax_mode": row["tax_mode"],
    }  # fmt: skip
    if key == "invoice":
        given = _lines(OrderLine, "order", before)
        taken = _lines(InvoiceLine, "invoice", {"order": row[link].id, "deleted_at": None})
        return _LetOut(_said(given), _said(taken.exclude(invoice=number)))
    given = _lines(OfferLine, "offer", before).filter(_holds(timezone.localdate()))
    taken = _lines(OrderLine, "order", {"offer": row[link].id, "deleted_at": None})
    return _LetOut(_said(given), _said(taken.exclude(order=number) if key == "order" else taken))


def _holds(today: dt.date) -> Q:
    """The lines of offers that are not past their day, or were accepted before it."""
    no_end = Q(offer__valid_until=None) | Q(offer__valid_until__gte=today)
    return no_end | Q(offer__status="accepted", offer__answered_on__lte=F("offer__valid_until"))


def _lines(
    model: type[OfferLine] | type[OrderLine] | type[InvoiceLine], parent: str, wanted: Mapping[str, Any]
) -> QuerySet[Any]:
    states = {f"{parent}__status__in": AGREED[parent]}
    return model._default_manager.filter(**{f"{parent}__{k}": v for k, v in wanted.items()}, **states)


def _said(lines: QuerySet[Any]) -> list[_Said]:
    return [
        _Said(_thing(product, name), _asked(price, discount), quantity)
        for product, name, price, discount, quantity in lines.values_list(
            "product_id", "name", "price", "discount", "quantity"
        )
    ]


def _thing(product: Any, name: str | None) -> tuple[Any, str]:
    return product, "" if product else name or ""


def _asked(price: Decimal | None, discount: Decimal | None) -> Decimal:
    return rounded((price or Decimal(0)) * (HUNDRED - (discount or Decimal(0))) / HUNDRED)


def _is_agreed(line: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], before: _LetOut) -> bool:
    """Whether so much at this price, or lower, was promised: what is taken now and was taken already together."""
    thing, asked, _quantity = _of_line(line)

    def so_far(said: Iterable[_Said]) -> Decimal:
        return sum((s.quantity for s in said if s.thing == thing and s.asked <= asked), Decimal(0))

    return so_far(map(_of_line, lines)) + so_far(before.taken) <= so_far(before.given)


def _of_line(line: Mapping[str, Any]) -> _Said:
    product = getattr(line["product"], "id", line["product"])
    return _Said(_thing(product, line["name"]), _asked(line["price"], line["discount"]), line["quantity"])


def refuse_unapproved(actor: Actor, key: str, record_id: int) -> None:
    """Raise Invalid when a paper may not be let out by the actor as it stands: beyond their limits, and not approved."""
    require_approval(actor, shape_of(key), record_id, "lines" if key in LIMITED else "approval")
