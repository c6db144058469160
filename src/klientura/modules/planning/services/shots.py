"""What is expected of each month, kept once a day: so that a forecast can be held against what came."""

import datetime as dt
from typing import Final

from django.db import connection, transaction
from psycopg import sql

from klientura.kernel.settings.days import beginning_of, company_zone, end_of
from klientura.kernel.settings.installation import current
from klientura.modules.catalog.queries.money import money_at
from klientura.modules.planning.models import ForecastShot
from klientura.modules.planning.queries.facts import SHARES, share_of
from klientura.modules.planning.rules import last_day, moved

MONTHS: Final = 12
"""So many months ahead are kept, the present one among them."""
KEPT: Final = 800
"""So many days a shot is kept: two years can be compared."""
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('forecast_shot', 0))"
_TAKE: Final = sql.SQL(
    "insert into forecast_shot (day, month, owner_id, team_id, currency, won, committed, best, pipeline, weighted)"
    " select {day}, q.month, q.owner, q.team, {currency}, coalesce(sum(q.sum) filter (where q.category = 'won'), 0),"
    "  coalesce(sum(q.sum) filter (where q.category = 'commit'), 0), coalesce(sum(q.sum) filter (where q.category = 'best'), 0),"
    "  coalesce(sum(q.sum) filter (where q.category = 'pipeline'), 0),"
    "  coalesce(sum(round(q.sum * q.chance / 100, 2)) filter (where q.category <> 'won'), 0) from ("
    "  select date_trunc('month', r.close_date)::date as month, coalesce(w.user_id, r.owner_id) as owner, r.team_id as team,"
    "   coalesce(r.forecast, t.forecast) as category, coalesce(r.probability, 0) as chance, {sum} as sum"
    "  from opportunity r join pipeline_stage t on t.id = r.stage_id{shares}"
    "  where r.status = 'open' and r.deleted_at is null and r.close_date >= {day} and r.close_date <= {last}"
    "  union all select date_trunc('month', (r.closed_at at time zone {zone})::date)::date, coalesce(w.user_id, r.owner_id), r.team_id,"
    "   'won', 100, {sum} from opportunity r{shares}"
    "  where r.status = 'won' and r.deleted_at is null and r.closed_at >= {begins} and r.closed_at < {ends}) q"
    " where q.category <> 'omitted' and q.sum is not null group by q.month, q.owner, q.team"
)


@transaction.atomic
def take_shot(today: dt.date) -> bool:
    """Keep what is expected today, once a day, however often it is asked; return whether it was done now. One statement."""
    if ForecastShot.objects.filter(day=today).exists():
        return False
    currency = current().currency
    money = money_at(currency, today, seen=True)
    first = today.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if ForecastShot.objects.filter(day=today).exists():
            return False
        cursor.execute(
            _TAKE.format(
                day=sql.Literal(today), currency=sql.Literal(currency), shares=SHARES,
                sum=share_of(money.of(sql.SQL("r.amount"), sql.SQL("r.currency"))), zone=sql.Literal(str(company_zone())),
                last=sql.Literal(last_day("month", moved("month", first, MONTHS - 1))),
                begins=sql.Literal(beginning_of(first)), ends=sql.Literal(end_of(today)),
            )
        )  # fmt: skip
    ForecastShot.objects.filter(day__lt=today - dt.timedelta(days=KEPT)).delete()
    return True
