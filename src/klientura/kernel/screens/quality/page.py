"""The page of quality: shares of filled fields, which come after the page, and the rules of an object."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.access.gate import readable
from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.objects.shape import Shape
from klientura.kernel.quality import completeness
from klientura.kernel.quality.completeness import By, Share
from klientura.kernel.quality.faults import every_fault, faults_of, objects_of
from klientura.kernel.quality.models import SEVERITIES
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.quality.rules import HUES
from klientura.kernel.segments import reading
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_decimal

WORST = 3
GROUPINGS: Mapping[str, By] = {"owner": "owner", "team": "team"}


def shape_asked(asked: Request) -> Shape:
    """The object that the address names, or the first there is. Raises NotFound when none is open."""
    shapes = objects_of(asked.actor)
    key = asked.GET.get("object") or (shapes[0].key if shapes else "")
    found = next((s for s in shapes if s.key == key), None)
    if found is None:
        raise NotFound
    return found


@open_to(Door.SIGNED_IN)
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """GET /quality?object=&by=&segment=: how far the records are filled in, and the rules of quality."""
    asked = of(request)
    shape = shape_asked(asked)
    by, segment = _by(asked), number(request.GET.get("segment"))
    every = every_fault()
    shown = faults_of(asked.actor, shape, every)
    off = [f for f in every if f.object == shape.key and not f.is_on] if asked.actor.is_admin else []
    severities = dict(SEVERITIES)
    return show(
        request,
        "quality/page.html",
        active="quality",
        shape=shape,
        tabs=[
            {"label": str(s.plural), "url": f"/quality?object={s.key}", "active": s is shape}
            for s in objects_of(asked.actor)
        ],
        by=by or "",
        ways=_ways(asked, shape, by, segment),
        segment=segment or "",
        segments=[{"value": s.pk, "label": s.name} for s in reading.of_object(asked.actor, shape)],
        shares_url=f"/quality/shares?{_query(shape, by, segment)}",
        rules=[
            {
                "key": f.key, "name": str(f.name), "severity": str(severities[f.severity]), "hue": HUES[f.severity],
                "url": those_who(shape, f.tree), "on": f.is_on,
            }
            for f in [*shown, *off]
        ],
    )  # fmt: skip


def _by(asked: Request) -> By | None:
    return GROUPINGS.get(asked.GET.get("by", ""))


def _query(shape: Shape, by: str | None, segment: int | None) -> str:
    pairs = {"object": shape.key, "by": by or "", "segment": segment or ""}
    return urlencode({k: v for k, v in pairs.items() if v})


def _ways(asked: Request, shape: Shape, by: str | None, segment: int | None) -> list[dict[str, Any]]:
    fields = readable(asked.actor, shape)
    ways = [("", _("By field")), ("owner", _("By person responsible")), ("team", _("By team"))]
    return [
        {"label": label, "url": f"/quality?{_query(shape, key, segment)}", "active": key == (by or "")}
        for key, label in ways
        if not key or key in fields
    ]


def those_who(shape: Shape, *conditions: Any) -> str:
    """The list of the records that meet all of the conditions."""
    return list_url(shape.key, {"and": list(conditions)})


@open_to(Door.SIGNED_IN)
@require_GET
def shares(request: HttpRequest) -> HttpResponse:
    """GET /quality/shares?object=&by=&segment=: the shares themselves, asked after the page is there."""
    asked = of(request)
    shape = shape_asked(asked)
    by, segment = _by(asked), number(request.GET.get("segment"))
    within = {"segment": segment} if segment else None
    counted = completeness.counted_fields(asked.actor, shape)
    found = completeness.measure(asked.actor, shape, counted, tree=within, by=by)
    more = [within] if within else []
    context: dict[str, Any] = {"shape": shape, "sampled": found.sampled, "capped": found.capped}
    if by:
        context["groups"] = [
            _group(shape, s, by, counted, more, named=s.group is not None) for s in found.shares
        ]
    else:
        whole = (
            found.shares[0]
            if found.shares
            else Share(None, "", 0, dict.fromkeys((f.key for f in counted), 0))
        )
        context |= {
            "records": format_decimal(whole.records, lang(), places=0),
            "overall": percent(whole.overall),
            "rows": [
                {
                    "label": f.heading,
                    "percent": percent(whole.part(f.key)),
                    "empty": format_decimal(whole.records - whole.filled[f.key], lang(), places=0),
                    "url": those_who(shape, {"field": f.key, "op": "empty"}, *more),
                }
                for f in sorted(counted, key=lambda f: whole.part(f.key))
            ],
        }
    return show(request, "quality/shares.html", **context)


def _group(
    shape: Shape, share: Share, by: By, counted: list[Any], more: list[Any], *, named: bool
) -> dict[str, Any]:
    mine = {"field": by, "op": "eq", "value": share.group} if named else {"field": by, "op": "empty"}
    worst = sorted((f for f in counted if share.part(f.key) < 1), key=lambda f: share.part(f.key))[:WORST]
    return {
        "name": share.name or (f"№ {share.group}" if named else _("nobody")),
        "url": those_who(shape, mine, *more),
        "records": format_decimal(share.records, lang(), places=0),
        "percent": percent(share.overall),
        "worst": [
            {
                "label": f.heading,
                "percent": percent(share.part(f.key)),
                "url": those_who(shape, mine, {"field": f.key, "op": "empty"}, *more),
            }
            for f in worst
        ],
    }


def percent(part: float) -> int:
    """A share in whole per cent; only what is whole is a hundred, and only what is nothing is none."""
    if 0 < part < 1:
        return min(99, max(1, round(part * 100)))
    return round(part * 100)


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def fields(request: HttpRequest) -> HttpResponse:
    """GET, POST /quality/fields?object=: which fields count; an administrator chooses."""
    asked = of(request)
    shape = shape_asked(asked)
    if not asked.actor.is_admin:
        raise Denied
    if request.method == "POST":
        completeness.choose_fields(asked.actor, shape, request.POST.getlist("fields"))
        response = HttpResponse(status=204)
        response["HX-Redirect"] = f"/quality?object={shape.key}"
        return response
    chosen = {f.key for f in completeness.counted_fields(asked.actor, shape)}
    return show(
        request,
        "quality/fields.html",
        shape=shape,
        fields=[{"value": f.key, "label": f.heading} for f in completeness.countable(asked.actor, shape)],
        chosen=sorted(chosen),
    )
