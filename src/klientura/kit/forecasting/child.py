"""The process in which rows are forecast: the library takes seconds and hundreds of megabytes, and leaves with the process.

Run as a script with the arguments memory limit in bytes, seconds of processor time. It reads rows as JSON, a list of lists of numbers,
and writes a line of JSON for each: the forecast, null for too few months; or one line ``{"error": code}``.
"""

import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import orjson

from klientura.kit.forecasting.choosing import LEVEL, NAIVE, Band, Chosen, Model, chosen
from klientura.kit.limits import limit

for each in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[each] = "1"


def models() -> dict[str, Model]:
    """The models that are tried. Raises ImportError."""
    import numpy
    from statsforecast.models import AutoETS, AutoTheta, Naive, SeasonalNaive

    def of(made: Any, known: Sequence[float], ahead: int) -> Band:
        # Models reckon best near 1; so sums of kopecks and of milliards are forecast alike.
        unit = sum(abs(v) for v in known) / len(known) or 1.0
        fitted = made.fit(y=numpy.array(known, dtype=numpy.float64) / unit)
        said = fitted.predict(h=ahead, level=[LEVEL])
        mean, low, high = (
            [float(v) * unit for v in said[key]] for key in ("mean", f"lo-{LEVEL}", f"hi-{LEVEL}")
        )
        return Band(mean, low, high, _learnt(fitted.model_))

    def naive(known: Sequence[float], season: int, ahead: int) -> Band:
        return of(SeasonalNaive(season_length=season) if season > 1 else Naive(), known, ahead)

    return {
        NAIVE: naive,
        "ets": lambda known, season, ahead: of(AutoETS(season_length=season), known, ahead),
        "theta": lambda known, season, ahead: of(AutoTheta(season_length=season), known, ahead),
    }


def _learnt(model: Mapping[str, Any]) -> dict[str, Any]:
    """The kind of model and its parameters, as far as there are any."""
    kind = model.get("method") or model.get("modeltype")
    made: dict[str, Any] = {"form": str(kind)} if kind else {}
    found = model.get("par")
    if found is not None and hasattr(found, "__len__"):
        numbers = [float(v) for v in found if isinstance(v, int | float) or hasattr(v, "__float__")]
        made["parameters"] = [round(v, 6) for v in numbers if isfinite(v)]
    return made


def told(found: Chosen | None) -> dict[str, Any] | None:
    """A forecast as it is written."""
    if found is None:
        return None
    return {
        "model": found.model, "horizon": found.plan.horizon, "trials": found.plan.trials,
        "season": found.plan.naive_season if found.model == NAIVE else found.plan.season,
        "mean": found.band.mean, "low": found.band.low, "high": found.band.high, "cut": found.cut, "learnt": dict(found.band.told),
        "tried": [{"model": t.model, "wape": t.wape, "mase": t.mase, "coverage": t.coverage} for t in found.tried],
    }  # fmt: skip


def _write(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def main() -> None:
    """Forecast every row of the input."""
    limit(int(sys.argv[1]), int(sys.argv[2]), 5)
    if hasattr(os, "nice"):
        os.nice(10)  # whoever waits for a page comes first
    warnings.simplefilter("ignore")
    rows = orjson.loads(sys.stdin.buffer.read())
    try:
        known = models()
    except ImportError:
        _write({"error": "not_installed"})
        return
    for row in rows:
        _write(told(chosen([float(v) for v in row], known)))


if __name__ == "__main__":
    main()
