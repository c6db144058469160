"""Rules by the clock: so many days before a date, once for each record and moment, made up for after a pause; schedules; the dry run."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules import dry, keeping, moments, triggers
from klientura.kernel.rules.models import Moment, Rule, Run
from klientura.kernel.rules.tests.support import PRODUCT, last, made, organisation, settle, stored
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company

pytestmark = pytest.mark.django_db
STEP = {"kind": "set", "values": {"description": {"from": "value", "value": "скоро"}}}
MOSCOW = ZoneInfo("Europe/Moscow")


def deal(company: Company, closes: dt.date | None) -> int:
    values = {
        "name": "Станки", "owner": company.users["employee"].pk, "team": company.teams["near"].pk,
        "close_date": closes.isoformat() if closes else None,
    }  # fmt: skip
    return write.create(PRODUCT, shape_of("opportunity"), values)


def due(company: Company, **more: object) -> Rule:
    trigger = {
        "kind": "due",
        "field": "close_date",
        "amount": 3,
        "unit": "days",
        "when": "before",
        "at": "00:00",
        **more,
    }
    return made(company, object="opportunity", trigger=trigger, steps=[STEP])


def told(number: int) -> bool:
    return bool(stored("opportunity", number)["description"] == "скоро")


def since(rule: Rule, days: float) -> None:
    Rule.objects.filter(pk=rule.pk).update(watermark=timezone.now() - dt.timedelta(days=days))


def test_three_days_before_a_date_once_for_each(company: Company) -> None:
    rule, today = due(company), timezone.localdate(timezone=MOSCOW)
    soon, late, without = (
        deal(company, today + dt.timedelta(days=3)),
        deal(company, today + dt.timedelta(days=9)),
        deal(company, None),
    )
    since(rule, 2)
    assert moments.look() == 1
    settle()
    assert [told(n) for n in (soon, late, without)] == [True, False, False]
    assert moments.look() == 0
    since(rule, 2)
    assert moments.look() == 0, "a moment comes once, even when it is looked at again"
    write.update(
        PRODUCT, shape_of("opportunity"), late, {"close_date": (today + dt.timedelta(days=3)).isoformat()}
    )
    since(rule, 2)
    assert moments.look() == 1, "another date is another moment"
    assert Moment.objects.count() == 2


def test_a_time_without_a_worker_is_made_up_for(company: Company) -> None:
    rule, today = due(company), timezone.localdate(timezone=MOSCOW)
    numbers = [deal(company, today + dt.timedelta(days=3 - n)) for n in range(4)]
    since(rule, 10)
    moments.look()
    settle()
    assert all(told(n) for n in numbers)
    assert last(rule).changed == 4


def test_what_was_due_before_it_was_switched_on_is_left_alone(company: Company) -> None:
    today = timezone.localdate(timezone=MOSCOW)
    number = deal(company, today)
    due(company)
    moments.look()
    settle()
    assert not told(number)


@pytest.mark.parametrize(
    ("trigger", "moment"),
    [
        ({"amount": 3, "when": "before", "at": "09:30"}, dt.datetime(2026, 3, 7, 9, 30)),
        ({"amount": 0, "when": "before", "at": "00:00"}, dt.datetime(2026, 3, 10)),
        ({"amount": 1, "when": "after", "at": "23:59"}, dt.datetime(2026, 3, 11, 23, 59)),
    ],
)
def test_the_moment_by_the_company_s_clocks(
    company: Company, trigger: dict[str, object], moment: dt.datetime
) -> None:
    shape = shape_of("opportunity")
    number = deal(company, dt.date(2026, 3, 10))
    whole = {"kind": "due", "field": "close_date", "unit": "days", **trigger}
    at = moment.replace(tzinfo=MOSCOW)
    second = dt.timedelta(seconds=1)
    for first, until, found in (
        (at - second, at, [number]),
        (at, at + second, []),
        (at - 2 * second, at - second, []),
    ):
        where = triggers.due_between(shape, whole, first, until, "Europe/Moscow")
        text = sql.SQL("select r.id from opportunity r where {}").format(where.sql)
        assert triggers.found(text, where.params) == found, (first, until)


def test_hours_before_a_moment(company: Company) -> None:
    shape = shape_of("task")
    at = timezone.now().replace(microsecond=0) + dt.timedelta(hours=2)
    number = write.create(SystemActor("test"), shape, {"name": "Звонок", "due_at": at.isoformat()})
    whole = {"kind": "due", "field": "due_at", "amount": 2, "unit": "hours", "when": "before"}
    where = triggers.due_between(
        shape,
        whole,
        timezone.now() - dt.timedelta(minutes=1),
        timezone.now() + dt.timedelta(minutes=1),
        "UTC",
    )
    text = sql.SQL("select r.id from {} r where {}").format(sql.Identifier(shape.table), where.sql)
    assert triggers.found(text, where.params) == [number]


@pytest.mark.parametrize(
    ("trigger", "after", "turn"),
    [
        ({"every": "day", "at": "09:00"}, "2026-03-10T08:59", "2026-03-10T09:00"),
        ({"every": "day", "at": "09:00"}, "2026-03-10T09:00", "2026-03-11T09:00"),
        ({"every": "workday", "at": "09:00"}, "2026-03-13T10:00", "2026-03-16T09:00"),
        ({"every": "week", "day": 7, "at": "00:00"}, "2026-03-10T08:00", "2026-03-15T00:00"),
        ({"every": "month", "day": 28, "at": "12:00"}, "2026-02-28T12:00", "2026-03-28T12:00"),
    ],
)
def test_the_turns_of_a_schedule(trigger: dict[str, object], after: str, turn: str) -> None:
    def moment(text: str) -> dt.datetime:
        return dt.datetime.fromisoformat(text).replace(tzinfo=MOSCOW)

    assert triggers.next_turn(trigger, moment(after), "Europe/Moscow") == moment(turn)


def test_a_schedule_over_a_filter(company: Company) -> None:
    rule = made(
        company,
        trigger={"kind": "schedule", "every": "day", "at": "09:00"},
        filter={"field": "city", "op": "eq", "value": "Уфа"},
    )
    yes, no = organisation(company, city="Уфа"), organisation(company)
    assert moments.look() == 0
    Rule.objects.update(next_at=timezone.now() - dt.timedelta(days=3))
    assert moments.look() == 1
    settle()
    assert [stored("organisation", n)["note"] for n in (yes, no)] == ["по правилу", None]
    found = Rule.objects.get(pk=rule.pk)
    assert found.next_at is not None
    assert found.next_at > timezone.now(), "missed turns are one"
    keeping.hold_all(company.actor("administrator"), hold=True)
    Rule.objects.update(next_at=timezone.now())
    assert moments.look() == 0


def test_a_date_that_is_closed_to_the_owner_later_is_refused_with_a_word(company: Company) -> None:
    trigger = {
        "kind": "due",
        "field": "close_date",
        "amount": 3,
        "unit": "days",
        "when": "before",
        "at": "00:00",
    }
    rule = made(
        company, object="opportunity", trigger=trigger, steps=[STEP], owner=company.users["employee"].pk
    )
    company.hide("employee", "opportunity", "close_date")
    number = deal(company, timezone.localdate(timezone=MOSCOW) + dt.timedelta(days=3))
    since(rule, 2)
    assert moments.look() == 0
    found = Rule.objects.get(pk=rule.pk)
    assert (found.active, found.paused, last(rule).state, bool(last(rule).error)) == (
        False,
        "refused",
        "refused",
        True,
    )
    assert not told(number)


def test_moments_are_forgotten_after_a_year(company: Company) -> None:
    rule = due(company)
    Moment.objects.create(rule=rule, record_id=1, at=timezone.now() - moments.KEPT - dt.timedelta(days=1))
    Moment.objects.create(rule=rule, record_id=1, at=timezone.now())
    assert moments.forget_old_moments() == 1


def test_the_dry_run_tells_what_it_would_have_done_and_writes_nothing(company: Company) -> None:
    boss = company.actor("administrator")
    rule = made(company, active=False, trigger={"kind": "changed", "fields": ["city"], "to": "Уфа"},
                steps=[{"kind": "set", "values": {"note": {"from": "text", "text": "{name}!"}}}])  # fmt: skip
    yes, no = organisation(company), organisation(company, "Бета")
    for number, city in ((yes, "Уфа"), (no, "Казань")):
        write.update(PRODUCT, shape_of("organisation"), number, {"city": city})
    with connection.cursor() as cursor:
        cursor.execute("select max(id) from kernel_change")
        before = cursor.fetchone()
    now = timezone.now() + dt.timedelta(minutes=1)
    tried = dry.try_on(boss, rule.pk, now - dt.timedelta(days=1), now)
    assert (tried.number, tried.capped, tried.looked) == (1, False, 1)
    assert tried.records == [
        {"id": yes, "title": "Альфа", "sets": [{"field": "note", "old": None, "new": "Альфа!"}], "also": []}
    ]
    assert dry.try_on(boss, rule.pk, now - dt.timedelta(days=9), now - dt.timedelta(days=1)).number == 0
    with connection.cursor() as cursor:
        cursor.execute("select max(id) from kernel_change")
        assert cursor.fetchone() == before
    assert Run.objects.count() == 0
    for first, last_day in ((now, now), (now - dt.timedelta(days=100), now)):
        with pytest.raises(BadRequest):
            dry.try_on(boss, rule.pk, first, last_day)


def test_the_dry_run_tells_at_how_many_records_it_looked(company: Company) -> None:
    rule = made(company, active=False, trigger={"kind": "changed", "fields": ["city"]},
                filter={"field": "city", "op": "eq", "value": "Уфа"})  # fmt: skip
    for name, city in (("Альфа", "Уфа"), ("Бета", "Казань"), ("Вега", "Тверь")):
        write.update(PRODUCT, shape_of("organisation"), organisation(company, name), {"city": city})
    organisation(company, "Не менялась")
    now = timezone.now() + dt.timedelta(minutes=1)
    tried = dry.try_on(company.actor("administrator"), rule.pk, now - dt.timedelta(days=1), now)
    assert (tried.number, tried.looked) == (1, 3)


def test_the_dry_run_sees_with_the_eyes_of_the_rule(company: Company) -> None:
    rule = made(company, active=False, owner=company.users["employee"].pk)
    mine = organisation(company)
    organisation(company, owner=company.users["outsider"].pk, team=company.teams["far"].pk)
    now = timezone.now() + dt.timedelta(minutes=1)
    tried = dry.try_on(company.actor("administrator"), rule.pk, now - dt.timedelta(days=1), now)
    assert [r["id"] for r in tried.records] == [mine]
