"""Taking back one change of one record right after it was made: «Moved · Undo»."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.errors import KernelError
from klientura.kernel.events.outbox import emit
from klientura.kernel.history.since import touched_columns
from klientura.kernel.history.undo_records import restore_values
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations, write


class ChangedSince(KernelError):
    """The record is no longer as the change to be taken back left it."""

    status = 409
    code = "changed_since"
    default_message = _("Somebody changed this record since, so it was left as it is.")


@transaction.atomic
def take_back(actor: Actor, shape: Shape, record_id: int, version: int) -> None:
    """Put the fields back as they were before the actor's own change that made `version`, with all it brought along.

    A deal that was moved gets its old probability and closing date again. Itself an operation; the record's table gets the
    event `<its base>.undone`. Raises NotFound, Denied, ChangedSince.
    """
    before = write.lock(actor, shape, record_id, "edit")
    settled = shape.spec.settled
    if before["version"] != version or (settled and settled([record_id])):
        raise ChangedSince
    which = Predicate(
        sql.SQL(
            "c.root_object = %s and c.root_id = %s and c.object = %s and c.version = %s and c.actor_id = %s"
        ),
        (shape.base, record_id, shape.base, version, actor.user_id),
    )
    mine = operations.start(actor, "undo", shape.key)
    values = [timezone.now(), actor.user_id, mine.pk]
    columns = touched_columns(shape.table, which)
    if not restore_values(shape, which, values, Predicate(sql.SQL("true"), ()), columns):
        raise ChangedSince  # the change was somebody else's, or of lines only
    operations.finish(mine, records=1)
    emit(f"{shape.base}.undone", shape.base, [record_id], actor_id=actor.user_id, operation_id=mine.pk)
