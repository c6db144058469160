"""Making a segment: of what a list shows, or of two or three others."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, Denied, Invalid, KernelError
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.segments.looking import in_figures
from klientura.kernel.screens.segments.page import dialog, given_by, go
from klientura.kernel.screens.state import read_state
from klientura.kernel.segments import counting, keeping, members, picture, reading
from klientura.kernel.segments.models import Segment
from klientura.kernel.store import bulk
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of

PARTS = ("a", "b", "c")
WAYS = ("union", "intersection", "difference")


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, object: str) -> HttpResponse:
    """GET, POST /{object}/segments/new?…: a segment of what the list of this address shows: by its rule, or as a list."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    if not reading.may_work(asked.actor, shape):
        raise Denied
    state = read_state(request, asked.actor, shape)
    if state.broken:
        raise BadRequest(state.broken, code="view")
    by_rule = bool(state.tree) and not state.q  # what is searched for is words, and no rule holds them
    action = asked.get_full_path()
    kinds = _kinds(by_rule=by_rule, filled=bool(state.tree or state.q))
    if request.method == "GET":
        given = {
            "name": "",
            "description": "",
            "visibility": "private",
            "kind": "live" if by_rule else "static",
        }
        return dialog(asked, shape, given, action=action, kinds=kinds)
    given = {**given_by(request), "kind": request.POST.get("kind", "static")}
    try:
        rule = {"rule": dict(state.tree)} if given["kind"] == "live" and state.tree else {}
        made = keeping.create(asked.actor, shape, **given, **rule)
    except (Invalid, BadRequest) as refused:
        return dialog(asked, shape, given, refused, action=action, kinds=kinds)
    if made.kind == "static":
        if state.tree or state.q:
            members.add(asked.actor, made.pk, bulk.Selection(tree=state.tree, more=state.more))
    else:
        picture.begin(asked.actor, made.pk)
    return go(f"/segments/{made.pk}")


def _kinds(*, by_rule: bool, filled: bool) -> list[dict[str, str]]:
    now = _("A list of those shown now") if filled else _("An empty list, to be filled by hand")
    listed = {"value": "static", "label": now}
    return (
        [{"value": "live", "label": _("By these conditions, always up to date")}, listed]
        if by_rule
        else [listed]
    )


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def compose(request: HttpRequest) -> HttpResponse:
    """GET, POST /segments/compose?a=&b=&c=&how=: a segment made of two or three others."""
    asked = of(request)
    shape = _shape(asked)
    if shape is None:
        return HttpResponseRedirect("/segments")
    chosen, how = _chosen(asked, shape)
    given = {**given_by(request), "name": request.POST.get("name", "")}
    refusal = ""
    if request.method == "POST":
        try:
            made = keeping.create(asked.actor, shape, **given, rule=_rule(chosen, how))
        except Invalid as refused:
            refusal = "; ".join(str(e.message) for e in refused.errors)
        except BadRequest as refused:
            refusal = str(refused.message)
        else:
            picture.begin(asked.actor, made.pk)
            return go(f"/segments/{made.pk}")
    return show(
        request,
        "segments/compose.html",
        status=422 if refusal else 200,
        active="segments",
        shape=shape,
        shapes=_shapes(asked),
        options=[{"value": s.pk, "label": s.name} for s in reading.of_object(asked.actor, shape)],
        parts=[{"name": n, "chosen": s} for n, s in zip(PARTS, [*chosen, None, None, None], strict=False)],
        how=how,
        ways=_ways(),
        given=given,
        refusal=refusal,
        ready=len(chosen) > 1,
        query=_query(shape, chosen, how),
        team=bool(asked.actor.team_id),
    )


def _ways() -> list[dict[str, str]]:
    words = {
        "union": (pgettext("sets", "In any of them"), _("Everybody who is in at least one")),
        "intersection": (pgettext("sets", "In all of them"), _("Only those who are in each")),
        "difference": (pgettext("sets", "In the first only"), _("Those of the first who are in no other")),
    }
    return [{"value": k, "label": label, "hint": hint} for k, (label, hint) in words.items()]


def _shapes(asked: Request) -> list[Shape]:
    """The objects that have at least two segments to be put together."""
    numbers: dict[str, int] = {}
    for segment in reading.open_segments(asked.actor)[: reading.MOST]:
        numbers[segment.object] = numbers.get(segment.object, 0) + 1
    shapes = (all_shapes().get(key) for key, n in numbers.items() if n > 1)
    return [s for s in shapes if s is not None and reading.may_work(asked.actor, s)]


def _shape(asked: Request) -> Shape | None:
    """The object whose segments are put together: that of the first part, the one named, or the first that has two."""
    if (first := number(asked.GET.get("a"))) is not None:
        return shape_of(reading.one(asked.actor, first).object)
    if key := asked.GET.get("object"):
        shape = shape_of(key)
        require(asked.actor, shape, "read")
        return shape
    return next(iter(_shapes(asked)), None)


def _chosen(asked: Request, shape: Shape) -> tuple[list[Segment], str]:
    numbers = [n for part in PARTS if (n := number(asked.GET.get(part))) is not None]
    found = [reading.one(asked.actor, n) for n in dict.fromkeys(numbers)]
    if any(s.object != shape.key for s in found):
        raise BadRequest(_("Only segments of one kind of record can be put together."), code="segment")
    how = asked.GET.get("how", "union")
    return found, how if how in WAYS else "union"


def _rule(chosen: list[Segment], how: str) -> dict[str, Any]:
    """The rule of a segment made of others. Raises BadRequest for less than two."""
    if len(chosen) < 2:
        raise BadRequest(_("Choose two segments at least."), code="segment")
    inside = [{"segment": s.pk, "op": "in"} for s in chosen]
    if how == "difference":
        return {"and": [inside[0], *({"segment": s.pk, "op": "not_in"} for s in chosen[1:])]}
    return {"or" if how == "union" else "and": inside}


def _query(shape: Shape, chosen: list[Segment], how: str) -> str:
    pairs = [f"{part}={s.pk}" for part, s in zip(PARTS, chosen, strict=False)]
    return "&".join([*pairs, f"how={how}", f"object={shape.key}"])


@open_to(Door.SIGNED_IN)
@require_GET
def composed_count(request: HttpRequest) -> HttpResponse:
    """GET /segments/compose/count?a=&b=&how=: how many the segment would have for this reader, as text."""
    asked = of(request)
    shape = _shape(asked)
    if shape is None:
        return HttpResponse(in_figures(0))
    chosen, how = _chosen(asked, shape)
    try:
        return HttpResponse(in_figures(counting.count(asked.actor, shape, _rule(chosen, how))))
    except KernelError as refused:
        return HttpResponse(str(refused.message), status=200, content_type="text/plain; charset=utf-8")
