"""What the pages of the analysis of sales share: their place, what an address asks for, and the addresses they lead to."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.errors import NotFound
from klientura.kernel.screens.places import Place
from klientura.kernel.segments.reading import one
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.views.links import list_url
from klientura.kernel.web.requests import Request, number
from klientura.modules.analytics.queries.sold.asked import (
    Asked,
    first_day,
    month_of,
    order,
    sees_products,
    this_month,
)
from klientura.modules.analytics.queries.sold.classes import Limits, Measure, Question
from klientura.modules.analytics.queries.sold.dimensions import CLASSED, Dimension, offered
from klientura.modules.analytics.queries.sold.rates import Rates, rates_in
from klientura.modules.analytics.web.tables import Cell, Column

PATH: Final = "/sales-analysis"
PLACE: Final = Place(
    "sales-analysis",
    gettext_lazy("Sales analysis"),
    "trending-up",
    PATH,
    area=pgettext_lazy("navigation", "Sales"),
)
VIEWS: Final = {
    "dynamics": pgettext_lazy("sales analysis", "Dynamics"), "classes": gettext_lazy("ABC and XYZ"),
    "moves": gettext_lazy("Changes of class"), "repeat": gettext_lazy("Repeat sales"), "effect": gettext_lazy("What has changed sales"),
    "cross": gettext_lazy("Bought together"), "season": gettext_lazy("Seasons"),
}  # fmt: skip
LEAST: Final = 3
MOST_LEAST: Final = 999_999
LONGEST: Final = 120
KNOWN: Final = range(1990 * 12, 2101 * 12)
"""The months that may be asked for."""
MOST_LETTERS: Final = 120
KEPT: Final = (
    "from", "to", "company", "owner", "team", "group", "product", "segment", "city", "source", "currency", "by", "of", "measure", "step",
    "a", "b", "x", "y", "pairs", "basket", "level", "least",
)  # fmt: skip
"""What an address keeps from one view to another."""
STEPS: Final = ("month", "quarter", "week")
type Number = Decimal | int


@dataclass(frozen=True, slots=True)
class Given:
    """All that an address asks for, with what is wrong in it by field."""

    request: Request
    asked: Asked
    view: str
    by: Dimension | None
    question: Question
    step: str
    least: int
    rates: Rates
    said: dict[str, str]
    errors: dict[str, str]

    @property
    def actor(self) -> Actor:
        """Who reads."""
        return self.request.actor

    @property
    def money_seen(self) -> bool:
        """Whether sums are open to the reader."""
        return self.rates.seen

    def url(self, **more: Any) -> str:
        """The address of the page with something else asked for; None leaves a word away."""
        return self._address(PATH, {**self.said, "view": self.view, **more})

    def rows(self, kind: str, **more: Any) -> str:
        """The address of what is behind a figure."""
        return self._address(f"{PATH}/rows", {**self.said, "view": self.view, "rows": kind, **more})

    def earlier(self) -> Asked:
        """The stretch of the same length just before."""
        return self.asked.shifted(self.asked.months)

    def rates_of(self, asked: Asked) -> Rates:
        """The rates of another stretch."""
        return rates_in(self.actor, asked.currency, asked.first, asked.last)

    def orders(self, first: dt.date | None = None, last: dt.date | None = None, **more: Any) -> str:
        """The list of the orders behind a figure; nothing where such a list cannot be filtered so."""
        if self.asked.by_client or self.asked.by_product:
            return ""
        tree: list[dict[str, Any]] = [
            {"field": "status", "op": "in", "value": ["confirmed", "done"]},
            {"field": "issued_on", "op": "gte", "value": (first or self.asked.begins).isoformat()},
            {"field": "issued_on", "op": "lte", "value": (last or self.asked.ends).isoformat()},
        ]
        fields = {"company": self.asked.company, "owner": self.asked.owner, "team": self.asked.team, **more}
        tree += [
            {"field": key, "op": "eq", "value": value} for key, value in fields.items() if value is not None
        ]
        return list_url("order", {"and": tree}, sort="-issued_on")

    @staticmethod
    def _address(path: str, said: dict[str, Any]) -> str:
        words = {k: v for k, v in said.items() if v not in (None, "")}
        return f"{path}?{urlencode(words)}" if words else path


def given_by(request: Request) -> Given:
    """What an address asks for; what makes no sense in it is as usual, but for limits: these are told by their field."""
    said = {k: v for k in KEPT if (v := request.GET.get(k, "").replace("\x00", "").strip()[:MOST_LETTERS])}
    actor = request.actor
    first, last = _period(said)
    known = _narrowed(actor, said)
    asked = Asked(
        first, last, _currency(said, request), known["company"], known["owner"], known["team"], known["group"], known["product"],
        known["segment"], **_words(actor, said),
    )  # fmt: skip
    view = request.GET.get("view", "dynamics")
    dimensions = offered(actor)
    errors: dict[str, str] = {}
    limits = _limits(said, errors)
    by = next((d for d in dimensions if d == said.get("by")), dimensions[0] if dimensions else None)
    rates = rates_in(actor, asked.currency, asked.first, asked.last)
    step = said.get("step", "month")
    return Given(
        request, asked, view if view in VIEWS else "dynamics", by, _question(actor, said, limits, money=rates.seen),
        step if step in STEPS else "month", _least(said, errors), rates, said, errors,
    )  # fmt: skip


def classed(actor: Actor) -> list[Dimension]:
    """What the reader may put into classes."""
    return [d for d in CLASSED if d in offered(actor)]


def measures(dimension: Dimension, *, money: bool) -> list[Measure]:
    """By which values: turnover, if it is open to the reader; how often; of products also how much of them."""
    found: list[Measure] = ["amount"] if money else []
    found.append("number")
    return [*found, "quantity"] if dimension == "product" else found


def _question(actor: Actor, said: dict[str, str], limits: Limits, *, money: bool) -> Question:
    open_to = classed(actor) or ["owner"]
    dimension = next((d for d in open_to if d == said.get("of")), open_to[0])
    known = measures(dimension, money=money)
    return Question(dimension, next((m for m in known if m == said.get("measure")), known[0]), limits)


def _narrowed(actor: Actor, said: dict[str, str]) -> dict[str, int | None]:
    """What is asked for by number, as far as the reader may ask by it."""
    fields, dimensions = readable(actor, order()), offered(actor)
    allowed = {
        "company": "company" in fields, "owner": "owner" in fields, "team": "team" in fields, "group": "group" in dimensions,
        "product": sees_products(actor), "segment": "client" in dimensions,
    }  # fmt: skip
    found = {key: number(said.get(key)) if may else None for key, may in allowed.items()}
    if found["segment"] is not None:
        try:
            one(actor, found["segment"])
        except NotFound:
            found["segment"] = None
    return found


def _words(actor: Actor, said: dict[str, str]) -> dict[str, str]:
    dimensions = offered(actor)
    return {key: said.get(key, "") if key in dimensions else "" for key in ("city", "source")}


def month(text: str | None) -> int | None:
    """A month of an address («2026-11», or a day of it), or nothing."""
    try:
        found = dt.date.fromisoformat(f"{(text or '')[:7]}-01")
    except ValueError:
        return None
    return known if (known := month_of(found)) in KNOWN else None


def _period(said: dict[str, str]) -> tuple[int, int]:
    """Twelve whole months, unless something else is asked for."""
    last = month(said.get("to")) or max(this_month() - 1, month(said.get("from")) or 0)
    first = month(said.get("from")) or last - 11
    first, last = sorted((first, last))
    return max(first, last - LONGEST + 1), last


def _currency(said: dict[str, str], request: Request) -> str:
    wanted = said.get("currency", "")
    return wanted if wanted in Currency.values else request.installation.currency


def _limits(said: dict[str, str], errors: dict[str, str]) -> Limits:
    """The limits of classes; what cannot be one is told by its field."""
    usual = Limits()
    found: dict[str, Decimal] = {}
    for key in ("a", "b", "x", "y"):
        text = said.get(key, "")
        try:
            value = Decimal(text.replace(",", ".").rstrip("% \xa0\u202f")) if text else getattr(usual, key)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            errors[key] = _("Write a number of per cent.")
        elif value <= 0 or (value >= 100 and key == "a") or value > (100 if key == "b" else 1000):
            errors[key] = (
                _("Write more than 0 and less than 100 %.")
                if key in "ab"
                else _("Write more than 0 and no more than 1000 %.")
            )
        else:
            found[key] = value
    for low, high in (("a", "b"), ("x", "y")):
        if low in found and high in found and found[high] <= found[low]:
            errors[high] = _("This limit must be above the one before it.")
    return usual if errors else Limits(**found)


def _least(said: dict[str, str], errors: dict[str, str]) -> int:
    """In how many baskets at least a pair has to be; what is no such number is told by its field."""
    text = said.get("least", "")
    value = int(text) if text.isascii() and text.isdigit() else 0
    if text and value not in range(2, MOST_LEAST + 1):
        errors["least"] = _("Write a whole number from 2 to {most}.").format(most=MOST_LEAST)
    return value if value in range(2, MOST_LEAST + 1) else LEAST


def money_column(given: Given, label: str) -> list[Column]:
    """A column of sums, for whoever may see them."""
    return [Column(label, "money")] if given.money_seen else []


def money_cell(
    given: Given, value: Decimal | None, url: str = "", before: Decimal | None = None, good: int = 0
) -> list[Cell]:
    """The number of such a column."""
    return [Cell(value, url, before, good)] if given.money_seen else []


def month_name(number_of: int) -> str:
    """A month as people write it in a table."""
    return f"{first_day(number_of):%m.%Y}"
