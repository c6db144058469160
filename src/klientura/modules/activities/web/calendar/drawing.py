"""How one thing in the calendar is drawn: its words, its colour, where it leads.

A team's week has many hundreds of them, so what programs and styles read of one is written as one piece: numbers, moments
and names of our own, nothing that anybody typed.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from markupsafe import Markup

from klientura.modules.activities.queries.calendar import Item

KIND_HUES: Final = {
    "meeting": "violet",
    "call": "green",
    "visit": "teal",
    "other": "gray",
    "task": "blue",
    "assignment": "orange",
}
OFF: Final = frozenset({"cancelled"})
DONE: Final = frozenset({"held", "done"})
WAITING: Final = frozenset({"waiting", "tentative"})


class Draw:
    """How an item is drawn for this reader."""

    def __init__(self, names: Mapping[int, str], hues: Mapping[int, str]) -> None:
        self.names, self.hues = names, hues

    def __call__(self, item: Item, **place: Any) -> dict[str, Any]:
        """What the template needs of one item."""
        begins, ends = item.begins.isoformat()[:16], item.ends.isoformat()[:16]
        clock = "" if item.all_day else begins[11:]
        span = f"{clock}–{ends[11:]}" if clock and item.what == "event" else clock
        whose = self.names.get(item.user_id, "")
        if not item.is_open:
            return {"closed": True, "title": _("Busy"), "time": clock, "span": span, "who": whose, **place}
        off = item.status in OFF or item.answer == "declined"
        look = f"{' is-off' if off else ''}{' is-done' if item.status in DONE else ''}{' is-waiting' if item.answer in WAITING else ''}"
        return {
            "what": item.what, "title": item.title, "time": clock, "span": span, "who": whose if len(self.names) > 1 else "",
            "tip": f"{span} {item.title}" if span else item.title, "place": item.place, "private": item.private, "repeats": item.at,
            "off": off, "look": look, "attrs": self._attributes(item, begins, ends), "link": _link(item), "stretches": item.mine, **place,
        }  # fmt: skip

    def _attributes(self, item: Item, begins: str, ends: str) -> Markup:
        """What scripts and styles read of it."""
        hue = self.hues.get(item.user_id) or KIND_HUES.get(item.kind or item.what, "gray")
        said = (
            f' data-hue="{hue}" data-what="{item.what}" data-id="{item.id}" data-begins="{begins}" data-ends="{ends}"'
            f' data-version="{item.version}"'
        )
        if item.all_day:
            said += " data-whole"
        if item.mine:
            said += f' data-move-url="{_event(item, "/change") if item.what == "event" else f"/{item.what}/{item.id}/reschedule"}"'
        if item.what != "event":
            said += (
                f' data-row data-url="/{item.what}/{item.id}" data-peek-url="/{item.what}/{item.id}?peek=1"'
            )
        return Markup(said)  # noqa: S704 # nosec B704 - numbers, moments and names of our own


def _event(item: Item, verb: str = "") -> str:
    """The address of an event, or of one day of a series, in the calendar."""
    return f"/calendar/event/{item.id}{verb}{f'?at={item.at}' if item.at else ''}"


def _link(item: Item) -> Markup:
    """Where it leads: an event opens in the dialog, other things in the panel beside."""
    if item.what == "event":
        said = f' class="entry-body" href="/event/{item.id}" hx-get="{_event(item)}" hx-target="#dialog-body"'
    else:
        said = f' class="entry-body row-link" href="/{item.what}/{item.id}"'
    return Markup(said)  # noqa: S704 # nosec B704 - as above
