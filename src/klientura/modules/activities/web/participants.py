"""Who is to come to an event, and what each has answered: alike on its card and in the calendar."""

from typing import Any, Final

from django.utils.translation import gettext_lazy, pgettext

from klientura.kernel.access.gate import readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.services import guests
from klientura.modules.activities.services.guest_addresses import addresses_of
from klientura.modules.activities.services.invitations import answer_of

HUES: Final = {
    "accepted": "green",
    "tentative": "yellow",
    "declined": "red",
    "waiting": "gray",
    "unasked": "gray",
}


def participants(asked: Request, row: Row) -> list[dict[str, Any]]:
    """Everybody whom an event names, as far as the reader may know: name, answer in words, what became of a letter."""
    shown = readable(asked.actor, shape_of("event"))
    made: list[dict[str, Any]] = []
    if "attendees" in shown:
        told = set(ANSWERS) <= set(shown) and row.get("status") != "held"
        made += [_one(u.title, "", answer_of(row, u.id) if told else "") for u in row.get("attendees") or ()]
    named = {p.id: p.title for p in row.get("people") or ()} if "people" in shown else {}
    addresses = addresses_of(row) if "guest_addresses" in shown else []
    if not named and not addresses:
        return made
    invited = guests.guests_of(row["id"])
    made += [
        _one(g["name"] or g["address"], g["address"], g["answer"], g)
        for g in invited
        if g["person_id"] in named or g["address"] in addresses
    ]
    by_letter = {g["person_id"] for g in invited}, {g["address"] for g in invited}
    made += [_one(title, "", "unasked") for pk, title in named.items() if pk not in by_letter[0]]
    made += [_one(each, "", "unasked") for each in addresses if each not in by_letter[1]]
    return made


def _one(name: str, address: str, answer: str, guest: dict[str, Any] | None = None) -> dict[str, Any]:
    letter = guest or {}
    return {
        "name": name, "address": address if address != name else "", "answer": _words().get(answer, ""), "hue": HUES.get(answer, ""),
        "unasked": answer == "unasked", "waits": bool(letter.get("waits")), "error": letter.get("error", ""),
    }  # fmt: skip


def _words() -> dict[str, str]:
    return {
        "waiting": pgettext("invitation", "no answer yet"), "accepted": pgettext("invitation", "comes"),
        "tentative": pgettext("invitation", "perhaps comes"), "declined": pgettext("invitation", "does not come"),
        "unasked": pgettext("invitation", "not written to yet"),
    }  # fmt: skip


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    owner, people = row.get("owner"), participants(asked, row)
    unasked = any(p["unasked"] for p in people) and guests.may_invite(asked.actor, row)
    may_write = unasked and "edit" in read.verbs_on(asked.actor, shape, row["id"], ("edit",))
    return {
        "owner": owner.title if owner else "",
        "people": people,
        "invite_url": f"/{shape.key}/{row['id']}/actions/invite" if may_write else "",
    }


PARTICIPANTS_PANEL: Final = MainPanel(
    key="participants",
    label=gettext_lazy("Who comes"),
    template="activities/participants.html",
    fits=lambda shape: shape.key == "event",
    context=_context,
)
