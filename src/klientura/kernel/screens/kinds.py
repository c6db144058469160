"""The ways a list can be shown: the segments above it."""

from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.state import ListState
from klientura.kernel.views.calendars import date_fields
from klientura.kernel.views.maps import place_fields


def kinds(actor: Actor, shape: Shape, state: ListState) -> list[dict[str, Any]]:
    """List, board, calendar, gallery and map, as far as the object has them for this reader, with the one that is shown."""
    every = [
        ("list", _("List"), "list", True),
        ("board", _("Board"), "columns-3", shape.spec.board is not None),
        ("calendar", _("Calendar"), "calendar-days", bool(date_fields(actor, shape))),
        ("gallery", _("Gallery"), "layout-grid", True),
        ("map", _("Map"), "map", bool(place_fields(actor, shape))),
    ]
    return [
        {
            "label": label,
            "url": f"/{shape.key}?{state.query(view=key)}",
            "icon": icon,
            "active": key == state.view,
        }
        for key, label, icon, there in every
        if there
    ]
