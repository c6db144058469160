"""What is left of the prices of some lines after what the goods cost us, in the currency of the whole.

The cost is that of the day of the paper, in a currency of its own; duty and delivery come on top. Both are confidential: only whoever sees the field
«cost» of products is told anything that follows from it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kit.sums import HUNDRED, rounded
from klientura.modules.catalog.queries.book import exchange_rates
from klientura.modules.catalog.queries.costs import Cost, costs_on
from klientura.modules.catalog.rules import NoRate, converted
from klientura.modules.catalog.services.lines import Terms

NOTHING: Final = Decimal(0)


class Margin(NamedTuple):
    """Of a line, or of all: what is asked without tax, what it costs, what is left; None where no cost is known."""

    place: int
    product: int | None
    net: Decimal
    cost: Decimal | None
    unrated: str = ""
    """The currency of the cost, where no rate of exchange puts it into that of the paper."""

    @property
    def left(self) -> Decimal | None:
        """The margin."""
        return None if self.cost is None else self.net - self.cost

    @property
    def percent(self) -> Decimal | None:
        """The margin in per cent of what is asked; of what is given away there is none."""
        return (
            None
            if self.cost is None or self.net <= 0
            else rounded((self.net - self.cost) / self.net * HUNDRED)
        )


def sees_margin(actor: Actor) -> bool:
    """Whether an actor may know what goods cost us."""
    product = shape_of("product")
    return may(actor, product, "read") and {"cost", "duty"} <= readable(actor, product).keys()


def margins(lines: Sequence[Mapping[str, Any]], terms: Terms) -> list[Margin]:
    """By line, with the costs of the day of the paper; two statements, whatever their number. The caller asks `sees_margin` first."""
    ids = {number for line in lines if (number := _id(line.get("product"))) is not None}
    costs = costs_on(ids, terms.day)
    rates = exchange_rates(terms.day) if costs else {}
    made = []
    for place, line in enumerate(lines):
        product, quantity = _id(line.get("product")), line.get("quantity") or NOTHING
        known, net = costs.get(product or 0), line.get("net") or NOTHING
        try:
            cost = None if known is None else _cost_of(known, quantity, terms, rates)
            made.append(Margin(place, product, net, cost))
        except NoRate as missing:
            made.append(Margin(place, product, net, None, str(missing)))
    return made


def _cost_of(known: Cost, quantity: Decimal, terms: Terms, rates: Mapping[str, Decimal]) -> Decimal:
    one = known.cost * (HUNDRED + known.on_top) / HUNDRED
    return rounded(converted(one, known.currency, terms.currency, rates) * quantity)


def whole(lines: Sequence[Margin]) -> Margin:
    """Of all lines whose cost is known together; without one nothing is known."""
    known = [line for line in lines if line.cost is not None]
    cost = sum((line.cost or NOTHING for line in known), NOTHING) if known else None
    return Margin(-1, None, sum((line.net for line in known), NOTHING), cost)


def _id(value: Any) -> int | None:
    found: int | None = getattr(value, "id", value)
    return found
