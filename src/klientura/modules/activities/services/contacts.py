"""Facts of contact that other modules tell: a letter that came, a meeting that was held. Written by the product itself,
so that one timeline, one last contact and all analyses have one source.

The teller keeps the number of the interaction beside what it was told of, in the same transaction, and so tells it once.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, write

TELLER: Final = SystemActor("what happened is written down")
MOST_SUBJECT: Final = 300
MOST_BODY: Final = 20_000


@dataclass(frozen=True, slots=True)
class Contact:
    """What is told: how, when, with whom, about what."""

    kind: str
    at: dt.datetime
    subject: str = ""
    body: str = ""
    direction: str | None = None
    party_id: int | None = None
    person_id: int | None = None
    owner_id: int | None = None
    subject_object: str | None = None
    subject_id: int | None = None
    minutes: int | None = None


def record_contacts(contacts: Sequence[Contact]) -> list[int]:
    """Write interactions, all or none, and return their numbers."""
    if not contacts:
        return []
    now = timezone.now()
    rows = [
        {
            "kind": c.kind,
            "direction": c.direction,
            "at": min(c.at, now),  # a clock that runs ahead does not make a fact a plan
            "subject": c.subject[:MOST_SUBJECT] or None,
            "body": c.body[:MOST_BODY] or None,
            "owner": c.owner_id,
            "minutes": c.minutes,
            **_ties(c.party_id, c.person_id, c.subject_object, c.subject_id),
        }
        for c in contacts
    ]
    return write.create_many(TELLER, shape_of("interaction"), rows)


def move_contacts(
    interaction_ids: Sequence[int],
    *,
    party_id: int | None,
    person_id: int | None = None,
    subject_object: str | None = None,
    subject_id: int | None = None,
) -> None:
    """Have interactions be about somebody or something else."""
    if interaction_ids:
        ties = _ties(party_id, person_id, subject_object, subject_id)
        bulk.edit_chosen(TELLER, shape_of("interaction"), list(interaction_ids), ties)


def undo_contacts(interaction_ids: Sequence[int]) -> None:
    """Take interactions back: what they told of is undone, or no longer told."""
    if interaction_ids:
        write.trash(TELLER, shape_of("interaction"), list(interaction_ids))


def _ties(
    party_id: int | None, person_id: int | None, subject_object: str | None, subject_id: int | None
) -> Mapping[str, Any]:
    return {
        "party": party_id,
        "person": person_id,
        "subject_object": subject_object,
        "subject_id": subject_id,
    }
