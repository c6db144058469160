"""Which step of its course a change of an assignment was, and how whoever is concerned is told of it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, Literal

from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.notify.steps import Steps
from klientura.kernel.objects.shape import Shape
from klientura.kit.formats import format_datetime

type Changed = Mapping[str, tuple[Any, Any]]

WORDS: Final = ("report", "remark", "asked_why")
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "asked": ("asked_due_at",), "granted": ("asked_due_at", "due_at"), "kept": ("asked_due_at", "due_at"), "moved": ("due_at",),
}  # fmt: skip
"""Of which fields a step tells; all others of the status."""


def step_of(changed: Changed, *, sees_due: bool = True) -> str:
    """Which step a change was; none for a change of words, and for an answer that the reader may not know."""
    if "status" in changed:
        before, after = changed["status"]
        if after == "accepted" and before in {"reported", "done"}:
            return "returned"
        if after == "issued":
            return "again"
        if after == "done" and before != "reported":
            return "closed"
        return str(after)
    if "asked_due_at" in changed:
        if changed["asked_due_at"][1]:
            return "asked"
        if not sees_due:
            return ""
        return "granted" if "due_at" in changed else "kept"
    return "moved" if "due_at" in changed else ""


def moment_of(step: str, changed: Changed) -> str:
    """The stored moment that a step is about, if any."""
    return str(changed.get("asked_due_at" if step == "asked" else "due_at", ("", ""))[1] or "")


def in_words(moment: str, language: Literal["ru", "en"]) -> str:
    """A stored moment by the reader's clock."""
    if not moment:
        return gettext("no time set")
    return format_datetime(timezone.localtime(dt.datetime.fromisoformat(moment)), language)


def _kept(changed: Changed) -> Mapping[str, Any]:
    step = step_of(changed)
    if not step:
        return {}
    words = {key: str(changed[key][1]) for key in WORDS if key in changed and changed[key][1]}
    return {"step": step, "at": moment_of(step, changed), "words": words}


def _say(actor: Actor, shape: Shape, kept: Mapping[str, Any]) -> tuple[str, str] | None:
    step, fields = str(kept["step"]), readable(actor, shape)
    if not set(NEEDS.get(step, ("status",))) <= set(fields):
        return None
    texts = {
        "again": pgettext("notice", "Given to you again"),
        "accepted": pgettext("notice", "Taken on"),
        "reported": pgettext("notice", "Reported as done"),
        "returned": pgettext("notice", "Sent back to be improved"),
        "done": pgettext("notice", "The work is approved"),
        "closed": pgettext("notice", "Closed without a report"),
        "declined": pgettext("notice", "The assignment is declined"),
        "cancelled": pgettext("notice", "The assignment is cancelled"),
        "asked": pgettext("notice", "More time is asked for: until {when}"),
        "granted": pgettext("notice", "More time is given: until {when}"),
        "kept": pgettext("notice", "The time stays as it was"),
        "moved": pgettext("notice", "New time: {when}"),
    }
    if step not in texts:
        return None
    when = in_words(kept["at"], "en" if get_language() == "en" else "ru")
    said = "\n".join(text for key, text in kept["words"].items() if key in fields)
    return texts[step].format(when=when), said


STEPS: Final = Steps(_kept, _say, _("You are given an assignment"))
