"""Facts about contacts that other modules report about parties.

Written without a new version and without history: each follows from a record that has its own.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from django.db import connection
from django.utils import timezone
from psycopg import sql

type Moments = Mapping[int, dt.datetime | None]


def note_last_contact(moments: Moments) -> None:
    """Record when each of these parties was last in touch with us."""
    _note("last_contact_at", moments)


def note_first_contact(moments: Moments) -> None:
    """Record the day of the first contact where none is known, or a later one; what somebody entered as earlier stays."""
    known = {number: at for number, at in moments.items() if at is not None}
    if not known:
        return
    text = (
        "update party p set first_contact_on = v.day"
        " from (select id, (at at time zone %s)::date as day from unnest(%s::bigint[], %s::timestamptz[]) u(id, at) order by id) v"
        " where p.id = v.id and (p.first_contact_on is null or p.first_contact_on > v.day)"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [timezone.get_default_timezone_name(), list(known), list(known.values())])


def note_next_step(moments: Moments) -> None:
    """Record when the nearest open task of each of these parties is due."""
    _note("next_step_at", moments)


def _note(column: Literal["last_contact_at", "next_step_at"], moments: Moments) -> None:
    if not moments:
        return
    text = sql.SQL(
        "update party p set {column} = v.at"
        " from (select id, at from unnest(%s::bigint[], %s::timestamptz[]) u(id, at) order by id) v"
        " where p.id = v.id and p.{column} is distinct from v.at"
    ).format(column=sql.Identifier(column))
    with connection.cursor() as cursor:
        cursor.execute(text, [list(moments), list(moments.values())])
