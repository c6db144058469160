"""What stands in the base already when somebody is asked what to begin with."""

from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kit.formats import format_decimal
from klientura.modules.administration.queries import find_demo


def standing(actor: Actor) -> dict[str, Any]:
    """`held`: kinds of record with how many there are (counted no further than lists do); `demo`: absent, running or there."""
    demo = find_demo()
    return {
        "held": ", ".join(_counted(actor)),
        "demo": "absent" if demo is None else "running" if demo.state == "running" else "there",
    }


def _counted(actor: Actor) -> list[str]:
    found = []
    for shape in all_shapes().values():
        if shape.spec.navigation and may(actor, shape, "read"):
            counted = read.count(actor, shape)
            more = "+" if counted.capped else ""
            if counted.number:
                found.append(f"{str(shape.plural).lower()} – {format_decimal(counted.number, lang())}{more}")
    return found
