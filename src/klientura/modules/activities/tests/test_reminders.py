"""Reminders fire once and move along; colleagues are told of invitations; free hours are found over everybody's calendars."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.events.models import Event as Outbox
from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.models import Notification
from klientura.kernel.notify.wording import lines
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company
from klientura.kit.working_days import WorkingTime
from klientura.modules.activities.models import Event, EventGuest, Reminder
from klientura.modules.activities.queries.free_time import free_days
from klientura.modules.activities.services import invitations, occurrences, reminders
from klientura.modules.activities.services.occurrences import Place

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee with a calendar."""
    return company.actor("employee")


def plan(actor: Actor, begins: dt.datetime, **more: Any) -> int:
    number = write.create(
        actor,
        shape_of("event"),
        {"name": "Планёрка", "starts_at": begins.isoformat(), "zone": "Europe/Moscow", **more},
    )
    deliver()
    return number


def told(actor: Actor, kind: str = "reminder") -> list[str]:
    return [
        str(n.payload["said"])
        for n in Notification.objects.filter(user_id=actor.user_id or 0, kind=kind).order_by("pk")
    ]


def soon(hours: float = 24) -> dt.datetime:
    return (timezone.now() + dt.timedelta(hours=hours)).replace(second=0, microsecond=0)


def test_it_fires_once_at_its_moment(vera: Actor):
    begins = soon()
    plan(vera, begins)
    assert reminders.fire(begins - dt.timedelta(minutes=16)) == 0
    assert reminders.fire(begins - dt.timedelta(minutes=15)) == 1
    assert reminders.fire(begins - dt.timedelta(minutes=14)) == 0
    assert told(vera) == ["soon"]
    said = lines(vera, list(Notification.objects.filter(user_id=vera.user_id or 0, kind="reminder")))
    assert said[0].open and said[0].url


def test_it_moves_with_its_event_and_an_edit_swallows_nothing(vera: Actor):
    begins = soon()
    number = plan(vera, begins)
    write.update(vera, shape_of("event"), number, {"starts_at": (begins + HOUR).isoformat()})
    deliver()
    assert reminders.fire(begins) == 0
    assert Reminder.objects.get(record_id=number).fires_at == begins + HOUR - dt.timedelta(minutes=15)
    invitations.cancel(vera, number)
    deliver()
    assert reminders.fire(begins + HOUR) == 0


def test_a_moment_that_came_before_anybody_heard_of_the_event_is_told_late(vera: Actor):
    values = {"name": "Планёрка", "starts_at": (timezone.now() + dt.timedelta(minutes=10)).isoformat()}
    write.create(vera, shape_of("event"), values)
    Outbox.objects.update(at=timezone.now() - dt.timedelta(minutes=30))  # nothing ran for half an hour
    deliver()
    assert reminders.fire() == 1
    assert told(vera) == ["soon"]
    write.create(vera, shape_of("event"), values)
    deliver()
    assert reminders.fire() == 0  # made when its moment had passed


def test_what_was_missed_is_told_once_and_the_series_goes_on(vera: Actor):
    begins = soon()
    number = plan(vera, begins, repeats="FREQ=DAILY")
    late = begins + dt.timedelta(days=3, hours=5)
    assert reminders.fire(late) == 1
    assert told(vera) == ["missed"]
    assert Reminder.objects.get(record_id=number).begins_at == begins + dt.timedelta(days=4)
    assert reminders.fire(late + HOUR) == 0


def test_each_occurrence_is_reminded_of_before_the_last_has_come(vera: Actor):
    begins = soon(100)
    number = plan(vera, begins, repeats="FREQ=DAILY")
    reminders.choose(vera, "event", number, {2880})
    two_days = dt.timedelta(days=2)
    for n in range(3):
        assert reminders.fire(begins - two_days + dt.timedelta(days=n)) == 1
    assert told(vera) == ["soon"] * 3


def test_several_are_chosen_and_only_for_oneself(company: Company, vera: Actor):
    outsider = company.actor("outsider")
    number = plan(vera, soon(), attendees=[outsider.user_id])
    reminders.choose(vera, "event", number, {5, 60})
    assert (reminders.chosen(vera, "event", number), reminders.chosen(outsider, "event", number)) == (
        [5, 60],
        [15],
    )
    with pytest.raises(Invalid):
        reminders.choose(vera, "event", number, {7})
    with pytest.raises(NotFound):
        reminders.choose(
            company.actor("colleague"),
            "event",
            number,
            {5},
        )


def test_nobody_is_reminded_of_what_is_closed_to_them_now(company: Company, vera: Actor):
    outsider = company.actor("outsider")
    begins = soon()
    number = plan(vera, begins, attendees=[outsider.user_id])
    write.update(vera, shape_of("event"), number, {"attendees": None})
    deliver()
    assert reminders.fire(begins) == 1
    assert (told(outsider), told(vera)) == ([], ["soon"])


def test_a_task_reminds_too(company: Company, vera: Actor):
    due = soon()
    number = write.create(vera, shape_of("task"), {"name": "Позвонить", "due_at": due.isoformat()})
    answer = company.client("employee").post(f"/calendar/remind/task/{number}", {"minutes": ["10", "1440"]})
    assert answer.status_code == 200
    reminders.fire(due)
    assert told(vera) == ["due"]
    write.update(vera, shape_of("task"), number, {"status": "done"})
    deliver()
    assert not Reminder.objects.exclude(fires_at=None).exists()


def test_colleagues_are_told(company: Company, vera: Actor):
    outsider = company.actor("outsider")
    number = plan(vera, soon(), attendees=[outsider.user_id])
    assert told(outsider, "invited") == ["invited"]
    invitations.accept(outsider, number)
    deliver()
    assert told(vera, "invited") == ["accepted"]
    write.update(vera, shape_of("event"), number, {"starts_at": soon(50).isoformat()})
    deliver()
    invitations.cancel(vera, number)
    deliver()
    assert told(outsider, "invited") == ["invited", "moved", "off"]


MONDAY = dt.datetime(2030, 3, 4, 6, tzinfo=dt.UTC)  # nine in Moscow


def slots(actor: Actor, users: list[int], minutes: int = 60, **more: Any) -> list[str]:
    with timezone.override("Europe/Moscow"):
        found = free_days(actor, users, dt.timedelta(minutes=minutes), WorkingTime(), after=MONDAY, **more)
    return [f"{b:%d %H:%M}" for day in found for b, _e in day.slots]


def test_free_hours_lie_between_what_all_of_them_have(company: Company, vera: Actor):
    outsider = company.actor("outsider")
    both = [vera.user_id or 0, outsider.user_id or 0]
    plan(vera, MONDAY)
    plan(outsider, MONDAY + HOUR, private=True)
    plan(outsider, MONDAY + HOUR * 3, free=True)
    number = plan(vera, MONDAY + HOUR * 2, ends_at=(MONDAY + HOUR * 8).isoformat())
    assert slots(vera, both)[:4] == ["04 17:00", "05 09:00", "05 10:00", "05 11:00"]
    assert slots(vera, both, besides=number)[0] == "04 11:00"
    assert slots(vera, both, minutes=540)[0] == "05 09:00"
    assert slots(vera, both, minutes=541) == []


def test_a_shortened_day_and_a_holiday_have_less(vera: Actor):
    with timezone.override("Europe/Moscow"):
        found = free_days(
            vera,
            [vera.user_id or 0],
            dt.timedelta(hours=9),
            WorkingTime(),
            after=dt.datetime(2026, 4, 30, 5, tzinfo=dt.UTC),
        )
    assert [f"{day.slots[0][0]:%d.%m}" for day in found if day.slots][:3] == ["04.05", "05.05", "06.05"]


def test_the_dialog_offers_them(company: Company, vera: Actor):
    client = company.client("employee")
    page = client.get(f"/calendar/free?user={vera.user_id}&minutes=30&from=2030-03-04").content.decode()
    assert "/event/new?" in page and "starts_at=2030-03-04T09%3A00" in page
    number = plan(vera, MONDAY)
    moved = client.get(f"/calendar/free?event={number}").content.decode()
    assert f"/calendar/event/{number}/change?" in moved
    form = client.get(
        f"/calendar/event/{number}/change?starts_at=2030-03-05T09:00&ends_at=2030-03-05T10:00"
    ).content.decode()
    assert 'value="2030-03-05T09:00"' in form
    assert client.get("/calendar/free?minutes=99999").status_code == 400
    further = client.get(f"/calendar/free?user={vera.user_id}&from=2030-03-04&more=1").content.decode()
    assert further.count('class="free-day"') == 10 and "from=2030-03-1" in further and "<form" not in further


def test_within_a_form_the_hours_are_those_of_whom_it_names_and_strips_show_what_each_has(
    company: Company, vera: Actor
):
    outsider, client = company.actor("outsider"), company.client("employee")
    plan(outsider, MONDAY + HOUR, private=True, name="Тайное")
    typed = f"attendees={outsider.user_id}&starts_at=2030-03-04T10:00&ends_at=2030-03-04T10:30"
    page = client.get(f"/calendar/free?inside=1&{typed}").content.decode()
    assert 'data-begins="2030-03-04T09:30" data-ends="2030-03-04T10:00"' in page
    assert 'data-begins="2030-03-04T10:00"' not in page
    assert (
        "Понедельник, 04.03.2030" in page
        and "Дина Юсупова: занято 10:00–11:00" in page
        and "Тайное" not in page
    )
    assert '<rect x="4.0" y="0" width="4.0" height="4"/>' in page and "<form" not in page
    new = client.get(f"/event/new?dialog=1&attendees={vera.user_id}").content.decode()
    assert f'name="attendees" value="{vera.user_id}"' in new


def armed(actor: Actor, number: int) -> list[int]:
    rows = Reminder.objects.filter(object="event", record_id=number, fires_at__isnull=False)
    return sorted(rows.filter(user_id=actor.user_id or 0).values_list("minutes", flat=True))


def test_what_somebody_chose_stays_whoever_else_is_invited(company: Company, vera: Actor):
    boss, other = company.actor("manager"), company.actor("colleague")
    number = plan(vera, soon(), attendees=[boss.user_id])
    reminders.choose(vera, "event", number, [])
    reminders.choose(boss, "event", number, [60])
    write.update(vera, shape_of("event"), number, {"attendees": [boss.user_id, other.user_id]})
    deliver()
    assert (armed(vera, number), armed(boss, number), armed(other, number)) == ([], [60], [15])
    assert reminders.chosen(vera, "event", number) == []
    reminders.choose(vera, "event", number, [5])
    assert armed(vera, number) == [5]


def test_whoever_is_taken_off_is_reminded_no_more(company: Company, vera: Actor):
    boss = company.actor("manager")
    begins = soon()
    number = plan(vera, begins, attendees=[boss.user_id])
    write.update(vera, shape_of("event"), number, {"attendees": []})
    deliver()
    assert (armed(boss, number), armed(vera, number)) == ([], [15])
    reminders.fire(begins)
    assert told(boss) == []


def test_whoever_is_taken_off_is_forgotten_though_others_follow_before_it_is_told(
    company: Company, vera: Actor
):
    boss, other = company.actor("manager"), company.actor("colleague")
    number = plan(vera, soon(), attendees=[boss.user_id])
    for attendees in ([], [other.user_id]):
        write.update(vera, shape_of("event"), number, {"attendees": attendees})
    deliver()
    assert (armed(boss, number), armed(other, number)) == ([], [15])


def test_a_day_that_stands_by_itself_reminds_as_its_series(vera: Actor):
    begins = soon()
    number = plan(vera, begins, repeats="RRULE:FREQ=DAILY")
    reminders.choose(vera, "event", number, [30, 120])
    at = timezone.localtime(begins, ZoneInfo("Europe/Moscow")).replace(tzinfo=None)
    to = {"starts_at": (begins + 27 * HOUR).isoformat(), "ends_at": (begins + 28 * HOUR).isoformat()}
    one = occurrences.change(vera, Place(number, at + dt.timedelta(days=1)), "one", to)
    rest = occurrences.change(vera, Place(number, at + dt.timedelta(days=3)), "following", {"name": "Иначе"})
    deliver()
    assert armed(vera, one) == armed(vera, rest) == [30, 120]


def test_what_is_gone_for_good_leaves_no_reminder_and_no_guest(vera: Actor):
    kept, gone = plan(vera, soon()), plan(vera, soon())
    for number in (kept, gone):
        EventGuest.objects.create(event_id=number, person_id=1, address=f"{number}@client.example")
    Event.objects.filter(pk=gone).delete()
    assert reminders.forget_purged() == 2
    assert set(Reminder.objects.values_list("record_id", flat=True)) == {kept}
    assert set(EventGuest.objects.values_list("event_id", flat=True)) == {kept}
