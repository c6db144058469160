"""Until when clients are to pay, by the days of their terms."""

import datetime as dt
from collections.abc import Collection

from django.db import connection

from klientura.kernel.settings.working import working_time
from klientura.kit.working_days import WorkingTime


def due_days(wanted: Collection[tuple[int, dt.date]]) -> dict[tuple[int, dt.date], dt.date]:
    """By (client, date of the invoice): when it is to be paid; one statement, clients without a term are left out."""
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct on (party_id) party_id, payment_days, days_kind from credit_terms"
            " where party_id = any(%s) and deleted_at is null and payment_days is not null order by party_id, id desc",
            [sorted({party for party, _day in wanted})],
        )
        terms = {party: (days, kind) for party, days, kind in cursor.fetchall()}
    time = working_time() if any(kind == "working" for _days, kind in terms.values()) else None
    return {(party, day): _after(day, *terms[party], time) for party, day in wanted if party in terms}


def _after(day: dt.date, days: int, kind: str, time: WorkingTime | None) -> dt.date:
    if kind != "working" or time is None:
        return day + dt.timedelta(days=days)
    return working_days_after(day, days, time)


def working_days_after(day: dt.date, days: int, time: WorkingTime) -> dt.date:
    """The working day that is so many working days after a day; where nobody ever works, days pass as elsewhere."""
    return time.end_of_day_after(day, days).date() if days else day
