"""Filters as people say them: without a piece of text, within a period named by today."""

import datetime as dt

import orjson
import pytest
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest
from klientura.kernel.fields.periods import PERIODS, bounds
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import RELATIVE
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company

ACTOR = SystemActor("test")
SATURDAY = dt.date(2026, 11, 21)


def names(field: str, op: str, value: object) -> set[str]:
    tree = {"field": field, "op": op, "value": value}
    return {str(r["name"]) for r in read.page(ACTOR, shape_of("task"), tree=tree).rows}


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("this_week", "2026-11-16", "2026-11-22"),
        ("last_week", "2026-11-09", "2026-11-15"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("last_7_days", "2026-11-15", "2026-11-21"),
        ("next_7_days", "2026-11-21", "2026-11-27"),
        ("this_year", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_has_its_days(period: str, first: str, last: str) -> None:
    begins, ends = bounds(period, SATURDAY)
    assert (begins.isoformat(), (ends - dt.timedelta(days=1)).isoformat()) == (first, last)


@pytest.mark.parametrize(
    "day", [dt.date(2024, 2, 29), dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2026, 1, 31)]
)
def test_every_period_of_any_day_goes_forward(day: dt.date) -> None:
    for period in PERIODS:
        first, after = bounds(period, day)
        assert first < after


@pytest.mark.django_db
def test_a_moment_belongs_to_the_day_it_has_here() -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    second = dt.timedelta(seconds=1)
    for name, at in (
        ("вчера", midnight - second),
        ("сегодня", midnight),
        ("завтра", midnight + dt.timedelta(days=1)),
    ):
        write.create(ACTOR, shape_of("task"), {"name": name, "due_at": at})
    assert names("due_at", "within", "today") == {"сегодня"}
    assert names("due_at", "within", "yesterday") == {"вчера"}
    assert names("due_at", "within", "next_7_days") == {"сегодня", "завтра"}
    with pytest.raises(BadRequest):
        names("due_at", "within", "someday")


@pytest.mark.django_db
def test_what_is_empty_does_not_contain_a_word() -> None:
    shape = shape_of("organisation")
    for name, city in (("Альфа", "Казань"), ("Бета", "Рязань"), ("Гамма", "Тверь"), ("Дельта", None)):
        write.create(ACTOR, shape, {"name": name, "city": city})

    def found(op: str) -> set[str]:
        tree = {"field": "city", "op": op, "value": "КАЗА"}
        return {str(r["name"]) for r in read.page(ACTOR, shape, tree=tree).rows}

    assert found("contains") == {"Альфа"}
    assert found("not_contains") == {"Бета", "Гамма", "Дельта"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "op", "text", "status"),
    [
        ("note", "contains", "ж" * 2000, 200),
        ("note", "contains", "слово " * 200, 200),
        ("note", "contains", "ж" * 40_000, 400),
        ("note", "not_contains", "ж " * 201, 400),
        ("name", "contains", "ж" * 2001, 400),
        ("name", "starts", "ж" * 2001, 400),
        ("name", "eq", "ж" * 2001, 400),
        ("name", "in", ["Альфа", "ж" * 2001], 400),
    ],
)
def test_a_text_too_long_to_be_found_is_refused_with_a_sentence(
    field: str, op: str, text: object, status: int
) -> None:
    company = found_company()
    write.create(ACTOR, shape_of("organisation"), {"name": "Альфа", "note": "ж " * 300})
    tree = {"field": field, "op": op, "value": text}
    answer = company.api("administrator").post(
        "/api/v1/organisation/bulk",
        orjson.dumps({"filter": tree, "set": {"city": "Уфа"}}),
        content_type="application/json",
    )
    assert answer.status_code == status, answer.content.decode()
    if status == 400:
        assert orjson.loads(answer.content)["code"] == "filter"


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Asia/Kamchatka", "Europe/Kaliningrad", "America/New_York"])
@pytest.mark.parametrize("op", RELATIVE)
def test_a_number_of_days_means_what_plain_python_says(op: str, zone: str) -> None:
    with timezone.override(zone):
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        today, second = timezone.localdate(), dt.timedelta(seconds=1)
        moments = [
            midnight + dt.timedelta(days=days) + edge
            for days in (-31, -30, -3, -2, -1, 0, 1, 2, 3, 30, 31)
            for edge in (dt.timedelta(), -second)
        ]
        rows = [{"name": at.isoformat(), "due_at": at} for at in moments]
        write.create_many(ACTOR, shape_of("task"), rows)
        for number in (0, 1, 2, 30):
            if number == 0 and op in {"last_days", "next_days"}:
                continue
            expected = {
                at.isoformat()
                for at in moments
                if {
                    "last_days": today - dt.timedelta(days=number) < at.date() <= today,
                    "next_days": today <= at.date() < today + dt.timedelta(days=number),
                    "before_days": at.date() < today - dt.timedelta(days=number),
                    "after_days": at.date() >= today + dt.timedelta(days=number),
                }[op]
            }
            assert names("due_at", op, number) == expected, number


@pytest.mark.django_db
@pytest.mark.parametrize("value", [None, 0, -1, 36_501, 10**30, True, "7", 1.5, [7], {}])
def test_a_number_of_days_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(BadRequest):
        names("due_at", "last_days", value)
    with pytest.raises(BadRequest):
        names("name", "last_days", 7)
