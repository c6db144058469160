"""What is paid of invoices, written here for whoever keeps the payments: in their transaction, in one order of locks."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.events.outbox import emit
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.store.read import Row
from klientura.modules.orders.enums import IN_FORCE
from klientura.modules.orders.services.orders import note_progress
from klientura.modules.orders.services.schedules import next_dues

PAYABLE: Final = frozenset(IN_FORCE["invoice"])
"""What an invoice is that money may come for."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What is paid of an invoice in all, and the day of the last payment."""

    sum: Decimal
    last: dt.date | None


def lock_invoices(invoice_ids: Collection[int]) -> dict[int, Row]:
    """Lock invoices in the order of their numbers and return them as they stand; inside the caller's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("invoices are locked within the transaction that settles them")
    rows = write.lock_rows(shape_of("invoice"), sorted(set(invoice_ids)))
    return {row["id"]: row for row in rows}


def settle(user_id: int | None, paid: Mapping[int, Paid], *, operation_id: int | None = None) -> list[int]:
    """Write what is paid of locked invoices, and what they are by that; return those that have just become paid in full.

    Saying the same again changes nothing. Whoever pays in money need not be allowed to edit the invoice: the product
    writes, in the name of the user. The caller has looked under the locks that each is payable and not paid more than its sum; else ValueError.
    """
    shape = shape_of("invoice")
    rows = lock_invoices(paid)
    due = next_dues({number: paid[number].sum for number in rows})
    drafts, done = [], []
    for number, row in rows.items():
        said = paid[number]
        if said.sum and (row["status"] not in PAYABLE or not 0 <= said.sum <= row["amount"]):
            raise ValueError(f"invoice {number} takes no {said.sum}")
        values = _values(row, said) | ({"due_on": due[number]} if number in due else {})
        if values["status"] == "paid" and row["status"] != "paid":
            done.append(number)
        drafts.append(Draft(values=values, before=row, record_id=number, version=row["version"]))
    product = SystemActor("money was allocated to invoices", user_id)
    batch = Batch(shape, drafts, creating=False)
    write.settle(product, batch)
    write.write_drafts(product, batch, operation_id=operation_id)
    note_progress([row["order"] for row in rows.values()])
    if done:
        emit("invoice.paid", shape.base, done, actor_id=user_id, operation_id=operation_id)
    return done


def _values(row: Row, said: Paid) -> dict[str, Any]:
    """The fields of an invoice that follow from what was paid."""
    if row["status"] not in PAYABLE:
        return {"paid": said.sum, "paid_on": None, "status": row["status"]}
    status = "issued" if not said.sum else "paid" if said.sum >= row["amount"] else "part_paid"
    return {"paid": said.sum, "paid_on": said.last if status == "paid" else None, "status": status}
