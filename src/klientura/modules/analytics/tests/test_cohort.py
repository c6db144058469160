"""How far a cohort came: skipped stages, returns, losses, other pipelines; times; comparisons; several currencies."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.analytics.queries import cohort, comparing, snapshot, times
from klientura.modules.analytics.queries.asked import Asked, midnight
from klientura.modules.analytics.queries.contacts import contacts
from klientura.modules.analytics.queries.money import money_in
from klientura.modules.analytics.tests.selling import ACTOR, ago, make_pipeline, sell, whole_year

pytestmark = pytest.mark.django_db


def funnel(asked: Asked) -> cohort.Funnel:
    return cohort.cohort(
        ACTOR, asked, cohort.steps_of(ACTOR, asked.pipeline), money_in(ACTOR, asked.currency, asked.rate_day)
    )


def came(made: cohort.Funnel) -> list[int]:
    return [each.came.number for each in made.stages]


def test_a_skipped_stage_was_passed_and_a_return_changes_nothing() -> None:
    pipeline, s = make_pipeline()
    sell([(s["first"], 30), (s["third"], 20)], amount="100")  # skipped the second
    sell([(s["first"], 30), (s["second"], 25), (s["first"], 20)], amount="10")  # went back
    sell([(s["first"], 30), (s["won"], 5)], amount="1")  # at one go

    made = funnel(whole_year(pipeline))

    assert made.whole.number == 3
    assert came(made) == [3, 3, 2]
    assert [each.came.money for each in made.stages] == [111, 111, 101]
    assert [each.here.number for each in made.stages] == [1, 0, 1]
    assert (made.won.number, int(made.won.money), made.open.number) == (1, 1, 2)


def test_a_reopened_deal_is_not_won_but_has_come_as_far() -> None:
    pipeline, s = make_pipeline()
    sell([(s["first"], 30), (s["won"], 20), (s["first"], 10)])

    made = funnel(whole_year(pipeline))

    assert came(made) == [1, 1, 1]
    assert (made.won.number, made.open.number) == (0, 1)


def test_losses_are_told_by_stage_and_reason() -> None:
    pipeline, s = make_pipeline()
    sell([(s["first"], 30), (s["second"], 25), (s["lost"], 20)], amount="100")
    sell([(s["first"], 30), (s["lost"], 20)], amount="10")
    sell([(s["lost"], 20)], amount="1", loss_reason="price")

    made = funnel(whole_year(pipeline))

    assert [each.lost.number for each in made.stages] == [1, 1, 0]
    assert came(made) == [3, 1, 0]
    assert {key: (x.number, int(x.money)) for key, x in made.reasons.items()} == {
        ("price", s["second"]): (1, 100), ("price", s["first"]): (1, 10), ("price", None): (1, 1),
    }  # fmt: skip


def test_a_deal_that_went_to_another_pipeline_is_said_to_be_there() -> None:
    here, s = make_pipeline()
    there, other = make_pipeline("Тендеры")
    sell([(s["first"], 30), (s["second"], 25), (other["first"], 20)])

    made = funnel(whole_year(here))
    assert (came(made), made.elsewhere.number, made.open.number) == ([1, 1, 0], 1, 0)
    assert came(funnel(whole_year(there))) == [1, 0, 0]


def test_a_cohort_may_be_those_who_came_to_a_stage() -> None:
    pipeline, s = make_pipeline()
    sell([(s["first"], 300), (s["second"], 25)])
    sell([(s["first"], 20), (s["second"], 10), (s["third"], 5)])
    sell([(s["first"], 300), (s["second"], 200)])
    today = timezone.localdate()

    month = Asked(pipeline, today - dt.timedelta(days=30), today, "RUB", entered=s["second"])
    made = funnel(month)

    assert made.whole.number == 2
    assert [(x.step.id, x.came.number) for x in made.stages] == [(s["second"], 2), (s["third"], 1)]


def test_the_trash_is_out_of_every_figure() -> None:
    pipeline, s = make_pipeline()
    deal = sell([(s["first"], 30), (s["second"], 25)])
    write.trash(ACTOR, shape_of("opportunity"), [deal])

    assert funnel(whole_year(pipeline)).whole.number == 0


def test_sums_of_currencies_are_reckoned_by_the_rates_of_the_day_and_one_without_a_rate_is_told() -> None:
    pipeline, s = make_pipeline()
    for currency, amount in (("RUB", "100"), ("USD", "1.11"), ("EUR", "1000")):
        sell([(s["first"], 30)], amount=amount, currency=currency)
    for days, rate in ((200, "80"), (50, "90.5"), (-20, "1000")):
        day = (timezone.localdate() - dt.timedelta(days=days)).isoformat()
        write.create(
            ACTOR, shape_of("exchange_rate"), {"currency": "USD", "on": day, "nominal": 1, "rate": rate}
        )

    made = funnel(whole_year(pipeline))

    assert made.whole.number == 3
    assert made.whole.money == Decimal(100) + Decimal("100.46")  # 1,11 × 90,5 = 100,455
    assert made.without_rate == 1


def test_open_deals_stand_as_they_do_now_and_as_they_did() -> None:
    pipeline, s = make_pipeline()
    sell([(s["first"], 30), (s["second"], 10)], amount="100")
    sell([(s["first"], 30), (s["won"], 5)], amount="10")
    asked, steps = whole_year(pipeline), cohort.steps_of(ACTOR, pipeline)
    money = money_in(ACTOR, "RUB", asked.rate_day)

    now = snapshot.standing(ACTOR, asked, steps, money)
    assert [(x.number, int(x.money)) for x in now.stages] == [(0, 0), (1, 100), (0, 0)]
    then = snapshot.standing(ACTOR, asked, steps, money, midnight(ago(15).date()))
    assert [(x.number, int(x.money), int(x.weighted)) for x in then.stages] == [
        (2, 110, 11),
        (0, 0, 0),
        (0, 0, 0),
    ]
    assert not any(x.number for x in snapshot.standing(ACTOR, asked, steps, money, ago(31)).stages)


def test_times_are_those_of_stays_and_of_whole_ways() -> None:
    pipeline, s = make_pipeline()
    for days in (2, 4, 12):
        sell([(s["first"], 40), (s["second"], 40 - days), (s["won"], 5)])
    sell([(s["first"], 7)])

    found = times.times(ACTOR, whole_year(pipeline), cohort.steps_of(ACTOR, pipeline))

    assert (found.stays[0].ended.number, found.stays[0].ended.median) == (3, Decimal("4.0"))
    assert found.stays[0].ended.most == Decimal("10.4")  # percentile_cont: between 4 and 12
    assert found.stays[0].lasting.number == 1
    assert (found.won.number, found.won.median, found.lost.number) == (3, Decimal("35.0"), 0)


def test_values_of_a_dimension_are_counted_by_their_deals() -> None:
    pipeline, s = make_pipeline()
    city = {"city": "Казань"}
    client = write.create(ACTOR, shape_of("organisation"), {"name": "Ромашка", **city})
    segment = write.create(ACTOR, shape_of("organisation"), {"name": "Лютик", "city": "КАЗАНЬ"})
    sell([(s["first"], 30), (s["won"], 5)], amount="100", party=client, source="Сайт")
    sell([(s["first"], 30), (s["lost"], 5)], amount="10", party=segment, source="сайт")
    sell([(s["first"], 30)], amount="1")
    asked, steps = whole_year(pipeline), cohort.steps_of(ACTOR, pipeline)
    money = money_in(ACTOR, "RUB", asked.rate_day)

    def lines(dimension: comparing.Dimension) -> list[tuple[Any, ...]]:
        found = comparing.by_dimension(ACTOR, asked, dimension, steps, money)
        return [(x.key, x.number, x.won, x.lost, x.open, int(x.won_money)) for x in found]

    assert lines("source") == [("сайт", 2, 1, 1, 0, 100), (None, 1, 0, 0, 1, 0)]
    assert lines("city") == [("казань", 2, 1, 1, 0, 100), (None, 1, 0, 0, 1, 0)]
    assert lines("product") == [(None, 3, 1, 1, 1, 100)]
    assert lines("segment") == []
    only_kazan = funnel(whole_year(pipeline, city="Казань"))
    assert (only_kazan.whole.number, only_kazan.won.number) == (2, 1)


def test_of_all_clients_contacted_some_came_to_a_deal_and_some_bought() -> None:
    pipeline, s = make_pipeline()
    clients = [write.create(ACTOR, shape_of("organisation"), {"name": f"Клиент {n}"}) for n in range(4)]
    for client in clients[:3]:
        write.create(
            ACTOR,
            shape_of("interaction"),
            {"kind": "call", "party": client, "body": "Звонок", "at": ago(20).isoformat()},
        )
    sell([(s["first"], 30), (s["won"], 5)], party=clients[0])
    sell([(s["first"], 30)], party=clients[1])
    sell([(s["first"], 30), (s["won"], 5)], party=clients[3])  # nobody spoke with them

    found = contacts(ACTOR, whole_year(pipeline))

    assert found is not None
    assert (found.contacted, found.with_deal, found.won) == (3, 2, 1)
