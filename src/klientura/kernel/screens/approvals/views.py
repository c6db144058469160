"""Pages of approval: all that waits for a decision, the dialogs of sending and deciding."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import User
from klientura.kernel.approvals import deciding, reading, sending
from klientura.kernel.approvals.matching import words_for
from klientura.kernel.approvals.models import VERDICTS
from klientura.kernel.approvals.standing import digest_of, is_stale
from klientura.kernel.errors import Denied, Invalid, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.approvals.facts import facts_of
from klientura.kernel.screens.approvals.words import lines_of, moment, shown
from klientura.kernel.screens.context import show
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import refused, toast


def boxes() -> Mapping[str, str]:
    """The boxes of the page, in their order."""
    return {
        reading.WAITING: _("Wait for my decision"),
        reading.SENT: _("Sent by me"),
        reading.DECIDED: _("Decided by me"),
    }


@open_to(Door.SIGNED_IN)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """GET /approvals?box=waiting|sent|decided: rounds of approval."""
    asked = of(request)
    box = asked.GET.get("box", reading.WAITING)
    rounds = [shown(v) for v in reading.queue(asked.actor, box)]
    tabs = [
        {"label": label, "url": f"/approvals?box={key}", "active": key == box}
        for key, label in boxes().items()
    ]
    return show(
        request, "approvals/page.html", active="approvals", rounds=rounds, boxes=tabs, box=box,
        verdicts=_verdicts(),
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_GET
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """GET /approvals/{id}: a round as a sheet to be printed and filed: who was asked, who said what and when."""
    asked = of(request)
    view = reading.one(asked.actor, number)
    told = shown(view, stale=is_stale(view.approval, digest_of(view.shape, view.approval.record_id)))
    return show(
        request, "approvals/sheet.html", active="approvals", round=told, lines=lines_of(told),
        company=asked.installation.company, printed=moment(timezone.now()), sheets=["approval"],
    )  # fmt: skip


def _verdicts() -> list[dict[str, Any]]:
    words = {
        "agreed": pgettext("verdict", "Agree"),
        "remarked": pgettext("verdict", "Agree with a remark"),
        "refused": pgettext("verdict", "Refuse"),
        "rework": pgettext("verdict", "Send back for rework"),
    }
    return [{"value": key, "label": words[key]} for key, _label in VERDICTS]


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/approval: whom it will go to. POST `words`: send it."""
    asked, shape = of(request), shape_of(object)
    read.get(asked.actor, shape, record_id, keys=["id"])
    read.require_on(asked.actor, shape, record_id, "edit")
    problem = ""
    if request.method == "POST":
        try:
            sending.send(asked.actor, shape, record_id, asked.POST.get("words", ""))
        except Invalid as wrong:
            problem = " ".join(str(e.message) for e in wrong.errors)
        else:
            return _refreshed(_("Sent for approval"))
    author = User.objects.filter(pk=asked.actor.user_id or 0).first()
    if author is None:
        raise Denied
    plan = sending.planned(asked.actor, shape, record_id, author)
    route, steps = plan.route, plan.asked
    names = dict(User.objects.filter(pk__in={u for s in steps for u in s.users}).values_list("pk", "name"))
    return show(
        request, "approvals/send.html", status=422 if problem else 200, problem=problem,
        action=f"/{shape.key}/{record_id}/approval", route=route.name if route else "",
        steps=[
            {"name": s.name, "people": ", ".join(names.get(u, "") for u in s.users), "beside": s.step.beside and n > 0,
             "needed": s.needed if len(s.users) > 1 else 0}
            for n, s in enumerate(steps)
        ],
        reasons=[str(words_for(asked.actor, shape, key, said)) for key, said in plan.wanted.items()],
        words=asked.POST.get("words", ""),
    )  # fmt: skip


def _refreshed(text: str) -> HttpResponse:
    """Close the dialog; the card, and what waits, are read anew."""
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps(
        {"closeDialog": True, "recordChanged": True, "approvalsChanged": True, "dayChanged": True}
    )
    return toast(response, text)


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def decide_one(request: HttpRequest, number: int) -> HttpResponse:
    """GET /approvals/{id}/decide: the dialog. POST `verdict`, `words`, `seen`: say it."""
    asked = of(request)
    if request.method == "GET":
        return _dialog(asked, number)
    verdict, words = asked.POST.get("verdict", ""), asked.POST.get("words", "")
    try:
        deciding.decide(asked.actor, number, verdict, words, seen=asked.POST.get("seen") or None)
    except Invalid as wrong:
        return _dialog(
            asked, number, {e.field: str(e.message) for e in wrong.errors}, verdict, words, status=422
        )
    except (Denied, Stale) as wrong:
        return _dialog(asked, number, {"state": str(wrong.message)}, verdict, words, status=409)
    return _refreshed(_("Your decision is noted"))


def _dialog(
    asked: Request,
    pk: int,
    errors: Mapping[str, str] | None = None,
    verdict: str = "",
    words: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    found = reading.one(asked.actor, pk)
    if not found.mine and not errors:
        raise Denied(_("Your decision is not asked for here, or you have decided already."))
    chosen = verdict or asked.GET.get("verdict", "")
    return show(
        asked, "approvals/decide.html", status=status, round=shown(found), verdicts=_verdicts(), chosen=chosen,
        words=words, errors=errors or {}, action=f"/approvals/{pk}/decide",
        facts=facts_of(asked, found.shape, found.approval.record_id),
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def decide_several(request: HttpRequest) -> HttpResponse:
    """POST /approvals/decide `ids`, `verdict`, `words`: decide on several alike; what could not be decided stays, with the reason."""
    asked = of(request)
    ids = [n for raw in asked.POST.getlist("ids")[: deciding.MOST_AT_ONCE] if (n := number(raw)) is not None]
    if not ids:
        return _said(_("Choose what you decide on."), "error", 422)
    done, left = deciding.decide_many(
        asked.actor, ids, asked.POST.get("verdict", ""), asked.POST.get("words", "")
    )
    text = ngettext("{n} decided", "{n} decided", len(done)).format(n=len(done))
    if left:
        text += ". " + " ".join(dict.fromkeys(str(reason) for reason in left.values()))
    return _said(text, "warning" if left else "success", 200 if done else 422)


def _said(text: str, kind: str, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"approvalsChanged": True})
    return toast(response, text, kind=kind)


@open_to(Door.SIGNED_IN)
@require_POST
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """POST /approvals/{id}/withdraw: the author does not want it decided any more."""
    try:
        sending.withdraw(of(request).actor, number)
    except Invalid as wrong:
        return refused(wrong.errors)
    return _refreshed(_("Withdrawn from approval"))
