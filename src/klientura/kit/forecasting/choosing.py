"""Which model a row of months is forecast by: each is asked what it would have said in the past, and the one that erred least is taken.

Rolling origin (L. Tashman, Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 16 (2000)): the last months
are hidden, a model sees the rest and says as many months as it is to say now; then one month more is hidden, and so on.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from klientura.kit.forecasting.measures import absolute_error, inside, scale, wape

YEAR: Final = 12
LEAST: Final = 12
"""Fewer months say too little: no number is told."""
SEASON: Final = 24
"""A model learns a season from two years at least."""
TRIALS: Final = 3
MOST_TRIALS: Final = 12
LEVEL: Final = 80
"""Of a hundred months so many are to come between the bounds."""
HORIZONS: Final = ((SEASON + YEAR + TRIALS - 1, YEAR), (SEASON + 6 + TRIALS - 1, 6))
SHORTEST: Final = 3
NAIVE: Final = "naive"
"""What every other model must beat: the same month of the year before; of less than a year and a half, the last month."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is said of the months to come, with their bounds."""

    mean: list[float]
    low: list[float]
    high: list[float]
    told: Mapping[str, Any] = field(default_factory=dict)  # what the model has learnt

    @property
    def is_finite(self) -> bool:
        """Whether all of it are numbers."""
        return all(math.isfinite(v) for v in (*self.mean, *self.low, *self.high))


type Model = Callable[[Sequence[float], int, int], Band]
"""Months that are known, the season (1: none), how many months are to be said."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a row of so many months is forecast: for how long, how often tried, with which seasons."""

    horizon: int
    trials: int
    season: int
    naive_season: int


@dataclass(frozen=True, slots=True)
class Tried:
    """How a model did on the past."""

    model: str
    error: float
    wape: float | None
    mase: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """The forecast of the model that did best."""

    model: str
    plan: Plan
    band: Band
    cut: bool
    tried: list[Tried]


def plan_of(months: int) -> Plan | None:
    """How a row is forecast; None for too few months. No trial shows a model less than what it needs."""
    if months < LEAST:
        return None
    horizon = next((ahead for needed, ahead in HORIZONS if months >= needed), SHORTEST)
    least = max(
        (known for known in (SEASON, YEAR) if months >= known + horizon + TRIALS - 1),
        default=months - horizon - TRIALS + 1,
    )
    trials = min(MOST_TRIALS, months - horizon - least + 1)
    return Plan(horizon, trials, YEAR if least >= SEASON else 1, YEAR if least >= YEAR else 1)


def chosen(values: Sequence[float], models: Mapping[str, Model]) -> Chosen | None:
    """The forecast of a row by the best of some models, the naive one among them; it stays when none is better. None: too few months."""
    plan = plan_of(len(values))
    if plan is None:
        return None
    tried = [each for each in (_tried(name, model, values, plan) for name, model in models.items()) if each]
    tried.sort(key=lambda each: (each.error, each.model != NAIVE))
    for best in tried:
        band = _said(models[best.model], best.model, values, plan)
        if band is not None:
            cut = _is_cut(values, band)
            return Chosen(best.model, plan, _bounded(values, band), cut, tried)
    return None


def _said(model: Model, name: str, known: Sequence[float], plan: Plan) -> Band | None:
    """What a model says, or nothing where it breaks or says no number."""
    try:
        band = model(known, plan.naive_season if name == NAIVE else plan.season, plan.horizon)
    except Exception:  # noqa: BLE001 - each has its own way of giving a row up, the bare Exception among them
        return None
    return band if band.is_finite else None


def _tried(name: str, model: Model, values: Sequence[float], plan: Plan) -> Tried | None:
    error, hits, came = 0.0, 0, list[float]()
    scaled: list[float] = []
    for back in range(plan.trials):
        end = len(values) - plan.horizon - back
        known, hidden = values[:end], values[end : end + plan.horizon]
        said = _said(model, name, known, plan)
        if said is None:
            return None
        band = _bounded(known, said)
        missed = absolute_error(hidden, band.mean)
        error, hits = error + missed, hits + inside(hidden, band.low, band.high)
        came += hidden
        unit = scale(known, plan.naive_season)
        scaled += [missed / plan.horizon / unit] if unit else []
    return Tried(
        name, error, wape(error, came), sum(scaled) / len(scaled) if scaled else None, 100 * hits / len(came)
    )


def _is_cut(known: Sequence[float], band: Band) -> bool:
    return min(known) >= 0 and min((*band.low, *band.mean)) < 0


def _bounded(known: Sequence[float], band: Band) -> Band:
    """The bounds around the mean; what has never been below nought is not said to be."""
    floor = 0.0 if min(known) >= 0 else -math.inf
    mean = [max(v, floor) for v in band.mean]
    low = [max(min(lo, v), floor) for lo, v in zip(band.low, mean, strict=True)]
    high = [max(hi, v) for hi, v in zip(band.high, mean, strict=True)]
    return Band(mean, low, high, band.told)
