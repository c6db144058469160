"""Templates of letters: the list, the form with a look at a record, and filling one in for a letter that is being written."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.errors import FieldError, Invalid, KernelError, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.letters.words import kept
from klientura.modules.conversations.models import Template
from klientura.modules.conversations.queries.templates import open_template, templates_of
from klientura.modules.conversations.services import templates as keeping
from klientura.modules.conversations.services.beginning import records_for
from klientura.modules.conversations.services.drafts import own_outgoing
from klientura.modules.conversations.services.ties import abouts, records_of, ties_of
from klientura.modules.conversations.web.composing import typed_in
from klientura.modules.conversations.web.form import editable


@open_to(Door.SIGNED_IN)
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """GET /mail/templates: the reader's own templates and those of all."""
    actor = of(request).actor
    rows = [
        {"id": t.pk, "name": t.name, "subject": t.subject, "shared": t.owner_id is None, "mine": keeping.may_change(actor, t)}
        for t in templates_of(actor)
    ]  # fmt: skip
    return show(request, "conversations/templates.html", active="mail", templates=rows)


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET /mail/templates/new: the form. POST: keep it."""
    return _form(of(request), None)


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, template_id: int) -> HttpResponse:
    """GET /mail/templates/{id}: the form. POST: keep it."""
    return _form(of(request), open_template(of(request).actor, template_id))


@open_to(Door.SIGNED_IN)
@require_POST
def drop(request: HttpRequest, template_id: int) -> HttpResponse:
    """POST /mail/templates/{id}/drop: delete it."""
    keeping.drop_template(of(request).actor, template_id)
    return HttpResponseRedirect("/mail/templates")


@open_to(Door.SIGNED_IN)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """POST /mail/templates/preview: what stands in the form, filled in with the chosen client and record."""
    asked = of(request)
    try:
        found = keeping.filled(
            asked.actor, kept(request.POST.get("subject", ""))[:500], kept(request.POST.get("html", ""))[: keeping.MOST_HTML], _chosen(asked)
        )  # fmt: skip
    except KernelError as refused:
        return show(request, "conversations/filled.html", subject="", html="", missing=str(refused.message))
    return show(
        request, "conversations/filled.html", subject=found.subject, html=editable(found.html), missing=", ".join(found.missing)
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def fill(request: HttpRequest, template_id: int) -> HttpResponse:
    """POST /mail/templates/{id}/fill: a template filled in for the letter in the form."""
    asked = of(request)
    try:
        chosen, typed = open_template(asked.actor, template_id), typed_in(asked)
        draft_id = number(request.POST.get("draft"))
        draft = own_outgoing(asked.actor, draft_id) if draft_id else None
        found = keeping.filled(
            asked.actor, chosen.subject, chosen.html, records_for(asked.actor, typed, draft)
        )
    except KernelError as refused:
        return JsonResponse({"message": str(refused.message), "code": refused.code}, status=refused.status)
    missing = _("No value: {names}").format(names=", ".join(found.missing)) if found.missing else ""
    return JsonResponse({"subject": found.subject, "html": found.html, "missing": missing})


def _chosen(asked: Request) -> dict[str, int]:
    about = {k: n for k in abouts(asked.actor) if (n := number(asked.POST.get(k))) is not None}
    ties = ties_of(asked.actor, number(asked.POST.get("party")), *next(iter(about.items()), (None, None)))
    return records_of(asked.actor, ties)


def _form(asked: Request, row: Template | None) -> HttpResponse:
    given = asked.POST
    values: dict[str, Any]
    if asked.method == "POST":
        values = {key: kept(given.get(key, "")) for key in ("name", "subject", "html")}
        values["shared"] = given.get("shared") == "1"
    else:
        values = {key: getattr(row, key, "") for key in ("name", "subject", "html")}
        values["shared"] = bool(row and row.owner_id is None)
    if asked.method == "GET":
        return _page(asked, row, values)
    try:
        seen = number(given.get("version")) or 0 if row else None
        keeping.keep_template(asked.actor, row, **values, expected_version=seen)
    except Invalid as refused:
        return _page(asked, row, values, refused.errors, 422)
    except Stale as stale:
        return _page(asked, row, values, status=409, problem=str(stale.message))
    return HttpResponseRedirect("/mail/templates")


def _page(
    asked: Request, row: Template | None, values: dict[str, Any], errors: tuple[FieldError, ...] = (), status: int = 200,
    problem: str = "",
) -> HttpResponse:  # fmt: skip
    wrong = {e.field: str(e.message) for e in reversed(errors)}
    actor = asked.actor
    looks = [{"type": "ref", "name": "party", "label": _("Client"), "url": "/search/reference/party?only=1"}]
    looks += [
        {"type": "ref", "name": key, "label": str(shape_of(key).label), "url": f"/search/reference/{key}?only=1",
         "within": "party", "within_key": "party"}
        for key in abouts(actor)
    ]  # fmt: skip
    return show(
        asked, "conversations/template.html", active="mail", status=status, problem=problem, row=row,
        values={**values, "html": editable(values["html"])}, wrong=wrong, places=keeping.places(actor), looks=looks, may_share=actor.is_admin,
        may_change=row is None or keeping.may_change(actor, row),
    )  # fmt: skip
