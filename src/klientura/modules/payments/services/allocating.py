"""Allocating payments to invoices and taking that off again: all in one transaction with what invoices say of it.

Locks are taken in one order, payments by their numbers and then invoices by theirs: whoever comes second waits, and then
sees what the first has paid.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import FieldError, Invalid, NotFound
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.modules.orders.services.papers import in_state
from klientura.modules.orders.services.settling import PAYABLE, Paid, lock_invoices, settle
from klientura.modules.payments.models import Allocation
from klientura.modules.payments.queries.invoices import facts_of
from klientura.modules.payments.services.checks import payable, status_of
from klientura.modules.payments.services.telling import tell_paid

_OF_INVOICES: Final = (
    "select invoice_id, sum(amount), max(day) filter (where amount > 0) from payment_allocation"
    " where invoice_id = any(%s) and undone_at is null group by 1"
)
_OF_PAYMENTS: Final = "select payment_id, abs(sum(amount)) from payment_allocation where payment_id = any(%s) and undone_at is null group by 1"


is_allocated = in_state("part", "done")
has_rest = in_state("free", "part")
is_standing = in_state("free", "part", "done")


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a payment for an invoice; `amount` None: as much as fits."""

    payment: int
    invoice: int
    amount: Decimal | None = None


def allocate(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Pay the invoice of `values`, as far as the payment reaches; return the payment's version. Raises Invalid, NotFound, Denied."""
    try:
        invoice = int((values or {}).get("invoice") or 0)
    except (TypeError, ValueError):
        invoice = 0
    if not invoice:
        raise Invalid([FieldError("invoice", "required", _("Choose an invoice."))])
    allocate_shares(actor, [Share(record_id, invoice)])
    return int(read.get(actor, shape_of("payment"), record_id, keys=["version"])["version"])


@transaction.atomic
def allocate_shares(
    actor: Actor,
    shares: Sequence[Share],
    *,
    sure: bool = False,
    among: Mapping[int, Row] | None = None,
    operation_id: int | None = None,
) -> list[int]:
    """Write shares; return the invoices that have just become paid in full.

    The payments are the actor's to edit, the invoices theirs to read. `among` are payments that the caller has just made
    itself. Raises Invalid for what does not fit: another company, currency or client, more than is left of either.
    """
    if among is None:
        among = _locked(actor, {s.payment for s in shares})
        _require_readable(actor, {s.invoice for s in shares})
    invoices = lock_invoices({s.invoice for s in shares})
    left = {number: row["rest"] for number, row in among.items()}
    paid = {number: row["paid"] for number, row in invoices.items()}
    made = []
    for share in shares:
        if share.payment not in among or share.invoice not in invoices:
            raise NotFound
        payment, invoice = among[share.payment], invoices[share.invoice]
        back = payment["direction"] == "out"
        open_sum = paid[share.invoice] if back else invoice["amount"] - paid[share.invoice]
        amount = min(left[share.payment], open_sum) if share.amount is None else share.amount
        _refuse_misfit(payment, invoice, amount, left[share.payment], open_sum)
        left[share.payment] -= amount
        paid[share.invoice] += -amount if back else amount
        made.append(
            Allocation(
                payment_id=share.payment,
                invoice_id=share.invoice,
                amount=-amount if back else amount,
                day=max(payment["paid_on"], invoice["issued_on"] or payment["paid_on"]),
                made_by_id=actor.user_id,
                sure=sure,
            )
        )
    Allocation.objects.bulk_create(made)
    return refresh(actor, among, invoices, operation_id=operation_id)


def _locked(actor: Actor, payment_ids: Collection[int]) -> dict[int, Row]:
    """Payments, locked in order. Raises NotFound, Denied."""
    shape = shape_of("payment")
    if len(payment_ids) == 1:
        row = write.lock(actor, shape, next(iter(payment_ids)), "edit")
        return {row["id"]: row}
    rows = {row["id"]: row for row in write.lock_open_rows(actor, shape, sorted(payment_ids))}
    if len(rows) < len(payment_ids):
        raise NotFound
    return rows


def _require_readable(actor: Actor, invoice_ids: Collection[int]) -> None:
    """Raise NotFound unless all of these invoices are open to the actor."""
    known = read.titles(actor, shape_of("invoice"), sorted(invoice_ids))
    if set(invoice_ids) - set(known):
        raise NotFound


def _refuse_misfit(payment: Row, invoice: Row, amount: Decimal, left: Decimal, open_sum: Decimal) -> None:
    def refuse(code: str, message: Any) -> None:
        raise Invalid([FieldError("invoice", code, message)])

    if payment["status"] == "reversed":
        refuse("reversed", _("This payment was reversed."))
    if invoice["status"] not in PAYABLE:
        refuse("not_payable", _("Only an issued invoice can be paid."))
    if payment["company"] != invoice["company"]:
        refuse("company", _("The invoice is of another company of ours."))
    if payment["currency"] != invoice["currency"]:
        refuse("currency", _("The invoice is in another currency."))
    if payment["party"] is not None and payment["party"] != invoice["party"]:
        refuse(
            "party",
            _(
                "The invoice is of another client. Change the client of the payment first, if he paid for him."
            ),
        )
    if open_sum <= 0:
        refuse("paid", _("Nothing is left to pay of this invoice."))
    if left <= 0:
        refuse("empty", _("Nothing is left of this payment."))
    if not 0 < amount <= left:
        refuse("range", _("Not more than {sum} is left of this payment.").format(sum=left))
    if amount > open_sum:
        refuse("range", _("Not more than {sum} is left of this invoice.").format(sum=open_sum))


@transaction.atomic
def release(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Take a payment off all its invoices, or off the one of `values`; they are as they were before. Returns its version."""
    shape = shape_of("payment")
    payment = write.lock(actor, shape, record_id, "edit")
    live = Allocation.objects.filter(payment=record_id, undone_at=None)
    if (invoice := (values or {}).get("invoice")) is not None:
        live = live.filter(invoice=int(invoice))
    numbers = list(live.values_list("invoice_id", flat=True))
    invoices = lock_invoices(numbers)
    live.update(undone_at=timezone.now(), undone_by_id=actor.user_id)
    refresh(actor, {record_id: payment}, invoices)
    return int(read.get(actor, shape, record_id, keys=["version"])["version"])


@transaction.atomic
def reverse(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Reverse a payment (сторно): it pays nothing any more and stays in the books with its reason. Twice is once."""
    shape = shape_of("payment")
    payment = write.lock(actor, shape, record_id, "edit")
    if payment["status"] == "reversed":
        return int(payment["version"])
    reason = str((values or {}).get("reversal_reason") or "").strip()[:500]
    if not reason:
        raise Invalid([FieldError("reversal_reason", "required", _("Say why the payment is reversed."))])
    release(actor, record_id)
    return write.set_by_verb(
        actor, shape, record_id,
        {"status": "reversed", "rest": Decimal(0), "reversal_reason": reason},
    )  # fmt: skip


def pay_named_invoices(actor: Actor, batch: Batch, _unowned: Sequence[int], _operation: int | None) -> None:
    """New payments that were entered for an invoice pay it, in the transaction that makes them."""
    if batch.shape.key != "payment":
        return
    named = {d.record_id: i for d in batch if d.record_id and (i := d.values.get("invoice"))}
    if not named:
        return
    made = {row["id"]: row for row in write.lock_rows(batch.shape, sorted(named))}
    facts = facts_of(set(named.values()))
    shares = [
        Share(p, i)
        for p, i in sorted(named.items())
        if i in facts and payable(facts[i], made[p]["direction"])
    ]
    if shares:
        allocate_shares(actor, shares, among=made)


def refresh(
    actor: Actor, payments: Mapping[int, Row], invoices: Mapping[int, Row], *, operation_id: int | None = None
) -> list[int]:
    """Reckon locked payments and invoices anew from their allocations; tell owners of invoices that became paid."""
    _refresh_payments(actor, payments, operation_id)
    with connection.cursor() as cursor:
        cursor.execute(_OF_INVOICES, [list(invoices)])
        found = {number: Paid(total, last) for number, total, last in cursor.fetchall()}
    paid = {number: found.get(number, Paid(Decimal(0), None)) for number in invoices}
    done = settle(actor.user_id, paid, operation_id=operation_id)
    tell_paid(actor, [invoices[number] for number in done])
    return done


def _refresh_payments(actor: Actor, payments: Mapping[int, Row], operation_id: int | None) -> None:
    shape = shape_of("payment")
    with connection.cursor() as cursor:
        cursor.execute(_OF_PAYMENTS, [list(payments)])
        sums: dict[int, Decimal] = defaultdict(Decimal, cursor.fetchall())
    drafts = [
        Draft(
            values={
                "allocated": sums[number], "rest": row["amount"] - sums[number], "status": status_of(row["amount"], sums[number])
            },
            before=row, record_id=number, version=row["version"],
        )
        for number, row in payments.items()
    ]  # fmt: skip
    write.write_drafts(
        SystemActor("payments were allocated", actor.user_id),
        Batch(shape, drafts, creating=False),
        operation_id=operation_id,
    )
