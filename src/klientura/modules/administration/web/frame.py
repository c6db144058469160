"""The frame of the settings pages: which of them there are, and how one is shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from klientura.kernel.errors import BadRequest, FieldError
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.context import show
from klientura.kernel.web.requests import of


def settings_page(
    request: HttpRequest, page: str, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Show one of the settings pages; `page` is its key in the list on the left."""
    context["sections"] = [{**s, "active": s["key"] == page} for s in sections(request)]
    response = show(request, f"administration/{template}.html", status=status, active="settings", **context)
    response["Cache-Control"] = "no-store"  # a password or a token may stand on it
    return response


def seen_version(request: HttpRequest) -> int:
    """The version that a form was made for. Raises BadRequest when it carries none."""
    seen = request.POST.get("version", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise BadRequest(_("The form came without the version it was made for. Reload the page."))
    return int(seen)


def sections(request: HttpRequest) -> list[dict[str, str]]:
    """The settings pages that are open to the reader."""
    mine = [
        {"key": "me", "label": _("My profile"), "icon": "user-cog", "url": "/me"},
        {
            "key": "my-notifications",
            "label": _("My notifications"),
            "icon": "bell",
            "url": "/me/notifications",
        },
        {"key": "absence", "label": _("My absence"), "icon": "plane", "url": "/me/absence"},
        {"key": "my-tokens", "label": _("My API tokens"), "icon": "key-round", "url": "/me/tokens"},
    ]
    people = {"key": "people", "label": _("My people"), "icon": "user-check", "url": "/me/people"}
    if of(request).actor.role == "manager":
        mine.insert(0, people)
    if not of(request).actor.is_admin:
        return mine
    return [
        {"key": "company", "label": _("Company"), "icon": "building", "url": "/settings/company"},
        {"key": "users", "label": _("Users"), "icon": "users", "url": "/settings/users"},
        {"key": "teams", "label": _("Teams"), "icon": "network", "url": "/settings/teams"},
        {"key": "people", "label": _("Substitutions"), "icon": "user-check", "url": "/me/people"},
        {
            "key": "territories",
            "label": _("Territories"),
            "icon": "map-pin",
            "url": "/settings/territories",
        },
        {"key": "rights", "label": _("Rights"), "icon": "shield-check", "url": "/settings/rights"},
        {"key": "objects", "label": _("Kinds of record"), "icon": "shapes", "url": "/settings/objects"},
        *(
            [{"key": "pipelines", "label": _("Pipelines"), "icon": "filter", "url": "/settings/pipelines"}]
            if "pipeline" in all_shapes()
            else []
        ),
        {"key": "packs", "label": _("Packs"), "icon": "layers", "url": "/settings/packs"},
        {"key": "rules", "label": _("Rules"), "icon": "zap", "url": "/settings/rules"},
        {"key": "webhooks", "label": _("Webhooks"), "icon": "waypoints", "url": "/settings/webhooks"},
        {"key": "mail", "label": _("E-mail"), "icon": "mail", "url": "/settings/mail"},
        {"key": "tokens", "label": _("API tokens"), "icon": "key", "url": "/settings/tokens"},
        {
            "key": "operations",
            "label": _("Past operations"),
            "icon": "history",
            "url": "/settings/operations",
        },
        *mine,
    ]


def filled(
    fields: list[dict[str, Any]], values: Any, errors: tuple[FieldError, ...] = ()
) -> list[dict[str, Any]]:
    """The fields of a form (see ui/fields.html) with their values and what was wrong with them."""
    wrong: dict[str, str] = {}
    for e in errors:
        wrong.setdefault(e.field, str(e.message))
    return [
        {
            **f,
            "value": "" if f["type"] == "password" else values.get(f["name"], ""),
            "error": wrong.get(f["name"], ""),
        }
        for f in fields
    ]
