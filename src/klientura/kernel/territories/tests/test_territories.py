"""Rules give records to whom they say: new ones at once, old ones on demand, and nobody loses what they made."""

from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound, Stale
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.jobs import service
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import operations, read, write
from klientura.kernel.store.models import Operation
from klientura.kernel.territories import carrying_out, keeping
from klientura.kernel.territories.models import Territory
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World

ORGANISATION = "organisation"
UFA = {"field": "city", "op": "eq", "value": "Уфа"}


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def world(company: Company) -> World:
    return World(actor=SystemActor("territories"))


def rule(company: Company, *to: str, key: str = ORGANISATION, **more: Any) -> Territory:
    values = {
        "name": "Уфа", "filter": UFA, "users": [company.users[t].pk for t in to], "way": "turn", "is_active": True,
        "on_create": True, "also_own": True, **more,
    }  # fmt: skip
    return keeping.create(company.actor("administrator"), key, values)


def made_by(company: Company, who: str, **values: Any) -> int:
    actor = company.actor(who)
    return write.create(actor, shape_of(ORGANISATION), {"name": "Ромашка", "city": "Уфа", **values})


def owner_of(number: int, key: str = ORGANISATION) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(f'select owner_id from "{shape_of(key).table}" where id = %s', [number])
        found: int | None = cursor.fetchone()[0]
        return found


def names(company: Company, numbers: list[int]) -> list[str]:
    known = {u.pk: key for key, u in company.users.items()}
    return [known.get(owner_of(n) or 0, "") for n in numbers]


def test_new_records_go_to_each_in_turn(company: Company) -> None:
    rule(company, "colleague", "outsider")
    numbers = [made_by(company, "employee") for _n in range(4)]
    assert names(company, numbers) == ["colleague", "outsider", "colleague", "outsider"]
    elsewhere = made_by(company, "employee", city="Омск")
    assert names(company, [elsewhere]) == ["employee"]
    with connection.cursor() as cursor:
        cursor.execute("select team_id from party where id = %s", [numbers[1]])
        assert cursor.fetchone()[0] == company.teams["far"].pk


def test_the_author_goes_on_reading_what_went_out_of_their_reach(company: Company) -> None:
    rule(company, "outsider")
    number = made_by(company, "employee")
    employee, shape = company.actor("employee"), shape_of(ORGANISATION)
    assert read.get(employee, shape, number)["name"] == "Ромашка"
    with pytest.raises(Denied):
        write.update(employee, shape, number, {"note": "моё"})
    told = history_of(employee, shape, number).entries
    assert [(e.actor_id, e.text.partition(" to ")[0]) for e in told if e.action == "share"] == [
        (None, "opened this")
    ]
    assert (company.client("employee").get(f"/organisation/{number}").status_code) == 200
    answer = company.api("employee").post(
        "/api/v1/organisation", {"name": "Лютик", "city": "Уфа"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["owner"]["id"]) == (201, company.users["outsider"].pk)


def test_whom_somebody_named_is_left_and_the_author_only_by_rules_that_say_so(company: Company) -> None:
    named = company.users["colleague"].pk
    made = rule(company, "outsider", also_own=False)
    boss = company.actor("administrator")
    shape = shape_of(ORGANISATION)
    assert owner_of(write.create(boss, shape, {"name": "А", "city": "Уфа", "owner": named})) == named
    mine = {"name": "Б", "city": "Уфа", "owner": boss.user_id}
    assert owner_of(write.create(boss, shape, mine)) == boss.user_id
    assert owner_of(write.create(boss, shape, {"name": "В", "city": "Уфа"})) == company.users["outsider"].pk
    values = {"name": "Уфа", "filter": UFA, "users": [company.users["outsider"].pk], "way": "turn"}
    keeping.change(boss, made.pk, {**values, "is_active": True, "on_create": True, "also_own": True})
    boss = company.actor("administrator")
    assert owner_of(write.create(boss, shape, {**mine, "name": "Г"})) == company.users["outsider"].pk
    keeping.change(boss, made.pk, {**values, "is_active": True, "on_create": False, "also_own": True})
    boss = company.actor("administrator")
    assert owner_of(write.create(boss, shape, {**mine, "name": "Д"})) == boss.user_id


def test_of_several_rules_the_first_counts_and_those_who_are_gone_get_nothing(company: Company) -> None:
    first = rule(company, "colleague", filter={"field": "name", "op": "starts", "value": "Ром"})
    second = rule(company, "outsider")
    assert names(company, [made_by(company, "employee")]) == ["colleague"]
    keeping.move(company.actor("administrator"), second.pk, -1)
    assert names(company, [made_by(company, "employee")]) == ["outsider"]
    User.objects.filter(pk=company.users["outsider"].pk).update(is_active=False)
    assert names(company, [made_by(company, "employee")]) == ["colleague"]
    Territory.objects.filter(pk=first.pk).update(filter={"field": "gone", "op": "eq", "value": 1})
    assert names(company, [made_by(company, "employee")]) == ["employee"]


def test_a_team_stands_for_its_people_of_the_moment(company: Company) -> None:
    rule(company, team=company.teams["near"].pk)
    found = names(company, [made_by(company, "manager") for _n in range(4)])
    assert Counter(found) == {"employee": 2, "colleague": 2}  # the one who was shut out gets nothing


def test_whoever_has_least_in_hand_gets_it(company: Company, world: World) -> None:
    key, shape = "task", shape_of("task")
    free = {"party": None, "subject_object": None, "subject_id": None}
    for number in range(3):
        world.create(key, number, status="open", owner=company.users["colleague"].pk, **free)
        world.create(key, number, status="done", owner=company.users["outsider"].pk, **free)
    rule(company, "colleague", "outsider", key=key, filter={}, way="least")
    actor = company.actor("manager")
    many = write.create_many(actor, shape, [{"name": f"Дело {n}"} for n in range(5)])
    owners = Counter(owner_of(n, key) for n in many)
    assert owners == {company.users["outsider"].pk: 4, company.users["colleague"].pk: 1}


def test_a_record_costs_nothing_more_where_there_are_no_rules(company: Company) -> None:
    made_by(company, "employee")
    with CaptureQueriesContext(connection) as without:
        made_by(company, "employee")
    rule(company, "outsider", key="person", filter={})
    actor = company.actor("employee")
    with CaptureQueriesContext(connection) as beside:
        write.create(actor, shape_of(ORGANISATION), {"name": "Ромашка", "city": "Уфа"})
    assert len(beside) <= len(without)


def distribute(company: Company, **more: Any) -> Any:
    job = carrying_out.start(company.actor("administrator"), shape_of(ORGANISATION), queue=False, **more)
    return service.run_inline(job)


def test_the_distribution_of_somebody_who_left_gives_nothing_away(company: Company, world: World) -> None:
    old = world.create(ORGANISATION, 1, name="О", city="Уфа", owner=company.users["manager"].pk)
    rule(company, "employee", filter={"field": "city", "op": "eq", "value": "Уфа"})
    job = carrying_out.start(
        company.actor("administrator"), shape_of(ORGANISATION), queue=False, unowned_only=False
    )
    User.objects.filter(pk=company.users["administrator"].pk).update(is_active=False)
    ended = service.run_inline(job)
    assert ended.state == "failed"
    assert (
        read.get(SystemActor("test"), shape_of(ORGANISATION), old, keys=["owner"])["owner"].id
        == company.users["manager"].pk
    )
    assert Operation.objects.get(kind="distribute").state == "failed"


def test_the_base_is_distributed_on_demand_and_that_is_undone(company: Company, world: World) -> None:
    theirs = {"city": "Уфа", "owner": company.users["manager"].pk}
    old = [world.create(ORGANISATION, n, name=f"О{n}", **theirs) for n in range(4)]
    right = world.create(ORGANISATION, 5, name="На месте", city="Уфа", owner=company.users["outsider"].pk)
    nobodys = world.create(ORGANISATION, 6, name="Ничья", city="Уфа", owner=None)
    other = world.create(ORGANISATION, 7, name="Омская", city="Омск", owner=company.users["manager"].pk)
    rule(company, "colleague", "outsider")
    boss, shape = company.actor("administrator"), shape_of(ORGANISATION)
    with CaptureQueriesContext(connection) as asked:
        told = carrying_out.preview(boss, shape, unowned_only=False)
    assert [(p.name, p.found.number, p.stays.number) for p in told] == [("Уфа", 6, 1)]
    assert len(asked) <= 3
    assert carrying_out.preview(boss, shape, unowned_only=True)[0].found.number == 1
    assert distribute(company, unowned_only=True).result == {"state": "done", "given": 1, "refused": 0}
    assert names(company, [nobodys, *old[:1]]) == ["colleague", "manager"]
    job = distribute(company, unowned_only=False)
    assert job.result == {"state": "done", "given": 4, "refused": 0}
    assert Counter(names(company, old)) == {"colleague": 2, "outsider": 2}
    assert names(company, [right, nobodys, other]) == ["outsider", "colleague", "manager"]
    write.update(boss, shape, old[0], {"owner": company.users["employee"].pk})
    undone = undo(boss, job.operation_id)
    assert (undone.restored, undone.kept) == (3, [old[0]])
    assert names(company, old) == ["employee", "manager", "manager", "manager"]


def test_a_distribution_goes_chunk_by_chunk(
    company: Company, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying_out, "CHUNK", 3)
    world.create_many(ORGANISATION, 7, city="Уфа", owner=company.users["manager"].pk)
    rule(company, "colleague", "outsider")
    job = carrying_out.start(
        company.actor("administrator"), shape_of(ORGANISATION), unowned_only=False, queue=False
    )
    seen = iter([False, True])
    service.execute(job.pk, lambda: next(seen, True))  # the worker stops in the midst
    job.refresh_from_db()
    assert (job.state, 0 < (job.checkpoint or {})["given"] < 7) == ("queued", True)
    service.execute(job.pk)
    job.refresh_from_db()
    assert (job.state, (job.result or {})["given"]) == ("done", 7)


def test_only_administrators_set_rules_and_distribute(company: Company) -> None:
    made = rule(company, "colleague")
    for who in ("manager", "employee", "observer"):
        actor = company.actor(who)
        for act in (
            lambda a=actor: keeping.every(a),
            lambda a=actor: keeping.create(a, ORGANISATION, {}),
            lambda a=actor: keeping.change(a, made.pk, {}),
            lambda a=actor: keeping.remove(a, made.pk),
            lambda a=actor: keeping.move(a, made.pk, 1),
            lambda a=actor: carrying_out.start(a, shape_of(ORGANISATION), unowned_only=True),
            lambda a=actor: carrying_out.preview(a, shape_of(ORGANISATION), unowned_only=True),
        ):
            with pytest.raises(Denied):
                act()
    boss = company.actor("administrator")
    with pytest.raises(Stale):
        keeping.change(boss, made.pk, {}, expected_version=9)
    keeping.remove(boss, made.pk)
    with pytest.raises(NotFound):
        keeping.one(boss, made.pk)
    with pytest.raises(BadRequest):
        carrying_out.start(boss, shape_of(ORGANISATION), unowned_only=True)


def test_what_makes_no_sense_is_refused(company: Company) -> None:
    for more, field in (
        ({"name": " "}, "name"),
        ({"name": "я" * 121}, "name"),
        ({"filter": {"field": "nothing"}}, "filter"),
        ({"filter": ["x"]}, "filter"),
        ({"users": []}, "users"),
        ({"team": company.teams["near"].pk}, "users"),
        ({"users": [], "team": 10**9}, "team"),
        ({"users": [company.users["disabled"].pk]}, "users"),
        ({"way": "best"}, "way"),
    ):
        with pytest.raises(Invalid) as refused:
            rule(company, "colleague", **more)
        assert [e.field for e in refused.value.errors] == [field]
    with pytest.raises(Invalid):
        rule(company, "colleague", key="pipeline")
    assert not Territory.objects.exists()


def test_an_import_is_divided_and_undone_as_a_whole(company: Company) -> None:
    rule(company, "colleague", "outsider")
    boss, shape = company.actor("administrator"), shape_of(ORGANISATION)
    operation = operations.start(boss, "import", ORGANISATION)
    rows = [{"name": f"Из файла {n}", "city": "Уфа"} for n in range(30)]
    numbers = write.create_many(boss, shape, rows, operation_id=operation.pk)
    operations.finish(operation, records=len(numbers))
    assert Counter(names(company, numbers)) == {"colleague": 15, "outsider": 15}
    undone = undo(boss, operation.pk)
    assert (undone.restored, undone.kept) == (30, [])
    assert read.count(boss, shape).number == 0


def test_many_new_records_cost_no_more_queries_than_few(company: Company) -> None:
    rule(company, "colleague", "outsider")
    rule(company, "employee", name="Прочие", filter={}, way="least")
    actor, shape = company.actor("employee"), shape_of(ORGANISATION)

    def asked(number: int) -> int:
        rows = [{"name": f"Новая {n}", "city": ("Уфа", "Омск")[n % 2]} for n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            write.create_many(actor, shape, rows)
        return len(captured)

    asked(2)
    assert asked(30) == asked(24)
