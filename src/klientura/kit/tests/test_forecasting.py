"""Forecasts of months: models are believed as far as they did well on months that were hidden from them."""

import math
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kit.forecasting import child
from klientura.kit.forecasting.choosing import NAIVE, Band, Model, chosen, plan_of
from klientura.kit.forecasting.measures import absolute_error, inside, scale, wape
from klientura.kit.forecasting.running import Forecast, forecasts

ROLL = Random(5)
SEASON = [
    1000.0 * (1 + 0.5 * math.sin(n * math.pi / 6)) * (1 + n / 200) + ROLL.gauss(0, 20) for n in range(60)
]
ROWS: dict[str, list[Decimal]] = {
    "season": [Decimal(str(round(v, 2))) for v in SEASON[:48]],
    "noise": [Decimal(str(round(abs(ROLL.gauss(1000, 300)), 2))) for _ in range(48)],
    "zeros": [Decimal(0)] * 36,
    "short": [Decimal(n) for n in range(11)],
    "year": [Decimal(100 + n) for n in range(12)],
    "returns": [Decimal(50 * (-1) ** n - n) for n in range(36)],
    "huge": [Decimal("999999999999.99") + n * Decimal("10000000000.01") for n in range(40)],
    "rare": [Decimal(900 if n % 9 == 4 else 0) for n in range(40)],
}  # fmt: skip


@pytest.fixture(scope="module")
def said() -> dict[str, Forecast | None]:
    return dict(zip(ROWS, forecasts(list(ROWS.values())), strict=True))


def of(said: dict[str, Forecast | None], key: str) -> Forecast:
    found = said[key]
    assert found is not None
    return found


def test_measures_by_hand() -> None:
    assert absolute_error([100, 0, 50], [90, 10, 50]) == 20
    assert wape(20, [100, 0, -50]) == pytest.approx(100 * 20 / 150)
    assert wape(20, [0, 0]) is None
    assert scale([10, 20, 10, 40], 1) == pytest.approx((10 + 10 + 30) / 3)
    assert scale([10, 20, 10, 40], 2) == pytest.approx((0 + 20) / 2)
    assert scale([5, 5, 5], 1) is None
    assert scale([5], 1) is None
    assert inside([1, 2, 3], [1, 3, 0], [1, 4, 9]) == 2


@pytest.mark.parametrize(
    ("months", "horizon", "trials", "season", "naive"),
    [(12, 3, 3, 1, 1), (16, 3, 3, 1, 1), (17, 3, 3, 1, 12), (24, 3, 10, 1, 12), (28, 3, 12, 1, 12), (29, 3, 3, 12, 12), (32, 6, 3, 12, 12),
     (38, 12, 3, 12, 12), (60, 12, 12, 12, 12)],
)  # fmt: skip
def test_a_row_is_tried_three_times_at_least_for_as_long_as_it_is_forecast(
    months: int, horizon: int, trials: int, season: int, naive: int
) -> None:
    plan = plan_of(months)
    assert plan is not None
    assert (plan.horizon, plan.trials, plan.season, plan.naive_season) == (horizon, trials, season, naive)


@given(st.integers(12, 400))
def test_no_trial_knows_less_than_its_models_need(months: int) -> None:
    plan = plan_of(months)
    assert plan is not None
    least = months - plan.horizon - plan.trials + 1
    assert plan.trials >= 3
    assert least >= (24 if plan.season == 12 else 12 if plan.naive_season == 12 else 6)


def test_fewer_than_twelve_months_have_no_forecast() -> None:
    assert plan_of(11) is None
    assert chosen([1.0] * 11, {NAIVE: flat(1)}) is None


def flat(value: float, *, width: float = 0) -> Model:
    return lambda _known, _season, ahead: Band(
        [value] * ahead, [value - width] * ahead, [value + width] * ahead
    )


def test_the_naive_stays_where_nothing_is_better_and_goes_where_something_is() -> None:
    row = [10.0] * 30
    even = chosen(row, {"ets": flat(10), NAIVE: flat(10), "theta": flat(11)})
    assert even is not None
    assert even.model == NAIVE
    better = chosen(row, {NAIVE: flat(12), "ets": flat(10, width=1), "theta": flat(11)})
    assert better is not None
    assert better.model == "ets"
    assert [t.model for t in better.tried] == ["ets", "theta", NAIVE]
    assert [round(t.wape or 0) for t in better.tried] == [0, 10, 20]
    assert better.tried[0].coverage == 100
    assert better.tried[2].coverage == 0


def test_no_model_sees_the_months_that_it_is_tried_on() -> None:
    row = [float(n) for n in range(40)]
    seen: list[int] = []

    def spy(known: Sequence[float], season: int, ahead: int) -> Band:
        assert list(known) == row[: len(known)]
        seen.append(len(known))
        return Band([0.0] * ahead, [0.0] * ahead, [0.0] * ahead)

    found = chosen(row, {NAIVE: spy})
    assert found is not None
    assert seen == [*(40 - 12 - back for back in range(5)), 40]


def broken(_known: Sequence[float], _season: int, _ahead: int) -> Band:
    raise ZeroDivisionError


def test_a_model_that_breaks_or_says_no_number_is_passed_over() -> None:
    found = chosen([10.0] * 30, {NAIVE: flat(12), "ets": broken, "theta": flat(math.nan)})
    assert found is not None
    assert [t.model for t in found.tried] == [NAIVE]


def test_bounds_are_cut_at_nought_only_where_nothing_was_ever_below() -> None:
    found = chosen([10.0] * 30, {NAIVE: flat(5, width=9)})
    assert found is not None
    assert found.cut
    assert set(found.band.low) == {0.0}
    below = chosen([10.0] * 29 + [-1.0], {NAIVE: flat(5, width=9)})
    assert below is not None
    assert not below.cut
    assert set(below.band.low) == {-4.0}


WILD = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.floats(-1e9, 1e9), min_size=12, max_size=45), st.tuples(WILD, WILD, WILD))
def test_whatever_a_model_says_bounds_stand_around_the_mean(
    row: list[float], said: tuple[float, float, float]
) -> None:
    def wild(_known: Sequence[float], _season: int, ahead: int) -> Band:
        mean, low, high = ([each] * ahead for each in said)
        return Band(mean, low, high)

    found = chosen(row, {NAIVE: flat(1), "ets": wild})
    assert found is not None
    for low, mean, high in zip(found.band.low, found.band.mean, found.band.high, strict=True):
        assert math.isfinite(low) and math.isfinite(mean) and math.isfinite(high)
        assert low <= mean <= high
        assert low >= 0 or min(row) < 0


@given(st.lists(st.one_of(st.just(0.0), st.floats(-1e12, 1e12), st.floats(0, 1e6)), min_size=12, max_size=40))
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_models_themselves_say_numbers_between_bounds(row: list[float]) -> None:
    found = chosen(row, child.models())
    assert found is not None
    assert all(
        low <= mean <= high
        for low, mean, high in zip(found.band.low, found.band.mean, found.band.high, strict=True)
    )
    assert found.band.is_finite


def test_a_season_is_found_and_beats_the_year_before(said: dict[str, Forecast | None]) -> None:
    found = of(said, "season")
    assert (found.model != NAIVE, found.season, found.horizon, found.trials) == (True, 12, 12, 12)
    off = [abs(float(mean) - came) / came for mean, came in zip(found.mean, SEASON[48:], strict=True)]
    assert sum(off) / len(off) < 0.1
    best, naive = found.tried[0], next(t for t in found.tried if t["model"] == NAIVE)
    assert best["wape"] < naive["wape"]
    assert best["mase"] < 1


def test_of_noise_nothing_is_promised_that_the_bounds_do_not_hold(said: dict[str, Forecast | None]) -> None:
    found = of(said, "noise")
    assert all(high - low > 400 for low, high in zip(found.low, found.high, strict=True))
    assert max(found.mean) - min(found.mean) < 700


def test_zeros_short_rows_and_one_year(said: dict[str, Forecast | None]) -> None:
    assert said["short"] is None
    zeros = of(said, "zeros")
    assert set(zeros.mean) == {Decimal("0.00")}
    assert zeros.model == NAIVE
    assert zeros.tried[0]["wape"] is None
    year = of(said, "year")
    assert (year.horizon, year.season) == (3, 1)


def test_returns_may_be_below_nought_and_rare_sales_may_not(said: dict[str, Forecast | None]) -> None:
    assert min(of(said, "returns").low) < 0
    rare = of(said, "rare")
    assert min(rare.low) == 0


def test_huge_sums_keep_their_kopecks(said: dict[str, Forecast | None]) -> None:
    found = of(said, "huge")
    assert all(v == v.quantize(Decimal("0.01")) and v > Decimal("1E+12") for v in found.mean)
    assert all(lo <= mean <= hi for lo, mean, hi in zip(found.low, found.mean, found.high, strict=True))
    assert found.mean[0] == pytest.approx(ROWS["huge"][-1] + Decimal("10000000000.01"), rel=Decimal("0.05"))


def test_the_same_row_is_forecast_the_same(said: dict[str, Forecast | None]) -> None:
    assert list(forecasts([ROWS["season"], ROWS["noise"]])) == [said["season"], said["noise"]]


def test_without_the_library_it_is_said_so() -> None:
    code = (
        "import sys; sys.modules['statsforecast'] = None\n"
        "from klientura.kit.forecasting.running import ForecastProblem, forecasts, is_installed\n"
        "assert not is_installed()\n"
        "try:\n    list(forecasts([[1] * 12]))\nexcept ForecastProblem as problem:\n    print(problem.code)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "not_installed"
