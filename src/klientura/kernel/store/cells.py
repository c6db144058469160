"""Many records changed at once, each in its own way: one operation, in one transaction, that can be taken back."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, FieldError
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import drafts, operations, write
from klientura.kernel.store.bulk import GONE, Outcome

MOST_RECORDS = 2_000
MEANWHILE = _("Somebody has changed this record meanwhile.")


def judge(actor: Actor, shape: Shape, wanted: Mapping[int, Mapping[str, Any]]) -> Batch:
    """What would become of the records if these raw values were written: drafts with all that is wrong with them.

    Records that are not the actor's to change are left out. Call it inside a transaction: the records are locked.
    Raises Denied, BadRequest for too many.
    """
    write.refuse_mixed(shape)
    require(actor, shape, "edit")
    if len(wanted) > MOST_RECORDS:
        raise BadRequest(_("Too many records at once. Narrow the selection."), code="too_many")
    found = []
    for before in write.lock_open_rows(actor, shape, sorted(wanted)):
        draft = Draft(values={}, before=before, record_id=before["id"], version=before["version"])
        drafts.parse(actor, shape, wanted[before["id"]], draft, creating=False)
        found.append(draft)
    batch = Batch(shape, found, creating=False)
    if found:
        write.follow_rules(actor, batch)
    return batch


@transaction.atomic
def edit_each(
    actor: Actor, shape: Shape, wanted: Mapping[int, Mapping[str, Any]], versions: Mapping[int, int]
) -> Outcome:
    """Write raw values, each record's own. A record that is refused, or changed since its version, stays as it was.

    Raises Denied, BadRequest. History, events and an operation that can be undone come with it.
    """
    batch = judge(actor, shape, wanted)
    operation = operations.start(
        actor, "edit", shape.key, fields=sorted({k for values in wanted.values() for k in values})
    )
    outcome = Outcome(operation.pk)
    for draft in batch:
        if draft.version != versions.get(draft.record_id or 0, draft.version):
            draft.refuse("", "meanwhile", MEANWHILE)
    outcome.refused.update({d.record_id or 0: d.errors for d in batch if d.errors})
    away = set(wanted).difference(d.record_id or 0 for d in batch)
    outcome.refused.update({i: [FieldError("", "gone", GONE)] for i in away})
    outcome.changed = len(write.write_drafts(actor, batch, operation_id=operation.pk))
    operations.finish(operation, records=outcome.changed, details={"refused": len(outcome.refused)})
    return outcome
