"""Keeping segments: make, change, delete and bring back. Every function takes the actor first."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.segments import reading, rules
from klientura.kernel.segments.models import KINDS, VISIBILITIES, Segment
from klientura.kernel.store.sets import NOT_THERE

MAX_NAME = 120
MAX_DESCRIPTION = 500
KEPT_FOR = dt.timedelta(days=30)
HISTORY_KEPT_FOR = dt.timedelta(days=400)
"""How long it is told who came and who went, and how many there were: a little more than a year."""
CHANGEABLE = frozenset({"name", "description", "rule", "visibility"})


def create(
    actor: Actor,
    shape: Shape,
    *,
    name: Any,
    kind: Any = "live",
    rule: Any = None,
    description: Any = "",
    visibility: Any = "private",
) -> Segment:
    """Make a segment: by a rule, or as an empty list. Raises Invalid, BadRequest or Denied."""
    require(actor, shape, "read")
    if actor.user_id is None or not reading.may_work(actor, shape):
        raise Denied
    if not isinstance(kind, str) or kind not in dict(KINDS):
        raise Invalid([FieldError("kind", "choice", _("A segment is made by a rule, or is a list."))])
    made = Segment(object=shape.key, kind=kind, owner_id=actor.user_id)
    if kind == "static" and rule is not None:
        raise Invalid([FieldError("rule", "choice", _("A list has no rule."))])
    values = {"name": name, "description": description, "visibility": visibility}
    _set(actor, shape, made, values if kind == "static" else {**values, "rule": rule})
    made.save()
    return made


def change(
    actor: Actor, segment_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> Segment:
    """Change a segment: `name`, `description`, `rule`, `visibility`. Raises NotFound, Denied, Invalid or Stale."""
    with transaction.atomic():
        segment = locked(actor, segment_id)
        if not reading.may_change(actor, segment):
            raise Denied
        if expected_version is not None and expected_version != segment.version:
            raise Stale
        _set(actor, shape_of(segment.object), segment, values)
        segment.version += 1
        segment.save()
    return segment


def locked(actor: Actor, segment_id: int) -> Segment:
    """A segment that is open to the actor, held for a change. Raises NotFound."""
    found = Segment.objects.select_for_update().filter(pk=segment_id).first()
    if found is None or not reading.is_open(actor, found):
        raise NotFound(NOT_THERE)
    return found


def _set(actor: Actor, shape: Shape, segment: Segment, values: Mapping[str, Any]) -> None:
    if unknown := set(values) - CHANGEABLE:
        raise BadRequest(_("A segment has no «%(key)s».") % {"key": min(unknown)[:60]}, code="segment")
    if "name" in values:
        segment.name = _text(values["name"], "name", MAX_NAME)
        if not segment.name:
            raise Invalid([FieldError("name", "required", _("Give the segment a name."))])
    if "description" in values:
        segment.description = _text(values["description"], "description", MAX_DESCRIPTION)
    if "rule" in values:
        if segment.kind != "live":
            raise Invalid([FieldError("rule", "choice", _("A list has no rule."))])
        rule = rules.check(actor, shape, values["rule"], segment.pk or 0)
        if rule != segment.rule:
            segment.rule, segment.counted, segment.counted_at = rule, None, None
    if "visibility" in values:
        visibility = values["visibility"]
        if not isinstance(visibility, str) or visibility not in dict(VISIBILITIES):
            raise Invalid([FieldError("visibility", "choice", _("Choose who sees the segment."))])
        segment.visibility = visibility
    if segment.visibility == "team" and segment.team_id is None:
        if actor.team_id is None:
            text = _("You are in no team to share the segment with.")
            raise Invalid([FieldError("visibility", "team", text)])
        segment.team_id = actor.team_id
    elif segment.visibility != "team":
        segment.team_id = None


def _text(raw: Any, field: str, longest: int) -> str:
    text = " ".join(raw.split()) if isinstance(raw, str) else "" if raw is None else None
    if text is None or "\x00" in text:
        raise Invalid([FieldError(field, "type", _("Text is expected here."))])
    if len(text) > longest:
        text_long = _("The text has more than %(count)s characters.") % {"count": longest}
        raise Invalid([FieldError(field, "length", text_long)])
    return text


def delete(actor: Actor, segment_id: int) -> None:
    """Delete a segment that no other is made of. It may be brought back for a month."""
    with transaction.atomic():
        segment = locked(actor, segment_id)
        if not reading.may_change(actor, segment):
            raise Denied
        if users := rules.made_of(segment_id):
            open_ones = [s.name for s in users if reading.is_open(actor, s)]
            named = ", ".join(f"«{name}»" for name in open_ones) or str(reading.CLOSED)
            text = _("Other segments are made of this one: %(segments)s. Change them first.")
            raise BadRequest(text % {"segments": named}, code="used")
        segment.deleted_at = timezone.now()
        segment.version += 1
        segment.save(update_fields=["deleted_at", "version"])


def bring_back(actor: Actor, segment_id: int) -> Segment:
    """Undo a deletion. Raises NotFound for what is gone for good, or was not the actor's to delete."""
    with transaction.atomic():
        found = Segment.objects.select_for_update().filter(pk=segment_id, deleted_at__isnull=False).first()
        if found is None or not reading.may_change(actor, found):
            raise NotFound(NOT_THERE)
        require(actor, shape_of(found.object), "read")
        found.deleted_at = None
        found.version += 1
        found.save(update_fields=["deleted_at", "version"])
    return found


def forget_deleted() -> int:
    """Drop segments that were deleted too long ago to be brought back, with all that was kept of them; return how many."""
    old = list(Segment.objects.filter(deleted_at__lt=timezone.now() - KEPT_FOR).values_list("pk", flat=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from kernel_segment_member where segment_id = any(%s)", [old])
        cursor.execute("delete from kernel_segment_change where segment_id = any(%s)", [old])
        cursor.execute("delete from kernel_segment_count where segment_id = any(%s)", [old])
        cursor.execute("delete from kernel_segment where id = any(%s)", [old])
    return len(old)


def forget_old_history() -> int:
    """Drop what happened in segments too long ago to be told; return how many comings and goings."""
    before = timezone.now() - HISTORY_KEPT_FOR
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from kernel_segment_count where day < %s", [before.date()])
        cursor.execute("delete from kernel_segment_change where at < %s", [before])
        return int(cursor.rowcount)
