"""The overview of the settings, and the company's own."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.access.models import ApiToken, Team, User
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.notify import mail
from klientura.kernel.rules.models import Rule
from klientura.kernel.settings.working import working_time
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kernel.webhooks.models import Webhook
from klientura.kit.cities import all_cities
from klientura.modules.administration.enums import RUSSIAN_ZONES
from klientura.modules.administration.queries import find_demo
from klientura.modules.administration.services.company import change_company, company_fields
from klientura.modules.administration.web.frame import filled, settings_page


@open_to(Door.ADMIN)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """GET /settings: all settings pages at a glance."""
    settings = of(request).installation
    users, teams = User.objects.filter(is_active=True).count(), Team.objects.count()
    tokens = ApiToken.objects.filter(revoked_at=None).count()
    working = working_time()
    notes = {
        "company": f"{settings.company}, {settings.currency}, {RUSSIAN_ZONES.get(settings.time_zone, settings.time_zone)}",
        "working": f"{working.begins:%H:%M}–{working.ends:%H:%M}",
        "users": ngettext("%(count)s person works here", "%(count)s people work here", users)
        % {"count": users},
        "teams": ngettext("%(count)s team", "%(count)s teams", teams) % {"count": teams}
        if teams
        else _("There are no teams yet"),
        "people": _("Who stands in for whom, and handing work over"),
        "packs": _("Fields, kinds of record and views for a line of business"),
        "territories": _("To whom new records go, by rules"),
        "rights": _("Which records and fields each role sees and changes"),
        "objects": _("Fields of your own, and kinds of record of your own"),
        "pipelines": _("Stages of a sale, in their order"),
        **_of_the_catalogue(),
        "rules": ngettext("%(count)s rule is paused", "%(count)s rules are paused", halted)
        % {"count": halted}
        if (halted := Rule.objects.filter(deleted_at=None).exclude(paused="").count())
        else _("What is done by itself when something happens"),
        "approvals": _("Who has to agree to what, in which order"),
        "webhooks": ngettext("%(count)s webhook is paused", "%(count)s webhooks are paused", silent)
        % {"count": silent}
        if (silent := Webhook.objects.exclude(paused="").count())
        else _("Other systems that are told of what happens here"),
        "tokens": ngettext("%(count)s API token", "%(count)s API tokens", tokens) % {"count": tokens}
        if tokens
        else _("There are no tokens"),
        "operations": _("Imports and group changes; each can be undone"),
        "me": _("Name, language, time zone, password"),
        "map": _("Tiles of a service lie below the records")
        if settings.map_tiles
        else _("A plain outline of the land, without any service"),
        "mail": _("Not set up: notifications stay in the product")
        if (letters := mail.server()) is None
        else _("The mail server refuses")
        if letters.error
        else letters.sender,
        "my-notifications": _("Of what, here or by e-mail, and when"),
        "absence": _("Who stands in for you while you are away"),
        "devices": _("Clients, tasks and meetings on your phone and in your mail program"),
        "my-tokens": _("For programs that act in your name"),
    }
    demo = find_demo()
    return settings_page(
        request, "", "overview", notes=notes, demo=demo if demo and demo.state != "running" else None
    )


def _of_the_catalogue() -> dict[str, str]:
    """What is said of the lists that papers and prices are made by."""
    return {
        "own_company": _("Requisites, accounts and who signs: what stands in papers"),
        "paper_template": _("Contracts, letters and acts in your own form, filled in from cards"),
        "price_list": _("Prices for some clients, in a currency, for a time"),
        "discount_rule": _("When a line costs less: by quantity, sum, category, client"),
        "discount_limit": _("What a role may take off by itself, and what needs approval"),
        "lead": _("Which leads are hot, by points"),
        "response_time": _("How soon a lead is to be answered, by channel"),
        "option_group": _("What products may be fitted with, and how many of it"),
        "product_category": _("The branches of the catalogue"),
        "unit": _("How goods are counted, with codes for papers"),
        "tax": _("Rates by the days from which they hold"),
        "exchange_rate": _("What other currencies cost, by day"),
    }


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def company(request: HttpRequest) -> HttpResponse:
    """GET /settings/company: the form. POST: save it."""
    settings = of(request).installation
    if request.method == "GET":
        city = next((c.name for c in all_cities() if c.area_code == settings.area_code), settings.area_code)
        stored = {
            "company": settings.company,
            "city": city,
            "time_zone": settings.time_zone,
            "currency": settings.currency,
        }
        return _page(request, stored, saved=request.GET.get("saved") == "1")
    try:
        change_company(request.POST)
    except Invalid as refused:
        return _page(request, request.POST, refused.errors)
    return HttpResponseRedirect("/settings/company?saved=1")


def _page(
    request: HttpRequest, values: Any, errors: tuple[FieldError, ...] = (), *, saved: bool = False
) -> HttpResponse:
    fields = company_fields()
    fields[2] |= {
        "required": True,
        "hint": _("For new users. Everybody chooses their own in their profile."),
    }
    fields[3]["hint"] = _("For sums on boards and the start page. Amounts that are stored do not change.")
    return settings_page(
        request, "company", "company", status=422 if errors else 200, fields=filled(fields, values, errors),
        cities=[c.name for c in all_cities()], saved=saved,
    )  # fmt: skip
