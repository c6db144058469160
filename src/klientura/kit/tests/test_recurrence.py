"""What repeats: rules read strictly, the wall clock over changes of time, windows of rules without an end, words."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from klientura.kit.recurrence.days import ever_happens
from klientura.kit.recurrence.expanding import between, expand, moment, next_after, passed, wall
from klientura.kit.recurrence.rules import DAYS, BadRule, Recurrence, Rule, parse
from klientura.kit.recurrence.words import describe

BERLIN, NEW_YORK, MOSCOW = (ZoneInfo(n) for n in ("Europe/Berlin", "America/New_York", "Europe/Moscow"))
ZONES = st.sampled_from((BERLIN, NEW_YORK, MOSCOW))
STARTS = st.datetimes(dt.datetime(2005, 1, 1), dt.datetime(2027, 1, 1)).map(
    lambda m: m.replace(second=0, microsecond=0)
)
DAY = dt.timedelta(days=1)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@st.composite
def rules(draw: st.DrawFn) -> str:
    freq = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = [f"FREQ={freq}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    end = draw(st.sampled_from(("", "", "COUNT", "UNTIL")))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 60))}")
    if end == "UNTIL":
        parts.append(f"UNTIL={draw(st.dates(dt.date(2006, 1, 1), dt.date(2040, 1, 1))):%Y%m%d}T235959")
    if freq == "WEEKLY" and draw(st.booleans()):
        parts.append("BYDAY=" + ",".join(draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True))))
    if freq == "WEEKLY" and draw(st.booleans()):
        parts.append("WKST=SU")
    if freq == "MONTHLY":
        of_month = (
            "",
            "BYDAY=-1FR",
            "BYDAY=2TU",
            "BYMONTHDAY=31",
            "BYMONTHDAY=-1",
            "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        )
        parts += filter(None, [draw(st.sampled_from(of_month))])
    if freq == "YEARLY":
        of_year = ("", "BYMONTH=2;BYMONTHDAY=29", "BYDAY=20MO", "BYYEARDAY=-1", "BYMONTH=3;BYDAY=SU")
        parts += filter(None, [draw(st.sampled_from(of_year))])
    return ";".join(parts)


@unhurried
@given(rules(), STARTS, st.integers(0, 9000), st.integers(1, 400))
@example("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SU;WKST=SU", local("2024-02-28T10:00"), 900, 60)
def test_a_window_holds_what_the_library_finds_from_the_start(
    rule: str, start: dt.datetime, later: int, days: int
) -> None:
    first = start + DAY * later
    after = first + DAY * days
    known = list(rrulestr(rule, dtstart=start).between(first, after, inc=True))
    if "COUNT" in rule and start not in rrulestr(rule, dtstart=start):
        # Our start counts as one of them.
        known = [m for m in known if m != list(rrulestr(rule, dtstart=start))[-1:][0]]
    expected = sorted({*(m for m in known if m < after), *([start] if first <= start else [])})
    assert between(parse(rule), start, first, after) == expected


@unhurried
@given(rules(), STARTS, ZONES, st.integers(0, 6000), st.integers(1, 60), st.integers(0, 3000))
def test_the_clock_on_the_wall_stays(
    rule: str, start: dt.datetime, zone: ZoneInfo, later: int, days: int, minutes: int
) -> None:
    first = moment(start + DAY * later, zone)
    window = (first, first + DAY * days)
    lasting = dt.timedelta(minutes=minutes)
    for shown, at in expand(parse(rule), start, zone, window, lasting=lasting):
        assert shown.time() == start.time()
        assert at < window[1]
        assert at + lasting > first or at == first
        seen = wall(at, zone)
        assert seen == shown or (seen > shown and seen - shown <= dt.timedelta(hours=1)), (
            "only a gap moves it"
        )


@unhurried
@given(STARTS, ZONES, st.integers(0, 3000))
def test_windows_side_by_side_show_each_occurrence_once(
    start: dt.datetime, zone: ZoneInfo, later: int
) -> None:
    daily = parse("FREQ=DAILY")
    first = moment(start + DAY * later, zone)
    whole = expand(daily, start, zone, (first, first + DAY * 10))
    parts = [
        o for n in range(10) for o in expand(daily, start, zone, (first + DAY * n, first + DAY * (n + 1)))
    ]
    assert parts == whole


@pytest.mark.parametrize(
    ("zone", "start", "day", "moment_of_day"),
    [
        (BERLIN, "2026-03-20T02:30", "2026-03-29", "01:30"),  # 02:30 does not exist: 03:30 summer time
        (BERLIN, "2026-10-20T02:30", "2026-10-25", "00:30"),  # comes twice: the first, summer time
        (NEW_YORK, "2026-03-01T02:30", "2026-03-08", "07:30"),
        (NEW_YORK, "2026-10-25T01:30", "2026-11-01", "05:30"),
        (BERLIN, "2026-03-20T10:00", "2026-03-28", "09:00"),
        (BERLIN, "2026-03-20T10:00", "2026-03-29", "08:00"),
        (MOSCOW, "2026-03-20T10:00", "2026-03-29", "07:00"),
    ],
)
def test_changes_of_the_clocks(zone: ZoneInfo, start: str, day: str, moment_of_day: str) -> None:
    begin = dt.datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=dt.UTC)
    found = expand(parse("FREQ=DAILY"), local(start), zone, (begin, begin + DAY))
    assert [f"{at:%H:%M}" for _local, at in found] == [moment_of_day]


def test_the_change_of_moscow_in_2014_moves_no_meeting() -> None:
    weekly = parse("FREQ=WEEKLY")
    window = (dt.datetime(2014, 10, 20, tzinfo=dt.UTC), dt.datetime(2014, 11, 1, tzinfo=dt.UTC))
    found = expand(weekly, local("2014-10-22T10:00"), MOSCOW, window)
    assert [f"{at:%d %H:%M}" for _local, at in found] == ["22 06:00", "29 07:00"]


def test_moments_are_added_and_left_out() -> None:
    text = "RRULE:FREQ=DAILY;COUNT=4\nRDATE:20260110T120000\nEXDATE;TZID=Europe/Moscow:20260102T100000\nEXDATE;VALUE=DATE:20260103"
    found = between(parse(text), local("2026-01-01T10:00"), local("2026-01-01"), local("2026-02-01"))
    assert [f"{m:%d.%H}" for m in found] == ["01.10", "04.10", "10.12"]


def test_moments_in_utc_are_told_where_the_event_is() -> None:
    found = parse("RRULE:FREQ=DAILY;UNTIL=20260105T070000Z\nEXDATE:20260102T070000Z", MOSCOW)
    assert found.rule and found.rule.until == local("2026-01-05T10:00")
    assert found.without == {local("2026-01-02T10:00")}
    assert found.rule.text(MOSCOW) == "FREQ=DAILY;UNTIL=20260105T070000Z"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FREQ=HOURLY", "finer"), ("FREQ=SECONDLY;COUNT=3", "finer"), ("FREQ=SOMETIMES", "text"), ("", "text"),
        ("каждый день", "text"), ("FREQ=DAILY;BYHOUR=1,2", "part"), ("FREQ=DAILY;COUNT=0", "number"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20260101", "both_ends"), ("FREQ=DAILY;INTERVAL=-1", "number"),
        ("FREQ=DAILY;INTERVAL=99999999999", "number"), ("FREQ=WEEKLY;BYDAY=1MO", "number"),
        ("FREQ=MONTHLY;BYDAY=9MO", "number"), ("FREQ=MONTHLY;BYMONTHDAY=32", "number"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "part"), ("FREQ=DAILY;BYSETPOS=1", "part"), ("FREQ=DAILY;UNTIL=20260231", "text"),
        ("FREQ=DAILY;FREQ=DAILY", "text"), ("RRULE:FREQ=DAILY\nRRULE:FREQ=DAILY", "text"), ("EXDATE:20260101", "text"),
        ("FREQ=DAILY;WKST=XX", "text"), ("FREQ=DAILY;INTERVAL=٣", "number"), ("x" * 30_000, "text"),
    ],
)  # fmt: skip
def test_what_is_no_rule(text: str, code: str) -> None:
    with pytest.raises(BadRule) as refused:
        parse(text)
    assert refused.value.code == code


@unhurried
@given(st.text(max_size=60) | st.text(alphabet="RULEFQDAILYWKCOUNTBS=;:,-+0123456789T\n", max_size=80))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except BadRule:
        return
    assert parse(found.text()) == found


@unhurried
@given(rules())
def test_the_text_says_the_same(rule: str) -> None:
    found = parse(rule)
    assert parse(found.text()) == found


def test_impossible_and_endless_rules_come_to_an_end() -> None:
    start = local("2026-01-01T10:00")
    never = parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    assert next_after(never, start, start) is None
    assert len(between(parse("FREQ=DAILY"), start, start, dt.datetime.max, most=50)) == 50
    assert next_after(parse("FREQ=YEARLY"), local("2096-02-29T10:00"), local("2096-03-01T00:00")) == local("2104-02-29T10:00")  # fmt: skip


@unhurried
@given(rules(), STARTS, st.integers(1, 30))
def test_a_series_is_cut_in_two_without_loss(rule: str, start: dt.datetime, number: int) -> None:
    whole, far = parse(rule), start + DAY * 4000
    all_of_it = between(whole, start, start, far, most=2000)
    if len(all_of_it) <= number:
        return
    cut = all_of_it[number]
    begins = between(whole.ending_before(cut), start, start, far, most=2000)
    goes_on = between(whole.beginning_at(cut, passed=passed(whole, start, cut)), cut, cut, far, most=2000)
    if "INTERVAL" not in rule or "COUNT" not in rule:
        assert begins == all_of_it[:number]
    assert goes_on[0] == cut


def test_a_whole_series_moves_with_its_days_and_exceptions() -> None:
    weekly = parse(
        "RRULE:FREQ=WEEKLY;BYDAY=MO,SU;UNTIL=20260201T000000\nEXDATE:20260105T100000\nEXDATE;VALUE=DATE:20260111"
    )
    moved = weekly.shifted(DAY + dt.timedelta(hours=1), 1)
    assert moved.text().splitlines() == [
        "RRULE:FREQ=WEEKLY;UNTIL=20260202T010000;BYDAY=MO,TU",
        "EXDATE:20260106T110000", "EXDATE;VALUE=DATE:20260112",
    ]  # fmt: skip
    with pytest.raises(BadRule, match="fixed_days"):
        parse("FREQ=MONTHLY;BYMONTHDAY=3").shifted(DAY, 1)
    assert (
        Recurrence(Rule("DAILY"))
        .leaving_out(local("2026-01-05T10:00"))
        .text()
        .endswith("EXDATE:20260105T100000")
    )


@pytest.mark.parametrize(
    ("rule", "russian", "english"),
    [
        ("FREQ=DAILY", "каждый день", "every day"),
        ("FREQ=DAILY;INTERVAL=2;COUNT=21", "раз в 2 дня, 21 раз", "every 2 days, 21 times"),
        ("FREQ=WEEKLY", "каждый четверг", "every Thursday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270301T000000",
         "каждый понедельник и среду до 1 марта 2027", "every Monday and Wednesday until 1 March 2027"),
        ("FREQ=WEEKLY;BYDAY=WE", "каждую среду", "every Wednesday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "по будням", "every working day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR,SU",
         "раз в 2 недели по вторникам, пятницам и воскресеньям", "every 2 weeks on Tuesday, Friday and Sunday"),
        ("FREQ=MONTHLY", "каждый месяц 1-го числа", "every month on day 1"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "каждый месяц 1-го и 15-го числа", "every month on day 1 and 15"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "каждый месяц в последний день", "every month on the last day"),
        ("FREQ=MONTHLY;BYDAY=2TU", "каждый месяц во второй вторник", "every month on the second Tuesday"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR", "раз в 3 месяца в последнюю пятницу", "every 3 months on the last Friday"),
        ("FREQ=MONTHLY;BYDAY=1SU", "каждый месяц в первое воскресенье", "every month on the first Sunday"),
        ("FREQ=YEARLY", "каждый год 1 января", "every year on 1 January"),
        ("FREQ=YEARLY;INTERVAL=5;COUNT=2", "раз в 5 лет 1 января, 2 раза", "every 5 years on 1 January, 2 times"),
        ("FREQ=YEARLY;BYWEEKNO=20", "по особому правилу", "by a rule of its own"),
        ("RDATE:20260103T100000,20260105T100000", "3 раза", "3 times"),
    ],
)  # fmt: skip
def test_words(rule: str, russian: str, english: str) -> None:
    start = local("2026-01-01T10:00")
    assert describe(parse(rule), start, "ru") == russian
    assert describe(parse(rule), start, "en") == english


@unhurried
@given(rules(), STARTS)
def test_every_rule_has_words(rule: str, start: dt.datetime) -> None:
    assert describe(parse(rule), start, "ru")
    assert describe(parse(rule), start, "en")


def test_what_is_left_out_takes_no_place_of_what_comes_next():
    found = parse("RRULE:FREQ=DAILY\nEXDATE:20300305T100000,20300306T100000,20300307T100000")
    start = dt.datetime(2030, 3, 4, 10)
    assert next_after(found, start, start) == dt.datetime(2030, 3, 8, 10)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=DAILY;INTERVAL=3;BYMONTH=3", [4, 7, 10, 13, 16, 19, 22, 25, 28, 31]),
        ("FREQ=DAILY;BYMONTHDAY=-1,5;BYMONTH=3", [4, 5, 31]),
        ("FREQ=DAILY;BYDAY=MO,TU;COUNT=4", [4, 5, 11, 12]),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", [4]),
    ],
)
def test_daily_rules_that_choose_their_days(text: str, days: list[int]):
    start = dt.datetime(2030, 3, 4, 10)
    found = between(parse(text), start, start, dt.datetime(2030, 4, 1))
    assert [local.day for local in found] == days


NUMBERS = {"BYMONTHDAY": 31, "BYMONTH": 12, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
NEVER = (
    "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=12",
    "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31", "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=7", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4,6",
    "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", "FREQ=YEARLY;BYWEEKNO=1;BYYEARDAY=100",
)  # fmt: skip


@st.composite
def any_rules(draw: st.DrawFn) -> str:
    """Whatever can be said, also what makes no sense."""
    freq = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 1000))}"]
    parts += draw(st.sampled_from(([], ["COUNT=2000"], ["UNTIL=99991231T000000"])))
    for name in draw(st.sets(st.sampled_from(sorted(NUMBERS)), max_size=3)):
        signs = (1,) if name == "BYMONTH" else (1, -1)
        found = draw(
            st.lists(st.tuples(st.integers(1, NUMBERS[name]), st.sampled_from(signs)), min_size=1, max_size=4)
        )
        parts.append(f"{name}={','.join(str(n * sign) for n, sign in found)}")
    if draw(st.booleans()):
        nth = st.sampled_from(("", "1", "5", "-5") if freq in {"MONTHLY", "YEARLY"} else ("",))
        named = draw(st.lists(st.tuples(nth, st.sampled_from(DAYS)), min_size=1, max_size=3))
        parts.append("BYDAY=" + ",".join(n + day for n, day in named))
    parts += draw(st.sampled_from(([], ["WKST=SU"])))
    return ";".join(parts)


def took(work: Callable[[], object]) -> float:
    """The least that a piece of work takes of a processor, in seconds: others are at work here, too."""
    measured = []
    for _again in range(3):
        begun = time.thread_time()
        work()
        measured.append(time.thread_time() - begun)
        if measured[-1] < 0.05:
            break
    return min(measured)


@unhurried
@given(any_rules(), st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9000, 1, 1)), st.integers(0, 500_000))
@example(NEVER[0] + ";COUNT=2000", local("0001-01-01T00:00"), 3_000_000)
@example("FREQ=YEARLY;BYWEEKNO=53;BYMONTHDAY=15", local("0001-01-01T00:00"), 3_000_000)
def test_no_rule_keeps_a_worker_busy(text: str, start: dt.datetime, later: int) -> None:
    try:
        rule = parse(text)
    except BadRule:
        return
    at = start + DAY * min(later, (dt.datetime(9900, 1, 1) - start).days)
    assert rule.rule is not None
    bare = rule.rule
    assert took(lambda: ever_happens(bare)) < 0.05
    assert took(lambda: between(rule, start, at, at + DAY * 366 * 40, most=2000)) < 0.25
    assert took(lambda: next_after(rule, start, at)) < 0.25


@pytest.mark.parametrize("text", NEVER)
def test_what_never_happens_is_told(text: str) -> None:
    rule = parse(text).rule
    assert rule is not None and not ever_happens(rule)
    found = between(
        Recurrence(rule), local("2024-01-01T10:00"), local("2024-01-02T10:00"), local("2099-01-01T10:00")
    )
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYYEARDAY=366", "FREQ=YEARLY;INTERVAL=1000", "FREQ=YEARLY;BYWEEKNO=53",
     "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "FREQ=DAILY;COUNT=1",
     "FREQ=WEEKLY;UNTIL=20000101", "FREQ=MONTHLY;BYDAY=MO,1TU"],
)  # fmt: skip
def test_what_is_rare_happens(text: str) -> None:
    rule = parse(text).rule
    assert rule is not None and ever_happens(rule)


@unhurried
@given(any_rules(), STARTS)
def test_days_are_those_that_the_library_finds(text: str, start: dt.datetime) -> None:
    """Of rules that come at least now and then: for the others the library looks too long."""
    try:
        rule = parse(text)
    except BadRule:
        return
    bare = replace(rule.rule or Rule("DAILY"), count=None, until=None, interval=1)
    mixed = {bool(n) for n, _day in bare.days} == {True, False}  # of which the library makes «both at once»
    weekly = bare.freq == "WEEKLY" and bare.positions  # it picks from what is left of the first week
    ours = between(Recurrence(bare), start, start, start + DAY * 366 * 12)
    if mixed or weekly or len(ours) < 4:
        return
    theirs = rrulestr(bare.text(), dtstart=start)
    assert ours[1:] == list(islice(theirs.xafter(start), len(ours) - 1))
