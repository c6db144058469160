"""What one may write down on a card: the kinds, each with the few fields that belong to it, and what comes back of them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.gate import may, readable, writable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens import inputs
from klientura.kernel.screens.language import lang
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.requests import Request

# Which fields each kind asks for, in their order; all but the last kind are interactions.
FIELDS = {
    "note": (),
    "call": ("direction", "person", "at", "minutes", "outcome", "result"),
    "meeting": ("person", "at", "minutes", "outcome", "result"),
    "email": ("direction", "person", "at"),
    "task": ("due_at", "owner", "important"),
}
# A contact leads to the next one; it is planned in the same form.
WITH_NEXT = frozenset({"call", "meeting", "email"})
ICONS = {"note": "sticky-note", "call": "phone", "meeting": "users", "email": "mail", "task": "circle-check"}


def composer(asked: Request, shape: Shape, row: Row) -> list[dict[str, Any]]:
    """The kinds this reader may write down, each with its further fields."""
    interaction = shape_of("interaction")
    label = {c.code: str(c.label) for c in interaction.fields["kind"].params.choices}
    label["task"] = _("Task")
    short = {"email": pgettext("short", "E-mail")}
    target = {key: shape_of("task") if key == "task" else interaction for key in FIELDS}
    return [
        {
            "key": kind,
            "label": label[kind],
            "short": short.get(kind, ""),
            "icon": ICONS[kind],
            "fields": _fields(asked, target[kind], kind, shape, row),
            "preview_url": "/entry/preview?here=1" if kind == "task" else "",
        }
        for kind in FIELDS
        if may(asked.actor, target[kind], "create")
    ]


def _fields(asked: Request, target: Shape, kind: str, about: Shape, row: Row) -> list[dict[str, Any]]:
    fields = readable(asked.actor, target)
    made = []
    for key in FIELDS[kind]:
        if key not in fields or not writable(asked.actor, target, key):
            continue
        if key == "person" and about.key == "person":
            continue  # the card is that person's own
        control = inputs.control(
            fields[key], _usual(asked, key, row), lang(), company_currency=asked.installation.currency,
            row={"party": _client(about, row)},
        )  # fmt: skip
        control = inputs.only_fitting(fields[key], control, {"kind": kind})
        # The composer has no field for the client: the address of the choices names the card's own.
        made.append({**control, "id": f"compose-{kind}-{key}", "within": None, "required": False})
    if kind in WITH_NEXT and may(asked.actor, shape_of("task"), "create"):
        made.append(_next_step(kind))
    return made


def _next_step(kind: str) -> dict[str, Any]:
    """What has to be done next, in one line as the quick entry reads it."""
    return {
        "type": "text", "name": "next", "id": f"compose-{kind}-next", "label": _("Next step"), "hint": "", "required": False,
        "error": "", "value": "", "placeholder": _("send the offer on Friday at 12"),
    }  # fmt: skip


def _usual(asked: Request, key: str, row: Row) -> Any:
    """What stands in a field before anything is chosen."""
    if key == "direction":
        return "outgoing"
    if key == "owner":
        return Ref(asked.actor.user_id or 0, asked.actor.name)
    person = row.get("person")
    return person if key == "person" and isinstance(person, Ref) and person.title else None


def _client(about: Shape, row: Row) -> Ref | None:
    if about.base == "party":
        return Ref(row["id"], row["title"])
    party = row.get("party")
    return party if isinstance(party, Ref) else None


def given(asked: Request, kind: str) -> dict[str, str]:
    """What was filled in of the fields of a kind."""
    return {key: value for key in FIELDS.get(kind, ()) if (value := asked.POST.get(key))}
