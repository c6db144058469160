"""What was handed over to a client and is not paid, as far as the reader sees it."""

from decimal import Decimal
from typing import Final

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions

NEEDED: Final = frozenset({"party", "status", "currency", "amount"})


def unpaid_deliveries(actor: Actor, party_id: int) -> dict[str, Decimal] | None:
    """Closing papers in force less payments, by currency; below zero: paid ahead. None: not open to the reader."""
    closing, payment = shape_of("closing_paper"), shape_of("payment")
    for shape in (closing, payment):
        if not may(actor, shape, "read") or not set(readable(actor, shape)) >= NEEDED:
            return None
    of_client = sql.SQL("r.party_id = %s")
    handed = conditions(
        actor,
        closing,
        more=[Predicate(of_client, (party_id,)), Predicate(sql.SQL("r.status in ('issued', 'signed')"))],
    )
    paid = conditions(
        actor, payment, more=[Predicate(of_client, (party_id,)), Predicate(sql.SQL("r.status <> 'reversed'"))]
    )
    text = sql.SQL(
        "select currency, sum(amount) from (select r.currency, r.amount from closing_paper r where {} union all"
        " select r.currency, case r.direction when 'out' then r.amount else -r.amount end from payment r where {}) moved group by 1"
    ).format(handed.sql, paid.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, [*handed.params, *paid.params])
        return dict(cursor.fetchall())
