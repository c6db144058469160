"""A task that was a call or a meeting with a client tells of a contact once it is done, and takes that back when it is not.

The task keeps the number of the interaction, so that it is told once, whichever way the task was closed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection, transaction

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.activities.services.contacts import Contact, record_contacts, undo_contacts

KINDS: Final = ("call", "meeting")
# The number follows from the state of the task: it makes no new version and stands in no history.
_KEEP: Final = (
    "update task t set interaction_id = v.interaction_id"
    " from unnest(%s::bigint[], %s::bigint[]) v(id, interaction_id) where t.id = v.id"
)


@transaction.atomic
def follow_done(task_ids: Sequence[int]) -> None:
    """Write interactions of tasks that are done now, and take back those of tasks that are open again. Set-based, repeatable."""
    rows = write.lock_rows(shape_of("task"), list(task_ids))
    told = [row for row in rows if _tells(row) and not row["interaction_id"]]
    taken_back = [row for row in rows if row["interaction_id"] and row["status"] != "done"]
    numbers = record_contacts([_contact(row) for row in told])
    undo_contacts([row["interaction_id"] for row in taken_back])
    kept = [
        *zip((row["id"] for row in told), numbers, strict=True),
        *((row["id"], None) for row in taken_back),
    ]
    if kept:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [list(column) for column in zip(*kept, strict=True)])


def _tells(row: Mapping[str, Any]) -> bool:
    about = row["party"] or row["subject_id"]
    return bool(about) and row["status"] == "done" and row["kind"] in KINDS and row["done_at"] is not None


def _contact(row: Mapping[str, Any]) -> Contact:
    return Contact(
        kind=row["kind"],
        at=row["done_at"],
        subject=row["name"],
        body=row["result"] or "",
        direction="outgoing" if row["kind"] == "call" else None,
        party_id=row["party"],
        owner_id=row["owner"],
        subject_object=row["subject_object"],
        subject_id=row["subject_id"],
        minutes=row["minutes"],
    )
