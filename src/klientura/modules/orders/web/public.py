"""What a client sees by a link, without signing in: one paper, its PDF, and of an offer the way to answer it."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import printed
from klientura.kernel.web.looks import quietly, slower, somebody_looks
from klientura.kernel.web.pace import Pace
from klientura.kit.formats import Language, format_date, format_datetime
from klientura.modules.orders.models import PaperLink
from klientura.modules.orders.services import links
from klientura.modules.orders.web.printing import DATA, made_of

LOOKS: Final = Pace(60)
GUESSES: Final = Pace(30)
ANSWERS: Final = Pace(6)
TRIES: Final = Pace(120)
"""So often a minute: one link is looked at; somebody asks for links that are none; an offer is answered; one address asks at all."""


def _by_link(
    view: Callable[[HttpRequest, PaperLink, str], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Find the link, keep to the pace, speak its language; whatever leads nowhere says so in one and the same way."""

    def see(request: HttpRequest, token: str) -> HttpResponse:
        who = request.META.get("REMOTE_ADDR", "")
        if not TRIES.allows(who):
            return slower()
        try:
            link = links.link_by(token)
            links.paper_of(link)
        except NotFound:
            return quietly(_nothing(request)) if GUESSES.allows(who) else slower()
        if not LOOKS.allows(link.pk):
            return slower()
        with translation.override(link.language):
            response = quietly(view(request, link, token))
        # Without any referrer a browser posts the answer as from nowhere (Origin: null); to other sites none goes this way either.
        response["Referrer-Policy"] = "same-origin"
        # The log of refusals names addresses: a token that still opens something does not belong there.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return see


def _nothing(request: HttpRequest) -> HttpResponse:
    return render(
        request, "orders/public_gone.html", {"lang": translation.get_language() or "ru"}, status=404
    )


def _language(link: PaperLink) -> Language:
    return "en" if link.language == "en" else "ru"


def _show(request: HttpRequest, link: PaperLink, token: str, **more: Any) -> HttpResponse:
    actor, lang = SystemActor("a client has opened a paper by its link"), _language(link)
    row, data = links.paper_of(link), DATA[link.object](actor, link.record_id, lang)
    over = (
        link.object == "offer"
        and row["valid_until"] is not None
        and row["valid_until"] < timezone.localdate()
    )
    context = {
        "lang": lang, "paper": data, "token": token, "status": row["status"], "is_offer": link.object == "offer",
        "may_answer": link.object == "offer" and row["status"] == "issued" and not over, "over": over,
        "answered_on": format_date(row["answered_on"], lang) if row.get("answered_on") else "",
        "until": format_datetime(timezone.localtime(link.expires_at), lang),
        "errors": {}, "name": "", "words": "", **more,
    }  # fmt: skip
    return render(request, "orders/public.html", context, status=422 if context["errors"] else 200)


def _page(request: HttpRequest, link: PaperLink, token: str) -> HttpResponse:
    if somebody_looks(request):
        links.note_view(link)
    return _show(request, link, token)


def _pdf(request: HttpRequest, link: PaperLink, token: str) -> HttpResponse:
    actor = SystemActor("a client has opened a paper by its link")
    return printed(*made_of(actor, link.object, link.record_id, _language(link)))


def _answer(request: HttpRequest, link: PaperLink, token: str) -> HttpResponse:
    if not ANSWERS.allows(link.pk):
        return slower()
    form = request.POST
    name, words = form.get("name", ""), form.get("words", "")
    try:
        links.answer_by(link, "accepted" if form.get("verdict") == "accepted" else "declined", name, words)
    except Invalid as refused:
        told = {e.field: str(e.message) for e in refused.errors}
        return _show(
            request, link, token, errors=told, name=name[: links.MOST_NAME], words=words[: links.MOST_WORDS]
        )
    return HttpResponseRedirect(f"/paper/{token}")


@open_to(Door.PUBLIC)
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET /paper/{token}: the paper of a link; that somebody has opened it is counted."""
    return _by_link(_page)(request, token)


@open_to(Door.PUBLIC)
@require_safe
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """GET /paper/{token}/pdf: the same as a PDF."""
    return _by_link(_pdf)(request, token)


@open_to(Door.PUBLIC)
@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """POST /paper/{token}/answer: `verdict` accepted or declined, `name`, `words`; back to the paper."""
    return _by_link(_answer)(request, token)
