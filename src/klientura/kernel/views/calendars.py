"""By what a calendar shows records: the date they begin on, the date they end on, what colours them, how much of time."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.shape import FieldShape, Shape

SPANS = ("month", "week", "day", "agenda")
PARTS = ("by", "end", "colour", "span")
DATES = frozenset({"date", "datetime"})
LAST = frozenset({"created_at", "updated_at"})
"""Dates that every kind of record has: a calendar opens with one of its own where there is one."""


def date_fields(actor: Actor, shape: Shape) -> dict[str, FieldShape]:
    """The dates by which records may stand in a calendar: the one that the object names, then those of its own."""
    fields = readable(actor, shape)
    found = [f for f in fields.values() if f.type.key in DATES and f.filterable]
    order = shape.placed
    found.sort(
        key=lambda f: (
            f.key != shape.spec.calendar,
            f.key in LAST,
            not f.writable,
            order.index(f.key) if f.key in order else 99,
        )
    )
    return {f.key: f for f in found}


def colour_fields(actor: Actor, shape: Shape) -> dict[str, FieldShape]:
    """The fields whose values have colours: choices, and the columns of the board."""
    board = shape.spec.board
    return {
        f.key: f
        for f in readable(actor, shape).values()
        if f.type.key == "option"
        or (board is not None and board.columns is not None and f.key == board.group)
    }


def known(actor: Actor, shape: Shape, said: Mapping[str, Any]) -> dict[str, str]:
    """What of a calendar's choices holds for this reader; what is gone or closed to them is as if nothing had been said."""
    dates, colours = date_fields(actor, shape), colour_fields(actor, shape)
    by, end = str(said.get("by", "")), str(said.get("end", ""))
    found = {
        "by": by if by in dates else "",
        "end": end if end in dates and end != by else "",
        "colour": c if (c := str(said.get("colour", ""))) in colours else "",
        "span": s if (s := str(said.get("span", ""))) in SPANS else "",
    }
    if found["end"] and (not found["by"] or dates[by].type.key != dates[end].type.key):
        found["end"] = ""
    return {k: v for k, v in found.items() if v}


def checked(actor: Actor, shape: Shape, raw: Any) -> dict[str, str]:
    """The calendar of a view about to be kept. Raises BadRequest for what the actor could not ask for."""
    if raw is None:
        return {}
    if (
        not isinstance(raw, Mapping)
        or set(raw) - set(PARTS)
        or not all(isinstance(v, str) for v in raw.values())
    ):
        raise BadRequest(_("A calendar of a view says «by», «end», «colour» and «span»."), code="view")
    given = {k: v for k, v in raw.items() if v}
    if strange := [v for k, v in given.items() if known(actor, shape, given).get(k) != v]:
        raise BadRequest(_("There is no field «%(field)s».") % {"field": strange[0][:60]}, code="view")
    return given
