"""Parties know when they were first and last in touch with us: by live interactions that are more than a note."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from klientura.modules.parties.services.facts import note_first_contact, note_last_contact

# Whom the interactions are about now, and whom they were about before somebody changed that.
_ABOUT = sql.SQL(
    "select {column} as id from interaction where id = any(%(ids)s) and {column} is not null"
    " union select (changes -> {key} ->> 0)::bigint from kernel_change"
    " where root_object = 'interaction' and root_id = any(%(ids)s) and action = 'update'"
    " and changes -> {key} ->> 0 is not null"
)
_LATEST = sql.SQL(
    "(select max(i.at) from interaction i where i.{column} = t.id and i.kind <> 'note' and i.deleted_at is null)"
)
_EARLIEST = sql.SQL(
    "(select min(i.at) from interaction i where i.{column} = t.id and i.kind <> 'note' and i.deleted_at is null)"
)
_STATEMENT = sql.SQL("select t.id, greatest({latest}), least({earliest}) from ({about}) t").format(
    earliest=sql.SQL(", ").join(
        _EARLIEST.format(column=sql.Identifier(c)) for c in ("party_id", "person_id")
    ),
    latest=sql.SQL(", ").join(_LATEST.format(column=sql.Identifier(c)) for c in ("party_id", "person_id")),
    about=sql.SQL(" union ").join(
        _ABOUT.format(column=sql.Identifier(c), key=sql.Literal(c)) for c in ("party_id", "person_id")
    ),
)


def refresh_last_contacts(interaction_ids: Sequence[int]) -> None:
    """Recompute it for all parties and people that these interactions are or were about. Set-based, repeatable."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"ids": list(interaction_ids)})
        rows = cursor.fetchall()
    note_last_contact({number: last for number, last, _first in rows})
    note_first_contact({number: first for number, _last, first in rows})
