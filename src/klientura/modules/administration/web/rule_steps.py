"""The steps of a rule in the settings: each has a page of its own; they are added, changed, ordered, taken away."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.gate import may, members_of
from klientura.kernel.errors import FieldError, Invalid, NotFound
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules import keeping, linked
from klientura.kernel.rules.models import Rule
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.modules.administration.web import rule_forms as forms
from klientura.modules.administration.web.frame import led_to, seen_version, settings_page
from klientura.modules.administration.web.rules import ROOT

KINDS = ("set", "set_linked", "create", "webhook", "notify", "wait")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new_step(request: HttpRequest, rule_id: int) -> HttpResponse:
    """GET /settings/rules/{id}/steps/new?kind=…: the form of a further step. POST: add it."""
    rule = keeping.one(of(request).actor, rule_id)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        raise NotFound
    step: dict[str, Any] = {"kind": kind}
    if kind == "create":
        target = _target(request, request.GET.get("object", ""))
        if target is None:
            return settings_page(request, "rules", "rule_objects", cards=_creatable(request, rule), rule=rule)
        links = forms.link_options(of(request).actor, shape_of(rule.object), target)
        step |= {
            "object": target.key,
            "values": forms.required_values(target),
            "link": links[0]["value"] if links else "",
        }
    if kind == "set_linked":
        by = request.GET.get("by", "")
        cards = _linked(request, rule)
        if by not in cards:
            return settings_page(
                request, "rules", "rule_objects", cards=list(cards.values()), rule=rule, linked=True
            )
        step |= {"by": by, "values": {}}
    return _step(request, rule, None, step)


def _creatable(request: HttpRequest, rule: Rule) -> list[dict[str, str]]:
    actor, place = of(request).actor, f"{ROOT}/{rule.pk}/steps/new?kind=create&object="
    return [
        {"url": f"{place}{s.key}", "label": str(s.plural), "icon": s.spec.icon}
        for s in forms.objects(actor)
        if may(actor, s, "create")
    ]


def _linked(request: HttpRequest, rule: Rule) -> dict[str, dict[str, str]]:
    place = f"{ROOT}/{rule.pk}/steps/new?kind=set_linked&by="
    return {
        f.key: {
            "url": f"{place}{f.key}",
            "label": f.heading,
            "icon": shape_of(f.params.target or "").spec.icon,
        }
        for f in linked.links_from(of(request).actor, shape_of(rule.object))
    }


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, rule_id: int, place: str) -> HttpResponse:
    """GET /settings/rules/{id}/steps/{n}: the form of a step. POST: save it."""
    rule = keeping.one(of(request).actor, rule_id)
    return _step(request, rule, _place(rule, place), rule.steps[_place(rule, place)])


def _place(rule: Rule, raw: str) -> int:
    place = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else -1
    if not 0 <= place < len(rule.steps):
        raise NotFound(_("There is no such step."))
    return place


def _target(request: HttpRequest, key: str) -> Shape | None:
    shape = all_shapes().get(key)
    return (
        shape
        if shape is not None and not members_of(shape) and may(of(request).actor, shape, "create")
        else None
    )


@open_to(Door.ADMIN)
@require_POST
def step_act(request: HttpRequest, rule_id: int, place: str, way: str) -> HttpResponse:
    """POST /settings/rules/{id}/steps/{n}/{up, down, remove}."""
    actor = of(request).actor
    rule = keeping.one(actor, rule_id)
    here, steps = _place(rule, place), list(rule.steps)
    if way not in {"up", "down", "remove"}:
        raise NotFound
    taken = steps.pop(here)
    if way != "remove":
        steps.insert(max(0, here + (-1 if way == "up" else 1)), taken)
    active = {"active": False} if not steps else {}
    keeping.change(actor, rule_id, {"steps": steps, **active})
    return HttpResponseRedirect(f"{ROOT}/{rule_id}#steps")


def _step(request: HttpRequest, rule: Rule, place: int | None, stored: Mapping[str, Any]) -> HttpResponse:
    """Show the form of a step, or save it; the buttons «add» and «take away» only change the form."""
    if request.method == "GET":
        return _page(request, rule, place, stored)
    said = _said(request, rule, stored)
    if added := request.POST.get("add") and request.POST.get("new_field"):
        said["values"].setdefault(added, {"from": "value"})
        return _page(request, rule, place, said)
    if removed := request.POST.get("remove"):
        said["values"].pop(removed, None)
        return _page(request, rule, place, said)
    steps = list(rule.steps)
    at = len(steps) if place is None else place
    steps[at : at + 1] = [said]
    try:
        keeping.change(of(request).actor, rule.pk, {"steps": steps}, expected_version=seen_version(request))
    except Invalid as refused:
        return _page(request, rule, place, said, refused.errors, at)
    return led_to(f"{ROOT}/{rule.pk}#steps", "saved")


def _said(request: HttpRequest, rule: Rule, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The step that the form says."""
    form, kind = request.POST, stored["kind"]
    if kind == "wait":
        return {
            "kind": kind,
            "amount": forms.whole(form.get("amount")),
            "unit": form.get("unit", ""),
            "check": form.get("check") == "1",
        }
    if kind == "webhook":
        return {"kind": kind, "webhook": number(form.get("webhook"))}
    if kind == "notify":
        users = [n for raw in form.getlist("users") if (n := number(raw)) is not None]
        return {"kind": kind, "to": form.getlist("to"), "users": users, "text": form.get("text", "").strip()}
    target = _changed_by(shape_of(rule.object), stored)
    made: dict[str, Any] = {"kind": kind, "values": forms.values_from(form, target)}
    if kind == "set_linked":
        return made | {"by": stored["by"]}
    return made | ({"object": target.key, "link": form.get("link", "")} if kind == "create" else {})


def _changed_by(about: Shape, step: Mapping[str, Any]) -> Shape:
    """The kind of record whose fields a step sets. Raises NotFound when what it names is gone."""
    if step["kind"] == "create":
        return shape_of(step["object"])
    if step["kind"] == "set_linked":
        field = about.fields.get(step["by"])
        if field is None or not field.params.target:
            raise NotFound(_("There is no such field."))
        return shape_of(field.params.target)
    return about


def _page(
    request: HttpRequest,
    rule: Rule,
    place: int | None,
    step: Mapping[str, Any],
    errors: tuple[FieldError, ...] = (),
    at: int = 0,
) -> HttpResponse:
    actor, kind, about = of(request).actor, step["kind"], shape_of(rule.object)
    mine = f"steps.{at}."
    wrong = {e.field.removeprefix(mine): str(e.message) for e in errors}
    context: dict[str, Any] = {"kind": kind, "rows": [], "addable": [], "fields": [], "target": None}
    if kind == "set_linked":
        context["by"] = about.fields[step["by"]].label
    if kind in {"set", "set_linked", "create"}:
        target, creating = _changed_by(about, step), kind == "create"
        values = step.get("values") or {}
        context |= {
            "target": target,
            "rows": forms.rows_of(request, about, target, values, wrong, creating=creating),
            "addable": forms.addable(actor, target, values, creating=creating),
            "keys": [
                {"key": k, "label": str(f.label)} for k, f in about.fields.items() if k != "search_text"
            ],
        }
        if creating:
            context["fields"] = [
                {"type": "select", "name": "link", "label": _("Points back by"), "empty": pgettext("rule step", "nothing"),
                 "value": step.get("link", ""), "options": forms.link_options(actor, about, target), "error": wrong.get("link", "")}
            ]  # fmt: skip
    elif kind == "webhook":
        context["fields"] = [forms.webhook_field(step, wrong.get("webhook", ""))]
    elif kind == "notify":
        context["fields"] = forms.notify_fields(step, wrong)
        context["keys"] = forms.places_for(about)
    else:
        context["fields"] = forms.wait_fields(step, wrong.get("amount", ""))
    placed = {"link", "webhook", "amount", "to", "users", "text", *(row["key"] for row in context["rows"])}
    action = f"{ROOT}/{rule.pk}/steps/{place}" if place is not None else request.get_full_path()
    return settings_page(
        request, "rules", "rule_step", status=422 if errors else 200, rule=rule, action=action, is_new=place is None,
        problems=[text for key, text in sorted(wrong.items()) if key not in placed], filter_json=filter_fields_json(actor, about), **context,
    )  # fmt: skip
