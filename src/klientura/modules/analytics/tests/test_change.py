"""What became of a pipeline's money: whatever deals do, the parts add up, and begin and end with what stood there."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.analytics.queries import rows
from klientura.modules.analytics.queries.asked import Asked
from klientura.modules.analytics.queries.change import PARTS, Change, Part, waterfall
from klientura.modules.analytics.queries.cohort import steps_of
from klientura.modules.analytics.queries.money import money_in
from klientura.modules.analytics.queries.snapshot import standing
from klientura.modules.analytics.tests.selling import ACTOR, ago, make_pipeline, sell, worth

pytestmark = pytest.mark.django_db


def stretch(pipeline: int, **more: Any) -> Asked:
    """From forty days ago to ten days ago."""
    today = timezone.localdate()
    return Asked(pipeline, today - dt.timedelta(days=40), today - dt.timedelta(days=10), "RUB", **more)


def changed(asked: Asked) -> Change:
    return waterfall(ACTOR, asked, money_in(ACTOR, "RUB", asked.rate_day))


def told(made: Change) -> dict[Part, tuple[int, int]]:
    return {part: (x.number, int(x.money)) for part, x in made.parts.items() if x.number}


def test_each_way_to_come_and_go_has_its_part() -> None:
    here, s = make_pipeline()
    _there, other = make_pipeline("Тендеры")
    sell([(s["first"], 60)], amount="1")  # was there and is
    deal = sell([(s["first"], 60), (s["won"], 20)], amount="0")
    worth(deal, [(60, "10", "RUB", None), (25, "15", "RUB", None)])  # grew, and was won
    sell([(s["first"], 60), (s["lost"], 20)], amount="100")
    sell([(s["first"], 60), (other["first"], 20)], amount="1000")
    sell([(other["first"], 60), (s["first"], 20)], amount="2000")
    sell([(s["first"], 60), (s["lost"], 50), (s["first"], 20)], amount="4000")
    sell([(s["first"], 30)], amount="10000")
    sell([(s["first"], 30), (s["won"], 20)], amount="20000")  # came and went in between
    sell([(s["first"], 60), (s["won"], 50)], amount="7")  # long gone
    sell([(s["first"], 5)], amount="8")  # not yet there

    assert told(changed(stretch(here))) == {
        "start": (4, 1111), "new": (2, 30000), "reopened": (1, 4000), "from_pipeline": (1, 2000), "grown": (1, 5), "won": (2, -20015),
        "lost": (1, -100), "to_pipeline": (1, -1000), "end": (4, 16001),
    }  # fmt: skip


def test_deals_move_into_the_dates_and_out_of_them() -> None:
    pipeline, s = make_pipeline()
    year = timezone.localdate().year
    inside, outside = f"{year}-06-15", f"{year + 1}-06-15"
    for deal_worth in (
        [(60, "1", "RUB", inside)],
        [(60, "10", "RUB", inside), (20, "10", "RUB", outside)],
        [(60, "100", "RUB", outside), (20, "120", "RUB", inside)],
        [(60, "1000", "RUB", None)],
    ):
        worth(sell([(s["first"], 60)]), deal_worth)

    made = changed(stretch(pipeline, close_first=dt.date(year, 1, 1), close_last=dt.date(year, 12, 31)))

    assert told(made) == {"start": (2, 11), "moved_in": (1, 120), "moved_out": (1, -10), "end": (2, 121)}


def test_a_stretch_to_come_ends_with_what_is_there_now() -> None:
    pipeline, s = make_pipeline()
    sell([(s["first"], 60)], amount="5")
    today = timezone.localdate()
    made = changed(Asked(pipeline, today - dt.timedelta(days=40), today + dt.timedelta(days=40), "RUB"))
    assert told(made) == {"start": (1, 5), "end": (1, 5)}


WAY = st.lists(st.sampled_from(["first", "second", "third", "won", "lost", "other"]), min_size=1, max_size=5)
DAYS = st.lists(st.integers(1, 80), min_size=5, max_size=5, unique=True)
AMOUNTS = st.lists(
    st.tuples(st.one_of(st.none(), st.decimals(0, 9999, places=2)), st.sampled_from(["RUB", "USD", "EUR"])),
    min_size=1,
    max_size=3,
)
DEAL = st.tuples(WAY, DAYS, AMOUNTS, st.lists(st.integers(-40, 40), min_size=3, max_size=3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deals=st.lists(DEAL, min_size=1, max_size=5), closing=st.booleans())
def test_the_parts_always_add_up(deals: list[Any], closing: bool) -> None:
    pipeline, s = make_pipeline()
    _other, there = make_pipeline("Тендеры")
    stages = {**s, "other": there["first"]}
    today = timezone.localdate()
    write.create(
        ACTOR, shape_of("exchange_rate"),
        {"currency": "USD", "on": (today - dt.timedelta(days=90)).isoformat(), "nominal": 1, "rate": "81.2345"},
    )  # fmt: skip
    for way, days, amounts, closes in deals:
        days = sorted(days, reverse=True)
        steps = [key for n, key in enumerate(way) if n == 0 or way[n - 1] != key]
        first = {"loss_reason": "price"} if steps[0] == "lost" else {}
        deal = sell([(stages[key], float(day)) for key, day in zip(steps, days, strict=False)], **first)
        changes = [
            (
                float(day),
                None if amount is None else str(amount),
                currency,
                (today + dt.timedelta(days=close)).isoformat(),
            )
            for day, (amount, currency), close in zip(days, amounts, closes, strict=False)
        ]
        worth(deal, changes)
    window = (
        {"close_first": today - dt.timedelta(days=20), "close_last": today + dt.timedelta(days=20)}
        if closing
        else {}
    )
    asked = stretch(pipeline, **window)
    money = money_in(ACTOR, "RUB", asked.rate_day)

    parts = waterfall(ACTOR, asked, money).parts

    moved = sum((parts[p].money for p in PARTS if p not in ("start", "end")), Decimal(0))
    assert parts["start"].money + moved == parts["end"].money
    if not closing:
        stood = steps_of(ACTOR, pipeline)
        ends: tuple[tuple[Part, dt.datetime], ...] = (("start", asked.begins), ("end", asked.ends))
        for part, moment in ends:
            found = standing(ACTOR, asked, stood, money, moment)
            assert sum(x.money for x in found.stages) == parts[part].money
            assert sum(x.number for x in found.stages) == parts[part].number
    for part in PARTS:
        behind = rows.of_figure(ACTOR, asked, rows.Figure("change", part=part), [], money)
        assert behind.number == parts[part].number
    with connection.cursor() as cursor:
        cursor.execute("delete from opportunity")
        cursor.execute("delete from exchange_rate")


def test_moments_are_the_readers_days() -> None:
    pipeline, s = make_pipeline()
    sell([(s["first"], 10)], amount="5")  # at noon of the last day
    assert told(changed(stretch(pipeline))) == {"new": (1, 5), "end": (1, 5)}
    assert ago(10) < stretch(pipeline).ends < ago(9)
