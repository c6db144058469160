"""The tiles of maps, chosen by an administrator."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.settings.installation import change
from klientura.kernel.settings.maps import OSM_CREDIT, OSM_TILES, is_template
from klientura.modules.administration.services.given import Given


def map_fields() -> list[dict[str, Any]]:
    """What is asked about the tiles (see ui/fields.html)."""
    return [
        {"type": "text", "name": "map_tiles", "label": _("Address of the tiles"), "optional": True, "maxlength": 500, "attrs": {"inputmode": "url"},
         "hint": _(
             "As the service gives it: https://tiles.example/{z}/{x}/{y}.png. Empty: a plain map without anything from outside."
         )},
        {"type": "text", "name": "map_credit", "label": _("Credit"), "optional": True, "maxlength": 200,
         "hint": _("Shown in the corner of the map. Nearly every service asks for it.")},
    ]  # fmt: skip


def read_map(raw: Mapping[str, str]) -> dict[str, str]:
    """Check the form of the tiles. Raises Invalid."""
    given = Given(raw)
    tiles = given.line("map_tiles", max_length=500, required=False)
    credit = given.line("map_credit", max_length=200, required=False)
    if tiles and not is_template(tiles):
        given.refuse(
            "map_tiles",
            "template",
            _(
                "This is no address of tiles. It begins with https:// and one host, and has {z}, {x} and {y} once each."
            ),
        )
    given.check()
    return {"map_tiles": tiles, "map_credit": credit if tiles else ""}


def change_map(raw: Mapping[str, str]) -> None:
    """Choose the tiles. Raises Invalid."""
    change(**read_map(raw))


def take_openstreetmap() -> None:
    """Choose the tiles of OpenStreetMap, with the credit that it asks for."""
    change(map_tiles=OSM_TILES, map_credit=OSM_CREDIT)
