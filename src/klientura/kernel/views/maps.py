"""By which field of places a map shows records."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.shape import FieldShape, Shape


def place_fields(actor: Actor, shape: Shape) -> dict[str, FieldShape]:
    """The fields by which records may stand on a map, in the order of the card."""
    found = [f for f in readable(actor, shape).values() if f.type.key == "location" and f.filterable]
    order = shape.placed
    found.sort(key=lambda f: order.index(f.key) if f.key in order else len(order))
    return {f.key: f for f in found}


def known(actor: Actor, shape: Shape, said: Any) -> str:
    """The chosen field of places; what is gone or closed to the reader is as if nothing had been said."""
    return said if isinstance(said, str) and said and said in place_fields(actor, shape) else ""


def checked(actor: Actor, shape: Shape, raw: Any) -> str:
    """The field of places of a view about to be kept. Raises BadRequest for one that the actor could not ask for."""
    if raw in (None, ""):
        return ""
    if not known(actor, shape, raw):
        raise BadRequest(_("There is no field «%(field)s».") % {"field": str(raw)[:60]}, code="view")
    return str(raw)
