"""Money of papers, exact: sums of lines, their taxes, sharing a sum out. Everything is rounded once, by line, half up.

A paper's totals are the sums of its lines and never computed again from the whole: this is how Russian accounting papers
(invoice, act, УПД) add up, and it keeps a printed column equal to the figure below it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

HUNDREDTH = Decimal("0.01")
HUNDRED = Decimal(100)
ZERO = Decimal("0.00")
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)

type TaxMode = Literal["included", "on_top"]


def rounded(amount: Decimal, step: Decimal = HUNDREDTH) -> Decimal:
    """The amount to the hundredth (or another step), halves away from zero. Of any size: what is too much is for others to say."""
    steps = _WIDE.quantize(_WIDE.divide(amount, step), Decimal(1))
    return _WIDE.multiply(steps, step)


@dataclass(frozen=True, slots=True)
class LineSums:
    """What a line costs: without tax, its tax, with tax. `net + tax == gross`, always."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def discounted(sum_before: Decimal, percent: Decimal) -> Decimal:
    """A sum less a discount in per cent (below zero: a surcharge), rounded once."""
    return rounded(sum_before * (HUNDRED - percent) / HUNDRED)


def line_sums(
    quantity: Decimal,
    price: Decimal,
    *,
    discount: Decimal = Decimal(0),
    rate: Decimal | None = None,
    mode: TaxMode = "included",
    calculated: bool = False,
) -> LineSums:
    """What a line costs.

    `price` holds the tax (`included`) or has it put on (`on_top`); `rate` in per cent, None: without tax. A `calculated`
    rate (22/122: of an advance) is always taken out of the sum, whatever the mode: article 164 (4) of the Russian tax code.
    """
    whole = discounted(quantity * price, discount)
    if rate is None or rate == 0:
        return LineSums(whole, ZERO, whole)
    if mode == "included" or calculated:
        tax = rounded(whole * rate / (HUNDRED + rate))
        return LineSums(whole - tax, tax, whole)
    tax = rounded(whole * rate / HUNDRED)
    return LineSums(whole, tax, whole + tax)


def added_up(lines: Iterable[LineSums]) -> LineSums:
    """The totals of a paper: the sums of its lines."""
    net = tax = gross = ZERO
    for line in lines:
        net, tax, gross = net + line.net, tax + line.tax, gross + line.gross
    return LineSums(net, tax, gross)


def shared_out(amount: Decimal, weights: Sequence[Decimal], step: Decimal = HUNDREDTH) -> list[Decimal]:
    """Share an amount out by weights so that no hundredth is lost: the largest remainders take what is left over.

    Raises ValueError for negative weights and for none above zero.
    """
    whole = sum(weights, Decimal(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights")
    units = int((amount / step).to_integral_value(ROUND_HALF_UP))
    sign, units = (-1, -units) if units < 0 else (1, units)
    exact = [Decimal(units) * weight / whole for weight in weights]
    shares = [int(share) for share in exact]
    left = units - sum(shares)
    by_remainder = sorted(range(len(exact)), key=lambda place: (shares[place] - exact[place], place))
    for place in by_remainder[:left]:
        shares[place] += 1
    return [sign * step * share for share in shares]


def marked_up(price: Decimal, percent: Decimal, step: Decimal = HUNDREDTH) -> Decimal:
    """A price with a mark-up in per cent (below zero: cheaper), rounded to a step."""
    return rounded(price * (HUNDRED + percent) / HUNDRED, step)


def margin(gross: Decimal, cost: Decimal) -> Decimal | None:
    """The share of a sale in per cent that is left when its cost is paid; None of a sale for nothing."""
    return None if gross == 0 else rounded((gross - cost) * HUNDRED / gross, Decimal("0.1"))
