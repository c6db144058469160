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
from klientura.modules.orders.enums import IN_FORCE
from klientura.modules.orders.queries.naming import contract_words
from klientura.modules.orders.services.papers import LINES_OF

TERMS: Final = ("party", "person", "currency", "price_list", "tax_mode")
KEPT_OF_LINES: Final = ("product", "name", "quantity", "unit", "tax", "configuration")

type Begun = tuple[dict[str, Any], dict[str, Any]]
type Thing = tuple[int | None, str]
"""What two lines of different papers are told to be the same by: the product; without one, the name."""


def source_of(actor: Actor, key: str, number: int) -> tuple[Row, list[Row]]:
    """A record that others begin from, and its lines. Raises NotFound, Denied."""
    shape = shape_of(key)
    lines = read.named_parts_of(actor, shape, [number])[number].get("lines", [])
    return read.get(actor, shape, number), lines


def begun(row: Row, lines: Iterable[Row], *also: str, **more: Any) -> Begun:
    """What another paper begins with: the terms of a record, those of its fields that are named besides, its lines."""
    kept = {k: row[k] for k in (*TERMS, *also) if row.get(k) is not None}
    return {**kept, **more}, {"lines": [_line(line) for line in lines]}


def _line(line: Row) -> dict[str, Any]:
    kept = {k: line[k] for k in KEPT_OF_LINES if line.get(k) is not None}
    given = {"given_discount": line["discount"]} if line["discount"] is not None else {}
    return {**kept, "given_price": line["price"], **given}


def order_of_contract(actor: Actor, number: int) -> Begun:
    """What an order made on a contract begins with."""
    row = read.get(actor, shape_of("contract"), number)
    also = ("company", "opportunity", "payment_terms", "delivery_terms")
    return begun(row, (), *also, contract=read.Ref(number, row["title"]))


def from_opportunity(actor: Actor, number: int) -> Begun:
    """What a paper made from a deal begins with."""
    row, lines = source_of(actor, "opportunity", number)
    return begun(row, lines, opportunity=read.Ref(number, row["title"]))


def from_offer(actor: Actor, number: int) -> Begun:
    """What an order or an invoice made from an offer begins with."""
    row, lines = source_of(actor, "offer", number)
    also = ("company", "opportunity", "payment_terms", "delivery_terms")
    return begun(row, lines, *also, offer=read.Ref(number, row["title"]))


def invoice_of_order(actor: Actor, number: int) -> Begun:
    """An invoice for what of an order is not invoiced yet."""
    row, lines = source_of(actor, "order", number)
    left = _left_of(lines, number, "invoice")
    return begun(row, left, "company", "opportunity", "contract", order=read.Ref(number, row["title"]))


def closing_of_order(actor: Actor, number: int) -> Begun:
    """A closing paper for what of an order is not delivered yet."""
    row, lines = source_of(actor, "order", number)
    left = _left_of(lines, number, "closing_paper")
    more = {"order": read.Ref(number, row["title"]), **_basis(actor, _("Order No. {number} of {day}"), row)}
    return begun(row, left, "company", "opportunity", "contract", **more)


def closing_of_invoice(actor: Actor, number: int) -> Begun:
    """A closing paper for what an invoice is for, as far as its order, if it has one, is not delivered yet."""
    row, lines = source_of(actor, "invoice", number)
    if row.get("order") is not None:
        order = row["order"].id
        owed = _left_of(source_of(actor, "order", order)[1], order, "closing_paper")
        lines = _loose(_split(lines, _quantities(owed))[0], lines)
    return begun(
        row,
        lines,
        "company",
        "opportunity",
        "contract",
        "order",
        **_basis(actor, _("Invoice No. {number} of {day}"), row),
    )


def _basis(actor: Actor, words: str, row: Row) -> dict[str, str]:
    """What a closing paper stands on, its contract first, where number and date are open to the reader."""
    if said := contract_words(actor, row.get("contract"), lang()):
        return {"basis": said}
    number, day = row.get("number"), row.get("issued_on")
    if not number or not day:
        return {}
    return {"basis": words.format(number=number, day=format_paper_date(day, lang()))}


def _same(line: Mapping[str, Any]) -> Thing:
    product = line["product"]
    number = getattr(product, "id", product)
    return (number, "" if number is not None else line["name"] or "")


def _quantities(lines: Iterable[Mapping[str, Any]]) -> defaultdict[Thing, Decimal]:
    """How much of each thing some lines hold together."""
    sums: defaultdict[Thing, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[_same(line)] += line["quantity"]
    return sums


def _split(lines: Iterable[Row], much: defaultdict[Thing, Decimal]) -> tuple[list[Row], list[Row]]:
    """The lines as far as so much of each thing reaches, from the first on, and what is beyond it."""
    within, beyond = [], []
    for line in lines:
        thing = _same(line)
        reached = min(much[thing], line["quantity"])
        much[thing] -= reached
        if reached:
            within.append({**line, "quantity": reached})
        if line["quantity"] - reached:
            beyond.append({**line, "quantity": line["quantity"] - reached})
    return within, beyond


def _loose(found: list[Row], lines: Sequence[Row]) -> list[Row]:
    """Some of the lines of a paper: where they are not all of them, pieces of a configuration are lines as any others."""
    return found if found == lines else [{**line, "configuration": None} for line in found]


def _left_of(lines: Sequence[Row], order: int, key: str) -> list[Row]:
    """What of the lines of an order stands in no paper of a kind yet."""
    return _loose(_split(lines, _taken(order, key))[1], lines)


def _taken(order: int, key: str) -> defaultdict[Thing, Decimal]:
    """How much of each thing stands already in the papers of a kind made of an order, drafts too."""
    states = ("draft", *IN_FORCE[key])
    held: dict[str, Any] = {f"{key}__order": order, f"{key}__deleted_at": None, f"{key}__status__in": states}
    found = LINES_OF[key]._default_manager.filter(**held).values_list("product_id", "name", "quantity")
    return _quantities({"product": p, "name": n, "quantity": q} for p, n, q in found)
