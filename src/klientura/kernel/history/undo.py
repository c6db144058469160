"""Taking an operation back: only values that are still what the operation wrote are restored; the rest is listed."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.events.outbox import emit
from klientura.kernel.history.undo_lines import undo_lines
from klientura.kernel.history.undo_records import Span, undo_records
from klientura.kernel.history.undo_refs import must_stay
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations
from klientura.kernel.store.models import Operation

MAX_LISTED = 200
OVER = frozenset({"done", "cancelled", "failed", "partly_undone"})
"""The states in which there is something of an operation to take back, and nobody at work on it."""
SPAN = 5_000
"""Records taken back by one statement, and in one transaction where the work is done in the background."""


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
    Kept too: values changed since, and what has left the actor's reach. Each table touched gets events
    `<its base>.undone`. Raises NotFound, Denied, BadRequest (already taken back, or still running).
    """
    target = to_take_back(actor, operation_id)
    if way := _ways.get(target.kind):
        return way(actor, target)
    mine = operations.start(actor, "undo", target.object, undoes_id=target.pk)
    result, kept_by = Undone(mine.pk), dict[str, list[int]]()
    staying = must_stay(target.pk)
    for span in spans(target):
        moved, kept = take_back_span(actor, span, mine.pk, staying.get(span.shape.table, set()))
        result.restored += len(moved)
        result.kept += kept
        kept_by.setdefault(span.shape.base, []).extend(kept)
    end(target, mine, restored=result.restored, kept=kept_by, left=len(result.kept))
    return result


def to_take_back(actor: Actor, operation_id: int) -> Operation:
    """An operation that the actor may take back now, locked. Raises NotFound, Denied, BadRequest."""
    target = Operation.objects.select_for_update().filter(pk=operation_id).first()
    if target is None or (target.actor_id != actor.user_id and not actor.is_admin and not actor.is_system):
        raise NotFound
    if target.kind == "undo":
        raise Denied(_("An undo cannot be undone."))
    if target.state not in OVER:
        raise BadRequest(_("This has been undone already, or is still running."), code="state")
    if Operation.objects.filter(undoes_id=target.pk, state="running").exists():
        raise BadRequest(_("This is being taken back already."), code="state")
    shape = shape_of(target.object)
    needed = _NEEDED.get(target.kind, "edit")
    if not any(may(actor, each, needed) for each in members_of(shape) or (shape,)):
        raise Denied
    return target


def has_a_way_of_its_own(target: Operation) -> bool:
    """Whether operations of this kind are taken back otherwise than record by record."""
    return target.kind in _ways


def spans(target: Operation) -> Iterator[Span]:
    """All that an operation did, by tables, its own first, in pieces of a size that a statement can bear."""
    for shape in _tables(shape_of(target.object)):
        with connection.cursor() as cursor:
            cursor.execute(
                "select distinct root_id from kernel_change where operation_id = %s and root_object = %s order by 1",
                [target.pk, shape.base],
            )
            ids = [row[0] for row in cursor.fetchall()]
        for piece in batched(ids, SPAN):
            yield Span(shape, target.pk, piece[0], piece[-1])


def take_back_span(actor: Actor, span: Span, mine: int, stay: Collection[int]) -> tuple[set[int], list[int]]:
    """Take back a piece of an operation in the name of the operation `mine`: records put back, and those left."""
    acts = span.acts()
    moved, kept = undo_records(actor, span, acts, mine, stay=stay)
    lines_moved, lines_kept = undo_lines(actor, span, mine, made=acts.get("create", ()))
    moved |= lines_moved
    base = span.shape.base
    emit(f"{base}.undone", base, sorted(moved), actor_id=actor.user_id, operation_id=mine)
    return moved, sorted(kept | lines_kept)


def end(
    target: Operation,
    mine: Operation,
    *,
    restored: int,
    kept: Mapping[str, list[int]],
    left: int,
    state: str = "done",
) -> None:
    """Note what came of an undo; `kept` holds numbers of records left, by base, and `left` how many these are."""
    if state == "done":
        target.state = "partly_undone" if left else "undone"
    elif restored:
        target.state = "partly_undone"
    target.save(update_fields=["state"])
    listed = {base: ids[:MAX_LISTED] for base, ids in kept.items() if ids}
    operations.finish(mine, records=restored, state=state, details={"kept": listed, "kept_count": left})


def _tables(shape: Shape) -> list[Shape]:
    """One shape of every table, the operation's own first: an import writes organisations and people at once."""
    first: dict[str, Shape] = {}
    for each in (shape, *all_shapes().values()):
        if each.base not in first or not each.constants:
            first[each.base] = each
    return list(first.values())
