"""A reconciliation statement (акт сверки): what was handed over to a client by a company of ours in a period, and paid."""

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
        """What was handed over, and money given back."""
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
    """Closing papers in force and payments of a client: an invoice is only an offer to pay, and moves no balance.

    The actor has to see the client and both kinds of paper. Raises Denied, NotFound.
    """
    closing, payment = shape_of("closing_paper"), shape_of("payment")
    require(actor, closing, "read")
    require(actor, payment, "read")
    read.get(actor, shape_of("party"), party_id, keys=["id"])
    of_both = Predicate(
        sql.SQL("r.party_id = %s and r.company_id = %s and r.currency = %s"), (party_id, company_id, currency)
    )
    handed = conditions(
        actor, closing, more=[of_both, Predicate(sql.SQL("r.status in ('issued', 'signed')"))]
    )
    paid = conditions(actor, payment, more=[of_both, Predicate(sql.SQL("r.status <> 'reversed'"))])
    text = sql.SQL(
        "select r.issued_on, r.kind, coalesce(r.number, ''), r.amount, 0::numeric, 0, r.id from closing_paper r where {} and r.issued_on <= %s"
        " union all select r.paid_on, case r.direction when 'out' then 'refund' else 'payment' end, coalesce(r.number, ''),"
        "  case r.direction when 'out' then r.amount else 0 end, case r.direction when 'out' then 0 else r.amount end, 1, r.id"
        " from payment r where {} and r.paid_on <= %s order by 1, 6, 7"
    ).format(handed.sql, paid.sql)
    params: list[Any] = [*handed.params, last, *paid.params, last]
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        rows = [Movement(*row[:5]) for row in cursor.fetchall()]
    before = [m for m in rows if m.day < first]
    opening = sum((m.debit - m.credit for m in before), Decimal(0))
    return Reconciliation(opening, [m for m in rows if m.day >= first])
