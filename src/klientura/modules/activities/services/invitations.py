"""Verbs of an event: colleagues answer its invitation; it is held, called off, planned anew."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import Denied, FieldError, Invalid, Text
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.drafts import parse_for_verb
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.services.contacts import Contact, record_contacts, undo_contacts

type Row = Mapping[str, Any]

CONTACTS: Final = frozenset({"meeting", "call", "visit"})
KIND_OF_CONTACT: Final = {"call": "call", "meeting": "meeting", "visit": "meeting"}
NOT_YET: Final = _("This has not happened yet.")
EACH_BY_ITSELF: Final = _("Of a series each meeting is held by itself. Open it in the calendar.")
MOVED_ON: Final = _("The event has moved on meanwhile. Look at it again.")


def _numbers(row: Row, key: str) -> list[int]:
    return [getattr(each, "id", each) for each in row.get(key) or ()]


def answer_of(row: Row, user_id: int | None) -> str:
    """What a colleague has answered: accepted, tentative, declined, or waiting; nothing for who is not invited."""
    if user_id is None or user_id not in _numbers(row, "attendees"):
        return ""
    return next((key for key in ANSWERS if user_id in _numbers(row, key)), "waiting")


def answer(actor: Actor, record_id: int, said: str) -> int:
    """Put down what an invited colleague answers; return the version. Raises NotFound, Denied."""
    shape = shape_of("event")
    with transaction.atomic():
        read.get(actor, shape, record_id, keys=["id"])  # whoever is named sees it
        # An answer is the colleague's own to give, also where the event is not theirs to change.
        teller = SystemActor("an invitation is answered", actor.user_id)
        row = write.lock(teller, shape, record_id, "edit")
        if actor.user_id not in _numbers(row, "attendees"):
            raise Denied(_("You are not invited to this."))
        values = {}
        for key in ANSWERS:
            others = [u for u in row[key] or () if u != actor.user_id]
            values[key] = sorted([*others, actor.user_id] if key == said else others) or None
        return write.set_by_verb(teller, shape, record_id, values)


def _answering(said: str) -> tuple[Callable[..., int], Callable[[Actor, Row], bool]]:
    def run(
        actor: Actor, record_id: int, _values: Row | None = None, *, expected_version: int | None = None
    ) -> int:
        return answer(actor, record_id, said)

    def fits(actor: Actor, row: Row) -> bool:
        return row.get("status") == "planned" and answer_of(row, actor.user_id) not in {"", said}

    return run, fits


accept, may_accept = _answering("accepted")
perhaps, may_perhaps = _answering("tentative")
decline, may_decline = _answering("declined")


def may_hold(_actor: Actor, row: Row) -> bool:
    """Whether it has begun and nothing has come of it yet."""
    starts = row.get("starts_at")
    return (
        row.get("status") == "planned"
        and not row.get("repeats")
        and starts is not None
        and starts <= timezone.now()
    )


def is_planned(_actor: Actor, row: Row) -> bool:
    """Whether it is still to be."""
    return row.get("status") == "planned"


def is_over(_actor: Actor, row: Row) -> bool:
    """Whether it was held or called off."""
    return row.get("status") in {"held", "cancelled"}


def hold(
    actor: Actor, record_id: int, values: Row | None = None, *, expected_version: int | None = None
) -> int:
    """The event was held: an interaction is written, once; the event keeps its number."""
    shape = shape_of("event")
    with transaction.atomic():
        row = write.lock(actor, shape, record_id, "edit")
        if row["status"] == "held":
            return int(row["version"])
        if row["status"] != "planned":
            raise _refused(MOVED_ON)
        if row["repeats"]:
            raise _refused(EACH_BY_ITSELF)
        if row["starts_at"] > timezone.now():
            raise _refused(NOT_YET)
        given, errors = parse_for_verb(actor, shape, values or {}, ("result",))
        if errors:
            raise Invalid(errors)
        told = {**row, **given}
        if row["interaction_id"]:  # left by «held» that was undone
            undo_contacts([row["interaction_id"]])
        number = record_contacts([_contact(told)])[0] if row["kind"] in CONTACTS else None
        return write.set_by_verb(
            actor, shape, record_id, {**given, "status": "held", "interaction_id": number}, expected_version=expected_version
        )  # fmt: skip


def forget_contacts(event_ids: Sequence[int]) -> None:
    """Take back the interactions of events that are no longer held, as when «held» was undone."""
    teller, shape = SystemActor("what was not held is not told of"), shape_of("event")
    with transaction.atomic():
        for row in write.lock_rows(shape, list(event_ids)):
            if row["status"] == "held" or not row["interaction_id"]:
                continue
            undo_contacts([row["interaction_id"]])
            write.set_by_verb(teller, shape, row["id"], {"interaction_id": None})


def _contact(row: Row) -> Contact:
    people = row["people"] or []
    return Contact(
        kind=KIND_OF_CONTACT[row["kind"]],
        at=row["starts_at"],
        subject=row["name"],
        body=row["result"] or row["description"] or "",
        party_id=row["party"],
        person_id=people[0] if people else None,
        owner_id=row["owner"],
        subject_object=row["subject_object"],
        subject_id=row["subject_id"],
        minutes=max(0, int((row["ends_at"] - row["starts_at"]).total_seconds() // 60))
        if not row["all_day"]
        else None,
    )


def cancel(
    actor: Actor, record_id: int, _values: Row | None = None, *, expected_version: int | None = None
) -> int:
    """The event is called off; it stays, struck through."""
    return _to(actor, record_id, "cancelled", frozenset({"planned", "cancelled"}), expected_version)


def plan_again(
    actor: Actor, record_id: int, _values: Row | None = None, *, expected_version: int | None = None
) -> int:
    """The event is to be again; what was written of it as held is taken back."""
    return _to(actor, record_id, "planned", frozenset({"held", "cancelled", "planned"}), expected_version)


def _to(
    actor: Actor, record_id: int, status: str, states: frozenset[str], expected_version: int | None
) -> int:
    shape = shape_of("event")
    with transaction.atomic():
        row = write.lock(actor, shape, record_id, "edit")
        if row["status"] not in states:
            raise _refused(MOVED_ON)
        if row["interaction_id"]:
            undo_contacts([row["interaction_id"]])
        return write.set_by_verb(
            actor, shape, record_id, {"status": status, "interaction_id": None}, expected_version=expected_version
        )  # fmt: skip


def _refused(message: Text) -> Invalid:
    return Invalid([FieldError("status", "state", message)])
