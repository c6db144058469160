"""What every signed-in page shows around its content: navigation, the create menu, who is here."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.commands import commands
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.places import Place, places
from klientura.kernel.screens.view_bar import pinned
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_date

# The second key after G, by physical key; free letters only.
SHORTCUTS = {"organisation": "O", "person": "P", "opportunity": "D", "task": "T", "interaction": "A"}


def page_context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """The context of a page that extends ui/base.html."""
    asked = of(request)
    actor = asked.actor
    shapes = [s for s in all_shapes().values() if s.spec.navigation and may(actor, s, "read")]
    active = more.pop("active", "")
    return {
        "actor": actor,
        "theme": actor.theme,
        "lang": translation.get_language() or "ru",
        "company": asked.installation.company,
        "nav": _navigation(shapes, active),
        "nav_pinned": lambda: pinned(asked),
        "standing_in": standing_in(actor),
        "nav_foot": _foot(request, active),
        "commands": [*_lists_elsewhere(shapes), *commands(request)],
        "create": [
            {
                "label": str(s.spec.new_label),
                "icon": s.spec.icon,
                "url": f"/{s.key}/new?dialog=1",
                "dialog": True,
            }
            for s in shapes
            if may(actor, s, "create")
        ],
        **more,
    }


def _navigation(shapes: Sequence[Shape], active: str) -> list[dict[str, Any]]:
    """The sections: the start page, the objects by area, and what goes across them."""

    def line(
        key: str,
        label: str,
        icon: str,
        url: str,
        area: str = "",
        shortcut: str = "",
        *,
        by_thumb: bool = False,
    ) -> dict[str, Any]:
        return {
            "key": key,
            "label": label,
            "icon": icon,
            "url": url,
            "active": active == key,
            "group": area,
            "shortcut": shortcut,
            "by_thumb": by_thumb,
        }

    def place(p: Place) -> dict[str, Any]:
        return line(p.key, str(p.label), p.icon, p.url, str(p.area), by_thumb=p.by_thumb)

    everywhere = translation.gettext("Across everything")
    lines = [
        line("home", translation.gettext("Overview"), "house", "/", shortcut="H", by_thumb=True),
        *(place(p) for p in places() if p.at_top),
        *(
            line(s.key, str(s.plural), s.spec.icon, f"/{s.key}", str(s.spec.area), SHORTCUTS.get(s.key, ""))
            for s in shapes
            if s.spec.in_menu
        ),
        *(place(p) for p in places() if not p.at_top),
        line("favourites", translation.gettext("Favourites"), "star", "/favourites", everywhere),
        line("segments", translation.gettext("Segments"), "group", "/segments", everywhere),
        line("quality", translation.gettext("Quality of the base"), "shield-check", "/quality", everywhere),
    ]
    areas = list(dict.fromkeys(each["group"] for each in lines))
    return sorted(lines, key=lambda each: areas.index(each["group"]))


def _lists_elsewhere(shapes: Sequence[Shape]) -> list[dict[str, Any]]:
    """The lists that have no line in the navigation, for the palette."""
    return [
        {"label": str(s.plural), "icon": s.spec.icon, "url": f"/{s.key}"}
        for s in shapes
        if not s.spec.in_menu
    ]


def standing_in(actor: Actor) -> list[str]:
    """For whom the reader stands in now, in words; nobody is looked up when there is nobody."""
    if not actor.stands_in:
        return []
    names = dict(User.objects.filter(pk__in=[s.user_id for s in actor.stands_in]).values_list("pk", "name"))
    return [
        translation.gettext("You stand in for {name} until {date}").format(
            name=names.get(s.user_id, ""), date=format_date(s.last, lang())
        )
        for s in actor.stands_in
    ]


def _foot(request: HttpRequest, active: str) -> list[dict[str, Any]]:
    actor = of(request).actor
    foot = []
    if any(may(actor, s, "import") for s in all_shapes().values() if s.spec.navigation):
        foot.append(
            {
                "key": "imports",
                "label": translation.gettext("Import"),
                "icon": "upload",
                "url": "/imports",
                "active": active == "imports",
                "shortcut": "I",
            }
        )
    if actor.is_admin:
        foot.append(
            {
                "key": "settings",
                "label": translation.gettext("Settings"),
                "icon": "settings",
                "url": "/settings",
                "active": active == "settings",
                "shortcut": "S",
            }
        )
    return foot


def show(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a whole page or a fragment with the page's context."""
    return render(request, template, page_context(request, **context), status=status)
