"""What is allocated to what, for the cards of payments and of invoices; and the invoices a payment may pay."""

from typing import Any, Final, Literal

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import Row

OFFERED: Final = 30
OPEN: Final[Tree] = {"field": "status", "op": "in", "value": ["issued", "part_paid"]}
PAID: Final[Tree] = {"field": "status", "op": "in", "value": ["part_paid", "paid"]}


def allocations_of(actor: Actor, side: Literal["payment", "invoice"], record_id: int) -> list[dict[str, Any]]:
    """The allocations of one payment or invoice that was read with this actor, undone ones too, the newest first.

    What is on the other side is named where it is open to the actor.
    """
    other: Literal["payment", "invoice"] = "invoice" if side == "payment" else "payment"
    text = sql.SQL(
        "select a.id, a.{other}, a.amount, a.day, a.made_at, a.undone_at, a.sure, u.name from payment_allocation a"
        " left join access_user u on u.id = a.made_by_id where a.{side} = %s order by a.undone_at is not null, a.id desc limit 200"
    ).format(other=sql.Identifier(f"{other}_id"), side=sql.Identifier(f"{side}_id"))
    with connection.cursor() as cursor:
        cursor.execute(text, [record_id])
        rows = cursor.fetchall()
    shape = shape_of(other)
    names = (
        read.titles(actor, shape, sorted({r[1] for r in rows})) if rows and may(actor, shape, "read") else {}
    )
    keys = ("id", "other", "amount", "day", "made_at", "undone_at", "sure", "who")
    return [{**dict(zip(keys, r, strict=True)), "title": names.get(r[1])} for r in rows]


def payable(actor: Actor, payment: Row, *, limit: int = OFFERED) -> list[Row]:
    """The client's invoices that a payment may pay (a refund: may give back of), those due first."""
    party = payment.get("party")
    if party is None or not may(actor, shape_of("invoice"), "read"):
        return []
    tree: Tree = {
        "and": [
            PAID if payment["direction"] == "out" else OPEN,
            {"field": "party", "op": "eq", "value": party.id},
            {"field": "company", "op": "eq", "value": payment["company"].id},
            {"field": "currency", "op": "eq", "value": payment["currency"]},
        ]
    }
    keys = ["title", "number", "issued_on", "due_on", "amount", "paid", "currency", "status"]
    return read.page(actor, shape_of("invoice"), tree=tree, sort="due_on", limit=limit, keys=keys).rows


def payments_of_deal(actor: Actor, opportunity: int) -> list[dict[str, Any]]:
    """What paid the invoices of a deal, as far as the actor sees these invoices; the newest first."""
    shape = shape_of("invoice")
    if not may(actor, shape, "read") or "opportunity" not in readable(actor, shape):
        return []
    where = conditions(actor, shape, more=[Predicate(sql.SQL("r.opportunity_id = %s"), (opportunity,))])
    text = sql.SQL(
        "select a.payment_id, a.amount, a.day, r.id, r.title, r.currency from payment_allocation a join invoice r on r.id = a.invoice_id"
        " where a.undone_at is null and {} order by a.day desc, a.id desc limit 200"
    ).format(where.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        rows = cursor.fetchall()
    payment = shape_of("payment")
    seen = rows and may(actor, payment, "read")
    names = read.titles(actor, payment, sorted({r[0] for r in rows})) if seen else {}
    keys = ("payment", "amount", "day", "invoice", "invoice_title", "currency")
    return [{**dict(zip(keys, r, strict=True)), "title": names.get(r[0])} for r in rows]
