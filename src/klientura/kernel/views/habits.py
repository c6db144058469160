"""What a reader chose last for a list without a saved view: its columns, their looks and its order."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, require
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.read import sort_field
from klientura.kernel.views.contents import MAX_COLUMNS, check
from klientura.kernel.views.models import Habit


class Chosen(NamedTuple):
    """The columns and the order, empty where the object's own are wanted; the widths and the number of pinned columns."""

    columns: tuple[str, ...] = ()
    sort: str = ""
    widths: Mapping[str, int] = {}
    pin: int = 1


def habit_of(actor: Actor, shape: Shape) -> Chosen:
    """What the actor chose last, as far as it is there still."""
    if actor.user_id is None:
        return Chosen()
    known = Habit.objects.filter(user_id=actor.user_id, object=shape.key).first()
    if known is None:
        return Chosen()
    fields = readable(actor, shape)
    kept = fields.get(known.sort.removeprefix("-"))
    return Chosen(
        tuple(c for c in known.columns if c in fields),
        known.sort if kept is not None and kept.sortable else "",
        {k: w for k, w in known.widths.items() if k in fields},
        known.pin,
    )


def remember(
    actor: Actor,
    shape: Shape,
    *,
    columns: Sequence[str] | None = None,
    sort: str | None = None,
    widths: Mapping[str, int] | None = None,
    pin: int | None = None,
) -> None:
    """Keep what was chosen; an empty choice returns to the object's own. Raises BadRequest for a field not open."""
    require(actor, shape, "read")
    wanted: dict[str, Any] = {}
    if columns is not None:
        wanted["columns"] = list(check(actor, shape, {"columns": list(columns)[: MAX_COLUMNS + 1]}).columns)
    if sort is not None:
        if sort:
            sort_field(actor, shape, sort)
        wanted["sort"] = sort
    if widths is not None:
        wanted["widths"] = dict(check(actor, shape, {"widths": widths}).widths)
    if pin is not None:
        wanted["pin"] = check(actor, shape, {"pin": pin}).pin
    if wanted and actor.user_id is not None:
        Habit.objects.update_or_create(user_id=actor.user_id, object=shape.key, defaults=wanted)
