"""The frame of the settings pages: which of them there are, and how one is shown."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from klientura.kernel.errors import BadRequest, FieldError, Text
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.context import show
from klientura.kernel.web.requests import of


def settings_page(
    request: HttpRequest, page: str, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Show one of the settings pages; `page` is its key in the list on the left, `crumbs` leads back to it from deeper pages."""
    context["groups_of_settings"] = [
        {**g, "pages": [{**p, "active": p["key"] == page} for p in g["pages"]]} for g in groups(request)
    ]
    context["done_text"] = DONE.get(request.GET.get("done", ""), "")
    response = show(request, f"administration/{template}.html", status=status, active="settings", **context)
    response["Cache-Control"] = "no-store"  # a password or a token may stand on it
    return response


DONE: Final[Mapping[str, Text]] = {
    "saved": _l("Saved"),
    "added": _l("Added"),
    "gathering": _l("Added. It is being counted for the records that are there; until then they show 0."),
    "removed": pgettext_lazy("done", "Removed"),
    "restored": _l("Brought back"),
    "deleted": _l("Deleted"),
    "installed": _l("The pack is installed"),
    "uninstalled": _l("The pack is uninstalled"),
    "again": _l("Sent again"),
}
"""What a page of the settings says once, after it was led to."""


def led_to(url: str, done: str, *, gone: int | None = None) -> HttpResponse:
    """Lead to a page of the settings that says what has been done, one of DONE; `gone`: the number of what was removed."""
    path, mark, place = url.partition("#")
    more = f"&gone={gone}" if gone is not None else ""
    return HttpResponseRedirect(f"{path}{'&' if '?' in path else '?'}done={done}{more}{mark}{place}")


def led_back(request: HttpRequest, url: str) -> HttpResponse:
    """Lead to a page where what was removed stands again, from its toast as from its button."""
    answer = led_to(url, "restored")
    if not request.headers.get("HX-Request"):
        return answer
    response = HttpResponse(status=204)
    response["HX-Redirect"] = answer["Location"]
    return response


def restore_url(request: HttpRequest, form: str) -> str:
    """Where the toast puts back what was just removed; `form` is the address, with {id} for its number."""
    number = request.GET.get("gone", "")
    return form.format(id=number) if number.isascii() and number.isdigit() and len(number) < 19 else ""


def seen_version(request: HttpRequest) -> int:
    """The version that a form was made for. Raises BadRequest when it carries none."""
    seen = request.POST.get("version", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise BadRequest(_("The form came without the version it was made for. Reload the page."))
    return int(seen)


type Page = tuple[str, Text, str, str]
type Pages = tuple[Text, tuple[Page, ...]]

PLACES: Final[tuple[Pages, ...]] = (
    (
        _l("Company and people"),
        (
            ("company", _l("Company"), "building", "/settings/company"),
            ("working", _l("Working time"), "clock", "/settings/working"),
            ("users", _l("Users"), "users", "/settings/users"),
            ("teams", _l("Teams"), "network", "/settings/teams"),
            ("rights", _l("Rights"), "shield-check", "/settings/rights"),
            ("people", _l("Substitutions"), "user-check", "/me/people"),
            ("territories", _l("Territories"), "map-pin", "/settings/territories"),
        ),
    ),
    (
        _l("Records and data"),
        (
            ("objects", _l("Kinds of record"), "shapes", "/settings/objects"),
            ("pipelines", _l("Pipelines"), "filter", "/settings/pipelines"),
            ("packs", _l("Packs"), "layers", "/settings/packs"),
            ("operations", _l("Past operations"), "history", "/settings/operations"),
        ),
    ),
    (
        _l("Catalogue and papers"),
        (
            ("own_company", _l("Own companies"), "landmark", "/own_company"),
            ("paper_template", _l("Paper templates"), "file-text", "/paper_template"),
            ("price_list", _l("Price lists"), "tags", "/price_list"),
            ("discount_rule", _l("Discounts"), "badge-percent", "/discount_rule"),
            ("discount_limit", _l("Discount limits"), "shield-check", "/discount_limit"),
            ("response_time", _l("Times to answer leads"), "timer", "/response_time"),
            ("lead", _l("Scores of leads"), "flame", "/settings/scoring"),
            ("option_group", _l("Groups of options"), "list-checks", "/option_group"),
            ("product_category", _l("Product categories"), "folder-tree", "/product_category"),
            ("unit", _l("Units of measure"), "ruler", "/unit"),
            ("tax", _l("Taxes"), "percent", "/tax"),
            ("exchange_rate", _l("Exchange rates"), "arrow-left-right", "/exchange_rate"),
        ),
    ),
    (
        _l("Automation and connections"),
        (
            ("rules", _l("Rules"), "zap", "/settings/rules"),
            ("approvals", _l("Approval"), "stamp", "/settings/approvals"),
            ("webhooks", _l("Webhooks"), "waypoints", "/settings/webhooks"),
            ("map", _l("Map"), "map", "/settings/map"),
            ("mail", _l("E-mail"), "mail", "/settings/mail"),
            ("tokens", _l("API tokens"), "key", "/settings/tokens"),
        ),
    ),
)
"""What administrators set for everybody, by groups: key, label, icon, address."""
OF_OBJECTS: Final = {"pipelines": "pipeline", **{key: key for key, *_rest in PLACES[2][1]}}
"""Pages that are there only with the kind of record they are about."""
OWN: Final[Pages] = (
    _l("For you alone"),
    (
        ("me", _l("My profile"), "user-cog", "/me"),
        ("my-notifications", _l("My notifications"), "bell", "/me/notifications"),
        ("absence", _l("My absence"), "plane", "/me/absence"),
        ("devices", _l("Phone and calendar"), "smartphone", "/me/devices"),
        ("my-tokens", _l("My API tokens"), "key-round", "/me/tokens"),
    ),
)
MY_PEOPLE: Final[Page] = ("people", _l("My people"), "user-check", "/me/people")


def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """The settings pages that are open to the reader, by groups: {label, pages: [{key, label, icon, url}]}."""
    actor = of(request).actor
    label, pages = OWN
    mine: Pages = (label, (MY_PEOPLE, *pages) if actor.role == "manager" else pages)
    places = (*PLACES, mine) if actor.is_admin else (mine,)
    known = all_shapes()
    absent = {key for key, needed in OF_OBJECTS.items() if needed not in known}
    return [
        {
            "label": str(label),
            "pages": [
                {"key": key, "label": str(name), "icon": icon, "url": url}
                for key, name, icon, url in pages
                if key not in absent
            ],
        }
        for label, pages in places
    ]


def sections(request: HttpRequest) -> list[dict[str, str]]:
    """The settings pages that are open to the reader, one after the other."""
    return [page for group in groups(request) for page in group["pages"]]


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
