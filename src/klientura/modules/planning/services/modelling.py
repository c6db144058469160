"""The forecast by models (ADR 31): reckoned by the worker from whole months of sales, kept for each last month."""

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.errors import KernelError
from klientura.kernel.settings.installation import current
from klientura.kit.forecasting.choosing import LEAST
from klientura.kit.forecasting.running import Forecast, ForecastProblem, forecasts, library_version
from klientura.modules.orders.queries.monthly import anything_sold
from klientura.modules.planning.enums import Dimension, SeriesState
from klientura.modules.planning.models import ModelRun, ModelSeries, ModelValue
from klientura.modules.planning.queries.sold import Sales, Whose, number_of, sales_by
from klientura.modules.planning.rules import moved

MOST: Final = {Dimension.CURRENCY: 5, Dimension.TEAM: 20, Dimension.OWNER: 20, Dimension.GROUP: 20}
"""So many of each are forecast, those that sold most in the last year."""
YEAR: Final = 12
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('forecast_model', 0))"


class NotReckoned(KernelError):
    """The models could not be reckoned."""

    code = "forecast_model"


def last_whole_month(today: dt.date) -> dt.date:
    """The month that is over: the one that runs is no fact yet."""
    return moved("month", today.replace(day=1), -1)


def is_due(today: dt.date, settling: int) -> bool:
    """Whether the models are to be reckoned by the clock: once for each month; anew each day while orders of the last one still come in."""
    through = last_whole_month(today)
    run = ModelRun.objects.filter(through=through, currency=current().currency).first()
    if run is not None and (today.day > settling or timezone.localdate(run.made_at) >= today):
        return False
    return anything_sold(number_of(through))


def reckon(through: dt.date, tell: Callable[[int, int], None]) -> ModelRun:
    """Forecast all that is worth it from the months up to one, and keep it in place of what was kept for that month. Raises NotReckoned."""
    began = time.monotonic()
    series, left_out = _worth_it(through)
    rows = [(whose, sales, sales.row(through)) for whose, sales in series]
    told = [
        n for n, (_whose, sales, row) in enumerate(rows) if _state(sales, row, through) == SeriesState.TOLD
    ]
    found: dict[int, Forecast | None] = {}
    tell(0, len(told))
    try:
        for place, forecast in zip(told, forecasts([rows[n][2] for n in told]), strict=True):
            found[place] = forecast
            tell(len(found), len(told))
    except ForecastProblem as problem:
        raise NotReckoned(_words(problem)) from problem
    run = ModelRun(
        through=through, currency=current().currency, library=library_version(), made_at=timezone.now(),
        seconds=round(time.monotonic() - began), left_out=left_out,
    )  # fmt: skip
    made = [
        _series(run, whose, sales, row, through, found.get(n)) for n, (whose, sales, row) in enumerate(rows)
    ]
    _keep(run, made, found)
    return run


def _words(problem: ForecastProblem) -> str:
    if problem.code == "not_installed":
        return _("The library of forecasting is not installed.")
    return _("The forecast took too much memory or time and was stopped.")


def _worth_it(through: dt.date) -> tuple[list[tuple[Whose, Sales]], dict[str, int]]:
    """The company, and of each dimension those that sold most lately; how many were left out."""
    made, left_out = list(sales_by(Dimension.COMPANY, through).items()), dict[str, int]()
    year = moved("month", through, 1 - YEAR)
    for dimension, most in MOST.items():
        found = sales_by(dimension, through)
        if dimension == Dimension.CURRENCY:
            if len(found) < 2:
                continue  # the company itself
            worth = sorted(found.items(), key=lambda pair: (-len(pair[1].months), pair[0].currency))
        else:
            worth = sorted(found.items(), key=lambda pair: (-pair[1].since(year), pair[0].key or 0))
        made += worth[:most]
        if len(worth) > most:
            left_out[dimension] = len(worth) - most
    return made, left_out


def _state(sales: Sales, row: list[Decimal], through: dt.date) -> SeriesState:
    if len(row) < LEAST:
        return SeriesState.SHORT
    return SeriesState.TOLD if sales.since(moved("month", through, 1 - YEAR)) else SeriesState.SILENT


def _series(
    run: ModelRun, whose: Whose, sales: Sales, row: list[Decimal], through: dt.date, found: Forecast | None
) -> ModelSeries:
    made = ModelSeries(
        run=run, dimension=whose.dimension, key=whose.key, currency=whose.currency, months=len(row), state=_state(sales, row, through)
    )  # fmt: skip
    if found is not None:
        made.model, made.season, made.trials, made.horizon = (
            found.model,
            found.season,
            found.trials,
            found.horizon,
        )
        made.cut, made.learnt, made.tried = found.cut, found.learnt, found.tried
    return made


@transaction.atomic
def _keep(run: ModelRun, series: list[ModelSeries], found: dict[int, Forecast | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    ModelRun.objects.filter(through=run.through).delete()
    run.save()
    ModelSeries.objects.bulk_create(series)
    values = []
    for place, forecast in found.items():
        if forecast is not None:
            for n, (mean, low, high) in enumerate(
                zip(forecast.mean, forecast.low, forecast.high, strict=True), 1
            ):
                month = moved("month", run.through, n)
                values.append(ModelValue(series=series[place], month=month, mean=mean, low=low, high=high))
    ModelValue.objects.bulk_create(values)
