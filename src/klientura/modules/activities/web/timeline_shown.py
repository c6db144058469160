"""What of a timeline is shown: all of it, contacts of some kind, one's own, or changes alone; the address says which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref, Row


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice: its name, which contacts it lets through (None: all), and what stands in it: contacts, done tasks, changes."""

    label: Any
    narrow: Mapping[str, Any] | None = None
    contacts: bool = True
    changes: bool = False
    tasks: bool = False


def _of_kind(label: Any, *kinds: str) -> Shown:
    return Shown(label, {"field": "kind", "op": "in", "value": list(kinds)})


MOST_PEOPLE: Final = 30
EVERYBODY: Final = pgettext_lazy("timeline", "With everybody")
ALL: Final = Shown(pgettext_lazy("timeline", "Everything"), changes=True, tasks=True)
CHOICES: Final[Mapping[str, Shown]] = {
    "": ALL,
    "contacts": Shown(_("Contacts alone")),
    "mine": Shown(_("My contacts"), {"field": "owner", "op": "me"}),
    "call": _of_kind(_("Calls"), "call"),
    "meeting": _of_kind(_("Meetings"), "meeting", "visit"),
    "letter": _of_kind(_("Letters"), "email", "letter", "fax"),
    "message": _of_kind(_("Messages"), "sms", "chat", "form"),
    "note": _of_kind(_("Notes"), "note"),
    "tasks": Shown(_("Done tasks"), contacts=False, tasks=True),
    "changes": Shown(_("Changes alone"), contacts=False, changes=True),
}


def shown_by(actor: Actor, key: str) -> Shown:
    """The choice of that name; all of the timeline where there is none, or the reader may not ask by its field."""
    chosen = CHOICES.get(key, ALL)
    if chosen.narrow and chosen.narrow["field"] not in readable(actor, shape_of("interaction")):
        return ALL
    return chosen


def with_person(actor: Actor, shown: Shown, person: int | None) -> Shown:
    """A choice, of it the contacts with one person of the client alone, where the reader may ask by whom they were with."""
    if person is None or "person" not in readable(actor, shape_of("interaction")):
        return shown
    whom = {"field": "person", "op": "eq", "value": person}
    return replace(
        shown, narrow={"and": [shown.narrow, whom]} if shown.narrow else whom, changes=False, tasks=False
    )


def people_of(actor: Actor, shape: Shape, row: Row) -> list[Row]:
    """The people of the organisation that a card is about; a person's own card needs no such choice."""
    about = Ref(row["id"], "") if shape.key == "organisation" else row.get("party")
    people = all_shapes().get("person")
    if (
        not isinstance(about, Ref)
        or people is None
        or "person" not in readable(actor, shape_of("interaction"))
    ):
        return []
    if not may(actor, people, "read") or "employer" not in readable(actor, people):
        return []
    tree = {"field": "employer", "op": "eq", "value": about.id}
    return read.page(actor, people, tree=tree, sort="title", limit=MOST_PEOPLE, keys=["title"]).rows


def choices_of_people(
    people: Sequence[Row], person: int | None, key: str, address: str
) -> list[dict[str, Any]]:
    """The menu of the people of a client for a card at `address`; whose contacts are shown is ticked."""
    return [
        {"label": label, "checked": each == person, "url": f"{address}?{urlencode(asked_by(key, each))}"}
        for each, label in [(None, str(EVERYBODY)), *((p["id"], p["title"]) for p in people)]
    ]


def asked_by(key: str, person: int | None) -> dict[str, str]:
    """What the address of a card says of the timeline: which contacts, with whom."""
    return {"tab": "timeline"} | ({"show": key} if key else {}) | ({"person": str(person)} if person else {})


def choices(actor: Actor, key: str, person: int | None, address: str) -> list[dict[str, Any]]:
    """The menu of them for a card at `address`; the one that is shown is ticked."""
    now = shown_by(actor, key)
    return [
        {
            "label": str(each.label),
            "checked": each is now,
            "url": f"{address}?{urlencode(asked_by(name, person))}",
        }
        for name, each in CHOICES.items()
        if shown_by(actor, name) is each
    ]
