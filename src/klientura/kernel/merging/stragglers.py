"""Links that were written before a merge and committed after it: the merge could not see them, so they are turned later."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.merging import choosing, links
from klientura.kernel.merging.merge import product_for
from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.rooms import Pointing, pointing_at
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.store import rows
from klientura.kernel.store.models import Operation

LOOK_BACK = dt.timedelta(hours=1)
"""Longer than any transaction of people or of an import takes."""


def turn_stragglers() -> int:
    """Turn what points at a record that was merged within the last hour; return how many records there were.

    They count as part of the merge, so that taking it apart gives them back.
    """
    recent = Merge.objects.filter(undone_at=None, at__gte=timezone.now() - LOOK_BACK).order_by("id")
    by_base: dict[str, list[Merge]] = {}
    for each in recent:
        if each.object in all_shapes():
            by_base.setdefault(each.base, []).append(each)
    number = 0
    for merges in by_base.values():
        shape = shape_of(merges[0].object)
        if any(_hit(place, [m.gone_id for m in merges]) for place in pointing_at(shape)):
            number += sum(_turn(operation_id) for operation_id in sorted({m.operation_id for m in merges}))
    return number


def _hit(place: Pointing, gone: Sequence[int]) -> bool:
    """Whether any row of a table points at one of the gone records; those of the merges themselves may."""
    text = sql.SQL("select exists (select 1 from {} x where {})").format(
        sql.Identifier(place.table),
        sql.SQL(" or ").join(
            sql.SQL("(x.{} = any(%s) and {})").format(sql.Identifier(c), only)
            for c, only in place.columns.items()
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [list(gone) for _c in place.columns])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _turn(operation_id: int) -> int:
    choosing.take_turn()
    merges = list(Merge.objects.filter(operation_id=operation_id, undone_at=None).order_by("id"))
    operation = Operation.objects.filter(pk=operation_id).first()
    if not merges or operation is None or merges[0].object not in all_shapes():
        return 0
    shape, kept_id = shape_of(merges[0].object), merges[0].kept_id
    actor = Actor(user_id=merges[0].actor_id)
    gone = [m.gone_id for m in merges]
    leave = {shape.table: {kept_id, *gone}}
    for key, ids in (operation.details.get("loosened") or {}).items():
        if key in all_shapes():
            leave[shape_of(key).table] = set(ids)
    rows.remember_actor(actor.user_id, operation_id)
    turned = links.turn(product_for(actor), operation_id, pointing_at(shape), kept_id, gone, leave=leave)
    for each in merges:
        for table, columns in turned[each.gone_id].items():
            for column, ids in columns.items():
                known = each.relinked.setdefault(table, {}).setdefault(column, [])
                known += ids
        each.save(update_fields=["relinked"])
    return links.announce(actor, operation_id, turned)
