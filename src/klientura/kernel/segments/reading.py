"""Which segments a reader has: their own, those shared with their team, those shared with everyone."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, members_of
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.segments.models import Segment
from klientura.kernel.store.filters import LARGEST
from klientura.kernel.store.sets import NOT_THERE, KnownSet
from klientura.kernel.store.trees import sets_of

MOST = 500
"""Segments of one reader that are ever shown at once."""


def open_segments(actor: Actor) -> QuerySet[Segment]:
    """The segments open to the actor, by name."""
    shared = Q(visibility="everyone") | Q(visibility="team", team_id__in=_teams(actor))
    objects = [s.key for s in all_shapes().values() if may(actor, s, "read")]
    return Segment.objects.filter(
        Q(owner_id=actor.user_id or 0) | shared, object__in=objects, deleted_at=None
    ).order_by("name", "pk")


def _teams(actor: Actor) -> set[int]:
    return {*actor.tree_ids, *([actor.team_id] if actor.team_id else [])}


def is_open(actor: Actor, segment: Segment) -> bool:
    """Whether the actor may know of a segment that is there."""
    shape = all_shapes().get(segment.object)
    if shape is None or segment.deleted_at is not None or not may(actor, shape, "read"):
        return False
    if actor.is_system or segment.owner_id == actor.user_id or segment.visibility == "everyone":
        return True
    return segment.visibility == "team" and segment.team_id in _teams(actor)


def one(actor: Actor, segment_id: int) -> Segment:
    """A segment that is open to the actor. Raises NotFound, also for what exists but is not open."""
    found = Segment.objects.filter(pk=segment_id).select_related("owner").first()
    if found is None or not is_open(actor, found):
        raise NotFound(NOT_THERE)
    return found


def of_object(actor: Actor, shape: Shape) -> Sequence[Segment]:
    """The segments open to the actor whose records stand in the object's table."""
    keys = [s.key for s in all_shapes().values() if s.base == shape.base]
    if shape.constants:
        keys = [k for k in keys if k == shape.key or not shape_of(k).constants]
    return list(open_segments(actor).filter(object__in=keys)[:MOST])


def found_by_name(actor: Actor, words: str, limit: int) -> list[Segment]:
    """The segments whose names hold the words."""
    return list(open_segments(actor).filter(name__icontains=words).defer("rule")[:limit])


def may_work(actor: Actor, shape: Shape) -> bool:
    """Whether the actor may make and fill segments of the object: whoever works on its records, not only looks at them."""
    return any(may(actor, each, "edit") for each in members_of(shape) or (shape,))


def may_change(actor: Actor, segment: Segment) -> bool:
    """Whether the actor may change or delete a segment: their own, and an administrator any that is shared."""
    return segment.owner_id == actor.user_id or (actor.is_admin and segment.visibility != "private")


def may_fill(actor: Actor, segment: Segment) -> bool:
    """Whether the actor may put records into a list and take them out: of a shared one, whoever works on such records."""
    mine = segment.owner_id == actor.user_id or segment.visibility != "private"
    return segment.kind == "static" and mine and may_work(actor, shape_of(segment.object))


_known: ContextVar[dict[int, Segment] | None] = ContextVar("segments", default=None)


@contextmanager
def remembered(segments: Iterable[Segment]) -> Iterator[None]:
    """Within the block, segments that filters name are looked for among these first, and each is read once."""
    token = _known.set({s.pk: s for s in segments})
    try:
        yield
    finally:
        _known.reset(token)


def with_parts(segments: Iterable[Segment]) -> dict[int, Segment]:
    """Segments by number, with those that their rules name, and those that these name: a query for each step."""
    found = {s.pk: s for s in segments}
    asked = {n for s in found.values() for n in sets_of(s.rule)} - set(found)
    while asked:
        further = Segment.objects.in_bulk(asked)
        found |= further
        asked = {n for s in further.values() for n in sets_of(s.rule)} - set(found)
    return found


def find(actor: Actor, set_id: int, asked_by: int | None) -> KnownSet | None:
    """A segment as filters use it.

    One that the rule of another names is open with it when it is anybody's, or of the same owner: who shares a segment
    shares what it is made of.
    """
    wanted = [n for n in (set_id, asked_by) if n and n <= LARGEST]
    known = _known.get()
    if known is None:
        rows = Segment.objects.in_bulk(wanted)
    else:
        if missing := [n for n in wanted if n not in known]:
            known |= Segment.objects.in_bulk(missing)
        rows = known
    segment, above = rows.get(set_id), rows.get(asked_by or 0)
    if segment is None or not (is_open(actor, segment) or _comes_with(actor, segment, above)):
        return None
    shape = shape_of(segment.object)
    if segment.kind == "live":
        return KnownSet(segment.name, shape, rule=segment.rule or {"and": []})
    return KnownSet(segment.name, shape, listed=lambda alias: _listed(set_id, alias))


def _comes_with(actor: Actor, segment: Segment, above: Segment | None) -> bool:
    shape = all_shapes().get(segment.object)
    return (
        above is not None
        and above.owner_id == segment.owner_id
        and segment.deleted_at is None
        and shape is not None
        and may(actor, shape, "read")
    )


def _listed(segment_id: int, alias: str) -> Predicate:
    text = sql.SQL(
        "exists (select 1 from kernel_segment_member sm where sm.segment_id = %s and sm.record_id = {}.id)"
    )
    return Predicate(text.format(sql.Identifier(alias)), (segment_id,))


CLOSED = _("a segment that is not open to you")


def names_of(actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """What segments are called, as far as they are open to the actor."""
    wanted = {n for n in ids if 0 < n <= LARGEST}
    if not wanted:
        return {}
    return {s.pk: s.name for s in open_segments(actor).filter(pk__in=wanted)}
