"""Whether a client may be trusted with more: limits, stop-lists, permissions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

# What a client owes by invoices, has paid in advance, got, and paid in all, whoever sees it: a limit counts for all of us.
_STANDING = (
    "select t.credit_limit, t.currency, t.stopped, t.reason,"
    "  (select coalesce(sum(i.amount - i.paid), 0) from invoice i where i.party_id = t.party_id and i.status in ('issued', 'part_paid')"
    "   and i.currency = t.currency and i.deleted_at is null),"
    "  (select coalesce(sum(case p.direction when 'out' then -p.rest else p.rest end), 0) from payment p where p.party_id = t.party_id"
    "   and p.status in ('free', 'part') and p.currency = t.currency and p.deleted_at is null),"
    "  (select coalesce(sum(c.amount), 0) from closing_paper c where c.party_id = t.party_id and c.status in ('issued', 'signed')"
    "   and c.currency = t.currency and c.deleted_at is null),"
    "  (select coalesce(sum(case p.direction when 'out' then -p.amount else p.amount end), 0) from payment p"
    "   where p.party_id = t.party_id and p.status <> 'reversed' and p.currency = t.currency and p.deleted_at is null)"
    " from credit_terms t where t.party_id = %s and t.deleted_at is null order by t.id desc limit 1"
)


class Standing(NamedTuple):
    """The terms of a client and how they stand."""

    limit: Decimal | None
    currency: str
    stopped: bool
    reason: str | None
    owed: Decimal
    advance: Decimal
    delivered: Decimal
    received: Decimal

    @property
    def billed(self) -> Decimal:
        """What is owed by invoices, less what was paid in advance."""
        return self.owed - self.advance

    @property
    def handed_over(self) -> Decimal:
        """What was handed over by closing papers and not paid."""
        return self.delivered - self.received

    @property
    def left(self) -> Decimal | None:
        """How much more may be owed; below zero: the limit is passed. None: there is no limit."""
        return None if self.limit is None else self.limit - max(self.billed, self.handed_over)


def standing_of(party_id: int | None) -> Standing | None:
    """How a client stands; None without terms."""
    if party_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [party_id])
        row = cursor.fetchone()
    return Standing(*row) if row else None


def is_released(key: str, draft: Mapping[str, Any]) -> bool:
    """Whether somebody who may has permitted this paper; of a closing paper also: an invoice of the same order."""
    if key == "invoice":
        text = (
            "select exists (select from credit_release r join invoice i on i.id = r.invoice_id where i.id = %s"
            " and i.status <> 'cancelled' and i.deleted_at is null and r.deleted_at is null)"
        )
        params = [draft["id"]]
    else:
        text = (
            "select exists (select from credit_release r left join invoice i on i.id = r.invoice_id"
            " where (r.closing_paper_id = %s or (i.order_id = %s and i.status <> 'cancelled' and i.deleted_at is null))"
            " and r.deleted_at is null)"
        )
        params = [draft["id"], draft["order"]]
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return bool(cursor.fetchone()[0])


def lock_terms(party_id: int | None) -> None:
    """Lock the terms of a client: papers of one client are held against the limit one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select 1 from credit_terms where party_id = %s and deleted_at is null order by id for no key update",
            [party_id],
        )


def passed_by(standing: Standing | None, key: str, draft: Mapping[str, Any]) -> Decimal | None:
    """By how much a draft invoice or closing paper would pass the limit of its client; None when it would not.

    Held against the limit is the greater of what was billed and what was handed over: a sale that has both papers counts once.
    """
    if standing is None or standing.limit is None or standing.currency != draft["currency"]:
        return None
    billed, handed = standing.billed, standing.handed_over
    if key == "invoice":
        billed += draft["amount"]
    else:
        handed += draft["amount"]
    over: Decimal = max(billed, handed) - standing.limit
    return over if over > 0 else None
