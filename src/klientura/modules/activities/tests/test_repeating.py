"""What repeats: the next one once, by its time or when the former is done; nothing piles up; stopping it."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied, Invalid
from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.modules.activities import jobs
from klientura.modules.activities.services import assignments, repeating
from klientura.modules.activities.services.reminding import remind
from klientura.modules.activities.services.repeating import follow_up, make_due, make_next, next_due

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
MOSCOW = ZoneInfo("Europe/Moscow")
DAY = dt.timedelta(days=1)


def at(day: int, hour: int = 10, month: int = 11) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=MOSCOW)


def make(company: Company, **values: Any) -> int:
    base = {"name": "Отчёт", "due_at": at(16).isoformat(), "repeats": "каждый понедельник"}
    return write.create(company.actor("employee"), shape_of("task"), base | values)


def rows(kind: str = "task") -> list[dict[str, Any]]:
    return [dict(r) for r in read.page(ACTOR, shape_of(kind), sort="id", limit=50).rows]


def test_the_next_one_is_made_when_the_former_is_done(company: Company) -> None:
    first = make(company, important=True, minutes=30)
    company.client("employee").post(f"/task/{first}/done")
    deliver()
    deliver()
    follow_up("task", [first])
    done, following = rows()
    assert (done["status"], following["status"]) == ("done", "open")
    assert following["due_at"] > timezone.now()
    assert timezone.localtime(following["due_at"], MOSCOW).strftime("%a %H:%M") == "Mon 10:00"
    assert (following["name"], following["important"], following["minutes"]) == ("Отчёт", True, 30)
    assert following["owner"].id == company.actor("employee").user_id


def test_opened_again_the_next_one_goes_unless_it_was_touched(company: Company) -> None:
    client, first = company.client("employee"), make(company)
    client.post(f"/task/{first}/done")
    deliver()
    client.post(f"/task/{first}/not-done")
    deliver()
    assert [r["status"] for r in rows()] == ["open"]
    client.post(f"/task/{first}/done")
    deliver()
    following = rows()[1]["id"]
    write.update(company.actor("employee"), shape_of("task"), following, {"name": "Отчёт за неделю"})
    client.post(f"/task/{first}/not-done")
    deliver()
    assert len(rows()) == 2


def test_its_time_makes_it_once_and_nothing_piles_up(company: Company) -> None:
    make(company)
    assert make_due(at(17)) == 0, "Tuesday: the next Monday is far"
    assert make_due(at(23, 1)) == 1, "the day of the next one has begun"
    assert make_due(at(23, 2)) == 0
    assert make_due(at(30, 12)) == 0, "two stand open: a third waits"
    assert [timezone.localtime(r["due_at"], MOSCOW).day for r in rows()] == [16, 23]


def test_after_an_absence_one_is_made_and_not_five(company: Company) -> None:
    first = make(company)
    assert make_next("task", first, because="done", now=at(23, 12, 12)) is not None
    assert [timezone.localtime(r["due_at"], MOSCOW).strftime("%d.%m") for r in rows()] == ["16.11", "28.12"]


def test_counted_from_when_it_was_done(company: Company) -> None:
    first = make(company, repeats="every 3 days", repeat_after=True)
    assert make_due(at(25)) == 0
    make_next("task", first, because="done", now=at(20, 15))
    assert rows()[1]["due_at"] == at(23)


def test_who_stops_it_has_no_further_ones(company: Company) -> None:
    first = make(company)
    api = company.api("employee")
    stopped = api.post(f"/api/v1/task/{first}/actions/stop", {}, content_type="application/json")
    assert (stopped.status_code, stopped.json()["repeats"]) == (200, None)
    company.client("employee").post(f"/task/{first}/done")
    deliver()
    assert len(rows()) == 1


def test_a_rule_takes_its_day_of_the_due_time(company: Company) -> None:
    make(company, repeats="ежемесячно", due_at=at(17).isoformat())
    assert rows()[0]["repeats"] == "RRULE:FREQ=MONTHLY;BYMONTHDAY=17"
    make(company, repeats="по будням", due_at=None)
    assert rows()[1]["due_at"] is not None


@pytest.mark.parametrize(
    "wrong", ["иногда", "FREQ=HOURLY", "FREQ=WEEKLY;BYDAY=XX", "каждый понедельник или нет"]
)
def test_what_is_no_rule_is_refused(company: Company, wrong: str) -> None:
    api = company.api("employee")
    answer = api.post("/api/v1/task", {"name": "Отчёт", "repeats": wrong}, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "repeats")


def test_a_line_that_repeats_makes_a_task_that_repeats(company: Company) -> None:
    client = company.client("employee")
    shown = client.post("/entry/preview", {"text": "каждый понедельник в 10 отчёт"}).content.decode()
    assert "каждый понедельник" in shown
    client.post("/entry", {"text": "каждый понедельник в 10 отчёт"})
    task = rows()[0]
    assert (task["name"], task["repeats"]) == ("Отчёт", "RRULE:FREQ=WEEKLY;BYDAY=MO")
    assert timezone.localtime(task["due_at"]).strftime("%a %H:%M") == "Mon 10:00"


@given(
    st.sampled_from(["FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"]),
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1)),
    st.integers(-400, 400), st.booleans(), st.sampled_from(["Europe/Moscow", "Europe/Berlin", "America/New_York"]),
)  # fmt: skip
def test_the_next_time_lies_ahead_at_the_same_hour(
    rule: str, due: dt.datetime, days: int, after: bool, zone_name: str
) -> None:
    zone = ZoneInfo(zone_name)
    begin = due.replace(second=0, microsecond=0, hour=due.hour % 12 + 8, tzinfo=zone)
    now = begin + days * DAY
    found = next_due(rule, begin, zone, now=now, after_done=after)
    assert found is not None
    local = found.astimezone(zone)
    assert (local.hour, local.minute) == (begin.hour, begin.minute)
    assert found > begin or after
    assert local.date() > now.astimezone(zone).date() if after else found > now


class TestAssignments:
    def give(self, company: Company, due: dt.timedelta, **more: Any) -> int:
        values = {
            "name": "Собрать отзывы", "owner": company.actor("employee").user_id,
            "due_at": (timezone.now() + due).isoformat(), **more,
        }  # fmt: skip
        return write.create(company.actor("manager"), shape_of("assignment"), values)

    def told(self, who: str, company: Company) -> list[str]:
        found = Notification.objects.filter(user=company.users[who], kind="due").order_by("pk")
        return [n.payload["about"] for n in found]

    def test_reminders_come_once(self, company: Company) -> None:
        self.give(company, dt.timedelta(hours=20))
        soon = timezone.now() + dt.timedelta(hours=3)
        assert remind(timezone.now()) == 0, "it has only just been given"
        assert remind(soon) == 1
        assert remind(soon) == 0
        assert (self.told("employee", company), self.told("manager", company)) == (["soon"], [])
        assert remind(soon + DAY) == 1
        assert self.told("manager", company) == ["late"]

    def test_the_head_is_told_after_some_days_and_once(self, company: Company) -> None:
        self.give(company, -DAY * 3)
        late = timezone.now() + dt.timedelta(hours=1)
        remind(late)
        remind(late + dt.timedelta(hours=1))
        heads = Notification.objects.filter(kind="due", payload__about="escalated")
        assert heads.count() >= 1
        assert company.users["manager"] not in [n.user for n in heads]
        assert heads.values("user", "cause").distinct().count() == heads.count()
        shown = company.client("administrator").get("/notifications").content.decode()
        assert "Просрочено" in shown

    def test_nobody_is_told_who_should_not_be(self, company: Company) -> None:
        number = self.give(company, -DAY * 3, escalate_after=0)
        assignments.report(company.actor("employee"), number, {"report": "Готово"})
        assert remind(timezone.now()) == 0
        assert not Notification.objects.filter(kind="due").exists()

    def test_a_controller_approves_but_decides_nothing_else(self, company: Company) -> None:
        controller = company.actor("colleague")
        number = self.give(company, DAY, controller=controller.user_id)
        assert read.get(controller, shape_of("assignment"), number)["name"] == "Собрать отзывы"
        with pytest.raises(Invalid):
            write.update(controller, shape_of("assignment"), number, {"name": "Другое"})
        with pytest.raises(Denied):
            assignments.cancel(controller, number)
        assignments.report(company.actor("employee"), number, {"report": "Готово"})
        assignments.approve(controller, number)
        assert read.get(ACTOR, shape_of("assignment"), number)["status"] == "done"

    def test_an_assignment_that_repeats_is_issued_again(self, company: Company) -> None:
        number = self.give(
            company, DAY, repeats="каждую неделю", controller=company.actor("colleague").user_id
        )
        assignments.report(company.actor("employee"), number, {"report": "Готово"})
        assignments.approve(company.actor("manager"), number)
        deliver()
        done, following = rows("assignment")
        assert (done["status"], following["status"]) == ("done", "issued")
        assert following["issuer"].id == company.actor("manager").user_id
        assert following["controller"].id == company.actor("colleague").user_id
        assert following["report"] is None


def test_one_that_cannot_be_written_stops_nobody_elses(company: Company) -> None:
    stuck = write.create(
        company.actor("outsider"),
        shape_of("task"),
        {"name": "Без хозяина", "due_at": at(16).isoformat(), "repeats": "каждый понедельник"},
    )
    make(company)
    User.objects.filter(pk=company.users["outsider"].pk).update(is_active=False)
    assert make_due(at(23, 1)) == 1
    first = Notification.objects.get(kind="paused")
    assert first.payload == {"name": "Без хозяина", "url": f"/task/{stuck}"}, "the clock tells of it too"
    make_due(at(23, 2))
    assert Notification.objects.get(kind="paused").at == first.at, "and once"
    write.update(ACTOR, shape_of("task"), stuck, {"status": "done"})
    plain = make(company, name="Другая")
    write.update(ACTOR, shape_of("task"), plain, {"status": "done"})
    deliver()
    assert [r["name"] for r in rows()].count("Другая") == 2
    [told] = Notification.objects.filter(kind="paused")
    assert (told.user_id, told.payload) == (
        company.users["administrator"].pk,
        {"name": "Без хозяина", "url": f"/task/{stuck}"},
    )


def test_a_client_that_is_gone_is_left_out_of_the_next_one(company: Company) -> None:
    admin = company.actor("administrator")
    party = write.create(company.actor("employee"), shape_of("organisation"), {"name": "Ромашка"})
    make(company, party=party)
    write.trash(admin, shape_of("organisation"), [party])
    assert make_due(at(23, 1)) == 1
    assert rows()[1]["party"] is None


def test_what_repeats_of_somebody_switched_off_goes_to_the_head_of_their_team(company: Company) -> None:
    make(company)
    User.objects.filter(pk=company.users["employee"].pk).update(is_active=False)
    assert make_due(at(23, 1)) == 1
    assert rows()[1]["owner"].id == company.users["manager"].pk


def test_reminders_go_out_whatever_keeps_the_next_ones(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = timezone.now() - dt.timedelta(minutes=1)
    boss, vera = company.actor("manager"), company.actor("employee")
    write.create(
        boss, shape_of("assignment"), {"name": "Отзывы", "owner": vera.user_id, "due_at": due.isoformat()}
    )
    monkeypatch.setattr(repeating, "OPEN", {"task": None})  # as anything unforeseen would
    with pytest.raises(TypeError):
        jobs.look_at_the_clock()
    assert Notification.objects.filter(kind="due", user_id=boss.user_id or 0).exists()


def test_those_whose_time_has_not_come_starve_nobody(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeating, "MOST_AT_ONCE", 1)
    make(company, repeats="ежегодно")
    make(company)
    assert make_due(at(23, 1)) == 1


@pytest.mark.parametrize("after_done", [False, True])
def test_a_counted_rule_ends(company: Company, after_done: bool) -> None:
    due = timezone.now().isoformat()
    make(company, due_at=due, repeats="FREQ=DAILY;COUNT=3", repeat_after=after_done)
    for _round in range(5):
        write.update(ACTOR, shape_of("task"), rows()[-1]["id"], {"status": "done"})
        deliver()
    assert len(rows()) == 3
    assert rows()[-1]["repeats"] is None


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", {1, 15}),
        ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1", {1}),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-31", {1, 15}),
    ],
)
def test_a_rule_of_several_days_brings_the_first_of_them(company: Company, rule: str, days: set[int]) -> None:
    make(company, repeats=rule, due_at=None)
    assert timezone.localtime(rows()[0]["due_at"]).day in days
