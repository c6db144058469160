"""One thing that happens to an event is one notice, in words."""

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.models import Follow
from klientura.kernel.notify.reading import page
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.services import invitations, occurrences
from klientura.modules.activities.services.occurrences import Place

pytestmark = pytest.mark.django_db
SECOND = dt.datetime(2030, 3, 11, 10)


def told(company: Company, who: str) -> list[str]:
    """What somebody was told, the oldest first."""
    deliver()
    with translation.override("ru"):
        return [line.text for line in reversed(page(company.actor(who)).lines)]


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee whose events the others are invited to."""
    return company.actor("employee")


def plan(company: Company, actor: Actor, **more: Any) -> int:
    values = {
        "name": "Планёрка", "starts_at": "2030-03-04T10:00+03:00", "ends_at": "2030-03-04T11:00+03:00", "zone": "Europe/Moscow",
        "repeats": "RRULE:FREQ=WEEKLY;BYDAY=MO", "attendees": [company.actor("manager").user_id],
    }  # fmt: skip
    number = write.create(actor, shape_of("event"), {**values, **more})
    deliver()
    return number


def move(actor: Actor, series: int, to: str) -> int:
    times = {"starts_at": f"{to}:00+03:00", "ends_at": f"{to}:30+03:00"}
    return occurrences.change(actor, Place(series, SECOND), "one", times)


@pytest.mark.parametrize(
    ("to", "text"),
    [("2030-03-11T15", "11 марта: перенесено на 15:00"), ("2030-03-12T09", "11 марта: перенесено на 12 марта, 09:00")],
)  # fmt: skip
def test_one_day_of_a_series_that_is_moved_is_one_notice(company: Company, vera: Actor, to: str, text: str):
    series = plan(company, vera)
    before = told(company, "manager")
    own = move(vera, series, to)
    assert told(company, "manager") == [*before, text]
    version = read.get(vera, shape_of("event"), own)["version"]
    occurrences.back_to_its_time(vera, own, expected_version=version)
    assert told(company, "manager")[len(before) + 1 :] == ["11 марта: снова в обычное время"]


def test_one_day_that_is_called_off_or_taken_out_is_one_notice(company: Company, vera: Actor):
    series = plan(company, vera)
    before = told(company, "manager")
    invitations.cancel(vera, occurrences.by_itself(vera, Place(series, SECOND)))
    assert told(company, "manager") == [*before, "11 марта: отменено"]
    occurrences.remove(vera, Place(series, SECOND + dt.timedelta(days=7)), "one")
    assert told(company, "manager")[len(before) + 1 :] == ["18 марта: отменено"]


def test_who_comes_to_one_day_only_is_invited_to_it(company: Company, vera: Actor):
    series, boss = plan(company, vera), company.actor("manager").user_id
    guest = company.actor("colleague").user_id
    occurrences.change(vera, Place(series, SECOND), "one", {"attendees": [boss, guest]})
    assert [t.partition(":")[0] for t in told(company, "colleague")] == ["Вас приглашают"]
    assert told(company, "manager")[-1] == "11 марта: изменено только в этот день"


def test_an_event_that_is_moved_by_another_is_one_notice_to_its_owner(company: Company, vera: Actor):
    series = plan(company, vera)
    move(company.actor("administrator"), series, "2030-03-11T15")
    assert told(company, "employee") == ["11 марта: перенесено на 15:00"]


def test_an_event_that_is_moved_is_one_notice_and_its_followers_hear_too(company: Company, vera: Actor):
    number = plan(company, vera, repeats=None)
    Follow.objects.create(
        user_id=company.actor("administrator").user_id or 0,
        object="event",
        record_id=number,
        state="following",
    )
    before = told(company, "manager")
    write.update(vera, shape_of("event"), number, {"starts_at": "2030-03-04T12:00+03:00", "place": "Зал"})
    boss = told(company, "manager")[len(before) :]
    assert sorted(t.partition(":")[0] for t in boss) == ["Время изменилось", "Изменено"]
    assert boss[1].endswith(": Место") or boss[0].endswith(": Место")
    assert "Начало" in told(company, "administrator")[-1]


def test_an_answer_is_one_notice_to_the_owner_and_none_to_the_others(company: Company, vera: Actor):
    others = [company.actor(who).user_id for who in ("manager", "colleague")]
    number = plan(company, vera, attendees=others)
    invitations.accept(company.actor("manager"), number)
    assert [t.partition(":")[0] for t in told(company, "employee")] == ["Придёт"]
    assert len(told(company, "colleague")) == 1
