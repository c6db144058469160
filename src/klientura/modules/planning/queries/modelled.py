"""What the models say, as far as the sales behind it are open to the reader; and what they said before of what has come."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Sum

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Team, User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read
from klientura.modules.planning.enums import Dimension, SeriesState
from klientura.modules.planning.models import ModelRun, ModelSeries, ModelValue
from klientura.modules.planning.queries.sold import Sales, Whose, open_to_reader, sales_by
from klientura.modules.planning.rules import moved

ORDER: Final = [Dimension.COMPANY, Dimension.CURRENCY, Dimension.TEAM, Dimension.OWNER, Dimension.GROUP]
PAST: Final = 12
"""So many months back it is told what was said of them."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was said of a month that is over, the month before and three months before, and what came."""

    month: dt.date
    said: Decimal | None
    said_early: Decimal | None
    came: Decimal


def last_run() -> ModelRun | None:
    """The latest reckoning."""
    return ModelRun.objects.order_by("-through").first()


def series_of(actor: Actor, run: ModelRun) -> list[ModelSeries]:
    """What was forecast in a run, as far as it is open to the reader: the company first, then those that sell most."""
    found = [
        s
        for s in ModelSeries.objects.filter(run=run).order_by("pk")
        if open_to_reader(actor, s.dimension, s.key)
    ]
    return sorted(found, key=lambda s: ORDER.index(Dimension(s.dimension)))


def whose(series: ModelSeries) -> Whose:
    """Of what sales a series is."""
    return Whose(series.dimension, series.key, series.currency)


def sales_of(series: ModelSeries, last: dt.date) -> Sales:
    """What was sold, month by month, told as the series is."""
    keys = None if series.key is None else [series.key]
    return sales_by(series.dimension, last, keys).get(whose(series), Sales())


def values_of(series: Iterable[ModelSeries]) -> dict[int, list[ModelValue]]:
    """What is said of the months to come, by series."""
    made: dict[int, list[ModelValue]] = {}
    for value in ModelValue.objects.filter(series__in=[s.pk for s in series]).order_by("series_id", "month"):
        made.setdefault(value.series_id, []).append(value)
    return made


def names_of(actor: Actor, series: Iterable[ModelSeries]) -> Mapping[tuple[str, int | None], str]:
    """What people, teams and groups are called, as far as that is open to the reader."""
    keys: dict[str, list[int]] = {}
    for each in series:
        if each.key is not None:
            keys.setdefault(each.dimension, []).append(each.key)
    made: dict[tuple[str, int | None], str] = {}
    people = dict(User.objects.filter(pk__in=keys.get(Dimension.OWNER, [])).values_list("pk", "name"))
    teams = dict(Team.objects.filter(pk__in=keys.get(Dimension.TEAM, [])).values_list("pk", "name"))
    groups = (
        read.titles(actor, shape_of("product_category"), keys[Dimension.GROUP])
        if Dimension.GROUP in keys
        else {}
    )
    for dimension, names in ((Dimension.OWNER, people), (Dimension.TEAM, teams), (Dimension.GROUP, groups)):
        made |= {(str(dimension), key): name or "" for key, name in names.items()}
    return made


def said_before(series: ModelSeries, sales: Sales, through: dt.date) -> list[Before]:
    """What was said of the last months, as far as something was, and what came; the latest first."""
    first = moved("month", through, 1 - PAST)
    same = {
        f"series__{k}": v
        for k, v in (("dimension", series.dimension), ("key", series.key), ("currency", series.currency))
    }
    said: dict[tuple[dt.date, dt.date], Decimal] = {
        (month, run): mean
        for month, run, mean in ModelValue.objects.filter(
            month__gte=first, month__lte=through, **same
        ).values_list("month", "series__run__through", "mean")
    }
    made = []
    for back in range(PAST):
        month = moved("month", through, -back)
        near, early = (
            said.get((month, moved("month", month, -1))),
            said.get((month, moved("month", month, -3))),
        )
        if near is not None or early is not None:
            made.append(Before(month, near, early, sales.months.get(month, Decimal(0))))
    return made


def expected(
    actor: Actor, dimension: str, first: dt.date, last: dt.date, currency: str
) -> dict[Any, Decimal]:
    """What the latest models say of some months together, by key; only of whom they say something of every one of them.

    Told in the company's currency; nothing where another one is asked for.
    """
    run = last_run()
    if run is None or currency != run.currency or currency != current().currency or first <= run.through:
        return {}
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    rows = (
        ModelValue.objects.filter(
            series__run=run,
            series__dimension=dimension,
            series__state=SeriesState.TOLD,
            month__gte=first,
            month__lte=last,
        )
        .values_list("series__key")
        .annotate(total=Sum("mean"), number=Count("pk"))
    )
    return {
        key: total
        for key, total, number in rows
        if number == months and open_to_reader(actor, dimension, key)
    }
