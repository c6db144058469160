"""Views that are there from the first day: of current records, and those that the object declares."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import pgettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.objects.shape import Shape
from klientura.kernel.objects.spec import ReadyView
from klientura.kernel.store.trees import fields_in

CURRENT: Final = "current"


def ready_of(actor: Actor, shape: Shape) -> Sequence[ReadyView]:
    """The ready views of an object in their order, without those that ask for a field which the actor does not see."""
    current = shape.spec.current
    first = [ReadyView(CURRENT, pgettext_lazy("views", "Current"), current)] if current else []
    fields = readable(actor, shape)
    # What is asked beside the fields (@approval) is open to everybody.
    return [
        v
        for v in (*first, *shape.spec.ready_views)
        if {k for k in fields_in(v.filter) if not k.startswith("@")} <= fields.keys()
    ]


def named(actor: Actor, shape: Shape, key: str) -> ReadyView | None:
    """The ready view of that key, if there is one for the actor."""
    return next((v for v in ready_of(actor, shape) if v.key == key), None) if key else None


def opened_with(actor: Actor, shape: Shape, kind: str) -> ReadyView | None:
    """The view with which an object opens as a list, a gallery or a board: the one of current records.

    A board that tells closed records by their moment shows what was closed lately by itself; calendars and maps
    show what was when and where, done or not.
    """
    if kind in {"calendar", "map"} or (kind == "board" and shape.spec.board and shape.spec.board.closed):
        return None
    return named(actor, shape, CURRENT)
