"""What must hold for payments, terms of credit and permissions above them."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.settings.installation import current
from klientura.modules.orders.services.settling import PAYABLE
from klientura.modules.payments.models import Allocation, CreditTerms, Payment
from klientura.modules.payments.queries.invoices import InvoiceFacts, facts_of

OF_THE_BANK: Final = (
    "number", "paid_on", "direction", "kind", "company", "account", "amount", "currency", "payer_name", "payer_inn", "payer_kpp",
    "payer_account", "payer_bic", "purpose",
)  # fmt: skip
"""What the bank has said of a payment: it is not for us to change."""
MOST_DAYS: Final = 730
SETTLED: Final = ("company", "party", "currency", "direction")
"""What invoices were paid by: it stays while they are."""


def before_write_payment(batch: Batch, _actor: Any) -> None:
    """A payment is of more than nothing; what the bank said and what invoices hang on stays; the rest follows."""
    invoices = facts_of({i for d in batch if batch.creating and (i := d.values.get("invoice"))})
    for draft in batch:
        if batch.creating:
            _begin(draft)
            _follow_invoice(draft, invoices.get(draft.values.get("invoice") or 0))
        else:
            _refuse_changes(draft)
        amount = draft.get("amount")
        if amount is None or amount <= 0:
            draft.refuse(
                "amount", "range", _("A payment is of more than zero. For money given back choose “Refund”.")
            )
            continue
        allocated = draft.get("allocated") or Decimal(0)
        if amount < allocated:
            draft.refuse(
                "amount", "allocated", _("More of it is allocated to invoices already. Take that off first.")
            )
        elif batch.creating or draft.changed("amount"):
            draft.values["rest"] = amount - allocated
            draft.values["status"] = status_of(amount, allocated)


def payable(invoice: InvoiceFacts, direction: str) -> bool:
    """Whether money may come for an invoice now, or be given back of it."""
    left = invoice.paid if direction == "out" else invoice.amount - invoice.paid
    return invoice.status in PAYABLE and left > 0


def status_of(amount: Decimal, allocated: Decimal) -> str:
    """How far a payment is allocated."""
    return "free" if not allocated else "done" if allocated >= amount else "part"


def _begin(draft: Draft) -> None:
    if draft.values.get("currency") is None:
        draft.values["currency"] = current().currency
    if draft.values.get("paid_on") is None:
        draft.values["paid_on"] = timezone.localdate()
    draft.values["allocated"] = Decimal(0)


def _follow_invoice(draft: Draft, invoice: InvoiceFacts | None) -> None:
    """A payment entered for an invoice is its client's, unless another is named; it fits one that waits for money."""
    if invoice is None:
        return
    if draft.values.get("party") is None:
        draft.values["party"] = invoice.party
    if not payable(invoice, draft.get("direction")):
        return  # it stays an advance
    if draft.values.get("party") != invoice.party:
        draft.refuse("party", "invoice", _("The invoice is of another client."))
    elif draft.get("company") != invoice.company:
        draft.refuse("company", "invoice", _("The invoice is of another company of ours."))
    elif draft.get("currency") != invoice.currency:
        draft.refuse("currency", "invoice", _("The invoice is in another currency."))


def _refuse_changes(draft: Draft) -> None:
    if draft.before.get("status") == "reversed":
        for key in draft.values.keys() - {"note", "owner", "team"}:
            if draft.changed(key):
                draft.refuse(key, "reversed", _("This payment was reversed: it stays as it was."))
    if draft.before.get("bank_key"):
        for key in OF_THE_BANK:
            if draft.changed(key):
                draft.refuse(
                    key, "bank", _("This is what the bank said. Reverse the payment if it is wrong.")
                )
    if draft.before.get("allocated"):
        for key in SETTLED:
            if draft.changed(key):
                draft.refuse(key, "allocated", _("Invoices are paid by it. Take the allocation off first."))


def before_trash_payment(ids: Sequence[int], _actor: Any) -> None:
    """Money that pays invoices, or that the bank told of, is reversed and not thrown away."""
    if Payment.objects.filter(pk__in=ids, bank_key__isnull=False).exists():
        raise BadRequest(_("A payment from a bank statement stays. Reverse it if it is wrong."), code="bank")
    if Allocation.objects.filter(payment__in=ids).exists():
        raise BadRequest(
            _("Invoices are or were paid by this payment: reverse it instead."), code="allocated"
        )


def settled_payments(ids: Collection[int]) -> set[int]:
    """The payments that no undo changes: invoices are or were paid by them, or the bank told of them."""
    known = set(Allocation.objects.filter(payment__in=list(ids)).values_list("payment_id", flat=True))
    return known | set(
        Payment.objects.filter(pk__in=list(ids), bank_key__isnull=False).values_list("pk", flat=True)
    )


def before_write_terms(batch: Batch, _actor: Any) -> None:
    """One client has one set of terms; a limit is not below zero; a stop has its reason."""
    for draft in batch:
        limit = draft.get("credit_limit")
        if limit is not None and limit < 0:
            draft.refuse("credit_limit", "range", _("A limit cannot be negative. Zero means: prepaid only."))
        if (days := draft.get("payment_days")) is not None and not 0 <= days <= MOST_DAYS:
            draft.refuse("payment_days", "range", _("From 0 to 730 days."))
        if draft.get("stopped") and not draft.get("reason"):
            draft.refuse("reason", "required", _("Say why nothing is sold to this client."))
    claiming = [d for d in batch if d.get("party") and (batch.creating or d.changed("party"))]
    if not claiming:
        return
    taken = set(
        CreditTerms.objects.filter(party__in=[d.get("party") for d in claiming], deleted_at=None)
        .exclude(pk__in=[d.record_id for d in claiming if d.record_id])
        .values_list("party_id", flat=True)
    )
    for draft in claiming:
        party = draft.get("party")
        if party in taken:
            draft.refuse("party", "second", _("This client has terms of credit already: change those."))
        taken.add(party)


def before_write_release(batch: Batch, _actor: Any) -> None:
    """A permission is for a paper."""
    for draft in batch:
        if batch.creating and draft.get("invoice") is None and draft.get("closing_paper") is None:
            draft.refuse("invoice", "required", _("Say which paper it is for."))
