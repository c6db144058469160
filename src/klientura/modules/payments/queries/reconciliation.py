"""A reconciliation statement (акт сверки): what was billed and paid of a client and a company of ours in a period."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, require
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.compiler import conditions


@dataclass(frozen=True, slots=True)
class Movement:
    """A paper: what it adds to the debt of the client, or takes from it."""

    day: dt.date
    kind: str
    number: str
    debit: Decimal
    credit: Decimal


@dataclass(slots=True)
class Reconciliation:
    """The balance at both ends (above zero: the client owes us) and what moved it."""

    opening: Decimal
    movements: list[Movement] = field(default_factory=list)

    @property
    def debit(self) -> Decimal:
        """What was billed, and given back."""
        return sum((m.debit for m in self.movements), Decimal(0))

    @property
    def credit(self) -> Decimal:
        """What was paid."""
        return sum((m.credit for m in self.movements), Decimal(0))

    @property
    def closing(self) -> Decimal:
        """What is owed at the end."""
        return self.opening + self.debit - self.credit


def reconcile(
    actor: Actor, party_id: int, company_id: int, currency: str, first: dt.date, last: dt.date
) -> Reconciliation:
    """All issued invoices and payments of a client; the actor has to see the client and all kinds of paper. Raises Denied, NotFound."""
    invoice, payment = shape_of("invoice"), shape_of("payment")
    require(actor, invoice, "read")
    require(actor, payment, "read")
    read.get(actor, shape_of("party"), party_id, keys=["id"])
    of_both = Predicate(
        sql.SQL("r.party_id = %s and r.company_id = %s and r.currency = %s"), (party_id, company_id, currency)
    )
    billed = conditions(
        actor, invoice, more=[of_both, Predicate(sql.SQL("r.status in ('issued', 'part_paid', 'paid')"))]
    )
    paid = conditions(actor, payment, more=[of_both, Predicate(sql.SQL("r.status <> 'reversed'"))])
    text = sql.SQL(
        "select r.issued_on, 'invoice', coalesce(r.number, ''), r.amount, 0::numeric, r.id from invoice r where {} and r.issued_on <= %s"
        " union all select r.paid_on, case r.direction when 'out' then 'refund' else 'payment' end, coalesce(r.number, ''),"
        "  case r.direction when 'out' then r.amount else 0 end, case r.direction when 'out' then 0 else r.amount end, r.id"
        " from payment r where {} and r.paid_on <= %s order by 1, 2, 6"
    ).format(billed.sql, paid.sql)
    params: list[Any] = [*billed.params, last, *paid.params, last]
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        rows = [Movement(*row[:5]) for row in cursor.fetchall()]
    before = [m for m in rows if m.day < first]
    opening = sum((m.debit - m.credit for m in before), Decimal(0))
    return Reconciliation(opening, [m for m in rows if m.day >= first])
