"""How a figure stands, told by colour, icon and word alike."""

from typing import Any, Final

from django.utils.translation import pgettext_lazy

from klientura.modules.planning.rules import Light

LIGHTS: Final[dict[Light, tuple[str, str, Any]]] = {
    "done": ("green", "circle-check", pgettext_lazy("light", "Done")),
    "good": ("green", "trending-up", pgettext_lazy("light", "On pace")),
    "near": ("yellow", "triangle-alert", pgettext_lazy("light", "A little behind")),
    "behind": ("red", "trending-down", pgettext_lazy("light", "Behind")),
    "unplanned": ("gray", "circle", pgettext_lazy("light", "No plan")),
}


def light_shown(light: Light) -> dict[str, str]:
    """A light as templates take it."""
    hue, icon, word = LIGHTS[light]
    return {"key": light, "hue": hue, "icon": icon, "word": str(word)}
