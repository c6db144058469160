"""What happens becomes notifications: of the right people, once, of what they see, and never of their own acts."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.comments import writing
from klientura.kernel.events.models import Event
from klientura.kernel.events.outbox import deliver
from klientura.kernel.handover import carrying_out
from klientura.kernel.handover.planning import Plan
from klientura.kernel.history.undo import undo
from klientura.kernel.jobs.models import Job
from klientura.kernel.jobs.service import run_inline
from klientura.kernel.merging.merge import merge
from klientura.kernel.notify import following, reading
from klientura.kernel.notify.models import Follow, Notification, Wish
from klientura.kernel.notify.wording import Line
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules import keeping, running
from klientura.kernel.sharing import giving
from klientura.kernel.sharing.rows import Given
from klientura.kernel.store import bulk, write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

KEY = "organisation"


@pytest.fixture(autouse=True)
def _nothing_before(company: Company, ours: int, theirs: int) -> None:
    """What the making of the scene has told is not what the tests are about."""
    deliver()
    Notification.objects.all().delete()


def change(company: Company, who: str, number: int, **values: Any) -> None:
    write.update(company.actor(who), shape_of(KEY), number, values)
    deliver()


def told(company: Company, who: str) -> list[Line]:
    return reading.page(company.actor(who), limit=100).lines


def texts(company: Company, who: str) -> list[str]:
    return [line.text for line in told(company, who)]


def receivers(company: Company) -> dict[str, list[str]]:
    """By user: the kinds of what they were told."""
    found: dict[str, list[str]] = {}
    names = {u.pk: k for k, u in company.users.items()}
    for row in Notification.objects.order_by("pk"):
        found.setdefault(names[row.user_id], []).append(row.kind)
    return found


def test_the_owner_hears_of_changes_by_others(company: Company, ours: int) -> None:
    change(company, "manager", ours, city="Уфа")
    assert receivers(company) == {"employee": ["changed"]}
    line = told(company, "employee")[0]
    assert (line.text, line.who, line.records[0].title, line.url) == (
        "Changed: City", "Борис Лось", "Ромашка", f"/organisation/{ours}",
    )  # fmt: skip


def test_nobody_hears_of_their_own_acts(company: Company, ours: int) -> None:
    change(company, "employee", ours, city="Уфа")
    assert receivers(company) == {}


def test_edits_of_one_hour_are_one_line_until_it_is_read(company: Company, ours: int) -> None:
    change(company, "manager", ours, city="Уфа")
    change(company, "manager", ours, note="Правка")
    assert texts(company, "employee") == ["Changed: City, Note"]
    assert reading.unread_number(company.actor("employee")) == 1
    reading.mark(company.actor("employee"))
    change(company, "manager", ours, city="Тула")
    assert texts(company, "employee") == ["Changed: City", "Changed: City, Note"]
    assert reading.unread_number(company.actor("employee")) == 1


def test_followers_hear_and_the_muted_do_not(company: Company, ours: int) -> None:
    following.follow(company.actor("observer"), shape_of(KEY), ours, wanted=True)
    following.follow(company.actor("employee"), shape_of(KEY), ours, wanted=False)
    change(company, "manager", ours, city="Уфа")
    assert receivers(company) == {"observer": ["changed"]}


def test_a_change_of_hidden_fields_is_not_told(company: Company, ours: int) -> None:
    company.hide("employee", KEY, "city")
    change(company, "manager", ours, city="Уфа")
    assert receivers(company) == {}
    change(company, "manager", ours, city="Тула", note="Видно")
    assert texts(company, "employee") == ["Changed: Note"]


def test_a_field_hidden_since_is_not_told_either(company: Company, ours: int) -> None:
    change(company, "manager", ours, city="Уфа", note="Правка")
    company.hide("employee", KEY, "city")
    assert texts(company, "employee") == ["Changed: Note"]
    company.hide("employee", KEY, "note")
    line = told(company, "employee")[0]
    assert (line.open, line.who, line.records, line.url) == (False, "", (), "")


def test_of_a_record_closed_since_nothing_is_told(company: Company, ours: int) -> None:
    writing.write(company.actor("employee"), shape_of(KEY), ours, "@Глеб Соул тайна")
    deliver()
    assert told(company, "colleague")[0].detail == "@Глеб Соул тайна"
    far = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    write.update(company.actor("administrator"), shape_of(KEY), ours, far)
    line = told(company, "colleague")[0]
    assert (line.open, line.detail, line.records, line.url, line.who) == (False, "", (), "", "")


def test_followers_who_may_no_longer_read_are_not_told(company: Company, theirs: int) -> None:
    Follow.objects.create(user=company.users["employee"], object="party", record_id=theirs)
    change(company, "administrator", theirs, city="Уфа")
    assert receivers(company) == {"outsider": ["changed"]}


def test_the_disabled_are_told_nothing(company: Company, ours: int) -> None:
    Follow.objects.create(user=company.users["disabled"], object="party", record_id=ours)
    change(company, "employee", ours, city="Уфа")
    assert receivers(company) == {}


def test_a_new_owner_hears_that_they_are_one(company: Company, ours: int) -> None:
    change(company, "manager", ours, owner=company.users["colleague"].pk)
    assert receivers(company) == {"colleague": ["assigned"]}
    assert texts(company, "colleague") == ["You are the owner now"]


def test_who_takes_a_record_themselves_is_not_told(company: Company, ours: int) -> None:
    change(company, "manager", ours, owner=company.users["manager"].pk)
    assert "manager" not in receivers(company)


def test_what_others_make_for_one_is_told(company: Company) -> None:
    boss, mine = company.actor("administrator"), company.users["employee"].pk
    write.create(boss, shape_of("task"), {"name": "Позвонить", "owner": mine})
    write.create(company.actor("employee"), shape_of("task"), {"name": "Своё", "owner": mine})
    deliver()
    assert receivers(company) == {"employee": ["assigned"]}


def test_a_bulk_act_is_one_line_for_each_user(
    company: Company, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("klientura.kernel.events.outbox.IDS_PER_EVENT", 7)
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    numbers = world.create_many(KEY, 20, **mine)
    deliver()
    Notification.objects.all().delete()
    bulk.edit(company.actor("administrator"), shape_of(KEY), Selection(ids=tuple(numbers)), {"city": "Пермь"})
    deliver()
    assert Event.objects.filter(kind="organisation.changed", operation_id__isnull=False).count() >= 3
    row = Notification.objects.get()
    assert (row.user_id, row.number, row.record_id, len(row.record_ids)) == (
        company.users["employee"].pk,
        20,
        None,
        20,
    )
    line = told(company, "employee")[0]
    assert (line.text, len(line.records)) == ("20 records you follow were changed", 3)


def test_a_bulk_act_over_hidden_fields_counts_what_is_seen(company: Company, world: World) -> None:
    company.hide("employee", KEY, "city")
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    numbers = world.create_many(KEY, 3, city="Пермь", **mine)
    write.update(company.actor("administrator"), shape_of(KEY), numbers[0], {"note": "Есть"})
    deliver()
    Notification.objects.all().delete()
    bulk.edit(
        company.actor("administrator"), shape_of(KEY), Selection(ids=tuple(numbers)), {"city": "Уфа", "note": "Есть"}
    )  # fmt: skip
    deliver()
    row = Notification.objects.get()
    assert row.number == 2, "of the first one only the hidden city was changed"


def test_many_users_cost_what_few_do(company: Company, world: World) -> None:
    numbers = world.create_many(KEY, 12, owner=company.users["employee"].pk, team=company.teams["near"].pk)
    deliver()
    costs = []
    for followers in (("colleague",), ("manager", "observer")):
        for who in followers:
            for number in numbers:
                following.follow(company.actor(who), shape_of(KEY), number, wanted=True)
        bulk.edit(
            company.actor("administrator"), shape_of(KEY), Selection(ids=tuple(numbers)), {"city": followers[0]}
        )  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            deliver()
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_a_merge_and_its_undo_do_not_flood(company: Company, world: World, ours: int) -> None:
    boss = company.actor("administrator")
    undo(boss, merge(boss, shape_of(KEY), ours, [world.create(KEY, 9)]).operation_id)
    deliver()
    assert receivers(company) == {}


def test_what_is_taken_back_is_told_to_whoever_sees_something_of_it(company: Company, world: World) -> None:
    company.hide("employee", KEY, "city")
    boss, shape = company.actor("administrator"), shape_of(KEY)
    near = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    ids = tuple(world.create_many(KEY, 3, **near))
    following.follow(company.actor("observer"), shape, ids[0], wanted=True)
    deliver()
    hidden_only = bulk.edit(boss, shape, Selection(ids=ids), {"city": "Пермь"})
    seen = bulk.edit(boss, shape, Selection(ids=ids), {"note": "Да"})
    deliver()
    Notification.objects.all().delete()
    undo(boss, seen.operation_id or 0)
    undo(boss, hidden_only.operation_id or 0)
    deliver()
    assert texts(company, "employee") == ["3 records you follow were put back as they were"]
    assert texts(company, "observer") == ["Put back as it was", "Put back as it was"]


def test_comments_tell_the_mentioned_and_the_followers(company: Company, ours: int) -> None:
    following.follow(company.actor("manager"), shape_of(KEY), ours, wanted=True)
    writing.write(company.actor("observer"), shape_of(KEY), ours, "@Глеб Соул и @Дина Юсупова, смотрите")
    deliver()
    assert receivers(company) == {
        "employee": ["commented"],
        "manager": ["commented"],
        "colleague": ["mentioned"],
    }
    line = told(company, "colleague")[0]
    assert (line.text, line.detail) == ("You are mentioned", "@Глеб Соул и @Дина Юсупова, смотрите")
    assert "#comment-" in line.url
    names = {f.user_id for f in Follow.objects.all()}
    assert {company.users[k].pk for k in ("observer", "colleague", "manager")} == names


def test_a_deleted_comment_is_quoted_no_more(company: Company, ours: int) -> None:
    made = writing.write(company.actor("colleague"), shape_of(KEY), ours, "Тайна").comment
    deliver()
    writing.delete(company.actor("colleague"), shape_of(KEY), ours, made.pk)
    assert told(company, "employee")[0].detail == "The comment was deleted"


def test_a_changed_comment_tells_only_new_mentions(company: Company, ours: int) -> None:
    made = writing.write(company.actor("colleague"), shape_of(KEY), ours, "Раз").comment
    deliver()
    writing.change(company.actor("colleague"), shape_of(KEY), ours, made.pk, "Раз, @Борис Лось")
    deliver()
    assert receivers(company) == {"employee": ["commented"], "manager": ["mentioned"]}


def test_whoever_gets_access_is_told(company: Company, ours: int) -> None:
    boss = SystemActor("test", company.users["administrator"].pk)
    giving.share(boss, shape_of(KEY), ours, [Given(user_id=company.users["outsider"].pk)])
    giving.share(boss, shape_of(KEY), ours, [Given(team_id=company.teams["head"].pk)])
    deliver()
    found = receivers(company)
    assert found["outsider"] == ["shared"]
    assert set(found) == {"outsider", "manager", "employee", "colleague"}


def test_long_work_tells_whoever_began_it(company: Company) -> None:
    now = timezone.now()

    def ended(seconds: int, state: str = "done", *, dry: bool = False, **other: Any) -> None:
        job = Job.objects.create(
            kind="import", title="Импорт clients.csv", actor_id=company.users["manager"].pk, state=state,
            started_at=now - dt.timedelta(seconds=seconds), finished_at=now,
            arguments=other or {"import": 5, "dry": dry},
        )  # fmt: skip
        Event.objects.create(kind="job.ended", object="job", record_ids=[job.pk], actor_id=job.actor_id)
        deliver()

    ended(5, list="person")
    ended(5, dry=True)
    ended(90, "cancelled")
    assert receivers(company) == {}
    ended(5)
    ended(90, "failed")
    assert [(line.text, line.url) for line in told(company, "manager")] == [
        ("Failed: Импорт clients.csv", "/imports/5/run"), ("Done: Импорт clients.csv", "/imports/5/run"),
    ]  # fmt: skip


def test_what_somebody_wishes_not_to_hear_is_not_written(company: Company, ours: int) -> None:
    Wish.objects.create(user=company.users["employee"], kinds={"changed": {"product": False, "mail": ""}})
    change(company, "manager", ours, city="Уфа")
    assert receivers(company) == {}


def test_the_same_event_twice_is_told_once(company: Company, ours: int) -> None:
    writing.write(company.actor("colleague"), shape_of(KEY), ours, "Раз")
    deliver()
    Event.objects.filter(kind="organisation.commented").update(delivered_at=None)
    deliver()
    assert receivers(company) == {"employee": ["commented"]}


def test_opening_a_record_marks_what_is_told_of_it(company: Company, ours: int) -> None:
    change(company, "manager", ours, city="Уфа")
    actor = company.actor("employee")
    assert reading.mark_about(actor, shape_of(KEY), ours) == 1
    assert reading.unread_number(actor) == 0
    assert reading.mark_about(actor, shape_of(KEY), ours) == 0


def test_old_notifications_are_forgotten(company: Company, ours: int) -> None:
    change(company, "manager", ours, city="Уфа")
    assert reading.forget_old() == 0
    Notification.objects.update(at=timezone.now() - dt.timedelta(days=91))
    assert reading.forget_old() == 1


def test_notifications_go_with_a_merged_record(company: Company, world: World, ours: int) -> None:
    change(company, "manager", ours, city="Уфа")
    kept = world.create(
        KEY, 8, name="Главная", owner=company.users["employee"].pk, team=company.teams["near"].pk
    )
    operation = merge(company.actor("administrator"), shape_of(KEY), kept, [ours]).operation_id
    assert told(company, "employee")[-1].records[0].title == "Главная"
    undo(company.actor("administrator"), operation)
    assert told(company, "employee")[-1].records[0].title == "Ромашка"


def test_work_that_changes_hands_is_one_line_of_each_kind(company: Company, world: World) -> None:
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    numbers = world.create_many(KEY, 5, **mine)
    deliver()
    Notification.objects.all().delete()
    plan = Plan(company.users["employee"].pk, (company.users["colleague"].pk,), (KEY,), current_only=False)
    job = run_inline(carrying_out.start(company.actor("administrator"), plan, queue=False))
    deliver()
    assert job.state == "done"
    assert receivers(company) == {"colleague": ["handed"]}
    assert Notification.objects.get().number == len(numbers) + 1, "with the one of the scene"
    assert texts(company, "colleague") == ["6 records were handed over to you"]


def test_a_rule_that_gives_a_record_is_told_by_its_name(company: Company) -> None:
    user = {"from": "value", "value": company.users["colleague"].pk}
    rule = keeping.create(company.actor("administrator"), {
        "name": "Раздача", "object": KEY, "trigger": {"kind": "created"}, "active": True,
        "steps": [{"kind": "set", "values": {"owner": user}}],
    })  # fmt: skip
    near = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    write.create(company.actor("administrator"), shape_of(KEY), {"name": "Новая", **near})
    deliver()
    running.run_due(rule.pk)
    deliver()
    line = told(company, "colleague")[0]
    assert (line.kind, line.text, line.who) == ("assigned", "You are the owner now", "Раздача")
