"""Parties know when they were last in touch with us: the latest live interaction that is more than a note."""

from collections.abc import Sequence

from django.db import connection

from klientura.modules.parties.services.facts import note_last_contact

# Whom the interactions are about now, and whom they were about before somebody changed that.
_ABOUT = " union ".join(
    f"select {column} as id from interaction where id = any(%(ids)s) and {column} is not null"
    f" union select (changes -> '{column}' ->> 0)::bigint from kernel_change"
    " where root_object = 'interaction' and root_id = any(%(ids)s) and action = 'update'"
    f" and changes -> '{column}' ->> 0 is not null"
    for column in ("party_id", "person_id")
)
_LATEST = (
    "(select max(i.at) from interaction i where i.{} = t.id and i.kind <> 'note' and i.deleted_at is null)"
)


def refresh_last_contacts(interaction_ids: Sequence[int]) -> None:
    """Recompute it for all parties and people that these interactions are or were about. Set-based, repeatable."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select t.id, greatest({_LATEST.format('party_id')}, {_LATEST.format('person_id')}) from ({_ABOUT}) t",
            {"ids": list(interaction_ids)},
        )
        note_last_contact(dict(cursor.fetchall()))
