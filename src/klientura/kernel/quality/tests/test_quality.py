"""Shares of filled fields and rules of quality: exact for each reader, telling nothing of what is closed."""

from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.quality import completeness, faults
from klientura.kernel.quality.completeness import choose_fields, counted_fields, measure
from klientura.kernel.quality.of_record import faults_in
from klientura.kernel.schema.uses import uses_of
from klientura.kernel.segments import keeping
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
SYSTEM = SystemActor("test")
# name, city, phone, owner
ROWS = (
    ("Альфа", "Уфа", "+78432000001", "employee"),
    ("Бета", None, "+78432000002", "employee"),
    ("Гамма", "Уфа", None, "outsider"),
    ("Дельта", None, None, None),
)


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def clients(company: Company) -> dict[str, int]:
    teams = {"employee": "near", "outsider": "far"}
    made = {}
    for name, city, phone, owner in ROWS:
        values: dict[str, Any] = {"name": name, "city": city, "phone": phone, "owner": None}
        if owner:
            values |= {"owner": company.users[owner].pk, "team": company.teams[teams[owner]].pk}
        filled = {k: v for k, v in values.items() if v is not None or k == "owner"}
        made[name] = write.create(SYSTEM, shape_of("organisation"), filled)
    return made


def chosen(company: Company, who: str = "administrator") -> list[Any]:
    choose_fields(company.actor("administrator"), shape_of("organisation"), ["city", "phone", "owner"])
    return counted_fields(company.actor(who), shape_of("organisation"))


def test_shares_are_exact(company: Company, clients: dict[str, int]) -> None:
    boss, shape = company.actor("administrator"), shape_of("organisation")
    found = measure(boss, shape, chosen(company))
    (whole,) = found.shares
    assert (whole.records, dict(whole.filled)) == (4, {"city": 2, "phone": 2, "owner": 3})
    assert whole.overall == pytest.approx((0.5 + 0.5 + 0.75) / 3)
    assert not found.sampled and not found.capped
    for key, filled in whole.filled.items():
        listed = read.count(boss, shape, tree={"field": key, "op": "empty"}).number
        assert listed == whole.records - filled
    write.trash(SYSTEM, shape, [clients["Дельта"]])
    assert measure(boss, shape, chosen(company)).shares[0].records == 3


def test_by_owner_team_and_segment(company: Company, clients: dict[str, int]) -> None:
    boss, shape = company.actor("administrator"), shape_of("organisation")
    fields = chosen(company)
    by_owner = {
        s.name: (s.records, s.filled["city"]) for s in measure(boss, shape, fields, by="owner").shares
    }
    assert by_owner == {"Вера Ткач": (2, 1), "Дина Юсупова": (1, 1), "": (1, 0)}
    by_team = {s.name: s.records for s in measure(boss, shape, fields, by="team").shares}
    assert by_team == {"near": 2, "far": 1, "": 1}
    ufa = keeping.create(boss, shape, name="Уфа", rule={"field": "city", "op": "eq", "value": "Уфа"})
    (inside,) = measure(boss, shape, fields, tree={"segment": ufa.pk}).shares
    assert (inside.records, inside.filled["city"], inside.filled["phone"]) == (2, 2, 1)
    assert measure(boss, shape, fields, tree={"field": "name", "op": "eq", "value": "нет"}).shares == ()


def test_each_reader_is_told_of_their_own(company: Company, clients: dict[str, int]) -> None:
    shape, fields = shape_of("organisation"), chosen(company)
    (whole,) = measure(company.actor("outsider"), shape, fields).shares
    assert (whole.records, whole.filled["city"], whole.filled["phone"]) == (1, 1, 0)
    company.hide("employee", "organisation", "city")
    company.hide("employee", "organisation", "owner")
    hidden = company.actor("employee")
    assert [f.key for f in counted_fields(hidden, shape)] == ["phone"]
    assert "city" not in {f.key for f in completeness.countable(hidden, shape)}
    with pytest.raises(BadRequest):
        measure(hidden, shape, counted_fields(hidden, shape), by="owner")
    with pytest.raises(BadRequest):
        measure(hidden, shape, counted_fields(hidden, shape), tree={"field": "city", "op": "empty"})
    company.grant("observer", "organisation", "read", "none")
    with pytest.raises(Denied):
        measure(company.actor("observer"), shape, fields)


def test_a_large_table_is_told_by_a_sample_and_says_so(
    company: Company, clients: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    boss, shape = company.actor("administrator"), shape_of("organisation")
    with connection.cursor() as cursor:
        cursor.execute("analyze party")
    monkeypatch.setattr(completeness, "LARGE", 3)
    found = measure(boss, shape, chosen(company))
    assert found.sampled
    assert found.shares[0].records == 4  # a sample larger than the table is the table
    within = measure(boss, shape, chosen(company), tree={"field": "name", "op": "not_empty"})
    assert (within.sampled, within.capped) == (False, True)


def test_fields_that_count_are_chosen_by_an_administrator(company: Company) -> None:
    shape, boss = shape_of("organisation"), company.actor("administrator")
    usual = [f.key for f in counted_fields(boss, shape)]
    assert {"city", "phone", "inn"} <= set(usual)
    assert len(usual) <= completeness.USUAL
    assert [f.key for f in chosen(company)] == ["city", "phone", "owner"]
    choose_fields(boss, shape, [])
    assert [f.key for f in counted_fields(boss, shape)] == usual
    with pytest.raises(Denied):
        choose_fields(company.actor("manager"), shape, ["city"])
    for wrong in (["nothing"], ["created_at"], ["next_step_at"], ["city"] * 31):
        with pytest.raises(BadRequest):
            choose_fields(boss, shape, wrong)


def test_of_what_is_kept_and_not_of_what_is_done_completeness_says_something(company: Company) -> None:
    boss = company.actor("administrator")
    for key in ("task", "assignment", "interaction", "event", "opportunity"):
        assert completeness.countable(boss, shape_of(key)) == []
    for key in ("organisation", "person", "lead", "product"):
        assert completeness.countable(boss, shape_of(key))


def test_there_are_eight_rules_at_first_and_all_can_be_judged(company: Company) -> None:
    boss = company.actor("administrator")
    every = faults.every_fault()
    assert len(every) == 8
    for fault in every:
        assert not faults.closed(boss, shape_of(fault.object), fault)
        read.count(boss, shape_of(fault.object), tree=fault.tree)


def test_a_record_tells_its_own_faults(company: Company, clients: dict[str, int]) -> None:
    boss, shape = company.actor("administrator"), shape_of("organisation")

    def keys(name: str) -> list[str]:
        return [f.key for f in faults_in(boss, shape, clients[name])]

    assert keys("Альфа") == []
    assert keys("Гамма") == ["organisation_unreachable"]
    assert keys("Дельта") == ["organisation_unreachable", "organisation_no_owner"]
    unreachable = faults.fault_of("organisation_unreachable")
    assert faults.wanting(unreachable) == {"phone", "email"}
    company.hide("employee", "organisation", "phone")
    assert faults_in(company.actor("employee"), shape, clients["Бета"]) == []
    assert "organisation_unreachable" not in {
        f.key for f in faults.faults_of(company.actor("employee"), shape)
    }
    assert faults_in(company.actor("outsider"), shape, clients["Дельта"]) == []


def test_rules_are_added_changed_switched_off_and_forgotten(
    company: Company, clients: dict[str, int]
) -> None:
    boss, shape = company.actor("administrator"), shape_of("organisation")
    tree = {"field": "city", "op": "empty"}
    made = faults.save(
        boss, None, {"object": "organisation", "name": "Без города", "severity": "note", "tree": tree}
    )
    assert made.own
    assert [f.key for f in faults_in(boss, shape, clients["Бета"])] == [made.key]
    assert "«Без города»" in str([str(u) for u in uses_of("organisation", "city")])
    key = "organisation_unreachable"
    changed = faults.save(
        boss, key, {"name": "Не дозвониться", "tree": {"field": "phone", "op": "empty"}}, expected_version=0
    )
    assert (changed.severity, changed.version, changed.own) == ("serious", 1, False)
    with pytest.raises(Stale):
        faults.save(boss, key, {"name": "Другое"}, expected_version=0)
    assert faults.save(boss, key, {"is_on": False}).name == "Не дозвониться"
    assert key not in {f.key for f in faults.faults_of(boss, shape)}
    faults.forget(boss, key)
    assert faults.fault_of(key).version == 0
    faults.forget(boss, made.key)
    with pytest.raises(NotFound):
        faults.fault_of(made.key)
    for act in (lambda a: faults.save(a, key, {"is_on": False}), lambda a: faults.forget(a, key)):
        with pytest.raises(Denied):
            act(company.actor("manager"))


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"name": ""}, Invalid), ({"name": "x" * 121}, Invalid), ({"severity": "awful"}, Invalid), ({"severity": []}, Invalid),
        ({"tree": {}}, BadRequest), ({"tree": {"and": []}}, BadRequest), ({"tree": {"field": "nothing"}}, BadRequest),
        ({"tree": 5}, BadRequest), ({"is_on": "yes"}, BadRequest), ({"object": "nothing"}, NotFound), ({"name": ["x"]}, Invalid),
    ],
)  # fmt: skip
def test_what_makes_no_rule_is_refused(
    company: Company, values: dict[str, Any], error: type[Exception]
) -> None:
    good = {
        "object": "organisation",
        "name": "Правило",
        "severity": "note",
        "tree": {"field": "city", "op": "empty"},
    }
    with pytest.raises(error):
        faults.save(company.actor("administrator"), None, good | values)
    assert len(faults.every_fault()) == 8


def test_questions_cost_one_statement(
    company: Company, clients: dict[str, int], django_assert_num_queries: Any
) -> None:
    boss, shape, fields = company.actor("administrator"), shape_of("organisation"), chosen(company)
    with django_assert_num_queries(2):  # how large the table is, and the pass
        measure(boss, shape, fields)
    with django_assert_num_queries(2):  # the pass, and what the owners are called
        measure(boss, shape, fields, by="owner")
    with django_assert_num_queries(2):  # the rules, and the judgement
        faults_in(boss, shape, clients["Дельта"])
