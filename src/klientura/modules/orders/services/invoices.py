"""Verbs of an invoice: issue it, cancel it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.modules.documents.queries.companies import prefix_of
from klientura.modules.documents.services.numbering import next_number
from klientura.modules.orders.models import Invoice, InvoiceLine


def is_draft(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether it has no number yet; whoever does not see that is offered every verb."""
    return bool(row.get("status", "draft") == "draft")


def is_issued(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether it waits for money."""
    return row.get("status", "issued") in {"issued", "part_paid"}


def issue(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Give an invoice its number and settle it; return its version. Issuing it twice gives one number.

    Raises Invalid when it has no lines, no client or no sum, NotFound, Denied, Conflict.
    """
    shape = shape_of("invoice")
    with transaction.atomic():
        before = write.lock(actor, shape, record_id, "edit")
        if before["status"] != "draft":
            return int(before["version"])
        _refuse_unfinished(before, record_id)
        day = before["issued_on"] or timezone.localdate()
        number = next_number(before["company"], "invoice", day.year)
        settled = {"number": f"{prefix_of(before['company'])}{number}", "status": "issued", "issued_on": day}
        return write.set_by_verb(actor, shape, record_id, settled, expected_version=expected_version)


def _refuse_unfinished(before: Mapping[str, Any], record_id: int) -> None:
    errors = []
    if before["party"] is None:
        errors.append(FieldError("party", "required", _("Say whom the invoice is for.")))
    if not InvoiceLine.objects.filter(invoice=record_id).exists():
        errors.append(FieldError("lines", "required", _("Add what the invoice is for.")))
    elif before["amount"] <= 0:
        errors.append(FieldError("lines", "range", _("An invoice for nothing cannot be issued.")))
    if errors:
        raise Invalid(errors)


def cancel(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Cancel an invoice that nothing was paid on; its number stays with it and is never given again."""
    shape = shape_of("invoice")
    with transaction.atomic():
        before = write.lock(actor, shape, record_id, "edit")
        if before["status"] == "cancelled":
            return int(before["version"])
        if before["paid"]:
            raise Invalid(
                [FieldError("paid", "paid", _("Money has come for this invoice. Return it first."))]
            )
        return write.set_by_verb(
            actor, shape, record_id, {"status": "cancelled"}, expected_version=expected_version
        )


def before_trash_invoice(ids: Sequence[int], _actor: Any) -> None:
    """A number that was given is never lost: what was issued is cancelled, not thrown away."""
    if Invoice.objects.filter(pk__in=ids, number__isnull=False).exists():
        raise BadRequest(_("An issued invoice keeps its number for good: cancel it instead."), code="issued")


def from_opportunity(actor: Actor, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an invoice made from a deal begins with: its client, terms and goods, at the prices agreed there."""
    shape = shape_of("opportunity")
    row = read.get(actor, shape, number)
    lines = read.named_parts_of(actor, shape, [number])[number].get("lines", [])
    values = {
        key: row[key]
        for key in ("party", "person", "currency", "price_list", "tax_mode")
        if row.get(key) is not None
    }
    made = [
        {
            **{
                key: line[key]
                for key in ("product", "name", "quantity", "unit", "tax")
                if line[key] is not None
            },
            "given_price": line["price"],
            **({"given_discount": line["discount"]} if line["discount"] is not None else {}),
        }
        for line in lines
    ]
    return {**values, "opportunity": read.Ref(number, row["title"])}, {"lines": made}
