"""Taking an operation back: only values that are still what the operation wrote are restored; the rest is listed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.events.outbox import emit
from klientura.kernel.history.undo_lines import undo_lines
from klientura.kernel.history.undo_records import undo_records
from klientura.kernel.history.undo_refs import must_stay
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations
from klientura.kernel.store.models import Operation

MAX_LISTED = 200


@dataclass(slots=True)
class Undone:
    """What an undo did: its own operation, how many records it put back, which it had to leave, wholly or in part.

    A record of which only a part could be put back counts among both. `kept` holds numbers of records of the operation's
    own table first, then those of others. `text` says in words what came of it, where numbers would not.
    """

    operation_id: int
    restored: int = 0
    kept: list[int] = field(default_factory=list)
    text: str = ""


type Way = Callable[[Actor, Operation], Undone]

_ways: dict[str, Way] = {}


def register_way(kind: str, way: Way) -> None:
    """Have operations of a kind taken back in a way of their own, inside the transaction of the undo."""
    _ways[kind] = way


# The right that an act needed is needed to take it back: it may have been withdrawn since.
_NEEDED = {"edit": "edit", "delete": "delete", "import": "import"}


@transaction.atomic
def undo(actor: Actor, operation_id: int) -> Undone:
    """Take back an operation of the actor's own (an administrator: anybody's). Itself an operation.

    Kept as they are, and whole: records that it made and somebody worked with since (a deal with an imported client).
    Once what was built upon them is gone or taken back itself, they can be undone again.
    Kept too: values changed since, and what has left the actor's reach. Each table touched gets one event
    `<its base>.undone`. Raises NotFound, Denied, BadRequest (already taken back, or still running).
    """
    target = Operation.objects.select_for_update().filter(pk=operation_id).first()
    if target is None or (target.actor_id != actor.user_id and not actor.is_admin and not actor.is_system):
        raise NotFound
    if target.kind == "undo":
        raise Denied(_("An undo cannot be undone."))
    if target.state not in {"done", "cancelled", "failed", "partly_undone"}:
        raise BadRequest(_("This has been undone already, or is still running."), code="state")
    shape = shape_of(target.object)
    needed = _NEEDED.get(target.kind, "edit")
    if not any(may(actor, each, needed) for each in members_of(shape) or (shape,)):
        raise Denied
    if way := _ways.get(target.kind):
        return way(actor, target)
    mine = operations.start(actor, "undo", target.object, undoes_id=target.pk)
    result = Undone(mine.pk)
    staying, kept_by = must_stay(target.pk), dict[str, list[int]]()
    for each in _tables(shape):
        stay = staying.get(each.table, set())
        moved, kept = undo_records(actor, each, target.pk, mine.pk, stay=stay)
        lines_moved, lines_kept = undo_lines(actor, each, target.pk, mine.pk)
        moved |= lines_moved
        kept |= lines_kept
        result.restored += len(moved)
        if left := sorted(kept):
            result.kept += left
            kept_by[each.base] = left[:MAX_LISTED]
        emit(f"{each.base}.undone", each.base, sorted(moved), actor_id=actor.user_id, operation_id=mine.pk)
    target.state = "partly_undone" if result.kept else "undone"
    target.save(update_fields=["state"])
    operations.finish(
        mine,
        records=result.restored,
        details={"kept": kept_by, "kept_count": len(result.kept)},
    )
    return result


def _tables(shape: Shape) -> list[Shape]:
    """One shape of every table, the operation's own first: an import writes organisations and people at once."""
    first: dict[str, Shape] = {}
    for each in (shape, *all_shapes().values()):
        if each.base not in first or not each.constants:
            first[each.base] = each
    return list(first.values())
