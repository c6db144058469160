"""Work changes hands: the right records, in even shares, together with their clients, by one operation that can be undone."""

from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.events.models import Event
from klientura.kernel.handover import carrying_out
from klientura.kernel.handover.planning import Plan, check, owns_anything, preview
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World

KEYS = ("organisation", "person", "opportunity", "task", "interaction")


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def world(company: Company) -> World:
    return World(actor=SystemActor("hand-over"))


def plan(
    company: Company, *to: str, keys: tuple[str, ...] = KEYS, giver: str = "employee", **more: Any
) -> Plan:
    return Plan(company.users[giver].pk, tuple(company.users[t].pk for t in to), keys, **more)


def carry_out(company: Company, what: Plan, by: str = "administrator") -> Job:
    return service.run_inline(carrying_out.start(company.actor(by), what, queue=False))


def owner_of(key: str, number: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'select owner_id from "{shape_of(key).table}" where id = %s', [number])
        found: int = cursor.fetchone()[0]
        return found


def work_of(company: Company, world: World, who: str = "employee") -> dict[str, list[int]]:
    """Three clients with a contact person, a deal and a task each, a won deal, a call."""
    mine = {"owner": company.users[who].pk, "team": company.users[who].team_id}
    clients = world.create_many("organisation", 3, **mine)
    made: dict[str, list[int]] = {"organisation": clients}
    made["person"] = [world.create("person", n, employer=c, **mine) for n, c in enumerate(clients)]
    made["opportunity"] = [
        world.create("opportunity", n, party=c, person=None, **mine) for n, c in enumerate(clients)
    ]
    made["task"] = [
        world.create("task", n, party=c, status="open", subject_object=None, subject_id=None, **mine)
        for n, c in enumerate(clients)
    ]
    made["interaction"] = [world.create("interaction", 1, party=clients[0], **mine)]
    return made


def test_current_work_goes_with_its_client_in_even_shares(company: Company, world: World) -> None:
    made = work_of(company, world)
    done = world.create(
        "task", 9, status="done", owner=company.users["employee"].pk, party=made["organisation"][0]
    )
    theirs = world.create("organisation", 7, owner=company.users["outsider"].pk)
    job = carry_out(company, plan(company, "colleague", "manager"))
    assert (job.state, job.result) == ("done", {"state": "done", "handed": 12, "refused": 0})
    owners = [owner_of("organisation", n) for n in made["organisation"]]
    assert sorted(Counter(owners).values()) == [1, 2]
    assert set(owners) == {company.users["colleague"].pk, company.users["manager"].pk}
    for key in ("person", "opportunity", "task"):
        assert [owner_of(key, n) for n in made[key]] == owners, key
    assert owner_of("task", done) == company.users["employee"].pk
    assert owner_of("interaction", made["interaction"][0]) == company.users["employee"].pk
    assert owner_of("organisation", theirs) == company.users["outsider"].pk
    with connection.cursor() as cursor:
        cursor.execute("select owner_id, team_id from party where id = any(%s)", [made["organisation"]])
        teams = {u.pk: u.team_id for u in User.objects.all()}
        assert all(team == teams[owner] for owner, team in cursor.fetchall())


def test_everything_goes_when_that_is_wanted(company: Company, world: World) -> None:
    made = work_of(company, world)
    done = world.create(
        "task", 9, status="done", owner=company.users["employee"].pk, party=made["organisation"][0]
    )
    carry_out(company, plan(company, "colleague", current_only=False))
    assert {owner_of("task", done), owner_of("interaction", made["interaction"][0])} == {
        company.users["colleague"].pk
    }
    assert not owns_anything(company.users["employee"].pk)
    assert owns_anything(company.users["colleague"].pk)


def test_contact_persons_go_along_only_with_clients_that_go(company: Company, world: World) -> None:
    made = work_of(company, world)
    alone = world.create("person", 8, employer=None, owner=company.users["employee"].pk)
    first = {"organisation": {"field": "id", "op": "eq", "value": made["organisation"][0]}}
    carry_out(company, plan(company, "colleague", keys=("organisation",), trees=first))
    who = {n: owner_of("person", n) for n in (*made["person"], alone)}
    assert [n for n, owner in who.items() if owner == company.users["colleague"].pk] == made["person"][:1]
    carry_out(company, plan(company, "colleague", keys=("organisation",), along=False))
    assert owner_of("person", made["person"][1]) == company.users["employee"].pk


def test_it_is_one_operation_and_undone_as_one(company: Company, world: World) -> None:
    made = work_of(company, world)
    boss = company.actor("administrator")
    job = carry_out(company, plan(company, "colleague"))
    operation = Operation.objects.get(kind="hand_over")
    assert (operation.state, operation.records, job.operation_id) == ("done", 12, operation.pk)
    told = history_of(boss, shape_of("organisation"), made["organisation"][0]).entries[0]
    assert (told.operation_id, [c.field.key for c in told.fields][:1]) == (operation.pk, ["owner"])
    assert list(Event.objects.filter(kind="user.work_handed_over").values_list("record_ids", flat=True)) == [
        [company.users["employee"].pk]
    ]
    write.update(
        boss, shape_of("organisation"), made["organisation"][1], {"owner": company.users["manager"].pk}
    )
    undone = undo(boss, operation.pk)
    assert undone.restored == 11
    assert undone.kept == [made["organisation"][1]]
    assert owner_of("organisation", made["organisation"][0]) == company.users["employee"].pk
    assert owner_of("task", made["task"][2]) == company.users["employee"].pk


def test_managers_hand_over_within_their_teams_only(company: Company, world: World) -> None:
    made = work_of(company, world)
    carry_out(company, plan(company, "colleague"), by="manager")
    assert owner_of("organisation", made["organisation"][0]) == company.users["colleague"].pk
    with pytest.raises(NotFound):
        check(company.actor("manager"), plan(company, "colleague", giver="outsider"))
    with pytest.raises(NotFound):
        preview(company.actor("manager"), plan(company, "colleague", giver="outsider"))
    for who in ("employee", "observer"):
        with pytest.raises(NotFound):
            check(company.actor(who), plan(company, "colleague"))
    with pytest.raises(Invalid) as refused:
        check(company.actor("manager"), plan(company, "outsider"))
    assert [(e.field, e.code) for e in refused.value.errors] == [("to", "reach")]


def test_what_is_out_of_the_managers_reach_stays_and_is_not_counted(company: Company, world: World) -> None:
    """A record of one's own employee that belongs to a foreign team is not the manager's to see."""
    far = world.create("organisation", 5, owner=company.users["employee"].pk, team=company.teams["far"].pk)
    near = world.create("organisation", 6, owner=company.users["employee"].pk, team=company.teams["near"].pk)
    what = plan(company, "colleague", keys=("organisation",))
    portion = preview(company.actor("manager"), what)[0]
    assert (portion.goes.number, portion.owned.number, len(portion.examples)) == (1, 1, 1)
    carry_out(company, what, by="manager")
    assert owner_of("organisation", far) == company.users["employee"].pk
    assert owner_of("organisation", near) == company.users["colleague"].pk


def test_a_field_that_is_hidden_does_not_tell_what_is_done(company: Company, world: World) -> None:
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    for number, status in enumerate(("open", "done", "cancelled")):
        world.create("task", number, status=status, party=None, subject_object=None, subject_id=None, **mine)
    what = plan(company, "colleague", keys=("task",))
    assert preview(company.actor("manager"), what)[0].goes.number == 1
    company.hide("manager", "task", "status")
    assert preview(company.actor("manager"), what)[0].goes.number == 3
    company.hide("manager", "task", "owner", "read")
    assert preview(company.actor("manager"), what) == []
    with pytest.raises(Invalid):
        check(company.actor("manager"), what)


def test_what_makes_no_sense_is_refused(company: Company) -> None:
    for what, field in (
        (plan(company), "to"),
        (plan(company, "employee"), "to"),
        (plan(company, "disabled"), "to"),
        (plan(company, "colleague", keys=()), "kinds"),
        (plan(company, "colleague", keys=("pipeline",)), "kinds"),
    ):
        with pytest.raises(Invalid) as refused:
            check(company.actor("administrator"), what)
        assert [e.field for e in refused.value.errors] == [field]
    assert not Operation.objects.exists()


def test_a_preview_counts_what_will_go(company: Company, world: World) -> None:
    work_of(company, world)
    what = plan(company, "colleague")
    boss = company.actor("administrator")
    with CaptureQueriesContext(connection) as few:
        counted = {p.shape.key: (p.goes.number, p.owned.number) for p in preview(boss, what)}
    assert counted == {
        "organisation": (3, 3), "person": (3, 3), "opportunity": (3, 3), "task": (3, 3), "interaction": (0, 1),
    }  # fmt: skip
    work_of(company, world)
    with CaptureQueriesContext(connection) as many:
        assert preview(boss, what)[0].goes.number == 6
    assert len(few) == len(many) == 6
    assert carry_out(company, what).result == {"state": "done", "handed": 24, "refused": 0}


def test_it_goes_on_where_it_broke_off(
    company: Company, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    numbers = world.create_many("organisation", 7, **mine)
    monkeypatch.setattr(carrying_out, "CHUNK", 3)
    job = carrying_out.start(
        company.actor("administrator"), plan(company, "colleague", "manager"), queue=False
    )
    seen = iter([False, True])
    service.execute(job.pk, lambda: next(seen, True))  # the worker stops in the midst
    job.refresh_from_db()
    assert job.state == "queued"
    assert 0 < (job.checkpoint or {})["handed"] < 7
    service.execute(job.pk)
    job.refresh_from_db()
    assert (job.state, (job.result or {})["handed"]) == ("done", 7)
    assert sorted(Counter(owner_of("organisation", n) for n in numbers).values()) == [3, 4]


def test_many_records_cost_queries_by_the_chunk(
    company: Company, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    monkeypatch.setattr(carrying_out, "CHUNK", 50)

    def asked(number: int) -> int:
        world.create_many("organisation", number, **mine)
        with CaptureQueriesContext(connection) as captured:
            carry_out(company, plan(company, "colleague", keys=("organisation",)))
        return len(captured)

    asked(1)  # what a process reads once is read now
    few, many = asked(5), asked(49)
    assert few == many


def test_the_job_of_somebody_who_left_goes_no_further(
    company: Company, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    giver = company.users["employee"].pk
    numbers = world.create_many("organisation", 7, owner=giver, team=company.teams["near"].pk)
    monkeypatch.setattr(carrying_out, "CHUNK", 3)
    job = carrying_out.start(company.actor("administrator"), plan(company, "colleague"), queue=False)
    seen = iter([False, True])
    service.execute(job.pk, lambda: next(seen, True))  # the worker stops in the midst
    done = [n for n in numbers if owner_of("organisation", n) != giver]
    assert 0 < len(done) < 7
    User.objects.filter(pk=company.users["administrator"].pk).update(is_active=False)
    assert service.run_inline(Job.objects.get(pk=job.pk)).state == "failed"
    assert [n for n in numbers if owner_of("organisation", n) != giver] == done
    operation = Operation.objects.get(kind="hand_over")
    assert (operation.state, operation.records) == ("failed", len(done))


def test_a_job_of_somebody_who_lost_the_right_does_nothing(company: Company, world: World) -> None:
    made = work_of(company, world)
    job = carrying_out.start(company.actor("manager"), plan(company, "colleague"), queue=False)
    User.objects.filter(pk=company.users["manager"].pk).update(team=company.teams["far"])
    assert service.run_inline(job).state == "failed"
    assert owner_of("organisation", made["organisation"][0]) == company.users["employee"].pk
    assert Operation.objects.get(kind="hand_over").state == "failed"


def test_added_kinds_of_record_are_handed_over_too(company: Company, world: World) -> None:
    from klientura.kernel.access.substitutions import owned_shapes
    from klientura.kernel.objects import registry
    from klientura.kernel.testing.additions import ADDED, add_sample

    registry.forget()
    add_sample()
    assert ADDED in {s.key for s in owned_shapes()}
    number = world.create(ADDED, 1, owner=company.users["employee"].pk, team=company.teams["near"].pk)
    carry_out(company, plan(company, "colleague", keys=(ADDED,)))
    assert owner_of(ADDED, number) == company.users["colleague"].pk
    registry.forget()
