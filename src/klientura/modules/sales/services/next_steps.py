"""Deals and parties know their nearest open task; a deal without one is marked."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from klientura.modules.parties.services.facts import note_next_step

# What the tasks are about now, and what they were about before somebody moved them.
_ABOUT = sql.SQL(
    " (select {column} as id from task where id = any(%(ids)s) and {column} is not null"
    "  union select (changes -> {key} ->> 0)::bigint from kernel_change"
    "   where root_object = 'task' and root_id = any(%(ids)s) and action = 'update'"
    "   and changes -> {key} ->> 0 is not null) s"
)
_OF_DEALS = sql.SQL(
    "update opportunity o set next_step_at = v.due from ("
    "  select s.id, (select min(t.due_at) from task t where t.subject_object = 'opportunity'"
    "    and t.subject_id = s.id and t.status = 'open' and t.deleted_at is null) as due from {about}"
    ") v where o.id = v.id and o.next_step_at is distinct from v.due"
)
_OF_PARTIES = sql.SQL(
    "select s.id, (select min(t.due_at) from task t where t.party_id = s.id and t.status = 'open'"
    " and t.deleted_at is null) from {about}"
)


def refresh_next_steps(task_ids: Sequence[int]) -> None:
    """Recompute the next step of the deals and parties that these tasks are or were about. Set-based, repeatable."""
    given = {"ids": list(task_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_OF_DEALS.format(about=_about("subject_id")), given)
        cursor.execute(_OF_PARTIES.format(about=_about("party_id")), given)
        note_next_step(dict(cursor.fetchall()))


def _about(column: str) -> sql.Composed:
    return _ABOUT.format(column=sql.Identifier(column), key=sql.Literal(column))
