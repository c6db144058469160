"""Finding records: the palette, reference fields, users and teams, and the search page."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from rapidfuzz.fuzz import ratio

from klientura.kernel.access.gate import may, members_of, readable, require
from klientura.kernel.access.models import Team, User
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.commands import suggestions
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.view_bar import address
from klientura.kernel.search.nearest import nearest
from klientura.kernel.search.query import understand
from klientura.kernel.search.results import Found, search
from klientura.kernel.segments import reading as segments
from klientura.kernel.segments.models import Segment
from klientura.kernel.store import read
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.views.models import View
from klientura.kernel.views.reading import found_by_name
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.text import words

MIN_LETTERS = 2
LIMIT = 8
VIEWS = 5
PAGE = 20


def _searched(asked: Request) -> list[Shape]:
    return [s for s in all_shapes().values() if s.spec.navigation and may(asked.actor, s, "read")]


def _nearest_first(found: Sequence[Found], q: str) -> list[Found]:
    """Kinds whose records are called what was typed stand before those that merely mention it somewhere."""
    return sorted(found, key=lambda f: -max(_nearness(str(r["title"] or ""), f.instead or q) for r in f.rows))


def _nearness(title: str, q: str) -> int:
    """How near the nearest words of a title come to the words typed, in tenths; the first word counts a little more."""
    own, typed = words(title), words(q)
    if not own or not typed:
        return 0
    best = [max(ratio(w, t) + (2 if w == own[0] else 0) for w in own) for t in typed]
    return round(sum(best) / len(best) / 10)


@open_to(Door.SIGNED_IN)
@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """GET /search/palette?q=: records for the command palette, by object."""
    asked, q = of(request), request.GET.get("q", "").strip()[:200]
    items: list[dict[str, Any]] = []
    if len(q) >= MIN_LETTERS:
        items += suggestions(asked, q)
        for found in _nearest_first(search(asked.actor, _searched(asked), q, limit=5), q):
            items += [_item(asked, found.shape, row, group=str(found.shape.plural)) for row in found.rows]
        items += [_view_item(v) for v in found_by_name(asked.actor, q, limit=VIEWS)]
        items += [_segment_item(s) for s in segments.found_by_name(asked.actor, q, limit=VIEWS)]
    return show(request, "screens/options.html", items=items, query=q)


def _view_item(view: View) -> dict[str, Any]:
    """A saved view among what was found."""
    shape = shape_of(view.object)
    return {
        "id": view.pk, "title": view.name, "sub": str(shape.plural), "icon": shape.spec.icon, "url": address(view),
        "group": _("Saved views"),
    }  # fmt: skip


def _segment_item(segment: Segment) -> dict[str, Any]:
    """A segment among what was found."""
    return {
        "id": segment.pk, "title": segment.name, "sub": str(shape_of(segment.object).plural), "icon": "group",
        "url": f"/segments/{segment.pk}", "group": _("Segments"),
    }  # fmt: skip


def _item(asked: Request, shape: Shape, row: Row, *, group: str = "") -> dict[str, Any]:
    quiet = []
    for key, value in row.items():
        if key in {"id", "version", "title"} or key not in shape.fields or value in (None, "", []):
            continue
        shown = (
            value.title
            if isinstance(value, Ref)
            else cell(shape.fields[key], value, row, lang(), company_currency=asked.installation.currency)
        )
        quiet.append(str(shown.get("text", "")) if isinstance(shown, dict) else str(shown or ""))
    return {
        "id": row["id"], "title": row["title"] or f"№ {row['id']}", "sub": " · ".join(t for t in quiet if t), "icon": shape.spec.icon,
        "url": f"/{shape.key}/{row['id']}", "group": group,
    }  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_GET
def references(request: HttpRequest, object: str) -> HttpResponse:
    """GET /search/reference/{object}?q=: records to choose from; without letters the latest ones.

    With a reference of the object (?employer=12) those that share it come first, under its name.
    """
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    q = request.GET.get("q", "").strip()[:200]
    understood = understand(asked.actor, shape, q) if q else None
    fields = readable(asked.actor, shape)
    keys = ["title", *(k for k in ("city", "employer", "party", "pipeline") if k in fields)]
    shared = _shared(request, fields)

    def found(tree: Tree | None) -> list[Row]:
        if understood is not None:
            return nearest(asked.actor, shape, understood, q, keys=keys, limit=LIMIT, tree=tree)
        return read.page(asked.actor, shape, tree=tree, sort="-id", limit=LIMIT, keys=keys).rows

    near = found({"field": shared[0], "op": "eq", "value": shared[1]}) if shared else []
    others = [r for r in found(None) if r["id"] not in {n["id"] for n in near}] if len(near) < LIMIT else []
    heading = _("Others") if near else ""
    context: dict[str, Any] = {
        "items": [
            *(_item(asked, shape, r, group=_name_of(r.get(shared[0])) if shared else "") for r in near),
            *(_item(asked, shape, r, group=heading) for r in others[: LIMIT - len(near)]),
        ],
        "query": q,
        "empty": _("Nothing found"),
    }
    if q and "only" not in request.GET:  # where a new record could not be taken over
        kinds = [s for s in (members_of(shape) or [shape]) if s.spec.navigation]
        context["creates"] = [_create(s, q, shared) for s in kinds if may(asked.actor, s, "create")]
    return show(request, "screens/options.html", **context)


def _shared(request: HttpRequest, fields: Mapping[str, FieldShape]) -> tuple[str, int] | None:
    """The reference that the address names, with the number of its record."""
    for key, field in fields.items():
        if field.type.key == "reference" and (target := number(request.GET.get(key))) is not None:
            return key, target
    return None


def _name_of(value: Any) -> str:
    return (value.title if isinstance(value, Ref) else "") or ""


def _create(shape: Shape, typed: str, shared: tuple[str, int] | None) -> dict[str, str]:
    """The offer to make what was not found: a form beside this one, with the words typed in the fields of the title."""
    query = {"dialog": "1", "in_place": "1"} | ({shared[0]: str(shared[1])} if shared else {})
    if any(c.isalpha() for c in typed):
        query |= dict(zip(shape.spec.title, typed.split(maxsplit=len(shape.spec.title) - 1), strict=False))
    return {"label": str(shape.spec.new_label), "url": f"/{shape.key}/new?{urlencode(query)}"}


@open_to(Door.SIGNED_IN)
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """GET /search/users?q=: colleagues."""
    q = request.GET.get("q", "").strip()[:100]
    found = User.objects.filter(is_active=True, name__icontains=q).order_by("name")[:LIMIT]
    return show(
        request,
        "screens/options.html",
        items=[{"id": u.pk, "title": u.name, "sub": u.email, "user": True} for u in found],
        query=q,
    )


@open_to(Door.SIGNED_IN)
@require_GET
def teams(request: HttpRequest) -> HttpResponse:
    """GET /search/teams?q=: teams."""
    q = request.GET.get("q", "").strip()[:100]
    found = Team.objects.filter(name__icontains=q).order_by("name")[:LIMIT]
    return show(
        request,
        "screens/options.html",
        items=[{"id": t.pk, "title": t.name, "icon": "users"} for t in found],
        query=q,
    )


@open_to(Door.SIGNED_IN)
@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """GET /search?q=: everything that was found, by object."""
    asked, q = of(request), request.GET.get("q", "").strip()[:200]
    found_in = search(asked.actor, _searched(asked), q, limit=PAGE) if len(q) >= MIN_LETTERS else []
    found_in = _nearest_first(found_in, q)
    groups = [
        {
            "title": str(found.shape.plural),
            "icon": found.shape.spec.icon,
            "instead": found.instead,
            "items": [_item(asked, found.shape, r) for r in found.rows],
            "more_url": f"/{found.shape.key}?{urlencode({'saved': 'all', 'q': q})}"
            if len(found.rows) == PAGE
            else "",
        }
        for found in found_in
    ]
    return show(request, "screens/search.html", groups=groups, q=q, active="search")
