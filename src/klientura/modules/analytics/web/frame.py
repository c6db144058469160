"""What the pages of the funnel share: their place, what an address asks for, and the addresses they lead to."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.places import Place
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store import read
from klientura.kernel.web.requests import Request, number
from klientura.modules.analytics.queries.asked import Asked
from klientura.modules.analytics.queries.cohort import Step, steps_of
from klientura.modules.analytics.queries.comparing import Dimension, offered
from klientura.modules.analytics.queries.money import Money, money_in

PLACE: Final = Place(
    "funnel", gettext_lazy("Funnel"), "funnel", "/funnel", area=pgettext_lazy("navigation", "Sales")
)
VIEWS: Final = {
    "way": pgettext_lazy("funnel", "Conversion"), "now": pgettext_lazy("funnel", "In work"), "times": pgettext_lazy("funnel", "Times"),
    "by": pgettext_lazy("funnel", "Comparison"), "change": pgettext_lazy("funnel", "What has changed"),
}  # fmt: skip
LONGEST: Final = dt.timedelta(days=3_660)
MOST_LETTERS: Final = 120
MOST_PIPELINES: Final = 50
KEPT: Final = (
    "pipeline", "from", "to", "entered", "owner", "team", "product", "source", "city", "segment", "currency", "compare", "by", "on",
    "close_from", "close_to",
)  # fmt: skip
"""What an address keeps from one view to another."""


@dataclass(frozen=True, slots=True)
class Given:
    """All that an address asks for, and what it is answered with: the stages and the money of its pipeline."""

    request: Request
    asked: Asked
    view: str
    by: Dimension | None
    compared: bool
    on: dt.date | None
    steps: list[Step]
    money: Money
    said: dict[str, str]

    @property
    def actor(self) -> Actor:
        """Who reads."""
        return self.request.actor

    def url(self, **more: Any) -> str:
        """The address of the page with something else asked for; None leaves a word away."""
        return self._address("/funnel", {**self.said, "view": self.view, **more})

    def rows(self, kind: str, **more: Any) -> str:
        """The address of the rows of a figure."""
        return self._address("/funnel/rows", {**self.said, "figure": kind, **more})

    def earlier(self) -> "Given":
        """The same of the stretch of the same length just before."""
        days = (self.asked.last - self.asked.first).days + 1
        asked = self.asked.shifted(days)
        said = {**self.said, "from": asked.first.isoformat(), "to": asked.last.isoformat()}
        return replace(self, asked=asked, said=said)

    @staticmethod
    def _address(path: str, said: dict[str, Any]) -> str:
        words = {k: v for k, v in said.items() if v not in (None, "")}
        return f"{path}?{urlencode(words)}" if words else path


def pipelines_of(actor: Actor) -> list[read.Row]:
    """The pipelines in their order."""
    return read.page(actor, shape_of("pipeline"), sort="place", limit=MOST_PIPELINES, keys=["name"]).rows


def given_by(request: Request, pipelines: list[read.Row]) -> Given:
    """What an address asks for; what makes no sense in it is as usual: the first pipeline, this year, all deals."""
    said = {k: v for k in KEPT if (v := request.GET.get(k, "").replace("\x00", "").strip()[:MOST_LETTERS])}
    wanted = number(said.get("pipeline"))
    pipeline = next((p["id"] for p in pipelines if p["id"] == wanted), pipelines[0]["id"])
    steps = steps_of(request.actor, pipeline)
    first, last = _period(said)
    entered = number(said.get("entered"))
    dated = "close_date" in readable(request.actor, shape_of("opportunity"))
    asked = Asked(
        pipeline, first, last, _currency(said, request), entered if entered in {s.id for s in steps if s.kind == "open"} else None,
        **{key: number(said.get(key)) for key in ("owner", "team", "product", "segment")},
        source=said.get("source", ""), city=said.get("city", ""), close_first=day(said.get("close_from")) if dated else None,
        close_last=day(said.get("close_to")) if dated else None,
    )  # fmt: skip
    dimensions = offered(request.actor)
    by = next((d for d in dimensions if d == said.get("by")), dimensions[0] if dimensions else None)
    view = request.GET.get("view", "way")
    on = day(said.get("on"))
    return Given(
        request, asked, view if view in VIEWS else "way", by, said.get("compare") == "1", on, steps,
        money_in(request.actor, asked.currency, min(on or asked.rate_day, timezone.localdate())), said,
    )  # fmt: skip


def day(text: str | None) -> dt.date | None:
    """A day of an address, or nothing."""
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None


def _period(said: dict[str, str]) -> tuple[dt.date, dt.date]:
    today = timezone.localdate()
    first = day(said.get("from")) or today.replace(month=1, day=1)
    last = day(said.get("to")) or max(today, first)
    first, last = sorted((first, last))
    return max(first, last - LONGEST), last


def _currency(said: dict[str, str], request: Request) -> str:
    wanted = said.get("currency", "")
    return wanted if wanted in Currency.values else request.installation.currency
