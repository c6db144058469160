"""Territories in the settings: the rules in their order, their form, and distributing what is there already."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import User
from klientura.kernel.access.substitutions import owned_shapes
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Count
from klientura.kernel.territories import carrying_out, keeping
from klientura.kernel.territories.models import WAYS, Territory
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kit.formats import format_decimal
from klientura.modules.administration.web.frame import filled, led_to, settings_page
from klientura.modules.administration.web.users import team_options

PICKERS = 4
"""So many people can be chosen one by one; for more there are teams."""
SWITCHES = ("is_active", "on_create", "also_own")


@open_to(Door.ADMIN)
@require_GET
def territories(request: HttpRequest) -> HttpResponse:
    """GET /settings/territories: the rules of every kind of record, in their order."""
    found = list(keeping.every(of(request).actor))
    names = dict(User.objects.filter(pk__in={u for t in found for u in t.users}).values_list("pk", "name"))
    groups = [
        {
            "key": s.key,
            "title": str(s.plural),
            "rules": [_line(t, names) for t in found if t.object == s.key],
        }
        for s in owned_shapes()
        if any(t.object == s.key for t in found)
    ]
    kinds = [{"key": s.key, "label": str(s.plural), "icon": s.spec.icon} for s in owned_shapes()]
    return settings_page(
        request, "territories", "territories", groups=groups, kinds=kinds,
        begun=request.GET.get("begun") == "1",
    )  # fmt: skip


def _line(rule: Territory, names: Mapping[int, str]) -> dict[str, Any]:
    takers = rule.team.name if rule.team else ", ".join(names.get(u, "") for u in rule.users)
    told = [takers, str(dict(WAYS)[rule.way])] if rule.team or len(rule.users) > 1 else [takers]
    if not rule.on_create:
        told.append(_("on demand only"))
    return {"id": rule.pk, "name": rule.name, "told": " · ".join(told), "active": rule.is_active}


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new_territory(request: HttpRequest, object: str) -> HttpResponse:
    """GET /settings/territories/new/{object}: the form. POST: add the rule."""
    shape = _shape(object)
    if request.method == "GET":
        given = {"way": "turn", **dict.fromkeys(SWITCHES, True)}
        return _form(request, shape, None, given)
    values = _values(request.POST)
    try:
        keeping.create(of(request).actor, shape.key, values)
    except Invalid as refused:
        return _form(request, shape, None, values, refused.errors)
    return led_to("/settings/territories", "added")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def territory(request: HttpRequest, territory_id: int) -> HttpResponse:
    """GET /settings/territories/{id}: the form. POST: save it."""
    actor = of(request).actor
    found = keeping.one(actor, territory_id)
    shape = _shape(found.object)
    stored = {
        "name": found.name,
        "filter": found.filter,
        "users": found.users,
        "team": found.team_id,
        "way": found.way,
    }
    if request.method == "GET":
        return _form(request, shape, found, {**stored, **{k: getattr(found, k) for k in SWITCHES}})
    values = _values(request.POST)
    try:
        keeping.change(actor, found.pk, values, expected_version=number(request.POST.get("version")))
    except Invalid as refused:
        return _form(request, shape, found, values, refused.errors)
    except Stale as stale:
        return _form(request, shape, found, values, problem=str(stale.message))
    return led_to("/settings/territories", "saved")


@open_to(Door.ADMIN)
@require_POST
def act(request: HttpRequest, territory_id: int, verb: str) -> HttpResponse:
    """POST /settings/territories/{id}/up, /down, /delete: order the rules, or drop one."""
    actor = of(request).actor
    if verb in {"up", "down"}:
        keeping.move(actor, territory_id, -1 if verb == "up" else 1)
    elif verb == "delete":
        keeping.remove(actor, territory_id)
    else:
        raise NotFound
    return led_to("/settings/territories", "deleted")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def distribute(request: HttpRequest, object: str) -> HttpResponse:
    """GET /settings/territories/distribute/{object}?which=…: what it would do, a part of the page. POST: begin."""
    actor, shape = of(request).actor, _shape(object)
    given = request.POST if request.method == "POST" else request.GET
    unowned_only = given.get("which") != "all"
    if request.method == "POST":
        carrying_out.start(actor, shape, unowned_only=unowned_only)
        return HttpResponseRedirect("/settings/territories?begun=1")
    portions = [
        {
            "name": p.name,
            "told": _("{count} found, {stays} are with them already").format(
                count=_number(p.found), stays=_number(p.stays)
            ),
        }
        for p in carrying_out.preview(actor, shape, unowned_only=unowned_only)
    ]
    return render(request, "administration/distribute.html", {"portions": portions})


def _number(count: Count) -> str:
    shown = format_decimal(count.number, lang(), places=0)
    return _("at least {count}").format(count=shown) if count.capped else shown


def _shape(key: str) -> Shape:
    """A kind of record that somebody is responsible for. Raises NotFound for another."""
    shape = shape_of(key)
    if shape.key not in {s.key for s in owned_shapes()}:
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
    users = [n for text in given.getlist("users") if (n := number(text)) is not None]
    return {
        "name": given.get("name", "")[:1000], "filter": tree, "users": users, "team": number(given.get("team")),
        "way": given.get("way", "turn"), **{k: given.get(k) == "1" for k in SWITCHES},
    }  # fmt: skip


def _form(
    request: HttpRequest,
    shape: Shape,
    rule: Territory | None,
    given: Mapping[str, Any],
    errors: tuple[FieldError, ...] = (),
    *,
    problem: str = "",
) -> HttpResponse:
    actor = of(request).actor
    tree = given.get("filter") or {}
    chosen = list(given.get("users") or [])
    names = dict(User.objects.filter(pk__in=chosen).values_list("pk", "name"))
    wrong = {e.field: str(e.message) for e in errors}
    places = [*chosen, *[""] * max(1, PICKERS - len(chosen))]
    pickers = [
        {"type": "user", "name": "users", "id": f"users-{n}", "url": "/search/users", "optional": n > 0, "value": user,
         "label": _("Goes to") if n == 0 else _("And to"), "display": names.get(user, ""),
         "error": wrong.get("users", "") if n == 0 else ""}
        for n, user in enumerate(places)
    ]  # fmt: skip
    ways = [{"value": k, "label": str(label)} for k, label in WAYS]
    name = filled(
        [{"type": "text", "name": "name", "label": _("Name of the rule"), "required": True, "maxlength": 120,
          "wide": True, "autofocus": rule is None}],
        given, errors,
    )  # fmt: skip
    rest = filled(
        [
            {"type": "select", "name": "team", "label": _("Or to the people of a team"), "options": team_options(), "empty": _("none")},
            {"type": "radio", "name": "way", "label": _("If there are several"), "options": ways},
            {"type": "bool", "name": "on_create", "label": _("New records are given away at once"), "wide": True},
            {"type": "bool", "name": "also_own", "label": _("Also those whose author is their owner, as the form puts it"), "wide": True},
            {"type": "bool", "name": "is_active", "label": _("The rule is in force"), "wide": True},
        ],
        given, errors,
    )  # fmt: skip
    return settings_page(
        request, "territories", "territory", status=422 if errors or problem else 200, rule=rule, shape=shape,
        name=name, takers=[*pickers, *rest], problem=problem, filter_error=wrong.get("filter", ""),
        filter_json=filter_fields_json(actor, shape, tree if isinstance(tree, dict) else {}),
        tree=json.dumps(tree, ensure_ascii=False) if tree else "",
    )  # fmt: skip
