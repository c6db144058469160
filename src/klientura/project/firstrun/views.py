"""The pages of the first run: language, company, administrator, and what to begin with. All work without scripts."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.passwords import password_hints
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.history.undoing import undo
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.languages import remember_language
from klientura.kernel.web.requests import of
from klientura.kit.cities import all_cities
from klientura.modules.administration.enums import Language
from klientura.modules.administration.queries import find_demo
from klientura.modules.administration.services.company import company_fields, read_company
from klientura.project.demo.small import seed_small
from klientura.project.firstrun.set_up import set_up
from klientura.project.firstrun.standing import standing

KEPT = "setup"
COMPANY_FIELDS = ("company", "currency", "city", "time_zone")


def _page(
    request: HttpRequest, step: int, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {
        "lang": translation.get_language(),
        "theme": "auto",
        "step": step,
        "steps": [_("Language"), _("Company"), _("Administrator"), _("Beginning")],
        "languages": [{"value": v, "label": text} for v, text in Language.choices],
    }
    return render(request, f"firstrun/{template}.html", context, status=status)


@open_to(Door.SETUP)
@require_http_methods(["GET", "POST"])
def language(request: HttpRequest) -> HttpResponse:
    """GET /setup: which language. POST: remember it in a cookie and go on in it."""
    chosen = request.POST.get("language")
    if request.method == "GET" or chosen not in Language.values:
        return _page(request, 0, "language")
    response = HttpResponseRedirect("/setup/company")
    remember_language(request, response, chosen)
    return response


@open_to(Door.SETUP)
@require_http_methods(["GET", "POST"])
def company(request: HttpRequest) -> HttpResponse:
    """GET /setup/company: the company's form. POST: keep it in the session and go on."""
    if request.method == "GET":
        return _company_page(request, request.session.get(KEPT) or {})
    typed = {k: request.POST.get(k, "") for k in COMPANY_FIELDS}
    try:
        read_company(typed)
    except Invalid as refused:
        return _company_page(request, typed, refused.errors)
    request.session[KEPT] = typed
    return HttpResponseRedirect("/setup/administrator")


def _company_page(
    request: HttpRequest, typed: Mapping[str, str], errors: tuple[FieldError, ...] = ()
) -> HttpResponse:
    fields = company_fields()
    fields[0]["autofocus"] = True
    fields[2]["empty"] = _("As in the city, else Moscow")
    wrong = {e.field: str(e.message) for e in errors}
    for f in fields:
        f |= {"value": typed.get(f["name"], ""), "error": wrong.get(f["name"], "")}
    cities = [c.name for c in all_cities()]
    return _page(request, 1, "company", status=422 if errors else 200, fields=fields, cities=cities)


@open_to(Door.SETUP)
@require_http_methods(["GET", "POST"])
def administrator(request: HttpRequest) -> HttpResponse:
    """GET /setup/administrator: the account's form. POST: set everything up, sign in, ask what to begin with."""
    kept = request.session.get(KEPT)
    if not isinstance(kept, dict):
        return HttpResponseRedirect("/setup/company")
    if request.method == "GET":
        return _administrator_page(request, {})
    typed = {k: request.POST.get(k, "") for k in ("name", "email", "password")}
    try:
        user = set_up(read_company(kept), typed, translation.get_language() or "ru")
    except Invalid as refused:
        if any(e.field in COMPANY_FIELDS for e in refused.errors):
            return HttpResponseRedirect("/setup/company")
        return _administrator_page(request, typed, refused.errors)
    del request.session[KEPT]
    login(request, user)
    return HttpResponseRedirect("/setup/begin")


def _administrator_page(
    request: HttpRequest, typed: Mapping[str, str], errors: tuple[FieldError, ...] = ()
) -> HttpResponse:
    wrong: dict[str, str] = {}
    for e in errors:
        wrong[e.field] = f"{wrong[e.field]} {e.message}" if e.field in wrong else str(e.message)
    fields: list[dict[str, Any]] = [
        {"type": "text", "name": "name", "label": _("Name"), "required": True, "autocomplete": "name", "autofocus": True, "maxlength": 120,
         "hint": _("First and last name, as colleagues will see it.")},
        {"type": "email", "name": "email", "label": _("E-mail"), "required": True, "autocomplete": "username", "maxlength": 254,
         "hint": _("You will sign in with it.")},
        {"type": "password", "name": "password", "label": _("Password"), "required": True, "autocomplete": "new-password", "maxlength": 128,
         "attrs": {"data-reveal": _("Show the password"), "data-reveal-hide": _("Hide the password")}},
    ]  # fmt: skip
    for f in fields:
        f["error"] = wrong.get(f["name"], "")
        # A refused password is typed anew: it is never sent back to the browser.
        f["value"] = "" if f["type"] == "password" else typed.get(f["name"], "")
    return _page(
        request,
        2,
        "administrator",
        status=422 if errors else 200,
        fields=fields,
        password_hints=password_hints(),
    )


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """GET /setup/begin: what stands in the base, and what to begin with. POST: put the demo data in; with empty=1 take them out."""
    actor = of(request).actor
    if request.method == "GET":
        return _page(request, 3, "begin", actor=actor, **standing(actor))
    if request.POST.get("empty") != "1":
        stands = standing(actor)
        if (
            stands["held"] and stands["demo"] == "absent"
        ):  # a page that was opened when the base was still empty
            return HttpResponseRedirect("/setup/begin")
        seed_small(actor)
    elif (demo := find_demo()) is not None:
        undo(actor, demo.pk)
    return HttpResponseRedirect("/")
