"""Undoing the sharing of many records: who was let in by it is let in no more, who was shut out by it is let in again."""

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.events.outbox import emit
from klientura.kernel.history.undo import Undone
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.sharing.rows import keep_columns, lock_open
from klientura.kernel.store import operations
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.models import Operation

_TOUCHED = (
    "select record_id from kernel_share where operation_id = %s"
    " union select record_id from kernel_share where ended_operation_id = %s"
)
# What the operation let in and somebody changed since; what it ended and somebody gave anew.
_KEPT = (
    "select s.record_id from kernel_share s where s.operation_id = %(of)s and s.ended_at is not null"
    " and s.ended_operation_id is distinct from %(mine)s and (s.ended_by_id is not null or s.ended_operation_id is not null)"
)
_END = (
    "update kernel_share s set ended_at = %s, ended_by_id = %s, ended_operation_id = %s"
    " where s.operation_id = %s and s.ended_at is null and s.record_id = any(%s) returning s.record_id"
)
_GIVE_AGAIN = (
    "insert into kernel_share (object, record_id, user_id, team_id, level, until, term_id, at, by_id, operation_id)"
    " select s.object, s.record_id, s.user_id, s.team_id, s.level, s.until, s.term_id, %s, %s, %s from kernel_share s"
    " where s.ended_operation_id = %s and s.record_id = any(%s) and not exists (select 1 from kernel_share n"
    "  where n.object = s.object and n.record_id = s.record_id and n.ended_at is null"
    "  and n.user_id is not distinct from s.user_id and n.team_id is not distinct from s.team_id) returning record_id"
)


def take_back(actor: Actor, target: Operation) -> Undone:
    """Take back what a sharing operation did to records that are still the actor's to change. Itself an operation."""
    shape = shape_of(target.object)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [target.pk, target.pk])
        touched = sorted(row[0] for row in cursor.fetchall())
    mine = operations.start(actor, "undo", target.object, undoes_id=target.pk)
    where = conditions(actor, shape, verb="edit")
    ids = lock_open(shape, touched, where.sql, where.params)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_END), [now, actor.user_id, mine.pk, target.pk, ids])
        restored = {row[0] for row in cursor.fetchall()}
        cursor.execute(sql.SQL(_GIVE_AGAIN), [now, actor.user_id, mine.pk, target.pk, ids])
        restored |= {row[0] for row in cursor.fetchall()}
        cursor.execute(sql.SQL(_KEPT), {"of": target.pk, "mine": mine.pk})
        kept = {row[0] for row in cursor.fetchall()} | (set(touched) - set(ids))
    keep_columns(shape, sorted(restored))
    emit(f"{shape.base}.undone", shape.base, sorted(restored), actor_id=actor.user_id, operation_id=mine.pk)
    target.state = "partly_undone" if kept else "undone"
    target.save(update_fields=["state"])
    operations.finish(mine, records=len(restored), details={"kept_count": len(kept)})
    return Undone(mine.pk, len(restored), sorted(kept))
