"""Rules in the settings: the list, the form, switching, holding all of them."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import User
from klientura.kernel.errors import FieldError, Invalid, NotFound
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.rules import definition, keeping, reading
from klientura.kernel.rules.models import Rule, Run
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kit.formats import format_datetime
from klientura.modules.administration.web import rule_forms as forms
from klientura.modules.administration.web import rule_words as words
from klientura.modules.administration.web.frame import led_to, seen_version, settings_page
from klientura.modules.administration.web.rule_when import trigger_from, when_fields

ROOT = "/settings/rules"


@open_to(Door.ADMIN)
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """GET /settings/rules: all of them, with their state and last run."""
    found = keeping.every(of(request).actor)
    last = reading.last_runs([r.pk for r in found])
    rows = [
        {
            "id": r.pk,
            "name": r.name,
            "object": _plural(r.object),
            "when": words.when_words(r),
            "state": words.state_of(r),
            "last": _last(last.get(r.pk)),
        }
        for r in found
    ]
    return settings_page(request, "rules", "rules", rules=rows, held=_held())


def _plural(key: str) -> str:
    shape = all_shapes().get(key)
    return str(shape.plural) if shape is not None else key


def _last(run: Run | None) -> str:
    if run is None:
        return _("has not run yet")
    at = format_datetime(timezone.localtime(run.created_at), lang())
    return _("last run: {time}, {state}, changed: {count}").format(
        time=at, state=str(run.get_state_display()), count=run.changed
    )


def _held() -> dict[str, str] | None:
    brake = keeping.held()
    if brake is None:
        return None
    name = User.objects.filter(pk=brake.actor_id or 0).values_list("name", flat=True).first()
    return {"who": name or "", "at": format_datetime(timezone.localtime(brake.at), lang())}


@open_to(Door.ADMIN)
@require_POST
def hold(request: HttpRequest, way: str) -> HttpResponse:
    """POST /settings/rules/all/{hold, go}: hold all rules, or let them go on."""
    if way not in {"hold", "go"}:
        raise NotFound
    keeping.hold_all(of(request).actor, hold=way == "hold")
    return HttpResponseRedirect(ROOT)


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """GET /settings/rules/new: of what kind of record; with ?object= the form. POST: make it, still switched off."""
    actor = of(request).actor
    key = request.GET.get("object", "")
    if key not in {s.key for s in forms.objects(actor)}:
        cards = [
            {"url": f"{ROOT}/new?object={s.key}", "label": str(s.plural), "icon": s.spec.icon}
            for s in forms.objects(actor)
        ]
        return settings_page(request, "rules", "rule_objects", cards=cards)
    shape = shape_of(key)
    rule = Rule(
        object=key, owner=User.objects.get(pk=actor.user_id or 0), trigger={"kind": "created"}, name=""
    )
    if request.method == "GET":
        return _form(request, rule)
    values = {
        "name": request.POST.get("name", ""), "object": key, "trigger": trigger_from(request.POST, shape),
        "filter": forms.tree_of(request), "owner": number(request.POST.get("owner")),
    }  # fmt: skip
    try:
        made = keeping.create(actor, values)
    except Invalid as refused:
        return _form(request, rule, values, refused.errors)
    return led_to(f"{ROOT}/{made.pk}", "added")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """GET /settings/rules/{id}: the rule and its steps. POST: save when and on what it acts."""
    actor = of(request).actor
    found = keeping.one(actor, rule_id)
    if request.method == "GET":
        return _form(request, found, saved=request.GET.get("saved") == "1")
    values = {
        "name": request.POST.get("name", ""), "trigger": trigger_from(request.POST, shape_of(found.object)),
        "filter": forms.tree_of(request), "owner": number(request.POST.get("owner")),
        "hourly_limit": forms.whole(request.POST.get("hourly_limit")),
    }  # fmt: skip
    try:
        keeping.change(actor, rule_id, values, expected_version=seen_version(request))
    except Invalid as refused:
        return _form(request, found, values, refused.errors)
    return HttpResponseRedirect(f"{ROOT}/{rule_id}?saved=1")


@open_to(Door.ADMIN)
@require_POST
def act(request: HttpRequest, rule_id: int, verb: str) -> HttpResponse:
    """POST /settings/rules/{id}/{on, off, delete}."""
    actor = of(request).actor
    if verb not in {"on", "off", "delete"}:
        raise NotFound
    if verb == "delete":
        keeping.delete(actor, rule_id)
        return led_to(ROOT, "deleted")
    try:
        keeping.change(actor, rule_id, {"active": verb == "on"})
    except Invalid as refused:
        return _form(request, keeping.one(actor, rule_id), None, refused.errors)
    return HttpResponseRedirect(f"{ROOT}/{rule_id}")


def _form(
    request: HttpRequest,
    found: Rule,
    values: Mapping[str, Any] | None = None,
    errors: tuple[FieldError, ...] = (),
    *,
    saved: bool = False,
) -> HttpResponse:
    said = values or {}
    wrong = {e.field: str(e.message) for e in errors}
    shape = all_shapes().get(found.object)
    if shape is None:
        raise NotFound(_("The kind of record of this rule was removed."))
    trigger, tree = said.get("trigger") or found.trigger, said.get("filter", found.filter)
    hooks = words.hook_names()
    top: list[dict[str, Any]] = [
        {"type": "text", "name": "name", "label": _("Name"), "required": True, "maxlength": 120, "wide": True, "error": wrong.get("name", ""),
         "value": said.get("name", found.name), "placeholder": _("Thank a new client, remind of a contract…")},
    ]  # fmt: skip
    last = [forms.owner_field(found, wrong)]
    if found.pk:
        last.append(
            {"type": "number", "name": "hourly_limit", "label": _("Records per hour at most"), "value": said.get("hourly_limit", found.hourly_limit),
             "error": wrong.get("hourly_limit", ""), "hint": _("More than that pauses the rule.")}
        )  # fmt: skip
    places = [
        {
            "number": n,
            "text": words.step_words(found, s, hooks),
            "icon": words.STEP_ICONS.get(s["kind"], "zap"),
        }
        for n, s in enumerate(found.steps)
    ]
    placed = (
        {*wrong}
        - {"name", "owner", "hourly_limit", "filter"}
        - {k for k in wrong if k.startswith("trigger.")}
    )
    return settings_page(
        request, "rules", "rule", status=422 if errors else 200, rule=found, shape=shape, saved=saved, top=top, last=last,
        when=when_fields(request, shape, trigger, wrong), tree=json.dumps(tree, ensure_ascii=False) if tree else "",
        filter_json=filter_fields_json(of(request).actor, shape, tree), filter_error=wrong.get("filter", ""), steps=places,
        problems=[wrong[k] for k in sorted(placed)], warnings=definition.warnings(found) if found.pk else [], state=words.state_of(found),
        paused=words.paused_words(found), full=len(found.steps) >= definition.MAX_STEPS,
    )  # fmt: skip
