"""Facts about contacts that other modules report about parties."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import connection


def note_contact(moments: Mapping[int, dt.datetime]) -> None:
    """Record that parties were in touch with us at these moments; an older moment than the known one changes nothing.

    Written without a new version and without history: it follows from the interaction, which has its own.
    """
    if not moments:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update party p set last_contact_at = v.at"
            " from (select id, at from unnest(%s::bigint[], %s::timestamptz[]) u(id, at) order by id) v"
            " where p.id = v.id and (p.last_contact_at is null or p.last_contact_at < v.at)",
            [list(moments), list(moments.values())],
        )


def note_next_step(moments: Mapping[int, dt.datetime | None], parties: Sequence[int]) -> None:
    """Record the nearest open task of each of the parties (none when it is not in `moments`)."""
    if not parties:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update party p set next_step_at = v.at"
            " from (select id, at from unnest(%s::bigint[], %s::timestamptz[]) u(id, at)) v"
            " where p.id = v.id and p.next_step_at is distinct from v.at",
            [list(parties), [moments.get(p) for p in parties]],
        )
