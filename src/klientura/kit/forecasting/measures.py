"""How far forecasts were from what came.

WAPE, the weighted absolute percentage error (also MAD/mean ratio), 100 · Σ|y − f| / Σ|y|: S. Kolassa, W. Schütz, Advantages of the
MAD/MEAN ratio over the MAPE, Foresight 6 (2007). Unlike the MAPE it knows months without sales and does not praise what says too little.

MASE, the mean absolute scaled error, mean |y − f| / mean |yₜ − yₜ₋ₘ| over the months that were known: R. Hyndman, A. Koehler, Another
look at measures of forecast accuracy, International Journal of Forecasting 22 (2006). Below 1: better than saying what was m months before.
"""

from collections.abc import Sequence


def absolute_error(came: Sequence[float], said: Sequence[float]) -> float:
    """Σ|y − f|."""
    return sum(abs(y - f) for y, f in zip(came, said, strict=True))


def wape(error: float, came: Sequence[float]) -> float | None:
    """The error of some months as a part of what came in them, in per cent; None where nothing came."""
    whole = sum(abs(y) for y in came)
    return 100 * error / whole if whole else None


def scale(known: Sequence[float], step: int) -> float | None:
    """What one errs by on the average who says what was `step` months before; None where that is nothing, or not known."""
    steps = [abs(known[n] - known[n - step]) for n in range(step, len(known))]
    return sum(steps) / len(steps) if steps and any(steps) else None


def inside(came: Sequence[float], low: Sequence[float], high: Sequence[float]) -> int:
    """How many months came between their bounds."""
    return sum(lo <= y <= hi for y, lo, hi in zip(came, low, high, strict=True))
