"""Making a task or an event of one line, and taking it back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kit.entry.reading import Entry
from klientura.kit.entry.repeats import completed
from klientura.modules.activities.services import assignments

MOST_NAME = 300
USUAL_MINUTES = 60


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


def is_event(actor: Actor, entry: Entry) -> bool:
    """Whether a line says a meeting at an hour: that stands in the calendar and is no task."""
    timed = entry.kind == "meeting" and entry.moment is not None and not entry.whole_day
    return timed and may(actor, shape_of("event"), "create")


def plan(actor: Actor, entry: Entry, about: About) -> tuple[str, int]:
    """Make the task that a line says, or the event of a meeting at an hour, for the actor; return its kind and number.

    Raises Denied, Invalid.
    """
    if is_event(actor, entry) and entry.moment is not None:
        return "event", write.create(actor, shape_of("event"), _event(entry, entry.moment, about))
    return "task", write.create(actor, shape_of("task"), values_of(entry, about))


def give(actor: Actor, entry: Entry, about: About, executor_id: int) -> tuple[str, int]:
    """Give what a line says to a colleague, in the actor's name; return the kind and number of the assignment.

    Raises Denied, Invalid.
    """
    values = {k: v for k, v in values_of(entry, about).items() if k not in {"kind", "minutes"}}
    return "assignment", write.create(actor, shape_of("assignment"), {**values, "owner": executor_id})


def _event(entry: Entry, moment: dt.datetime, about: About) -> dict[str, Any]:
    starts = timezone.make_aware(moment)
    return {
        "name": entry.name[:MOST_NAME],
        "kind": "meeting",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + dt.timedelta(minutes=entry.minutes or USUAL_MINUTES)).isoformat(),
        "repeats": completed(entry.repeat, moment.date()) if entry.repeat else None,
        "party": about.party_id,
        "subject_object": about.subject_object,
        "subject_id": about.subject_id,
    }


def take_back(actor: Actor, object_key: str, record_id: int) -> None:
    """Take back what the actor has just made by a line: to the trash; what they may not delete is cancelled."""
    if object_key not in {"task", "event", "assignment"}:
        raise NotFound
    shape = shape_of(object_key)
    row = read.get(actor, shape, record_id, keys=["created_by", "created_at", "version"])
    made_by = getattr(row["created_by"], "id", row["created_by"])
    if made_by != actor.user_id or row["created_at"] < timezone.now() - dt.timedelta(hours=1):
        raise NotFound
    try:
        write.trash(actor, shape, [record_id])
    except (Denied, NotFound):
        if object_key == "event":
            raise
        if object_key == "assignment":
            assignments.cancel(actor, record_id)
            return
        write.update(actor, shape, record_id, {"status": "cancelled"})
