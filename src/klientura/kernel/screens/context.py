"""What every signed-in page shows around its content: navigation, the create menu, who is here."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.commands import commands
from klientura.kernel.screens.view_bar import pinned
from klientura.kernel.web.requests import of

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
        "nav": [
            {
                "key": "home",
                "label": translation.gettext("Today"),
                "icon": "sun",
                "url": "/",
                "active": active == "home",
                "shortcut": "H",
            },
            *(
                {
                    "key": s.key,
                    "label": str(s.plural),
                    "icon": s.spec.icon,
                    "url": f"/{s.key}",
                    "active": active == s.key,
                    "shortcut": SHORTCUTS.get(s.key, ""),
                }
                for s in shapes
            ),
            {
                "key": "segments",
                "label": translation.gettext("Segments"),
                "icon": "group",
                "url": "/segments",
                "active": active == "segments",
                "shortcut": "",
            },
        ],
        "nav_pinned": lambda: pinned(asked),
        "nav_foot": _foot(request, active),
        "commands": commands(request),
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
