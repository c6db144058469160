"""The rules of live segments: held against what their author may ask, and what they judge by."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of, readable
from klientura.kernel.errors import BadRequest, KernelError, Text
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.segments.models import Segment
from klientura.kernel.segments.reading import remembered, with_parts
from klientura.kernel.store.filters import Tree, compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.trees import conditions_of, fields_of, sets_of

MAX_RULE = 12_000


def check(actor: Actor, shape: Shape, raw: Any, segment_id: int = 0) -> dict[str, Any]:
    """A rule about to be kept, as plain JSON. Raises BadRequest for what the actor could not ask a list for."""
    if not isinstance(raw, Mapping) or next(conditions_of(raw), None) is None:
        raise bad(_("A segment by a rule needs at least one condition."))
    if any(node.get("op") == "me" for node in conditions_of(raw)):
        raise bad(
            _(
                "“Is me” means somebody else to every reader, so a segment cannot be made by it. Name the user instead."
            )
        )
    # Beyond the set itself, whose number nobody has: the rule will always be one step deeper than it is now.
    compile_filter(raw, Context(actor, readable(actor, shape), shape=shape, sets=(segment_id,)))
    try:
        text = orjson.dumps(raw)
    except TypeError as refused:  # numbers and texts that JSON has no place for
        raise bad(_("The filter holds a value that cannot be kept.")) from refused
    if b"\\u0000" in text:
        raise bad(_("The filter holds a value that cannot be kept."))
    if len(text) > MAX_RULE:
        raise bad(_("The rule of this segment is too large to be kept."))
    plain: dict[str, Any] = orjson.loads(text)
    return plain


def bad(message: Text) -> BadRequest:
    """What a rule that cannot be kept is answered."""
    return BadRequest(message, code="segment")


def broken(actor: Actor, segment: Segment) -> Text:
    """Why a segment cannot be used by this reader; empty when it can."""
    shape = shape_of(segment.object)
    try:
        compile_filter({"segment": segment.pk}, Context(actor, readable(actor, shape), shape=shape))
    except KernelError as refused:
        return refused.message
    return ""


def _judged(segment: Segment, known: Mapping[int, Segment]) -> Iterator[str]:
    """The keys of all objects whose records a segment is judged by, its own among them."""
    yield segment.object
    for node in conditions_of(segment.rule):
        if isinstance(node.get("related"), str):
            yield node["related"].partition(".")[0]
    for number in sets_of(segment.rule):
        if number in known:
            yield from _judged(known[number], {k: s for k, s in known.items() if k != number})


def sees_whole(actor: Actor, segment: Segment, known: Mapping[int, Segment] | None = None) -> bool:
    """Whether what the product sees of a segment (its picture, its counts, its history) is what the actor sees of it.

    So it is for those to whom every record is open that it is judged by, and every field.
    """
    found = with_parts([segment]) if known is None else known
    shapes = [all_shapes().get(key) for key in _judged(segment, found)]
    if not all(s is not None and _all_open(actor, s) for s in shapes):
        return False
    with remembered(found.values()):
        return not broken(actor, segment)


def _all_open(actor: Actor, shape: Shape) -> bool:
    return all(actor.scope(each.key, "read") == "all" for each in members_of(shape) or (shape,))


def segments_using(object_key: str, field_key: str) -> list[Text]:
    """The segments whose rules use a field, for whoever is about to remove it; named with their owners."""
    found = (
        Segment.objects.filter(kind="live", deleted_at=None).select_related("owner").order_by("name", "pk")
    )
    return [
        _("segment «%(segment)s» of %(owner)s") % {"segment": s.name, "owner": s.owner.name}
        for s in found
        if (object_key, field_key) in set(fields_of(s.object, s.rule))
    ]


def made_of(segment_id: int) -> list[Segment]:
    """The segments whose rules name this one."""
    live = Segment.objects.filter(kind="live", deleted_at=None).order_by("name", "pk")
    return [s for s in live if segment_id in sets_of(s.rule)]


def tree_of(segment: Segment) -> Tree:
    """The filter that lists the records of a segment."""
    return {"and": [{"segment": segment.pk, "op": "in"}]}
