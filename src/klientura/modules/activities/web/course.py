"""The course of an assignment on its card: who gave, accepted, reported, returned or approved it, when and in which words.

Read from the history, which knows all of it: there is no second store.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from klientura.kernel.access.gate import readable
from klientura.kernel.errors import Text
from klientura.kernel.history.read import Entry, history_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.changes import by_day
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request
from klientura.modules.activities.services.course import WORDS, in_words, moment_of, step_of

MOST_PAGES: Final = 10
SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "issued": ("clipboard-check", "blue"), "again": ("rotate-ccw", "blue"), "accepted": ("check", "teal"), "reported": ("send", "violet"),
    "returned": ("undo-2", "yellow"), "done": ("check-check", "green"), "closed": ("check-check", "green"),
    "declined": ("x", "red"), "cancelled": ("ban", "gray"),
    "asked": ("hourglass", "yellow"), "granted": ("calendar-check", "green"), "kept": ("calendar-x", "gray"), "moved": ("calendar", "blue"),
    "trash": ("trash-2", "gray"), "restore": ("rotate-ccw", "gray"),
}  # fmt: skip


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    sees_due = "due_at" in readable(asked.actor, shape)
    items = [
        i for entry in _entries(asked, shape, row["id"]) if (i := _item(entry, sees_due=sees_due)) is not None
    ]
    return {"days": by_day(items)}


def _entries(asked: Request, shape: Shape, record_id: int) -> Iterator[Entry]:
    """What has happened to it, the newest first, as far as the reader may know."""
    before: int | None = None
    for _page in range(MOST_PAGES):
        found = history_of(asked.actor, shape, record_id, before=before)
        yield from found.entries
        before = found.next
        if before is None:
            return


def _item(entry: Entry, *, sees_due: bool) -> dict[str, Any] | None:
    """A step as the timeline shows it; nothing for what is no step of its course."""
    if entry.part or entry.text:
        return None
    changed = {c.field.key: (c.old, c.new) for c in entry.fields}
    step = _step(entry.action, changed, sees_due=sees_due)
    if not step:
        return None
    sign, hue = SIGNS[step]
    at = timezone.localtime(entry.at)
    words = [str(changed[key][1]) for key in WORDS if key in changed and changed[key][1]]
    behalf = f" · {_('standing in for {name}').format(name=entry.behalf)}" if entry.behalf else ""
    return {
        "kind": "change", "icon": sign, "hue": hue, "id": entry.id, "who": entry.actor or _("Klientura"),
        "text": _said(step, changed) + behalf, "body": "\n".join(words), "time": at.strftime("%H:%M"), "iso": at.isoformat(), "at": entry.at,
    }  # fmt: skip


def _step(action: str, changed: Mapping[str, tuple[Any, Any]], *, sees_due: bool) -> str:
    """Which step of the course an entry of the history was."""
    if action in {"trash", "restore"}:
        return action
    return "issued" if action == "create" else step_of(changed, sees_due=sees_due)


def _said(step: str, changed: Mapping[str, tuple[Any, Any]]) -> str:
    texts: dict[str, Text] = {
        "issued": pgettext("course", "gave the assignment"),
        "again": pgettext("course", "gave it again"),
        "accepted": pgettext("course", "accepted it"),
        "reported": pgettext("course", "reported"),
        "returned": pgettext("course", "sent it back"),
        "done": pgettext("course", "approved it"),
        "closed": pgettext("course", "closed it without a report"),
        "declined": pgettext("course", "declined it"),
        "cancelled": pgettext("course", "cancelled it"),
        "asked": pgettext("course", "asked for more time: until {when}"),
        "granted": pgettext("course", "gave more time: until {when}"),
        "kept": pgettext("course", "kept the time as it was"),
        "moved": pgettext("course", "set the time: {when}"),
        "trash": _("moved to the trash"),
        "restore": _("took out of the trash"),
    }
    return str(texts[step]).format(when=in_words(moment_of(step, changed), lang()))


COURSE_PANEL: Final = MainPanel(
    key="course",
    label=gettext_lazy("Course"),
    template="activities/course.html",
    fits=lambda shape: shape.key == "assignment",
    context=_context,
)
