"""Making one record of several: the verb, and what it would make."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import readable
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.events.outbox import emit
from klientura.kernel.merging import choosing, followers, links
from klientura.kernel.merging.circles import dissolved, outside, refuse_circles
from klientura.kernel.merging.lines import united
from klientura.kernel.merging.meaning import refuse_other_meaning
from klientura.kernel.merging.models import Merge
from klientura.kernel.merging.rooms import pointing_at
from klientura.kernel.merging.ties import loosen, refuse_second
from klientura.kernel.merging.values import Stored, fill, own_links, own_lists, refuse_hidden
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import date_order, drafts, operations, read, rows, write
from klientura.kernel.store.many import settle_many
from klientura.kernel.store.references import complete_team

type Positions = dict[str, dict[str, list[int]]]
"""Part → number of a line → its place before and after."""


@dataclass(slots=True)
class Merged:
    """What a merge did: how many records point elsewhere now, and which ties between the merged went to the trash."""

    operation_id: int
    kept_id: int
    relinked: int = 0
    loosened: dict[str, list[int]] = field(default_factory=dict)


def product_for(actor: Actor) -> Actor:
    """The product, at work for an actor: a merge turns and completes also what its actor does not see."""
    return SystemActor("a merge loses nothing, whoever carries it out", actor.user_id)


@transaction.atomic
def merge(
    actor: Actor,
    shape: Shape,
    kept_id: int,
    gone_ids: Sequence[int],
    values: Mapping[str, Any] | None = None,
    expected_versions: Mapping[int, int] | None = None,
) -> Merged:
    """Make one record of several, by one operation that can be taken back.

    The kept record gets `values` (raw, by field or part); what it leaves empty is filled from the others in their order,
    also where the actor does not see it; lines are united. All that points at the others points at it from now on, and
    they go to the trash. Events: `<object>.merged`, and `.changed` of what was turned. Raises BadRequest, Denied,
    NotFound, Unmergeable, HiddenDiffers, ChangedMeanwhile (`expected_versions` by number), Invalid.
    """
    gone = choosing.check_number(kept_id, gone_ids)
    choosing.require_rights(actor, shape)
    choosing.take_turn()
    records = choosing.lock_all(actor, shape, kept_id, gone)
    choosing.refuse_older(records, expected_versions or {})
    if shape.spec.before_merge:
        shape.spec.before_merge(gone, actor)
    product = product_for(actor)
    draft = compose(actor, shape, records, lines_of(shape, [kept_id, *gone]), values or {})
    refuse_second(product, shape, kept_id, gone)
    refuse_other_meaning(product, shape, kept_id, gone)
    operation = operations.start(actor, "merge", shape.key, kept=kept_id, gone=gone)
    rows.remember_actor(actor.user_id, operation.pk)
    loosened = loosen(product, shape, kept_id, gone, operation.pk)
    before = places_of(shape, kept_id)
    write.write_drafts(actor, Batch(shape, [draft], creating=False), operation_id=operation.pk)
    leave = {shape.table: {kept_id, *gone}} | {shape_of(key).table: set(ids) for key, ids in loosened.items()}
    turned = links.turn(product, operation.pk, pointing_at(shape), kept_id, gone, leave=leave)
    write.trash(actor, shape, gone, operation_id=operation.pk)
    now = timezone.now()
    Merge.objects.bulk_create(
        Merge(
            operation_id=operation.pk, object=shape.key, base=shape.base, kept_id=kept_id, gone_id=each, at=now,
            actor_id=actor.user_id, relinked=turned[each],
        )
        for each in gone
    )  # fmt: skip
    followers.merged(actor, shape, kept_id, gone, operation.pk)
    relinked = links.announce(actor, operation.pk, turned)
    emit(
        f"{shape.key}.merged", shape.base, [kept_id, *gone], actor_id=actor.user_id, operation_id=operation.pk,
        payload={"kept": kept_id, "gone": gone},
    )  # fmt: skip
    moved = _moved(before, places_of(shape, kept_id))
    details = {"positions": moved, "loosened": loosened, "relinked": relinked}
    operations.finish(operation, records=len(records), details=details)
    return Merged(operation.pk, kept_id, relinked, loosened)


def lines_of(shape: Shape, ids: Sequence[int]) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """All lines of the records, also those that the actor does not see: none may be lost."""
    return read.parts_of(write.THE_RULES, shape, ids)


def compose(
    actor: Actor,
    shape: Shape,
    records: Sequence[Stored],
    lines: Mapping[int, Mapping[str, list[dict[str, Any]]]],
    raw: Mapping[str, Any],
) -> Draft:
    """What would be written into the first of the records to make it all of them. Raises HiddenDiffers, Invalid."""
    stored = dict(records[0])
    kept, *others = dissolved(shape, records)
    refuse_hidden(actor, shape, [kept, *others])
    draft = Draft({}, before=stored, record_id=stored["id"], version=stored["version"])
    drafts.parse(actor, shape, raw, draft, creating=False)
    settle_many(actor, Batch(shape, [draft], creating=False))
    gone = [o["id"] for o in others]
    _refuse_own(shape, draft, gone)
    for key, part in shape.parts.items():
        if key not in draft.parts:
            draft.parts[key] = united(part, lines[stored["id"]][key], [lines[i][key] for i in gone])
        if len(draft.parts[key]) > drafts.MAX_LINES:
            draft.refuse(key, "too_many", _("Together these records have more lines than fit into one."))
    _refuse(draft)
    _check_chosen(actor, shape, draft)
    for each in own_lists(shape):
        if each.key in draft.values:
            draft.values[each.key] = outside(draft.values[each.key], [stored["id"], *gone])
    for each in (*own_links(shape), *own_lists(shape)):
        if kept[each.key] != stored[each.key]:
            draft.values.setdefault(each.key, kept[each.key])
    filled = fill(shape, {**kept, **draft.values}, others, without=frozenset(raw))
    draft.values |= filled.values
    refuse_circles(actor, shape, stored, gone, {**kept, **draft.values})
    batch, product = Batch(shape, [draft], creating=False), product_for(actor)
    complete_team(product, batch)
    if shape.spec.before_write:
        shape.spec.before_write(batch, product)
    # What one record lacked and another knew may not fit together; a person chooses then, and no machine.
    date_order.refuse_disorder(batch, readable(actor, shape))
    _refuse(draft)
    return draft


def _check_chosen(actor: Actor, shape: Shape, draft: Draft) -> None:
    """What the actor chose must hold by the actor's own rights; what the product adds afterwards, by the product's."""
    trial = Draft(
        dict(draft.values), before=draft.before, parts=copy.deepcopy(draft.parts), record_id=draft.record_id,
        version=draft.version,
    )  # fmt: skip
    write.follow_rules(actor, Batch(shape, [trial], creating=False))
    _refuse(trial)


def _refuse_own(shape: Shape, draft: Draft, gone: Sequence[int]) -> None:
    for each in own_links(shape):
        if draft.values.get(each.key) in {draft.record_id, *gone} - {None}:
            draft.refuse(each.key, "self", _("A record cannot refer to itself."))


def _refuse(draft: Draft) -> None:
    if draft.errors:
        raise Invalid([FieldError(e.field, e.code, e.message) for e in draft.errors])


def places_of(shape: Shape, record_id: int) -> dict[str, dict[int, int]]:
    """Part → line → its place among the lines of a record: the history does not tell it."""
    found: dict[str, dict[int, int]] = {}
    with connection.cursor() as cursor:
        for key, part in shape.parts.items():
            cursor.execute(
                sql.SQL("select id, {} from {} where {} = %s").format(
                    sql.Identifier(part.order), sql.Identifier(part.table), sql.Identifier(part.parent_column)
                ),
                [record_id],
            )
            found[key] = dict(cursor.fetchall())
    return found


def _moved(before: Mapping[str, Mapping[int, int]], after: Mapping[str, Mapping[int, int]]) -> Positions:
    return {
        key: {
            str(line): [place, after[key][line]]
            for line, place in places.items()
            if line in after.get(key, {}) and after[key][line] != place
        }
        for key, places in before.items()
    }
