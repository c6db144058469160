"""Routes of approval in the settings: the list in its order, and the form of a route with its steps."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import Role, User
from klientura.kernel.access.users import BUILT_IN_ROLES
from klientura.kernel.approvals import routes
from klientura.kernel.approvals.demands import is_gated
from klientura.kernel.approvals.models import Route
from klientura.kernel.approvals.routes import WHO, approvable_shapes, fields_of_people
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.modules.administration.web.frame import filled, led_to, settings_page

SPARE: Final = 2
"""Empty steps that stand behind those there are."""
PICKERS: Final = 2


@open_to(Door.ADMIN)
@require_GET
def approval_routes(request: HttpRequest) -> HttpResponse:
    """GET /settings/approvals: the routes of every kind of record, in their order."""
    found = list(routes.every(of(request).actor))
    shapes = approvable_shapes()
    groups = [
        {
            "key": s.key,
            "title": str(s.plural),
            "rules": [_line(r) for r in found if r.object == s.key],
        }
        for s in shapes
        if any(r.object == s.key for r in found)
    ]
    kinds = [{"key": s.key, "label": str(s.plural), "icon": s.spec.icon} for s in shapes]
    return settings_page(request, "approvals", "approvals", groups=groups, kinds=kinds)


def _line(route: Route) -> dict[str, Any]:
    number_of_steps = len(route.steps)
    told = [ngettext("{n} step", "{n} steps", number_of_steps).format(n=number_of_steps)]
    told.append(_("for some records") if route.filter else _("for all"))
    if route.mandatory:
        told.append(pgettext("route", "required"))
    return {"id": route.pk, "name": route.name, "told": " · ".join(told), "active": route.is_active}


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new_route(request: HttpRequest, object: str) -> HttpResponse:
    """GET /settings/approvals/new/{object}: the form. POST: add the route."""
    shape = _shape(object)
    if request.method == "GET":
        return _form(request, shape, None, {"is_active": True, "steps": [{"who": "head", "needed": 1}]})
    values = _values(request.POST)
    try:
        routes.create(of(request).actor, shape.key, values)
    except Invalid as refused:
        return _form(request, shape, None, values, refused.errors)
    return led_to("/settings/approvals", "added")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def approval_route(request: HttpRequest, route_id: int) -> HttpResponse:
    """GET /settings/approvals/{id}: the form. POST: save it."""
    actor = of(request).actor
    found = routes.one(actor, route_id)
    shape = _shape(found.object)
    if request.method == "GET":
        keys = ("name", "filter", "steps", *routes.SWITCHES)
        return _form(request, shape, found, {k: getattr(found, k) for k in keys})
    values = _values(request.POST)
    try:
        routes.change(actor, found.pk, values, expected_version=number(request.POST.get("version")))
    except Invalid as refused:
        return _form(request, shape, found, values, refused.errors)
    except Stale as stale:
        return _form(request, shape, found, values, problem=str(stale.message))
    return led_to("/settings/approvals", "saved")


@open_to(Door.ADMIN)
@require_POST
def act(request: HttpRequest, route_id: int, verb: str) -> HttpResponse:
    """POST /settings/approvals/{id}/up, /down, /delete: order the routes, or drop one."""
    actor = of(request).actor
    if verb in {"up", "down"}:
        routes.move(actor, route_id, -1 if verb == "up" else 1)
        return led_to("/settings/approvals", "saved")
    if verb != "delete":
        raise NotFound
    routes.remove(actor, route_id)
    return led_to("/settings/approvals", "deleted")


def _shape(key: str) -> Shape:
    shape = shape_of(key)
    if shape.key not in {s.key for s in approvable_shapes()}:
        raise NotFound
    return shape


def _values(given: QueryDict) -> dict[str, Any]:
    """What the form gave, as the service takes it. Raises BadRequest for a filter that is no filter."""
    raw = given.get("filter", "")
    try:
        tree = json.loads(raw) if raw else {}
    except ValueError:
        raise BadRequest(
            _("The filter could not be read: each condition must be an object."), code="filter"
        ) from None
    places = sorted({int(n) for n in given.getlist("step") if number(n) is not None and len(n) <= 2})
    steps = [step for n in places if (step := _step(given, n)) is not None]
    return {
        "name": given.get("name", "")[:1000], "filter": tree, "steps": steps,
        **{k: given.get(k) == "1" for k in routes.SWITCHES},
    }  # fmt: skip


def _step(given: QueryDict, place: int) -> dict[str, Any] | None:
    """One step of the form; None for one that was left empty."""
    who = given.get(f"who-{place}", "")
    if not who:
        return None
    return {
        "who": who, "name": given.get(f"name-{place}", "")[:1000],
        "users": [n for raw in given.getlist(f"users-{place}") if (n := number(raw)) is not None],
        "role": given.get(f"role-{place}", ""), "field": given.get(f"field-{place}", ""),
        "needed": _count(given.get(f"needed-{place}", "")), "hours": _count(given.get(f"hours-{place}", "")),
        "beside": given.get(f"beside-{place}") == "1",
    }  # fmt: skip


def _count(text: str) -> int | None:
    """A number of the form; what is none counts as out of every range."""
    return None if not text.strip() else number(text.strip()) or 0


def _form(
    request: HttpRequest,
    shape: Shape,
    route: Route | None,
    given: Mapping[str, Any],
    errors: tuple[FieldError, ...] = (),
    *,
    problem: str = "",
) -> HttpResponse:
    actor = of(request).actor
    tree = given.get("filter") or {}
    wrong = {e.field: str(e.message) for e in errors}
    name = filled(
        [{"type": "text", "name": "name", "label": _("Name of the route"), "required": True, "maxlength": 120,
          "wide": True, "autofocus": route is None}],
        given, errors,
    )  # fmt: skip
    rest = filled(
        [
            *([{"type": "bool", "name": "mandatory", "label": _("Without approval such a record does not go out"), "wide": True}]
              if is_gated(shape) else []),
            {"type": "bool", "name": "own", "label": _("Whoever sends it may decide as well, when they are asked"), "wide": True},
            {"type": "bool", "name": "is_active", "label": _("The route is in force"), "wide": True},
        ],
        given, errors,
    )  # fmt: skip
    return settings_page(
        request, "approvals", "approval_route", status=422 if errors or problem else 200, route=route, shape=shape,
        name=name, switches=rest, problem=problem, filter_error=wrong.get("filter", ""), steps_error=wrong.get("steps", ""),
        filter_json=filter_fields_json(actor, shape, tree if isinstance(tree, dict) else {}),
        tree=json.dumps(tree, ensure_ascii=False) if tree else "",
        steps=_step_forms(shape, given.get("steps") or [], wrong), beside_label=_("At the same time as the step before"),
    )  # fmt: skip


def _step_forms(
    shape: Shape, steps: Sequence[Mapping[str, Any]], wrong: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The steps of the form, and empty ones behind them."""
    names = dict(
        User.objects.filter(pk__in={u for s in steps for u in s.get("users") or ()}).values_list("pk", "name")
    )
    roles = [
        {"value": r.key, "label": str(BUILT_IN_ROLES.get(r.key, r.name))} for r in Role.objects.order_by("pk")
    ]
    people = [{"value": f.key, "label": f.heading} for f in fields_of_people(shape)]
    made = []
    for place in range(min(routes.MOST_STEPS, len(steps) + SPARE)):
        step: Mapping[str, Any] = steps[place] if place < len(steps) else {}
        said = {k.split(".")[-1]: v for k, v in wrong.items() if k.startswith(f"steps.{place}.")}
        made.append(
            {
                "place": place,
                "filled": place < len(steps),
                "wrong": bool(said),
                "controls": _controls(place, step, said, names, roles, people),
            }
        )
    return made


def _controls(
    place: int,
    step: Mapping[str, Any],
    wrong: Mapping[str, str],
    names: Mapping[int, str],
    roles: list[dict[str, str]],
    people: list[dict[str, str]],
) -> list[dict[str, Any]]:
    def control(key: str, kind: str, label: str, **more: Any) -> dict[str, Any]:
        value = step.get(key)
        return {
            "type": kind, "name": f"{key}-{place}", "id": f"{key}-{place}", "label": label,
            "value": "" if value is None else value, "error": wrong.get(key, ""), "part": key, **more,
        }  # fmt: skip

    chosen = list(step.get("users") or ())
    pickers = [
        control(
            "users", "user", _("Who, by name") if n == 0 else _("And who"), id=f"users-{place}-{n}", url="/search/users",
            value=user, display=names.get(user, ""), optional=n > 0, error=wrong.get("users", "") if n == 0 else "",
        )
        for n, user in enumerate([*chosen, *[""] * max(1, PICKERS - len(chosen))])
    ]  # fmt: skip
    ways = [{"value": key, "label": str(label)} for key, label in WHO if key != "field" or people]
    return [
        control("who", "select", _("Who approves"), options=ways, empty=_("no such step")),
        control("name", "text", _("Name of the step"), optional=True, maxlength=120),
        *pickers,
        control("role", "select", _("Role"), options=roles, empty=_("none")),
        *(
            [control("field", "select", _("Field of the record"), options=people, empty=_("none"))]
            if people
            else []
        ),
        control(
            "needed", "number", _("How many have to agree"), hint=_("Empty: all of them."), min=1, max=50
        ),
        control(
            "hours", "number", _("Deadline, hours"), hint=_("Empty: without a deadline."), min=1, max=1440
        ),
        *([control("beside", "bool", _("At the same time as the step before"), wide=True)] if place else []),
    ]
