"""Events and the calendar of people: spans, series, who sees what, what colleagues are told apart from being busy."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.kit.recurrence.rules import stamp
from klientura.modules.activities.queries.calendar import events_of
from klientura.modules.activities.rules import start_of
from klientura.modules.activities.services import invitations, occurrences
from klientura.modules.activities.services.occurrences import Place

pytestmark = pytest.mark.django_db
SYSTEM = SystemActor("test")
MONDAY = dt.date(2026, 3, 2)


@pytest.fixture
def shape() -> Shape:
    """The object of events."""
    return shape_of("event")


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee with a calendar."""
    return company.actor("employee")


def plan(actor: Actor, name: str = "Планёрка", **more: Any) -> int:
    values = {
        "name": name,
        "starts_at": "2026-03-02T10:00",
        "ends_at": "2026-03-02T11:00",
        "zone": "Europe/Moscow",
    }
    return write.create(actor, shape_of("event"), {**values, **more})


def days(actor: Actor, first: dt.date = MONDAY, number: int = 14, *users: int) -> list[str]:
    with timezone.override("Europe/Moscow"):
        found = events_of(actor, users or (actor.user_id or 0,), first, first + dt.timedelta(days=number))
    return [f"{i.begins:%d.%m %H:%M}" for i in found]


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_an_end_follows_its_beginning(vera: Actor, shape: Shape):
    number = write.create(vera, shape, {"name": "Звонок", "starts_at": "2026-03-02T10:00Z"})
    row = read.get(vera, shape, number)
    assert row["ends_at"] - row["starts_at"] == dt.timedelta(hours=1)
    write.update(vera, shape, number, {"starts_at": "2026-03-03T12:00Z"})
    assert read.get(vera, shape, number)["ends_at"] == dt.datetime(2026, 3, 3, 13, tzinfo=dt.UTC)
    with pytest.raises(Invalid) as refused:
        write.update(vera, shape, number, {"ends_at": "2026-03-03T11:00Z"})
    assert [e.field for e in refused.value.errors] == ["ends_at"]


@pytest.mark.parametrize(
    "zone", ["Asia/Vladivostok", "America/New_York", "Europe/Moscow", "Pacific/Kiritimati"]
)
def test_a_whole_day_is_the_same_date_everywhere(vera: Actor, zone: str):
    with timezone.override("Europe/Moscow"):
        plan(vera, all_day=True, starts_at="2026-03-05", ends_at="2026-03-06")
    with timezone.override(zone):
        found = events_of(vera, [vera.user_id or 0], dt.date(2026, 3, 1), dt.date(2026, 3, 10))
    assert [(i.first.day, i.last.day) for i in found] == [(5, 5)]


@pytest.mark.parametrize("zone", ["Asia/Vladivostok", "America/New_York"])
def test_a_whole_day_stays_when_somebody_elsewhere_changes_its_name(vera: Actor, shape: Shape, zone: str):
    with timezone.override("Europe/Moscow"):
        number = plan(vera, all_day=True, starts_at="2026-03-05", ends_at="2026-03-07")
    with timezone.override(zone):
        write.update(vera, shape, number, {"name": "Выставка"})
    row = read.get(vera, shape, number)
    assert (row["first_day"], row["last_day"]) == (dt.date(2026, 3, 5), dt.date(2026, 3, 6))


def test_a_series_keeps_its_hour_over_a_change_of_clocks(vera: Actor):
    with timezone.override("Europe/Berlin"):
        plan(
            vera,
            zone="Europe/Berlin",
            starts_at="2026-03-23T10:00",
            ends_at="2026-03-23T11:00",
            repeats="FREQ=WEEKLY",
        )
    assert days(vera, dt.date(2026, 3, 20)) == ["23.03 12:00", "30.03 11:00"]


def test_one_occurrence_is_moved_and_another_removed(vera: Actor, shape: Shape):
    with timezone.override("Europe/Moscow"):
        number = plan(vera, repeats="FREQ=DAILY;COUNT=5")
        later = {"starts_at": "2026-03-03T15:00", "ends_at": "2026-03-03T16:30"}
        one = occurrences.change(vera, Place(number, local("2026-03-03T10:00")), "one", later)
        occurrences.remove(vera, Place(number, local("2026-03-04T10:00")), "one")
    assert days(vera) == ["02.03 10:00", "03.03 15:00", "05.03 10:00", "06.03 10:00"]
    row = read.get(vera, shape, one)
    assert (row["series"].id, row["occurrence_at"]) == (number, dt.datetime(2026, 3, 3, 7, tzinfo=dt.UTC))
    with pytest.raises(NotFound):
        occurrences.change(vera, Place(number, local("2026-03-04T10:00")), "one", {"name": "Нет такой"})


def test_what_follows_is_cut_off_and_moved(vera: Actor, shape: Shape):
    with timezone.override("Europe/Moscow"):
        number = plan(vera, repeats="FREQ=DAILY;COUNT=6")
        place = Place(number, local("2026-03-05T10:00"))
        rest = occurrences.change(
            vera, place, "following", {"starts_at": "2026-03-05T12:00", "ends_at": "2026-03-05T13:00"}
        )
    assert days(vera) == [
        "02.03 10:00",
        "03.03 10:00",
        "04.03 10:00",
        "05.03 12:00",
        "06.03 12:00",
        "07.03 12:00",
    ]
    occurrences.remove(vera, Place(rest, local("2026-03-06T12:00")), "following")
    assert days(vera)[-1] == "05.03 12:00"
    assert rest != number


def test_the_whole_series_moves_with_its_weekdays(vera: Actor):
    with timezone.override("Europe/Moscow"):
        number = plan(vera, repeats="FREQ=WEEKLY;BYDAY=MO,TH")
        friday = {"starts_at": "2026-03-06T09:00", "ends_at": "2026-03-06T10:00"}
        occurrences.change(vera, Place(number, local("2026-03-05T10:00")), "all", friday)
    assert days(vera) == ["03.03 09:00", "06.03 09:00", "10.03 09:00", "13.03 09:00"]
    occurrences.remove(vera, Place(number), "all")
    assert days(vera) == []


def test_a_rule_that_is_none_is_refused_in_words(vera: Actor):
    for text in ("иногда", "FREQ=HOURLY", "FREQ=DAILY;COUNT=2;UNTIL=20260401"):
        with pytest.raises(Invalid) as refused:
            plan(vera, repeats=text)
        assert [e.field for e in refused.value.errors] == ["repeats"]


def test_a_meeting_that_was_held_is_written_down_once(vera: Actor, shape: Shape):
    client = write.create(vera, shape_of("organisation"), {"name": "Альфа"})
    number = plan(vera, party=client, kind="meeting")
    invitations.hold(vera, number, {"result": "Договорились"})
    invitations.hold(vera, number, {"result": "Ещё раз"})
    told = read.page(SYSTEM, shape_of("interaction")).rows
    assert [(r["kind"], r["body"], r["minutes"], r["party"].id) for r in told] == [
        ("meeting", "Договорились", 60, client)
    ]
    invitations.plan_again(vera, number)
    assert read.page(SYSTEM, shape_of("interaction")).rows == []
    assert read.get(vera, shape, number)["status"] == "planned"


def test_what_is_still_to_come_was_not_held(vera: Actor):
    ahead = (timezone.now() + dt.timedelta(days=3)).isoformat()
    with pytest.raises(Invalid):
        invitations.hold(vera, plan(vera, starts_at=ahead, ends_at=None))


def test_whoever_is_invited_answers_for_themselves(company: Company, vera: Actor, shape: Shape):
    outsider, boss = company.actor("outsider"), company.actor("manager")
    number = plan(vera, attendees=[outsider.user_id])
    invitations.accept(outsider, number)
    row = read.get(outsider, shape, number)
    assert [u.id for u in row["accepted"]] == [outsider.user_id]
    invitations.decline(outsider, number)
    row = read.get(vera, shape, number)
    assert (row["accepted"], [u.id for u in row["declined"]]) == (None, [outsider.user_id])
    with pytest.raises((Denied, NotFound)):
        invitations.accept(boss, number)
    with pytest.raises((Denied, NotFound)):
        write.update(outsider, shape, number, {"name": "Моя"})


def test_an_invitation_is_answered_on_the_card_and_whoever_is_silent_is_named(company: Company, vera: Actor):
    outsider, name = company.actor("outsider"), company.users["outsider"].name
    number = plan(vera, attendees=[outsider.user_id])
    offered = {f"/event/{number}/actions/{verb}" for verb in ("accept", "perhaps", "decline")}
    card = company.client("outsider").get(f"/event/{number}").content.decode()
    assert all(url in card for url in offered)
    assert f"/event/{number}/actions/cancel" not in card, "an answer is theirs, the event is not"
    assert not any(
        url in company.client("employee").get(f"/event/{number}").content.decode() for url in offered
    )
    pages, silent = (f"/calendar/event/{number}", f"/event/{number}"), ("no answer yet", "пока не ответил")
    before = [company.client("employee").get(page).content.decode() for page in pages]
    assert all(name in page and any(words in page for words in silent) for page in before)
    assert company.client("outsider").post(f"/event/{number}/actions/accept").status_code == 200
    assert [u.id for u in read.get(vera, shape_of("event"), number)["accepted"]] == [outsider.user_id]
    after = [company.client("employee").get(page).content.decode() for page in pages]
    assert not any(words in page for words in silent for page in after)


def test_calling_one_of_a_series_off_says_which_and_is_taken_back(company: Company, vera: Actor):
    client = company.client("employee")
    series = plan(vera, repeats="FREQ=WEEKLY;COUNT=3")
    day = stamp(start_of(read.get(SYSTEM, shape_of("event"), series)) + dt.timedelta(days=7))
    said = client.post(f"/calendar/event/{series}/do/cancel?at={day}")
    toast = json.loads(said["HX-Trigger"])["toast"]
    own = read.page(SYSTEM, shape_of("event"), tree={"field": "series", "op": "eq", "value": series}).rows[0]
    when = timezone.localtime(own["starts_at"])
    assert f"{when:%H:%M}" in toast["text"] and str(when.day) in toast["text"]
    assert (own["status"], toast["undoUrl"]) == ("cancelled", f"/calendar/event/{own['id']}/do/again")
    assert client.post(toast["undoUrl"]).status_code == 200
    assert read.get(SYSTEM, shape_of("event"), own["id"])["status"] == "planned"
    assert read.get(SYSTEM, shape_of("event"), series)["status"] == "planned"


def test_moving_one_of_a_series_says_both_times_and_is_taken_back(company: Company, vera: Actor):
    client = company.client("employee")
    series = plan(vera, repeats="FREQ=WEEKLY;COUNT=3")
    before = read.get(SYSTEM, shape_of("event"), series)
    day = start_of(before) + dt.timedelta(days=7)
    times = {
        "starts_at": (day + dt.timedelta(days=1)).isoformat(),
        "ends_at": (day + dt.timedelta(days=1, hours=1)).isoformat(),
    }
    said = client.post(
        f"/calendar/event/{series}/change?at={stamp(day)}",
        {
            "name": before["name"],
            "kind": before["kind"],
            **times,
            "which": "one",
            "version": before["version"],
        },
    )
    toast = json.loads(said["HX-Trigger"])["toast"]
    assert str(day.day) in toast["text"] and str(day.day + 1) in toast["text"]
    own = read.page(SYSTEM, shape_of("event"), tree={"field": "series", "op": "eq", "value": series}).rows[0]
    assert own["starts_at"] != own["occurrence_at"]
    assert client.post(toast["undoUrl"]).status_code == 200
    assert read.get(SYSTEM, shape_of("event"), own["id"])["starts_at"] == own["occurrence_at"]
    elsewhere = own["occurrence_at"] + dt.timedelta(days=2)
    write.update(vera, shape_of("event"), own["id"], {"starts_at": elsewhere.isoformat()})
    assert client.post(toast["undoUrl"]).status_code == 409
    assert read.get(SYSTEM, shape_of("event"), own["id"])["starts_at"] == elsewhere, (
        "what was moved since stays"
    )


def test_a_new_time_asks_everybody_anew(company: Company, vera: Actor, shape: Shape):
    outsider = company.actor("outsider")
    number = plan(vera, attendees=[outsider.user_id])
    invitations.accept(outsider, number)
    write.update(vera, shape, number, {"place": "Зал 2"})
    assert read.get(vera, shape, number)["accepted"]
    write.update(vera, shape, number, {"starts_at": "2026-03-04T10:00"})
    assert read.get(vera, shape, number)["accepted"] is None


SECRET = "Собеседование у конкурента"


@pytest.fixture
def secret(vera: Actor) -> int:
    """Something of Vera's that is nobody else's business."""
    return plan(vera, SECRET, private=True, place="Кафе «Тайна»")


@pytest.mark.parametrize("who", ["manager", "administrator", "colleague", "outsider", "observer"])
def test_what_is_private_is_only_busy_to_others(
    company: Company, vera: Actor, secret: int, shape: Shape, who: str
):
    reader, client, api = company.actor(who), company.client(who), company.api(who)
    with pytest.raises((NotFound, Denied)):
        read.get(reader, shape, secret)
    for span in ("day", "week", "month", "agenda", "team"):
        page = client.get(f"/calendar?span={span}&on=2026-03-02&who={vera.user_id}").content.decode()
        assert SECRET not in page and "Тайна" not in page
        assert f"/event/{secret}" not in page and f'data-id="{secret}"' not in page
        assert "Занято" in page or "Busy" in page
    for address in (
        f"/event/{secret}",
        f"/event/{secret}?peek=1",
        f"/calendar/event/{secret}",
        f"/calendar/event/{secret}/change",
    ):
        assert client.get(address).status_code in {403, 404}
    assert api.get(f"/api/v1/event/{secret}").status_code in {403, 404}
    listed = api.get("/api/v1/event?limit=200")
    assert SECRET not in listed.content.decode()
    assert SECRET not in client.get("/search?q=Собеседование").content.decode()


def test_what_is_out_of_scope_is_only_busy(company: Company, vera: Actor):
    plan(vera, "Обсуждение премий")
    page = (
        company.client("outsider")
        .get(f"/calendar?span=week&on=2026-03-02&who={vera.user_id}")
        .content.decode()
    )
    assert "Обсуждение" not in page
    assert "is-closed" in page
    mine = company.client("employee").get("/calendar?span=week&on=2026-03-02&who=me").content.decode()
    assert "Обсуждение премий" in mine


def test_only_whose_event_it_is_keeps_it_private(company: Company, vera: Actor, shape: Shape):
    number = plan(vera)
    with pytest.raises(Invalid):
        write.update(company.actor("administrator"), shape, number, {"private": True})
    write.update(vera, shape, number, {"private": True})
    outsider = company.actor("outsider")
    write.update(vera, shape, number, {"attendees": [outsider.user_id]})
    assert read.get(outsider, shape, number)["private"]


def test_what_leaves_one_free_does_not_make_one_busy(company: Company, vera: Actor):
    plan(vera, private=True, free=True)
    page = (
        company.client("manager")
        .get(f"/calendar?span=week&on=2026-03-02&who={vera.user_id}")
        .content.decode()
    )
    assert "is-closed" not in page


def test_a_drag_moves_and_an_old_version_is_refused(company: Company, vera: Actor, shape: Shape):
    with timezone.override("Europe/Moscow"):
        number = plan(vera)
    client = company.client("employee")
    url = f"/calendar/event/{number}/change"
    moved = {"starts_at": "2026-03-03T12:00", "ends_at": "2026-03-03T13:00", "version": "1"}
    answer = client.post(url, moved, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "listChanged" in answer["HX-Trigger"]
    assert days(vera) == ["03.03 12:00"]
    late = client.post(url, {**moved, "starts_at": "2026-03-04T12:00"}, headers={"HX-Request": "true"})
    assert late.status_code == 422
    assert days(vera) == ["03.03 12:00"]


def test_a_drag_of_a_series_asks_how_much_of_it(company: Company, vera: Actor):
    with timezone.override("Europe/Moscow"):
        number = plan(vera, repeats="FREQ=DAILY;COUNT=3")
    client = company.client("employee")
    url = f"/calendar/event/{number}/change?at=20260303T100000"
    moved = {"starts_at": "2026-03-03T12:00", "ends_at": "2026-03-03T13:00", "version": "1"}
    asked = client.post(url, moved, headers={"HX-Request": "true"})
    assert asked.status_code == 200 and 'name="which"' in asked.content.decode()
    assert "2026-03-03T12:00" in asked.content.decode()
    client.post(url, {**moved, "which": "one"}, headers={"HX-Request": "true"})
    assert days(vera) == ["02.03 10:00", "03.03 12:00", "04.03 10:00"]
    assert client.post(url, {**moved, "which": "one", "version": "2"}).status_code == 404
    assert client.get(f"/calendar/event/{number}?at=никогда").status_code == 400


@pytest.mark.parametrize("span", ["day", "week", "month", "agenda", "team"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_shows_what_there_is(company: Company, vera: Actor, span: str, language: str):
    with timezone.override("Europe/Moscow"):
        plan(vera, "Встреча с заводом")
        plan(vera, "Отпуск", all_day=True, starts_at="2026-03-02", ends_at="2026-03-04")
        write.create(vera, shape_of("task"), {"name": "Позвонить", "due_at": "2026-03-02T14:00"})
    client = company.client("employee")
    client.cookies["django_language"] = language
    page = client.get(f"/calendar?span={span}&on=2026-03-02&who=me&off=").content.decode()
    for text in ("Встреча с заводом", "Отпуск", "Позвонить"):
        assert text in page
    hidden = client.get(f"/calendar?span={span}&on=2026-03-02&who=me&off=task").content.decode()
    assert "Позвонить" not in hidden


def test_the_last_choice_is_kept(company: Company):
    client = company.client("employee")
    client.get("/calendar?span=month&who=team&off=task")
    page = client.get("/calendar").content.decode()
    assert 'data-span="month"' in page
    assert re.search(r"off=task", page)


BAD_ADDRESSES = [
    "span=never&on=0000&who=x,y&off=z",
    "span=team&on=9999-12-31&wide=1",
    "span=month&on=0001-01-01",
    "who=99999999999999999999",
]


@pytest.mark.parametrize("query", BAD_ADDRESSES)
def test_an_address_that_says_nothing_shows_a_week(company: Company, query: str):
    assert company.client("employee").get(f"/calendar?{query}").status_code == 200


def test_a_week_of_a_team_costs_one_question_for_each_kind(company: Company, vera: Actor):
    users = list(User.objects.filter(is_active=True).values_list("pk", flat=True))

    def asked(number: int) -> int:
        for n in range(number):
            plan(
                SYSTEM,
                f"Встреча {n}",
                owner=users[n % len(users)],
                repeats="FREQ=DAILY;COUNT=9" if n % 3 else None,
            )
        client = company.client("administrator")
        with CaptureQueriesContext(
            connection,
        ) as caught:
            page = client.get("/calendar?span=team&wide=1&on=2026-03-02&who=" + ",".join(map(str, users)))
        assert page.status_code == 200
        return len([q for q in caught if re.search(r"\bfrom event r|from \"?event\"? r", q["sql"])])

    assert asked(3) == asked(30) == 1


PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"}


def span_of(client: Client, address: str = "/calendar", headers: dict[str, str] | None = None) -> str:
    page = client.get(address, headers=headers).content.decode()
    found = re.search(r'data-span="(\w+)"', page)
    assert found is not None
    return found.group(1)


def test_a_phone_begins_with_a_day_and_keeps_its_own_look(company: Company):
    client = company.client("employee")
    assert (span_of(client), span_of(client, headers=PHONE)) == ("week", "day")
    assert span_of(client, headers={"Sec-CH-UA-Mobile": "?1"}) == "day"
    client.get("/calendar?span=month&who=team&off=task")
    assert span_of(client, headers=PHONE) == "day"
    client.get("/calendar?span=agenda", headers=PHONE)
    assert (span_of(client), span_of(client, headers=PHONE)) == ("month", "agenda")
    client.get("/calendar?span=team")
    assert (span_of(client), span_of(client, headers=PHONE)) == ("team", "agenda")


def test_the_list_of_events_is_reached_from_the_calendar_and_the_palette(company: Company):
    client = company.client("employee")
    page = client.get("/").content.decode()
    navigation = page[page.index("<nav") : page.index("</nav>")]
    assert 'href="/calendar"' in navigation
    assert 'href="/event"' not in navigation
    assert re.search(r'<a href="/event" data-command="', page)
    assert 'href="/event"' in client.get("/calendar").content.decode()
    assert client.get("/event").status_code == 200
    assert company.client(None).get("/event").status_code == 302
