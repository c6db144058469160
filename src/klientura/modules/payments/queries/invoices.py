"""What payments need to know of invoices, read for rules of writing: whoever asks has been let through already."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read


class InvoiceFacts(NamedTuple):
    """What a payment has to fit."""

    status: str
    party: int | None
    company: int
    currency: str
    amount: Decimal
    paid: Decimal


def facts_of(invoice_ids: Collection[int]) -> dict[int, InvoiceFacts]:
    """Invoices by their numbers; nothing is asked where there are none."""
    if not invoice_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, status, party_id, company_id, currency, amount, paid from invoice"
            " where id = any(%s) and deleted_at is null",
            [list(invoice_ids)],
        )
        return {number: InvoiceFacts(*rest) for number, *rest in cursor.fetchall()}


def from_invoice(actor: Actor, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a payment entered for an invoice begins with: its client and company, and what is still owed."""
    keys = ["title", "party", "company", "currency", "amount", "paid", "owner"]
    row = read.get(actor, shape_of("invoice"), number, keys=keys)
    values = {k: row[k] for k in ("party", "company", "currency") if row.get(k) is not None}
    left = max(row["amount"] - row["paid"], Decimal(0))
    return {**values, "invoice": read.Ref(number, row["title"]), **({"amount": left} if left else {})}, {}


def for_invoice(actor: Actor, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a permission for an invoice begins with."""
    row = read.get(actor, shape_of("invoice"), number, keys=["title"])
    return {"invoice": read.Ref(number, row["title"])}, {}


def for_closing_paper(actor: Actor, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a permission for a closing paper begins with."""
    row = read.get(actor, shape_of("closing_paper"), number, keys=["title"])
    return {"closing_paper": read.Ref(number, row["title"])}, {}
