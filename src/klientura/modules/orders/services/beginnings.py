"""How papers begin from one another: a deal, an offer, an order give their client, terms and goods at the prices agreed there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.formats import format_paper_date
from klientura.modules.orders.models import ClosingPaperLine, InvoiceLine

TERMS: Final = ("party", "person", "currency", "price_list", "tax_mode")
LEFT: Final = {
    "invoice": (InvoiceLine, ("issued", "part_paid", "paid", "draft")),
    "closing_paper": (ClosingPaperLine, ("issued", "signed", "draft")),
}

type Begun = tuple[dict[str, Any], dict[str, Any]]


def carried(actor: Actor, key: str, number: int) -> Begun:
    """The terms and lines of a record as another one begins with them."""
    shape = shape_of(key)
    row = read.get(actor, shape, number)
    lines = read.named_parts_of(actor, shape, [number])[number].get("lines", [])
    values = {k: row[k] for k in TERMS if row.get(k) is not None}
    return values, {"lines": [_line(line) for line in lines]}


def _line(line: Row, quantity: Decimal | None = None) -> dict[str, Any]:
    kept = {k: line[k] for k in ("product", "name", "quantity", "unit", "tax") if line[k] is not None}
    made = {**kept, "given_price": line["price"]}
    if line["discount"] is not None:
        made["given_discount"] = line["discount"]
    return {**made, "quantity": quantity} if quantity is not None else made


def from_opportunity(actor: Actor, number: int) -> Begun:
    """What a paper made from a deal begins with."""
    values, lines = carried(actor, "opportunity", number)
    title = read.get(actor, shape_of("opportunity"), number, keys=["title"])["title"]
    return {**values, "opportunity": read.Ref(number, title)}, lines


def _from(actor: Actor, key: str, number: int, also: Sequence[str]) -> Begun:
    values, lines = carried(actor, key, number)
    row = read.get(actor, shape_of(key), number)
    kept = {k: row[k] for k in ("company", "opportunity", *also) if row.get(k) is not None}
    return {**values, **kept, key: read.Ref(number, row["title"])}, lines


def from_offer(actor: Actor, number: int) -> Begun:
    """What an order or an invoice made from an offer begins with."""
    return _from(actor, "offer", number, ("payment_terms", "delivery_terms"))


def invoice_of_order(actor: Actor, number: int) -> Begun:
    """An invoice for what of an order is not invoiced yet."""
    return _of_order(actor, number, "invoice")


def closing_of_order(actor: Actor, number: int) -> Begun:
    """A closing paper for what of an order is not delivered yet."""
    values, lines = _of_order(actor, number, "closing_paper")
    row = read.get(actor, shape_of("order"), number)
    return {**values, **_basis(_("Order No. {number} of {day}"), row)}, lines


def closing_of_invoice(actor: Actor, number: int) -> Begun:
    """A closing paper for what an invoice is for, as far as its order, if it has one, is not delivered yet."""
    values, lines = carried(actor, "invoice", number)
    row = read.get(actor, shape_of("invoice"), number)
    if row.get("order") is not None:
        lines = {"lines": _still_owed(actor, row["order"].id, lines["lines"])}
    kept = {k: row[k] for k in ("company", "opportunity", "order") if row.get(k) is not None}
    return {**values, **kept, **_basis(_("Invoice No. {number} of {day}"), row)}, lines


def _basis(words: str, row: Row) -> dict[str, str]:
    """What a closing paper stands on, where number and date are open to the reader."""
    number, day = row.get("number"), row.get("issued_on")
    if not number or not day:
        return {}
    return {"basis": words.format(number=number, day=format_paper_date(day, lang()))}


def _still_owed(actor: Actor, order: int, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of an invoice, none for more than is left to deliver of the order."""
    left: dict[tuple[int | None, str], Decimal] = defaultdict(Decimal)
    for line in _of_order(actor, order, "closing_paper")[1]["lines"]:
        left[_same({"product": line.get("product"), "name": line.get("name")})] += line["quantity"]
    made = []
    for line in lines:
        who = _same({"product": line.get("product"), "name": line.get("name")})
        quantity = min(line["quantity"], left[who])
        left[who] -= quantity
        if quantity > 0:
            made.append({**line, "quantity": quantity})
    return made


def _of_order(actor: Actor, number: int, key: str) -> Begun:
    values, _lines = _from(actor, "order", number, ())
    shape = shape_of("order")
    lines = read.named_parts_of(actor, shape, [number])[number].get("lines", [])
    taken = _taken(number, key)
    made = []
    for line in lines:
        who = _same(line)
        given = min(taken[who], line["quantity"])
        taken[who] -= given
        if line["quantity"] - given:
            made.append(_line(line, line["quantity"] - given))
    return values, {"lines": made}


def _same(line: Mapping[str, Any]) -> tuple[int | None, str]:
    """What two lines of different papers are told to be the same by."""
    product = line["product"]
    number = getattr(product, "id", product)
    return (number, "" if number is not None else line["name"] or "")


def _taken(order: int, key: str) -> dict[tuple[int | None, str], Decimal]:
    """How much of each thing stands already in the papers of a kind made of an order."""
    model, states = LEFT[key]
    held: dict[str, Any] = {f"{key}__order": order, f"{key}__deleted_at": None, f"{key}__status__in": states}
    found: Iterable[tuple[int | None, str | None, Decimal]] = model._default_manager.filter(
        **held
    ).values_list("product_id", "name", "quantity")
    sums: dict[tuple[int | None, str], Decimal] = defaultdict(Decimal)
    for product, name, quantity in found:
        sums[_same({"product": product, "name": name})] += quantity
    return sums
