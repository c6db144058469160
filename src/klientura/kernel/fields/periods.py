"""Stretches of days named by where they stand to today, as people say them: «this week» stays this week tomorrow."""

import datetime as dt

PERIODS = (
    "today", "yesterday", "tomorrow", "this_week", "last_week", "this_month", "last_month", "this_year",
    "last_7_days", "last_30_days", "next_7_days", "next_30_days",
)  # fmt: skip


def bounds(period: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """The first day of a period and the day after its last; days of «last» and «next» count today. KeyError for no period."""
    day = dt.timedelta(days=1)
    monday = today - day * today.weekday()
    first = today.replace(day=1)
    before = (first - day).replace(day=1)
    after = (first + day * 31).replace(day=1)
    return {
        "today": (today, today + day),
        "yesterday": (today - day, today),
        "tomorrow": (today + day, today + day * 2),
        "this_week": (monday, monday + day * 7),
        "last_week": (monday - day * 7, monday),
        "this_month": (first, after),
        "last_month": (before, first),
        "this_year": (today.replace(month=1, day=1), dt.date(today.year + 1, 1, 1)),
        "last_7_days": (today - day * 6, today + day),
        "last_30_days": (today - day * 29, today + day),
        "next_7_days": (today, today + day * 7),
        "next_30_days": (today, today + day * 30),
    }[period]
