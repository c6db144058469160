"""What letters may be bound to: clients, and records of the kinds that are about one, as far as they are open to who binds."""

from typing import TypedDict

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref


class Ties(TypedDict):
    """The client, the person there, and the record about them."""

    party_id: int | None
    person_id: int | None
    subject_object: str | None
    subject_id: int | None


def abouts(actor: Actor) -> list[str]:
    """The kinds of record about a client to which letters may be bound: deals, and their like."""
    return [s.key for s in all_shapes().values() if is_about_client(s) and "party" in readable(actor, s)]


def is_about_client(shape: Shape) -> bool:
    """Whether records of a kind are about a client, and are no happenings with them, such as tasks."""
    return (
        shape.spec.subject
        and shape.spec.navigation
        and "party" in shape.fields
        and "subject_id" not in shape.fields
    )


def ties_of(actor: Actor, party_id: int | None, key: str | None = None, record_id: int | None = None) -> Ties:
    """What binds letters to a client and a record. A record without a named client brings its own. Raises NotFound for what
    is not open to the actor."""
    made = Ties(party_id=None, person_id=None, subject_object=None, subject_id=None)
    if key is not None and record_id is not None:
        shape = shape_of(key)
        if not may(actor, shape, "read"):
            raise NotFound
        row = read.get(actor, shape, record_id)
        made["subject_object"], made["subject_id"] = shape.key, row["id"]
        for column, field in (("party_id", "party"), ("person_id", "person")):
            named = row.get(field)
            made[column] = named.id if isinstance(named, Ref) else None  # type: ignore[literal-required]
    if party_id is not None and party_id != made["party_id"]:
        made["party_id"], made["person_id"] = _client(actor, party_id)
    return made


def _client(actor: Actor, party_id: int) -> tuple[int, int | None]:
    """A client; a person who works for one stands for both."""
    for key in ("organisation", "person"):
        shape = all_shapes().get(key)
        if shape is None or not may(actor, shape, "read") or not read.titles(actor, shape, [party_id]):
            continue
        employer = read.get(actor, shape, party_id).get("employer") if key == "person" else None
        return (employer.id, party_id) if isinstance(employer, Ref) else (party_id, None)
    raise NotFound


def records_of(actor: Actor, ties: Ties) -> dict[str, int]:
    """By kind the records that letters are bound to, as far as they are open to the actor."""
    found: dict[str, int] = {}
    if ties["subject_object"] and ties["subject_id"]:
        found[ties["subject_object"]] = ties["subject_id"]
    wanted = [number for number in (ties["person_id"], ties["party_id"]) if number is not None]
    for key in ("person", "organisation"):
        shape = all_shapes().get(key)
        if shape is not None and wanted and may(actor, shape, "read"):
            there = read.titles(actor, shape, wanted)
            seen = [number for number in wanted if number in there]
            found |= {key: seen[0]} if seen else {}
    return found
