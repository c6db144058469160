"""People and organisations as cards of an address book, and what is changed on a card written back."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, readable_parts
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read, write
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import Ref, Row
from klientura.kit import cards
from klientura.kit.cards import Card
from klientura.kit.organisations import name_key

PEOPLE = _("People")
ORGANISATIONS = _("Organisations")
NUMBERS: Final = ("mobile", "phone", "fax")
LINES: Final = "contact_points"
FIELDS: Final = {
    "person": (
        "title",
        "last_name",
        "first_name",
        "middle_name",
        "employer",
        "position",
        "birthday",
        "note",
        "updated_at",
    ),
    "organisation": ("title", "name", "note", "updated_at"),
}
SAME_DIGITS: Final = 10
"""So many last digits make two spellings one number."""


def whose(actor: Actor, wish: str) -> Tree | None:
    """The records that stand in the book: one's own, one's teams', or all that one sees."""
    if wish == "team" and actor.tree_ids:
        return {
            "or": [
                {"field": "owner", "op": "me"},
                {"field": "team", "op": "in", "value": list(actor.tree_ids)},
            ]
        }
    return None if wish == "all" else {"field": "owner", "op": "me"}


def people(
    actor: Actor, ids: Sequence[int], uids: Mapping[int, str], kept: Mapping[int, str]
) -> dict[int, str]:
    """The cards of some people."""
    return _texts(actor, shape_of("person"), ids, uids, kept)


def organisations(
    actor: Actor, ids: Sequence[int], uids: Mapping[int, str], kept: Mapping[int, str]
) -> dict[int, str]:
    """The cards of some organisations."""
    return _texts(actor, shape_of("organisation"), ids, uids, kept)


def put_person(actor: Actor, record_id: int | None, text: str) -> int:
    """Make a person from a card, or change what differs on it."""
    return _put(actor, shape_of("person"), record_id, text)


def put_organisation(actor: Actor, record_id: int | None, text: str) -> int:
    """Make an organisation from a card, or change what differs on it."""
    return _put(actor, shape_of("organisation"), record_id, text)


def remove(_actor: Actor, _record_id: int) -> None:
    """A client is not deleted because somebody tidies up a phone."""
    raise Denied(_("Clients are deleted in Klientura, not on a device."))


def _texts(
    actor: Actor, shape: Shape, ids: Sequence[int], uids: Mapping[int, str], kept: Mapping[int, str]
) -> dict[int, str]:
    return {
        number: cards.write(replace(card, uid=uids[number]), kept.get(number, ""))
        for number, card in _cards(actor, shape, ids).items()
    }


def _cards(actor: Actor, shape: Shape, ids: Sequence[int]) -> dict[int, Card]:
    seen = readable(actor, shape)
    keys = [k for k in FIELDS[shape.key] if k in seen]
    rows = read.page(
        actor,
        shape,
        tree={"field": "id", "op": "in", "value": list(ids)},
        sort="id",
        limit=len(ids),
        keys=keys,
    ).rows
    lines = read.parts_of(actor, shape, [r["id"] for r in rows])
    return {r["id"]: _card(shape, r, lines[r["id"]].get(LINES, [])) for r in rows}


def _card(shape: Shape, row: Row, lines: Sequence[Row]) -> Card:
    def said(key: str) -> str:
        return str(row.get(key) or "")

    employer = row.get("employer")
    return Card(
        name=said("title") or said("name"),
        last=said("last_name"),
        first=said("first_name"),
        middle=said("middle_name"),
        organisation=(employer.title or "") if isinstance(employer, Ref) else "",
        position=said("position"),
        phones=tuple((p["kind"], str(p["value"])) for p in lines if p["kind"] in NUMBERS),
        emails=tuple(str(p["value"]) for p in lines if p["kind"] == "email"),
        sites=tuple(str(p["value"]) for p in lines if p["kind"] == "site"),
        birthday=row.get("birthday"),
        note=said("note"),
        is_organisation=shape.key == "organisation",
        revised=row.get("updated_at") if isinstance(row.get("updated_at"), dt.datetime) else None,
    )


def _put(actor: Actor, shape: Shape, record_id: int | None, text: str) -> int:
    came = cards.read(text)
    if record_id is None:
        values = _values(actor, shape, came, _nobody(shape), [])
        return write.create(actor, shape, values)
    row = read.get(
        actor, shape, record_id, keys=[k for k in FIELDS[shape.key] if k in readable(actor, shape)]
    )
    lines = read.parts_of(actor, shape, [record_id])[record_id].get(LINES, [])
    # What a card cannot say as we do is compared as the machine was told it.
    was = cards.read(cards.write(_card(shape, row, lines)))
    values = _values(actor, shape, came, was, lines)
    if values:
        write.update(actor, shape, record_id, values, expected_version=row["version"])
    return record_id


def _nobody(shape: Shape) -> Card:
    return Card(is_organisation=shape.key == "organisation")


def _values(actor: Actor, shape: Shape, came: Card, was: Card, lines: Sequence[Row]) -> dict[str, Any]:
    """What differs, by the fields that the actor sees; what they do not see was not on the card, and stays."""
    seen, found = readable(actor, shape), dict[str, Any]()
    if shape.key == "organisation":
        said = {"name": (came.organisation or came.name, was.name), "note": (came.note, was.note)}
    else:
        said = {
            "last_name": (came.last, was.last),
            "first_name": (came.first, was.first),
            "middle_name": (came.middle, was.middle),
            "position": (came.position, was.position),
            "note": (came.note, was.note),
        }
        if came.birthday != was.birthday and "birthday" in seen:
            found["birthday"] = came.birthday.isoformat() if came.birthday else None
        if came.organisation != was.organisation and "employer" in seen:
            found |= _employer(actor, came.organisation)
    found |= {key: new or None for key, (new, old) in said.items() if new != old and key in seen}
    if LINES in readable_parts(actor, shape) and (came.phones, came.emails, came.sites) != (
        was.phones,
        was.emails,
        was.sites,
    ):
        found[LINES] = _lines(came, lines)
    return found


def _employer(actor: Actor, name: str) -> dict[str, Any]:
    """The one organisation of this name that the actor sees; a name that is nobody's, or several', changes nothing."""
    if not name:
        return {"employer": None}
    shape = shape_of("organisation")
    rows = read.page(
        actor,
        shape,
        tree={"field": "name", "op": "contains", "value": name[:200]},
        sort="id",
        limit=20,
        keys=["title"],
    ).rows
    same = [r["id"] for r in rows if name_key(str(r["title"])) == name_key(name)]
    return {"employer": same[0]} if len(same) == 1 else {}


def _lines(came: Card, lines: Sequence[Row]) -> list[dict[str, Any]]:
    """All lines as they shall be: those that no card shows as they are, the others by the card, each keeping its own."""
    shown = {*NUMBERS, "email", "site"}
    made = [
        {"id": p["id"], "kind": p["kind"], "value": p["value"], "note": p.get("note")}
        for p in lines
        if p["kind"] not in shown
    ]
    free = [p for p in lines if p["kind"] in shown]
    sent = [*came.phones, *(("email", e) for e in came.emails), *(("site", s) for s in came.sites)]
    for kind, value in sent:
        mine = next((p for p in free if _same(p, kind, value)), None)
        if mine is None:
            made.append({"kind": kind, "value": value})
            continue
        free.remove(mine)
        made.append(
            {"id": mine["id"], "kind": mine["kind"], "value": mine["value"], "note": mine.get("note")}
        )
    return made


def _same(line: Row, kind: str, value: str) -> bool:
    was = str(line["value"])
    if kind in NUMBERS:
        digits = ["".join(c for c in text if c.isdigit())[-SAME_DIGITS:] for text in (was, value)]
        return line["kind"] in NUMBERS and bool(digits[0]) and digits[0] == digits[1]
    return line["kind"] == kind and was.casefold().rstrip("/") == value.casefold().rstrip("/")
