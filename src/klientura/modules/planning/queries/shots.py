"""How the forecast of a month has changed from day to day, as far as it was about deals that the reader sees."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import owner_scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.planning.queries.facts import TEAMS

MOST_DAYS: Final = 184
_TEXT: Final = sql.SQL(
    "select r.day, sum(r.won), sum(r.won + r.committed), sum(r.won + r.weighted) from forecast_shot r"
    " where r.month = %s and r.currency = %s and r.day > %s and {scope}{more} group by r.day order by r.day"
)


@dataclass(frozen=True, slots=True)
class Shot:
    """What was expected on a day: won by then, won and committed, won and the rest by its probability."""

    day: dt.date
    won: Decimal
    counted_on: Decimal
    weighted: Decimal


def shots_of(
    actor: Actor, month: dt.date, currency: str, *, owner: int | None = None, team: int | None = None
) -> list[Shot]:
    """The days of the half year before the end of a month on which something was kept; `team` with those below it.

    Whose part it was decides who sees it: single deals that were lent to the reader, or name them, are in no shot of theirs.
    """
    since = month.replace(day=28) + dt.timedelta(days=4) - dt.timedelta(days=MOST_DAYS)
    seen = owner_scope(actor, shape_of("opportunity"), "read")
    more: sql.Composable = sql.SQL("")
    params = [month, currency, since, *seen.params]
    if owner is not None:
        more += sql.SQL(" and r.owner_id = {}").format(sql.Literal(owner))
    if team is not None:
        more += sql.SQL(" and ") + TEAMS.format(team=sql.Literal(team))
    return [Shot(*row) for row in read_for_long(_TEXT.format(scope=seen.sql, more=more), params)]


def at_the_beginning(shots: list[Shot], month: dt.date) -> Shot | None:
    """What was expected when the month began: the last shot up to its fifth day."""
    early = [s for s in shots if s.day <= month + dt.timedelta(days=4)]
    return early[-1] if early else None
