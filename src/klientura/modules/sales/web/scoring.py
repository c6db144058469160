"""Scores of leads: the rules and limits in the settings, and why a lead has its score, on its card."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.gate import readable
from klientura.kernel.errors import BadRequest, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.context import show
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.modules.sales.models import ScoreRule
from klientura.modules.sales.queries.scores import reasons
from klientura.modules.sales.services.scoring import (
    delete_rule,
    limits,
    save_limits,
    save_rule,
    working_rules,
)

HOME = "/settings/scoring"


def _signed(points: int) -> str:
    return f"+{points}" if points > 0 else f"−{-points}"


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """GET /settings/scoring: rules and limits. POST: keep the limits."""
    bounds, error = limits(), ""
    hot, warm = request.POST.get("hot", bounds.hot), request.POST.get("warm", bounds.warm)
    if request.method == "POST":
        try:
            save_limits(hot, warm)
        except Invalid as wrong:
            error = str(wrong.errors[0].message)
        else:
            return HttpResponseRedirect(f"{HOME}?saved=1")
    found = [
        {"id": r.pk, "name": r.name, "points": _signed(r.points), "up": r.points > 0, "active": r.is_active}
        for r in ScoreRule.objects.order_by("-points", "pk")
    ]
    fields = [
        {"type": "number", "name": "hot", "label": _("Hot from, points"), "required": True, "value": hot, "error": error},
        {"type": "number", "name": "warm", "label": _("Warm from, points"), "required": True, "value": warm, "error": ""},
    ]  # fmt: skip
    return show(
        request, "sales/scoring.html", status=422 if error else 200, active="settings", rules=found, fields=fields,
        saved=request.GET.get("saved") == "1",
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, rule_id: int | None = None) -> HttpResponse:
    """GET /settings/scoring/new or /settings/scoring/{id}: the form. POST: save it."""
    found = ScoreRule.objects.filter(pk=rule_id).first() if rule_id is not None else None
    if rule_id is not None and found is None:
        raise NotFound
    given: dict[str, Any] = {"name": "", "points": "", "filter": {}, "is_active": True}
    if found is not None:
        given = {k: getattr(found, k) for k in given}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        given = {**{k: request.POST.get(k, "") for k in ("name", "points")}, "filter": _tree(request.POST.get("filter", "")),
                 "is_active": request.POST.get("is_active") == "1"}  # fmt: skip
        try:
            save_rule(rule_id, given)
        except Invalid as refused:
            wrong = {e.field: str(e.message) for e in refused.errors}
        else:
            return HttpResponseRedirect(f"{HOME}?saved=1")
    tree = given["filter"] if isinstance(given["filter"], dict) else {}
    fields = [
        {"type": "text", "name": "name", "label": _("What the points are for"), "required": True, "maxlength": 120, "wide": True,
         "value": given["name"], "error": wrong.get("name", ""), "placeholder": _("For example: the budget is set aside")},
        {"type": "number", "name": "points", "label": _("Points"), "required": True, "value": given["points"],
         "error": wrong.get("points", ""), "hint": _("Points may be taken away, too: −20.")},
        {"type": "bool", "name": "is_active", "label": _("The rule is in force"), "value": given["is_active"], "wide": True},
    ]  # fmt: skip
    shape = shape_of("lead")
    return show(
        request, "sales/score_rule.html", status=422 if wrong else 200, active="settings", rule=found, fields=fields,
        filter_error=wrong.get("filter", ""), filter_json=filter_fields_json(of(request).actor, shape, tree),
        tree=json.dumps(tree, ensure_ascii=False) if tree else "",
    )  # fmt: skip


def _tree(raw: str) -> Any:
    try:
        return json.loads(raw) if raw else {}
    except ValueError:
        raise BadRequest(
            _("The filter could not be read: each condition must be an object."), code="filter"
        ) from None


@open_to(Door.ADMIN)
@require_POST
def delete(_request: HttpRequest, rule_id: int) -> HttpResponse:
    """POST /settings/scoring/{id}/delete: drop a rule."""
    delete_rule(rule_id)
    return HttpResponseRedirect(f"{HOME}?saved=1")


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    fields = readable(asked.actor, shape)
    if not {"score", "temperature"} <= set(fields) or row.get("temperature") is None:
        return {}
    told, closed = reasons(asked.actor, row["id"], working_rules())
    choice = fields["temperature"].params.choices.by_code[row["temperature"]]
    return {
        "score": row["score"],
        "level": str(choice.label),
        "hue": choice.hue,
        "reasons": [{"name": name, "points": _signed(points), "up": points > 0} for name, points in told],
        "closed": _signed(closed) if closed else "",
    }


SCORE_PANEL = MainPanel(
    key="score",
    label=gettext_lazy("Score"),
    template="sales/score.html",
    fits=lambda shape: shape.key == "lead",
    context=_context,
    sheets=("sales",),
)
