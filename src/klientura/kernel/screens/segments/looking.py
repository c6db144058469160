"""The list of segments, counts that come after the page, segments to choose from, and those that a record is in."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may, require
from klientura.kernel.errors import KernelError
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.segments import counting, reading, rules
from klientura.kernel.segments.models import Segment
from klientura.kernel.segments.of_record import segments_of
from klientura.kernel.store import read
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import format_decimal

OFFERED = 20
WIDTH, HEIGHT = 96, 24
"""Of the small line of counts, in its own units."""


def records_url(segment: Segment) -> str:
    """The list of the records of a segment."""
    return list_url(segment.object, rules.tree_of(segment))


def in_figures(number: int | None) -> str:
    """A count as people write it."""
    return "" if number is None else format_decimal(number, lang(), places=0)


def line(points: Sequence[int]) -> str:
    """The points of a small line through some counts; empty when there is nothing to draw."""
    if len(points) < 2:
        return ""
    low, high = min(points), max(points)
    step, rise = WIDTH / (len(points) - 1), (HEIGHT - 4) / ((high - low) or 1)
    level = HEIGHT / 2 if high == low else None
    return " ".join(
        f"{n * step:.1f},{level if level is not None else HEIGHT - 2 - (p - low) * rise:.1f}"
        for n, p in enumerate(points)
    )


@open_to(Door.SIGNED_IN)
@require_GET
def segments(request: HttpRequest) -> HttpResponse:
    """GET /segments: those open to the reader, by object; ?object= shows those of one."""
    asked = of(request)
    found = list(reading.open_segments(asked.actor).select_related("owner")[: reading.MOST])
    chosen = all_shapes().get(request.GET.get("object", ""))
    present = [s for s in all_shapes().values() if any(g.object == s.key for g in found)]
    known = reading.with_parts(found)
    whole = [g for g in found if rules.sees_whole(asked.actor, g, known)]
    curves = counting.curves(whole)
    rows = [
        _row(asked, g, curves.get(g.pk), whole=g in whole)
        for g in found
        if chosen is None or g.object == chosen.key
    ]
    tabs = [{"label": _("All"), "url": "/segments", "active": chosen is None}]
    tabs += [
        {"label": str(s.plural), "url": f"/segments?object={s.key}", "active": s is chosen} for s in present
    ]
    return show(
        request, "segments/list.html", active="segments", rows=rows, tabs=tabs if len(present) > 1 else [],
        makeable=_makeable(asked), gone=request.GET.get("gone", ""), several=len(found) > 1,
    )  # fmt: skip


def _makeable(asked: Request) -> list[Shape]:
    """The objects of which the reader may make segments."""
    shapes = [s for s in all_shapes().values() if s.spec.navigation and may(asked.actor, s, "read")]
    return [s for s in shapes if reading.may_work(asked.actor, s)]


def _row(
    asked: Request, segment: Segment, curve: Sequence[tuple[Any, int]] | None, *, whole: bool
) -> dict[str, Any]:
    shape = shape_of(segment.object)
    return {
        "id": segment.pk,
        "name": segment.name,
        "description": segment.description,
        "url": f"/segments/{segment.pk}",
        "list_url": records_url(segment),
        "object": str(shape.plural),
        "icon": shape.spec.icon,
        "live": segment.kind == "live",
        "owner": segment.owner.name,
        "access": segment.get_visibility_display(),
        "count": in_figures(segment.counted) if whole else "",
        "line": line([size for _day, size in curve or ()]),
        "mine": segment.owner_id == asked.actor.user_id,
    }


@open_to(Door.SIGNED_IN)
@require_GET
def count(request: HttpRequest, segment_id: int) -> HttpResponse:
    """GET /segments/{id}/count: how many of its records are open to the reader now, as text; or that it cannot be told."""
    asked = of(request)
    segment = reading.one(asked.actor, segment_id)
    try:
        return HttpResponse(in_figures(counting.live_count(asked.actor, segment)))
    except KernelError:
        return HttpResponse("—")


@open_to(Door.SIGNED_IN)
@require_GET
def found(request: HttpRequest, object: str) -> HttpResponse:
    """GET /search/segments/{object}?q=: segments to choose from."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    words = request.GET.get("q", "").strip()[:100].casefold()
    chosen = [s for s in reading.of_object(asked.actor, shape) if words in s.name.casefold()][:OFFERED]
    items = [{"id": s.pk, "title": s.name, "sub": s.description, "icon": "group"} for s in chosen]
    return show(request, "screens/options.html", items=items, query=words, empty=_("Nothing found"))


@open_to(Door.SIGNED_IN)
@require_GET
def of_one(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/segments: the panel of the segments that a record is in."""
    asked, shape = of(request), shape_of(object)
    read.get(asked.actor, shape, record_id, keys=["id"])
    held = segments_of(asked.actor, shape, record_id)
    return show(
        request,
        "segments/of_record.html",
        shape=shape,
        record_id=record_id,
        held=[{"title": s.name, "url": f"/segments/{s.pk}", "live": s.kind == "live"} for s in held],
        may_fill=reading.may_work(asked.actor, shape),
    )
