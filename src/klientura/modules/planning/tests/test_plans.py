"""Plans: one target for the same, people who are there, sums that fit the calendar; and who sees which of them."""

from typing import Any

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company() -> Company:
    return found_company()


def plan(**values: Any) -> int:
    return write.create(ACTOR, shape_of("quota"), {"starts_on": "2026-11-17", "amount": "1000", **values})


def refusals(actor: Any = ACTOR, **values: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        write.create(actor, shape_of("quota"), {"starts_on": "2026-11-17", "amount": "1000", **values})
    return {e.field: str(e.message) for e in refused.value.errors}


@pytest.mark.parametrize(
    ("period", "begins", "ends"),
    [("month", "2026-11-01", "2026-11-30"), ("quarter", "2026-10-01", "2026-12-31"), ("year", "2026-01-01", "2026-12-31")],
)  # fmt: skip
def test_a_plan_stands_on_its_stretch_of_the_calendar(
    company: Company, period: str, begins: str, ends: str
) -> None:
    row = read.get(ACTOR, shape_of("quota"), plan(period=period))
    assert (row["starts_on"].isoformat(), row["ends_on"].isoformat()) == (begins, ends)


def test_whose_plan_it_is_follows_from_whom_it_names(company: Company) -> None:
    person, team = company.users["employee"].pk, company.teams["far"].pk
    found = [
        read.get(ACTOR, shape_of("quota"), pk)["level"]
        for pk in (plan(owner=person), plan(team=team), plan(owner=None, team=None))
    ]
    assert found == ["person", "team", "company"]


def test_a_second_plan_for_the_same_is_refused_and_names_the_first(company: Company) -> None:
    mine = company.users["employee"].pk
    first = plan(owner=mine)
    assert refusals(owner=mine, starts_on="2026-11-02")["starts_on"].endswith(f"№ {first}. Измените его.")
    plan(owner=mine, starts_on="2026-12-01")
    plan(owner=mine, measure="order_sum")
    plan(owner=mine, period="quarter")
    plan(owner=company.users["colleague"].pk)
    assert "starts_on" in refusals(
        owner=mine, team=company.teams["far"].pk
    )  # a person has one plan, whatever the team


def test_two_of_the_same_at_once_are_refused(company: Company) -> None:
    values = {"starts_on": "2026-11-01", "amount": "5", "owner": company.users["employee"].pk}
    with pytest.raises(Invalid) as refused:
        write.create_many(ACTOR, shape_of("quota"), [values, {**values, "starts_on": "2026-11-30"}])
    assert [e.field for e in refused.value.errors] == ["1.starts_on"]


def test_what_was_thrown_away_makes_room_and_does_not_come_back_beside_another(company: Company) -> None:
    admin = company.client("administrator")
    first = plan(team=company.teams["far"].pk)
    write.trash(ACTOR, shape_of("quota"), [first])
    second = plan(team=company.teams["far"].pk)
    assert admin.post(f"/api/v1/quota/{first}/restore", content_type="application/json").status_code != 500
    assert [r["id"] for r in read.page(ACTOR, shape_of("quota")).rows] == [second]


def test_nobody_who_has_left_is_given_a_plan(company: Company) -> None:
    gone = company.users["disabled"]
    User.objects.filter(pk=gone.pk).update(is_active=True)
    kept = plan(owner=gone.pk)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert "больше не работает" in refusals(owner=gone.pk, starts_on="2026-12-01")["owner"]
    write.update(ACTOR, shape_of("quota"), kept, {"amount": "5"})  # what was planned before may be put right
    assert read.get(ACTOR, shape_of("quota"), kept)["amount"] == 5


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": None}, "amount"), ({"amount": "-1"}, "amount"), ({"measure": "won_count"}, "number"),
        ({"measure": "won_count", "number": "-2"}, "number"), ({"starts_on": "1066-10-14"}, "starts_on"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(company: Company, values: dict[str, Any], field: str) -> None:
    assert field in refusals(**values)


def test_payments_are_not_planned_by_products(company: Company) -> None:
    group = write.create(ACTOR, shape_of("product_category"), {"name": "Насосы"})
    assert "category" in refusals(measure="paid_sum", category=group)


def test_who_sees_and_sets_whose_plan(company: Company) -> None:
    numbers = {
        "mine": plan(owner=company.users["employee"].pk, team=company.teams["near"].pk),
        "colleagues": plan(owner=company.users["colleague"].pk, team=company.teams["near"].pk),
        "far": plan(owner=company.users["outsider"].pk, team=company.teams["far"].pk),
        "team": plan(team=company.teams["near"].pk),
        "company": plan(owner=None, team=None),
    }
    seen = {
        who: {k for k, pk in numbers.items() if pk in {r["id"] for r in read.page(company.actor(who), shape_of("quota")).rows}}
        for who in ("administrator", "manager", "employee", "outsider", "observer")
    }  # fmt: skip
    assert seen == {
        "administrator": set(numbers), "manager": {"mine", "colleagues", "team"}, "employee": {"mine"}, "outsider": {"far"},
        "observer": set(numbers),
    }  # fmt: skip
    head, quota = company.actor("manager"), shape_of("quota")
    write.update(head, quota, numbers["mine"], {"amount": "7"})
    with pytest.raises((Denied, NotFound)):
        write.update(head, quota, numbers["far"], {"amount": "7"})
    with pytest.raises(Denied):
        write.update(company.actor("employee"), quota, numbers["mine"], {"amount": "7"})
    with pytest.raises(Denied):
        write.create(
            head,
            quota,
            {
                "starts_on": "2027-01-01",
                "amount": "1",
                "owner": company.users["outsider"].pk,
                "team": company.teams["far"].pk,
            },
        )


def test_a_person_s_plan_stands_with_the_person_s_team_whatever_team_was_given(company: Company) -> None:
    near, far, quota = company.teams["near"].pk, company.teams["far"].pk, shape_of("quota")
    values = {
        "starts_on": "2026-11-17",
        "amount": "1000",
        "owner": company.users["outsider"].pk,
        "team": near,
    }
    with pytest.raises(Denied):  # not the head's own by calling it a plan of the own team
        write.create(company.actor("manager"), quota, values)
    number = write.create(ACTOR, quota, values)
    assert read.get(ACTOR, quota, number)["team"].id == far
    write.update(ACTOR, quota, number, {"team": near})
    assert read.get(ACTOR, quota, number)["team"].id == far
    write.update(ACTOR, quota, number, {"owner": company.users["employee"].pk, "team": far})
    assert read.get(ACTOR, quota, number)["team"].id == near
