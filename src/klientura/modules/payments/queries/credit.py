"""Whether a client may be trusted with more: limits, stop-lists, permissions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

# What a client owes and has paid in advance, whoever sees it: a limit counts for all of us.
_STANDING = (
    "select t.credit_limit, t.currency, t.stopped, t.reason,"
    "  (select coalesce(sum(i.amount - i.paid), 0) from invoice i where i.party_id = t.party_id and i.status in ('issued', 'part_paid')"
    "   and i.currency = t.currency and i.deleted_at is null),"
    "  (select coalesce(sum(case p.direction when 'out' then -p.rest else p.rest end), 0) from payment p where p.party_id = t.party_id"
    "   and p.status in ('free', 'part') and p.currency = t.currency and p.deleted_at is null)"
    " from credit_terms t where t.party_id = %s and t.deleted_at is null order by t.id desc limit 1"
)


class Standing(NamedTuple):
    """The terms of a client and how they stand: `owed` less `advance` is what the limit is held against."""

    limit: Decimal | None
    currency: str
    stopped: bool
    reason: str | None
    owed: Decimal
    advance: Decimal

    @property
    def left(self) -> Decimal | None:
        """How much more may be owed; below zero: the limit is passed. None: there is no limit."""
        return None if self.limit is None else self.limit - self.owed + self.advance


def standing_of(party_id: int | None) -> Standing | None:
    """How a client stands; None without terms."""
    if party_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [party_id])
        row = cursor.fetchone()
    return Standing(*row) if row else None


def is_released(invoice_id: int) -> bool:
    """Whether somebody who may has permitted this invoice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from credit_release where invoice_id = %s and deleted_at is null)",
            [invoice_id],
        )
        return bool(cursor.fetchone()[0])


def passed_by(standing: Standing | None, invoice: Mapping[str, Any]) -> Decimal | None:
    """By how much a draft would pass the limit of its client; None when it would not."""
    if standing is None or standing.left is None or standing.currency != invoice["currency"]:
        return None
    over: Decimal = invoice["amount"] - standing.left
    return over if over > 0 else None
