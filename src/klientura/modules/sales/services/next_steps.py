"""Deals and parties know their nearest open task; a deal without one is marked."""

from collections.abc import Sequence

from django.db import connection

from klientura.modules.parties.services.facts import note_next_step


def refresh_next_steps(task_ids: Sequence[int]) -> None:
    """Recompute the next step of the deals and parties that these tasks are about. Set-based and repeatable."""
    ids = list(task_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "update opportunity o set next_step_at = v.due from ("
            "  select s.subject_id as id, (select min(t.due_at) from task t"
            "    where t.subject_object = 'opportunity' and t.subject_id = s.subject_id and t.status = 'open'"
            "    and t.deleted_at is null) as due"
            "  from (select distinct subject_id from task where id = any(%s) and subject_object = 'opportunity') s) v"
            " where o.id = v.id and o.next_step_at is distinct from v.due",
            [ids],
        )
        cursor.execute(
            "select p.party_id, (select min(t.due_at) from task t where t.party_id = p.party_id and t.status = 'open'"
            "   and t.deleted_at is null)"
            " from (select distinct party_id from task where id = any(%s) and party_id is not null) p",
            [ids],
        )
        moments = dict(cursor.fetchall())
    note_next_step(moments, list(moments))
