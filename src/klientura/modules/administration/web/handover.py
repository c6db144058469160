"""Handing somebody's work over: what there is, who takes it, what would happen, and doing it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.access.models import User
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.handover.carrying_out import start
from klientura.kernel.handover.planning import Plan, Portion, giver_of, open_shapes, preview
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Count
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.kit.formats import format_decimal
from klientura.modules.administration.web.frame import settings_page

PICKERS = 3
"""So many colleagues can be chosen on the page; a program may name more."""


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, user_id: int) -> HttpResponse:
    """GET /me/people/{id}/hand-over: what is to go to whom. POST: begin, in the background."""
    actor = of(request).actor
    giver = giver_of(actor, user_id)
    if request.method == "GET":
        return _page(request, giver)
    try:
        start(actor, _plan(request.POST, giver))
    except Invalid as refused:
        return _page(request, giver, request.POST, refused.errors)
    return HttpResponseRedirect(f"/me/people/{giver.pk}?handed=1")


@open_to(Door.SIGNED_IN)
@require_GET
def hand_over_preview(request: HttpRequest, user_id: int) -> HttpResponse:
    """GET /me/people/{id}/hand-over/preview?kinds=…&to=…&which=…: how much would go to each, a part of the page."""
    actor = of(request).actor
    plan = _plan(request.GET, giver_of(actor, user_id))
    portions = [_line(p, len(plan.taker_ids)) for p in preview(actor, plan)]
    return render(request, "administration/hand_over_preview.html", {"portions": portions})


def _plan(given: QueryDict, giver: User) -> Plan:
    takers = [n for raw in given.getlist("to") if (n := number(raw)) is not None]
    return Plan(
        giver.pk, tuple(dict.fromkeys(takers)), tuple(dict.fromkeys(given.getlist("kinds"))),
        current_only=given.get("which") != "all", along=given.get("along") == "1",
    )  # fmt: skip


def _line(portion: Portion, takers: int) -> dict[str, Any]:
    """What would happen with one kind of record, in words."""
    goes, stays = portion.goes, portion.owned.number - portion.goes.number
    told = [_("{count} of {all}").format(count=_number(goes), all=_number(portion.owned))]
    if takers > 1 and goes.number:
        share = Count(-(-goes.number // takers), goes.capped)
        told.append(_("about {count} for each").format(count=_number(share)))
    if stays > 0 and not goes.capped and not portion.owned.capped:
        told.append(
            ngettext("%(count)s stays: it is done", "%(count)s stay: they are done", stays)
            % {"count": format_decimal(stays, lang(), places=0)}
        )
    return {
        "label": str(portion.shape.plural),
        "icon": portion.shape.spec.icon,
        "told": " · ".join(told),
        "examples": ", ".join(t for t in portion.examples if t),
        "empty": not goes.number,
    }


def _number(count: Count) -> str:
    shown = format_decimal(count.number, lang(), places=0)
    return _("more than {count}").format(count=shown) if count.capped else shown


def _page(
    request: HttpRequest, giver: User, typed: QueryDict | None = None, errors: tuple[FieldError, ...] = ()
) -> HttpResponse:
    actor = of(request).actor
    shapes = open_shapes(actor)
    wrong = {e.field: str(e.message) for e in errors}
    takers = typed.getlist("to") if typed is not None else []
    names = dict(
        User.objects.filter(pk__in=[n for t in takers if (n := number(t))]).values_list("pk", "name")
    )
    chosen = typed.getlist("kinds") if typed is not None else [s.key for s in shapes if not s.spec.facts]
    pickers = []
    for place in range(PICKERS):
        raw = takers[place] if place < len(takers) else ""
        pickers.append(
            {"type": "user", "name": "to", "id": f"to-{place}", "url": "/search/users", "required": place == 0,
             "label": _("Who takes the work over") if place == 0 else _("And also"), "optional": place > 0,
             "value": raw, "display": names.get(number(raw) or 0, ""), "error": wrong.get("to", "") if place == 0 else ""}
        )  # fmt: skip
    which = typed.get("which", "current") if typed is not None else "current"
    fields: list[dict[str, Any]] = [
        *pickers,
        {"type": "options", "name": "kinds", "label": _("What is handed over"), "value": chosen, "wide": True,
         "options": [{"value": s.key, "label": str(s.plural)} for s in shapes], "error": wrong.get("kinds", "")},
        {"type": "radio", "name": "which", "label": _("Which of it"), "value": which, "wide": True,
         "options": [{"value": "current", "label": _("Only current work")}, {"value": "all", "label": _("Everything, also what is done")}]},
        {"type": "bool", "name": "along", "label": _("Contact persons go with their clients"), "wide": True,
         "value": typed.get("along") == "1" if typed is not None else True},
    ]  # fmt: skip
    return settings_page(
        request, "people", "hand_over", status=422 if errors else 200, user=giver, fields=fields
    )
