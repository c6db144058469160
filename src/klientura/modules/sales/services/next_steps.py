"""Deals, leads and parties know their nearest open task, assignment or planned event; a deal without one is marked."""

from collections.abc import Sequence
from typing import Final, Literal

from django.db import connection
from psycopg import sql

from klientura.modules.parties.services.facts import note_next_step

SUBJECTS: Final = ("opportunity", "lead")

# A series has no one day; those of its days that stand by themselves have.
# What the tasks, assignments or events are about now, and what they were about before somebody moved them.
_ABOUT = sql.SQL(
    " (select {column} as id from {table} where id = any(%(ids)s) and {column} is not null"
    "  union select (changes -> {key} ->> 0)::bigint from kernel_change"
    "   where root_object = {kind} and root_id = any(%(ids)s) and action = 'update'"
    "   and changes -> {key} ->> 0 is not null) s"
)
_OF_SUBJECTS = sql.SQL(
    "update {subject} o set next_step_at = v.due from ("
    "  select s.id, least("
    "   (select min(t.due_at) from task t where t.subject_object = {name}"
    "    and t.subject_id = s.id and t.status = 'open' and t.deleted_at is null),"
    "   (select min(a.due_at) from assignment a where a.subject_object = {name}"
    "    and a.subject_id = s.id and a.status in ('issued', 'accepted', 'returned') and a.deleted_at is null),"
    "   (select min(e.starts_at) from event e where e.subject_object = {name}"
    "    and e.subject_id = s.id and e.status = 'planned' and e.repeats is null and e.deleted_at is null)) as due from {about}"
    ") v where o.id = v.id and o.next_step_at is distinct from v.due"
)
_OF_PARTIES = sql.SQL(
    "select s.id, least((select min(t.due_at) from task t where t.party_id = s.id and t.status = 'open'"
    "  and t.deleted_at is null), (select min(a.due_at) from assignment a where a.party_id = s.id"
    "  and a.status in ('issued', 'accepted', 'returned') and a.deleted_at is null),"
    " (select min(e.starts_at) from event e where e.party_id = s.id and e.status = 'planned' and e.repeats is null"
    "  and e.deleted_at is null)) from {about}"
)


def refresh_next_steps(kind: Literal["task", "assignment", "event"], record_ids: Sequence[int]) -> None:
    """Recompute the next step of the deals, leads and parties that these are or were about. Set-based, repeatable."""
    given = {"ids": list(record_ids)}
    with connection.cursor() as cursor:
        for subject in SUBJECTS:
            text = _OF_SUBJECTS.format(
                subject=sql.Identifier(subject),
                name=sql.Literal(subject),
                about=_about(kind, "subject_id"),
            )
            cursor.execute(text, given)
        cursor.execute(_OF_PARTIES.format(about=_about(kind, "party_id")), given)
        note_next_step(dict(cursor.fetchall()))


def _about(kind: str, column: str) -> sql.Composed:
    return _ABOUT.format(
        column=sql.Identifier(column),
        key=sql.Literal(column),
        table=sql.Identifier(kind),
        kind=sql.Literal(kind),
    )
