"""Conversations about a record that becomes another one (a lead a deal) follow it, and come back when that is taken back."""

from typing import Any, Final

from django.db import connection
from psycopg import sql

TABLES: Final = ("mail_thread", "mail_outgoing")

type Followed = dict[str, list[list[int | None]]]
"""Table → [number of the row, client it had, person it had]: what `come_back` needs."""


def follow(
    was: tuple[str, int], now: tuple[str, int] | None, *, party_id: int | None, person_id: int | None
) -> Followed:
    """Bind what was bound to one record to another, and to a client where none is named; `now` None: to the client alone."""
    kind, number = now or (None, None)
    found: Followed = {}
    for table in TABLES:
        text = sql.SQL(
            "with hit as (select id, party_id, person_id from {table} where subject_object = %s and subject_id = %s for update)"
            " update {table} t set subject_object = %s, subject_id = %s, party_id = coalesce(h.party_id, %s),"
            " person_id = coalesce(h.person_id, %s) from hit h where t.id = h.id returning t.id, h.party_id, h.person_id"
        ).format(table=sql.Identifier(table))
        with connection.cursor() as cursor:
            cursor.execute(text, [*was, kind, number, party_id, person_id])
            if rows := [list(row) for row in cursor.fetchall()]:
                found[table] = rows
    return found


def come_back(was: tuple[str, int], now: tuple[str, int] | None, followed: dict[str, Any]) -> None:
    """Bind to the first record again what has followed and was not bound elsewhere since."""
    kind, number = now or (None, None)
    for table in TABLES:
        text = sql.SQL(
            "update {table} t set subject_object = %s, subject_id = %s, party_id = v.party, person_id = v.person"
            " from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) v(id, party, person) where t.id = v.id"
            " and t.subject_object is not distinct from %s and t.subject_id is not distinct from %s"
        ).format(table=sql.Identifier(table))
        rows = followed.get(table, ())
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            with connection.cursor() as cursor:
                cursor.execute(text, [*was, *columns, kind, number])
