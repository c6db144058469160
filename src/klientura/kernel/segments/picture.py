"""The picture of a segment: whom its rule finds is kept, so that it can be told who came and who went."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import Denied, KernelError
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import all_shapes, follow_latest, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.segments import reading
from klientura.kernel.segments.counting import note, recount
from klientura.kernel.segments.members import tell
from klientura.kernel.segments.models import Segment
from klientura.kernel.settings.days import company_zone
from klientura.kernel.store.compiler import conditions

log = logging.getLogger("klientura.segments")
KIND = "segments.picture"

_FOUND = sql.SQL(
    "with now_in as materialized (select r.id from {table} r where {where}),"
    " gone as (delete from kernel_segment_member m where m.segment_id = %s"
    "  and not exists (select 1 from now_in n where n.id = m.record_id) returning m.record_id),"
    " come as (insert into kernel_segment_member (segment_id, record_id, since)"
    "  select %s, n.id, %s from now_in n on conflict do nothing returning record_id)"
)
_FIRST = sql.SQL(
    " select (select count(*) from now_in), (select count(*) from gone), (select count(*) from come)"
)
_LATER = sql.SQL(
    ", told as (insert into kernel_segment_change (segment_id, record_id, at, entered)"
    "  select %s, record_id, %s, true from come union all"
    "  select %s, record_id, %s, false from gone returning record_id, entered)"
    " select (select count(*) from now_in), (select array_agg(record_id order by record_id) from told where entered),"
    "  (select array_agg(record_id order by record_id) from told where not entered)"
)


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work)


def begin(actor: Actor, segment_id: int) -> Job:
    """Have the picture of a segment made anew. Raises NotFound or Denied."""
    segment = reading.one(actor, segment_id)
    if not reading.may_work(actor, shape_of(segment.object)):
        raise Denied
    if (known := at_work(segment.pk)) is not None:
        return known
    title = _("Counting the segment “{name}”").format(name=segment.name)
    return service.start(actor, KIND, {"segment": segment.pk}, title)


def at_work(segment_id: int) -> Job | None:
    """The job that is looking at a segment, or waits for its turn."""
    return Job.objects.filter(kind=KIND, arguments__segment=segment_id, state__in=service.ACTIVE).first()


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job: look once."""
    follow_latest()
    return {"counted": look(int(handle.arguments["segment"]))}


def look(segment_id: int) -> int | None:
    """Look who is in a segment now; return how many, or None when it or its object is gone.

    The first look at a rule tells of nobody having come: the history begins with it. Raises BadRequest when the rule
    cannot be carried out.
    """
    # «The last 30 days» of a rule are those of the company, wherever the worker runs.
    with transaction.atomic(), timezone.override(company_zone()):
        segment = Segment.objects.select_for_update().filter(pk=segment_id, deleted_at=None).first()
        shape = all_shapes().get(segment.object) if segment else None
        if segment is None or shape is None:
            return None
        if segment.kind == "static":
            _forget_purged(segment, shape)
            return recount(segment, shape)
        return _look_by_rule(segment, shape)


def _look_by_rule(segment: Segment, shape: Shape) -> int:
    system = SystemActor(
        "the picture of a segment is made whole, and shown to each reader as far as it is theirs"
    )
    where = conditions(system, shape, tree={"segment": segment.pk})
    first, now = segment.counted_at is None, timezone.now()
    values = [*where.params, segment.pk, segment.pk, now]
    if not first:
        values += [segment.pk, now, segment.pk, now]
    text = _FOUND.format(table=sql.Identifier(shape.table), where=where.sql) + (_FIRST if first else _LATER)
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        found, came, went = cursor.fetchone()
    if not first:
        tell(segment, shape, came or [], entered=True)
        tell(segment, shape, went or [], entered=False)
    note(segment, found)
    return int(found)


def _forget_purged(segment: Segment, shape: Shape) -> None:
    """Records that were deleted for good leave the lists as well."""
    text = sql.SQL(
        "delete from kernel_segment_member m where m.segment_id = %s"
        " and not exists (select 1 from {} r where r.id = m.record_id)"
    ).format(sql.Identifier(shape.table))
    with connection.cursor() as cursor:
        cursor.execute(text, [segment.pk])


def look_at_all() -> int:
    """Look at every segment, one after the other; return how many there were. One that is broken stops no other."""
    number = 0
    for segment_id in Segment.objects.filter(deleted_at=None).order_by("pk").values_list("pk", flat=True):
        try:
            number += look(segment_id) is not None
        except KernelError as refused:
            log.warning("segment %s cannot be looked at: %s", segment_id, refused)
    return number
