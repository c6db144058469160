"""Making a task of one line, and taking it back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kit.entry.reading import Entry

MOST_NAME = 300


@dataclass(frozen=True, slots=True)
class About:
    """What a new task is about: a client, and perhaps a deal or a case of theirs."""

    party_id: int | None = None
    subject_object: str | None = None
    subject_id: int | None = None


def values_of(entry: Entry, about: About) -> dict[str, Any]:
    """The values of the task that a line says."""
    due = timezone.make_aware(entry.moment) if entry.moment is not None else None
    return {
        "name": entry.name[:MOST_NAME],
        "kind": entry.kind,
        "due_at": due,
        "minutes": entry.minutes,
        "important": entry.important,
        "repeats": entry.repeat,
        "party": about.party_id,
        "subject_object": about.subject_object,
        "subject_id": about.subject_id,
    }


def plan(actor: Actor, entry: Entry, about: About) -> int:
    """Make the task that a line says, for the actor; return its number. Raises Denied, Invalid."""
    return write.create(actor, shape_of("task"), values_of(entry, about))


def take_back(actor: Actor, task_id: int) -> None:
    """Take back a task that the actor has just made: to the trash, or cancelled where they may not delete."""
    shape = shape_of("task")
    row = read.get(actor, shape, task_id, keys=["created_by", "created_at", "version"])
    made_by = getattr(row["created_by"], "id", row["created_by"])
    if made_by != actor.user_id or row["created_at"] < timezone.now() - dt.timedelta(hours=1):
        raise NotFound
    try:
        write.trash(actor, shape, [task_id])
    except (Denied, NotFound):
        write.update(actor, shape, task_id, {"status": "cancelled"})
