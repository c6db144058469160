"""A line that gives something to a colleague: who is meant, who has to be chosen, and what is said when nobody is called so."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.web.requests import Request, number
from klientura.kit.entry.reading import Entry
from klientura.modules.activities.queries.colleagues import Colleague, colleagues_named


@dataclass(frozen=True, slots=True)
class Handing:
    """Whom a line gives something to: the colleague chosen, those to choose from, or the words that name nobody."""

    chosen: Colleague | None
    found: tuple[Colleague, ...]
    named: int
    words: str

    @property
    def trouble(self) -> str:
        """Why nothing can be given yet, in words; empty when it can."""
        if self.chosen is not None:
            return ""
        if self.found:
            return _("Choose whom to give it to.")
        text = _(
            "No colleague is called “{name}”. Write the name as in the list of colleagues, or take “Assignment” off."
        )
        return text.format(name=self.words)

    @property
    def chip(self) -> dict[str, str]:
        """What was understood, to be taken off when a task of one's own is meant."""
        label = pgettext("entry", "Assignment")
        who = self.chosen.name if self.chosen else ""
        return {"role": "order", "icon": "clipboard-check", "label": f"{label}: {who}" if who else label}

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Those to choose from, where there is a choice."""
        if len(self.found) < 2 and self.chosen is not None:
            return []
        return [{"id": c.id, "title": c.name, "checked": c == self.chosen} for c in self.found]


def handing(asked: Request, entry: Entry) -> Handing | None:
    """Whom a line gives something to; None for a line that is a task of one's own.

    «Поручить отчёт бухгалтерии» names nobody and is a task; «Поручить Сидоренко…» names somebody who is not there.
    """
    if entry.order is None or not may(asked.actor, shape_of("assignment"), "create"):
        return None
    meant = colleagues_named(entry.order)
    if not meant.found and not entry.order.capital:
        return None
    wanted = number(asked.POST.get("executor"))
    chosen = next((c for c in meant.found if c.id == wanted), None) or meant.only
    return Handing(chosen, meant.found, meant.named, " ".join(entry.order.words[: meant.named or 1]))
