"""Sums of deals in one currency, for whoever may see them."""

import datetime as dt
from typing import Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.modules.analytics.queries.asked import sees_money
from klientura.modules.catalog.queries.money import Money, money_at

__all__ = ["OF_DEAL", "Money", "money_in"]

OF_DEAL: Final = (sql.SQL("c.amount"), sql.SQL("c.currency"))


def money_in(actor: Actor, currency: str, day: dt.date) -> Money:
    """Sums in a currency by the rates known on a day."""
    return money_at(currency, day, seen=sees_money(actor))
