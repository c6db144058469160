"""The page of a segment: its rule, its size over time, who came and who went, and what is done with it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.errors import Denied, Invalid, KernelError, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.context import show
from klientura.kernel.screens.imports.tray import bar
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.segments.looking import in_figures, line, records_url
from klientura.kernel.screens.state import tree_of
from klientura.kernel.segments import counting, keeping, picture, reading, rules
from klientura.kernel.segments.models import Segment
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_date, format_datetime

LATELY = (7, 30)


@open_to(Door.SIGNED_IN)
@require_GET
def segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    """GET /segments/{id}: the segment; with ?filter= the rule as its author is about to change it."""
    asked = of(request)
    found = reading.one(asked.actor, segment_id)
    shape, work = shape_of(found.object), picture.at_work(found.pk)
    if asked.htmx and "work" in request.GET and work is None:
        return go(f"/segments/{found.pk}")  # the page waited for the count: it is there
    draft = draft_of(request, found)
    changed = draft is not None and draft != found.rule
    whole = rules.sees_whole(asked.actor, found)
    curve = counting.curve(asked.actor, found) if whole else []
    return show(
        request,
        "segments/page.html",
        active="segments",
        segment=found,
        shape=shape,
        live=found.kind == "live",
        broken=str(rules.broken(asked.actor, found)),
        rule=_rule_text(draft if changed else found.rule, asked, found),
        changed=changed,
        fields_json=filter_fields_json(asked.actor, shape, draft if changed else found.rule),
        may_change=reading.may_change(asked.actor, found),
        may_fill=reading.may_fill(asked.actor, found),
        list_url=records_url(found),
        curve=_curve(curve),
        whole=whole,
        seen_at=_seen_at(found) if whole else "",
        access=found.get_visibility_display(),
        work=bar(work) if work else None,
        may_work=reading.may_work(asked.actor, shape),
    )


def draft_of(request: HttpRequest, found: Segment) -> dict[str, Any] | None:
    """The rule that the address says; None when it says none."""
    text = request.GET.get("filter") or request.POST.get("filter") or ""
    return tree_of(text) if found.kind == "live" else None


def _rule_text(rule: dict[str, Any] | None, asked: Request, found: Segment) -> str:
    """The rule for the builder; of one that is not the reader's to judge nothing is told but that."""
    if rule is None or (rules.broken(asked.actor, found) and not reading.may_change(asked.actor, found)):
        return ""
    return json.dumps(rule, ensure_ascii=False)


def _seen_at(found: Segment) -> str:
    return format_datetime(timezone.localtime(found.counted_at), lang()) if found.counted_at else ""


def _curve(points: list[tuple[Any, int]]) -> dict[str, Any]:
    sizes = [size for _day, size in points]
    if len(sizes) < 2:
        return {}
    return {
        "points": line(sizes),
        "first": format_date(points[0][0], lang()),
        "last": format_date(points[-1][0], lang()),
        "low": in_figures(min(sizes)),
        "high": in_figures(max(sizes)),
        "now": in_figures(sizes[-1]),
    }


@open_to(Door.SIGNED_IN)
@require_GET
def moves(request: HttpRequest, segment_id: int) -> HttpResponse:
    """GET /segments/{id}/moves: who came and went within the last 7 and 30 days."""
    asked = of(request)
    found = reading.one(asked.actor, segment_id)
    spans = [(days, counting.moves(asked.actor, found, days)) for days in LATELY]
    latest = spans[-1][1].latest if spans[-1][1] else []
    return show(
        request,
        "segments/moves.html",
        spans=[
            {"days": days, "entered": in_figures(m.entered), "left": in_figures(m.left)} for days, m in spans if m
        ],
        latest=[
            {
                "url": f"/{found.object}/{m.record_id}", "title": m.title or f"№ {m.record_id}", "entered": m.entered,
                "at": format_datetime(timezone.localtime(m.at), lang()),
            }
            for m in latest
        ],
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, segment_id: int) -> HttpResponse:
    """GET, POST /segments/{id}/settings: the name of a segment, what it is for, and who sees it."""
    asked = of(request)
    found = reading.one(asked.actor, segment_id)
    if not reading.may_change(asked.actor, found):
        raise Denied
    given: dict[str, Any] = {k: getattr(found, k) for k in ("name", "description", "visibility")}
    if request.method == "GET":
        return dialog(
            asked, shape_of(found.object), given, action=f"/segments/{found.pk}/settings", found=found
        )
    given = given_by(request)
    try:
        version = number(request.POST.get("version"))
        keeping.change(asked.actor, found.pk, given, expected_version=version)
    except (Invalid, Stale) as refused:
        where = f"/segments/{found.pk}/settings"
        return dialog(asked, shape_of(found.object), given, refused, action=where, found=found)
    return go(f"/segments/{found.pk}")


def given_by(request: HttpRequest) -> dict[str, Any]:
    """What the dialog of a segment was filled with."""
    return {
        "name": request.POST.get("name", ""),
        "description": request.POST.get("description", ""),
        "visibility": request.POST.get("visibility", "private"),
    }


def dialog(
    asked: Request, shape: Shape, given: dict[str, Any], refused: KernelError | None = None, *, action: str,
    found: Segment | None = None, kinds: Sequence[Mapping[str, str]] = (),
) -> HttpResponse:  # fmt: skip
    """The dialog of a new segment, or of one that is there."""
    errors = {e.field: str(e.message) for e in refused.errors} if isinstance(refused, Invalid) else {}
    choices = [("private", _("Only me"))]
    choices += [("team", _("My team"))] if asked.actor.team_id or given["visibility"] == "team" else []
    choices.append(("everyone", _("Everyone")))
    return show(
        asked,
        "segments/dialog.html",
        status=refused.status if refused else 200,
        shape=shape,
        segment=found,
        given=given,
        errors=errors,
        refusal=str(refused.message) if refused and not errors else "",
        action=action,
        choices=[{"value": k, "label": label} for k, label in choices],
        in_team=bool(asked.actor.team_id),
        kinds=kinds,
    )


def go(where: str) -> HttpResponse:
    """Have the page lead to another."""
    response = HttpResponse(status=204)
    response["HX-Redirect"] = where
    return response


@open_to(Door.SIGNED_IN)
@require_POST
def rule(request: HttpRequest, segment_id: int) -> HttpResponse:
    """POST /segments/{id}/rule: keep the rule that the page shows, and have it counted."""
    asked = of(request)
    found = reading.one(asked.actor, segment_id)
    keeping.change(
        asked.actor, found.pk, {"rule": draft_of(request, found)},
        expected_version=number(request.POST.get("version")),
    )  # fmt: skip
    picture.begin(asked.actor, found.pk)
    return go(f"/segments/{found.pk}")


@open_to(Door.SIGNED_IN)
@require_POST
def look(request: HttpRequest, segment_id: int) -> HttpResponse:
    """POST /segments/{id}/look: have it counted anew in the background."""
    asked = of(request)
    picture.begin(asked.actor, segment_id)
    return go(f"/segments/{segment_id}")


@open_to(Door.SIGNED_IN)
@require_POST
def delete(request: HttpRequest, segment_id: int) -> HttpResponse:
    """POST /segments/{id}/delete: delete a segment; the list that opens offers Undo."""
    keeping.delete(of(request).actor, segment_id)
    return go(f"/segments?gone={segment_id}")


@open_to(Door.SIGNED_IN)
@require_POST
def bring_back(request: HttpRequest, segment_id: int) -> HttpResponse:
    """POST /segments/{id}/bring-back: undo a deletion."""
    return go(f"/segments/{keeping.bring_back(of(request).actor, segment_id).pk}")
