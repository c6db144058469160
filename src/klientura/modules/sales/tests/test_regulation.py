"""What a stage asks of a deal, whichever way the deal is moved."""

import threading

import pytest
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.bulk import acts
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.bulk import Outcome, Selection
from klientura.kernel.testing.company import found_company
from klientura.modules.sales.models import OpportunityCheck
from klientura.modules.sales.services.stages import lose, move_stage, win
from klientura.modules.sales.services.ticking import tick
from klientura.modules.sales.tests.regulated import ACTOR, deal, deal_of, item, pipeline_with

pytestmark = pytest.mark.django_db


def refused(actor: Actor, number: int, stage: int, **more: object) -> dict[str, str]:
    """What a move is refused for: the code of each field."""
    with pytest.raises(Invalid) as caught:
        move_stage(actor, number, {"stage": stage, **more})
    return {e.field: e.code for e in caught.value.errors}


def needs(*keys: str) -> dict[str, object]:
    return {"needs": [{"field": k} for k in keys]}


def test_a_stage_is_entered_with_what_it_needs_and_what_was_typed_moves_along() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"second": needs("amount", "close_date", "lines")})
    actor = company.actor("employee")
    number = deal(actor, stages["first"])

    assert refused(actor, number, stages["second"]) == dict.fromkeys(
        ("amount", "close_date", "lines"), "stage_needs"
    )
    assert refused(actor, number, stages["second"], amount="10", close_date="2030-01-05") == {
        "lines": "stage_needs"
    }
    assert deal_of(number)["amount"] is None
    line = {"name": "Станок", "quantity": "1", "given_price": "10"}
    write.update(actor, shape_of("opportunity"), number, {"lines": [line]})
    move_stage(actor, number, {"stage": stages["second"], "close_date": "2030-01-05"})

    row = deal_of(number)
    assert (row["stage"].id, str(row["close_date"]), row["amount"]) == (stages["second"], "2030-01-05", 10)


def test_what_is_passed_over_is_asked_for_as_well_and_going_back_asks_nothing() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with(
        {"second": needs("amount"), "third": needs("close_date"), "won": needs("source")}
    )
    actor = company.actor("employee")
    number = deal(actor, stages["first"])

    assert set(refused(actor, number, stages["third"])) == {"amount", "close_date"}
    with pytest.raises(Invalid) as caught:
        win(actor, number)
    assert {e.field for e in caught.value.errors} == {"amount", "close_date", "source"}
    lose(actor, number, {"loss_reason": "price"})
    move_stage(ACTOR, number, {"stage": stages["third"]})
    move_stage(actor, number, {"stage": stages["second"]})
    assert deal_of(number)["stage"].id == stages["second"]


def test_a_need_of_a_field_that_is_gone_holds_nobody_up() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"second": needs("amount")})
    with connection.cursor() as cursor:
        cursor.execute("update stage_need set field = 'gone'")
    number = deal(company.actor("employee"), stages["first"])
    move_stage(company.actor("employee"), number, {"stage": stages["second"]})


def test_a_next_step_is_planned_with_the_move() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"second": needs("next_step_at")})
    actor = company.actor("employee")
    number = deal(actor, stages["first"])

    assert refused(actor, number, stages["second"]) == {"next_step_at": "stage_needs"}
    step = {"next_step_at-name": "Позвонить", "next_step_at-due": "2030-01-05T10:00"}
    assert set(refused(actor, number, stages["second"], **{"next_step_at-name": "Позвонить"})) == {
        "next_step_at-due"
    }
    assert set(refused(actor, number, stages["second"], **{**step, "next_step_at-due": "x"})) == {
        "next_step_at-due"
    }
    move_stage(actor, number, {"stage": stages["second"], **step})

    tasks = read.page(ACTOR, shape_of("task"), keys=["name", "owner", "subject_id"]).rows
    assert [(t["name"], t["owner"].id, t["subject_id"]) for t in tasks] == [
        ("Позвонить", actor.user_id, number)
    ]
    assert deal_of(number)["next_step_at"] is not None


def test_a_deal_goes_on_when_what_must_be_done_is_ticked() -> None:
    company = found_company()
    checklist = [{"name": "Бюджет известен"}, {"name": "Открытка", "mandatory": False}]
    _pipeline, stages = pipeline_with({"first": {"checklist": checklist}})
    actor = company.actor("employee")
    first, second = deal(actor, stages["first"]), deal(actor, stages["first"])
    must = item(stages["first"])

    assert refused(actor, first, stages["second"]) == {f"checks.{must}": "unticked"}
    tick(actor, first, {"item": must})
    tick(actor, first, {"item": must})
    move_stage(actor, first, {"stage": stages["second"]})
    move_stage(actor, second, {"stage": stages["second"], "checks": [str(must)]})

    done = OpportunityCheck.objects.order_by("opportunity_id")
    assert [(c.opportunity_id, c.name, c.done_by_id) for c in done] == [
        (first, "Бюджет известен", actor.user_id), (second, "Бюджет известен", actor.user_id),
    ]  # fmt: skip
    lose(actor, first, {"loss_reason": "price"})
    tick(actor, second, {"item": must, "done": False})
    assert OpportunityCheck.objects.filter(opportunity_id=second).count() == 0


def test_ticks_are_written_by_ticking_only_and_by_those_who_may_change_the_deal() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"first": {"checklist": [{"name": "Бюджет"}]}})
    _other, others = pipeline_with({"first": {"checklist": [{"name": "Другое"}]}})
    actor = company.actor("employee")
    number = deal(actor, stages["first"])

    with pytest.raises(Invalid):
        write.update(actor, shape_of("opportunity"), number, {"checks": [{"name": "x"}]})
    for wrong in (item(others["first"]), 0, "x", None):
        with pytest.raises(Invalid):
            tick(actor, number, {"item": wrong})
    api = company.api("outsider")
    answer = api.post(
        f"/api/v1/opportunity/{number}/actions/check", {"item": item(stages["first"])}, "application/json"
    )
    assert answer.status_code in {403, 404}
    assert OpportunityCheck.objects.count() == 0


def test_only_those_named_move_deals_in_and_out() -> None:
    company = found_company()
    team = company.teams["head"].pk
    movers = [{"way": "enter", "role": "manager"}, {"way": "leave", "role": "employee", "team": team}]
    _pipeline, stages = pipeline_with({"second": {"movers": movers}})
    employee, manager = company.actor("employee"), company.actor("manager")
    number = deal(employee, stages["first"])

    assert refused(employee, number, stages["second"]) == {"stage": "not_allowed"}
    move_stage(manager, number, {"stage": stages["second"]})
    assert refused(manager, number, stages["third"]) == {"stage": "not_allowed"}
    move_stage(employee, number, {"stage": stages["third"]})
    move_stage(company.actor("administrator"), number, {"stage": stages["second"]})


@pytest.mark.parametrize(
    ("backward", "who"), [("anyone", "employee"), ("heads", "manager"), ("nobody", "administrator")]
)
def test_who_moves_back(backward: str, who: str) -> None:
    company = found_company()
    _pipeline, stages = pipeline_with(backward=backward)
    number = deal(company.actor("employee"), stages["second"])
    for one in ("employee", "manager", "administrator"):
        if one == who:
            move_stage(company.actor(one), number, {"stage": stages["first"]})
            break
        assert refused(company.actor(one), number, stages["first"]) == {"stage": "backward"}


def test_stages_are_not_skipped_where_the_pipeline_says_so() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with(skipping=False)
    actor = company.actor("administrator")
    number = deal(actor, stages["first"])

    assert refused(actor, number, stages["third"]) == {"stage": "skips"}
    assert refused(actor, number, stages["won"]) == {"stage": "skips"}
    move_stage(actor, number, {"stage": stages["second"]})
    move_stage(actor, number, {"stage": stages["third"]})
    move_stage(actor, number, {"stage": stages["won"]})


def test_a_pipeline_is_worked_in_by_those_it_names() -> None:
    company = found_company()
    pipeline, stages = pipeline_with(access=[{"role": "manager"}])
    employee = company.actor("employee")
    with pytest.raises(Invalid):
        deal(employee, stages["first"])
    number = deal(company.actor("manager"), stages["first"], owner=employee.user_id)
    assert refused(employee, number, stages["second"]) == {"stage": "pipeline_closed"}
    page = company.client("employee").get(f"/opportunity?view=board&board={pipeline}").content.decode()
    assert f'data-stage="{stages["first"]}"' not in page
    page = company.client("manager").get(f"/opportunity?view=board&board={pipeline}").content.decode()
    assert f'data-stage="{stages["first"]}"' in page


def test_many_at_once_are_refused_one_by_one_and_the_limit_is_filled_up() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"second": {**needs("amount"), "at_most": 3, "at_limit": "refuse"}})
    actor = company.actor("manager")
    poor = deal(actor, stages["first"])
    rich = [deal(actor, stages["first"], amount="5") for _n in range(4)]

    outcome = acts.edit(
        actor, shape_of("opportunity"), Selection(ids=(poor, *rich)), {"stage": stages["second"]}
    )

    assert isinstance(outcome, Outcome)
    assert outcome.changed == 3
    codes = {number: [e.code for e in errors] for number, errors in outcome.refused.items()}
    assert codes == {poor: ["stage_needs"], rich[3]: ["limit"]}
    assert refused(actor, rich[3], stages["second"]) == {"stage": "limit"}
    assert deal_of(rich[0])["stage"].id == stages["second"]


def test_programs_are_told_field_by_field() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"second": needs("amount")})
    number = deal(company.actor("employee"), stages["first"])
    api, path = company.api("employee"), f"/api/v1/opportunity/{number}/actions/move"

    answer = api.post(path, {"stage": stages["second"]}, "application/json")
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("amount", "stage_needs")]
    assert api.post(path, {"stage": stages["second"], "nonsense": 1}, "application/json").status_code == 422
    assert api.post(path, {"stage": stages["second"], "amount": "7"}, "application/json").status_code == 200
    body = {"ids": [number], "set": {"stage": stages["first"]}}
    assert api.post("/api/v1/opportunity/bulk", body, "application/json").json()["changed"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_do_not_fill_the_last_place_at_once() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"second": {"at_most": 1, "at_limit": "refuse"}})
    actor = company.actor("manager")
    numbers = [deal(actor, stages["first"]) for _n in range(6)]
    came: list[int] = []
    barrier = threading.Barrier(len(numbers))

    def go(number: int) -> None:
        try:
            barrier.wait()
            move_stage(actor, number, {"stage": stages["second"]})
            came.append(number)
        except Invalid:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(n,)) for n in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came) == 1
    assert [n for n in numbers if deal_of(n)["stage"].id == stages["second"]] == came


def test_a_need_without_its_field_is_refused_with_its_place() -> None:
    pipeline = write.create(ACTOR, shape_of("pipeline"), {"name": "Продажи"})
    with pytest.raises(Invalid) as wrong:
        write.create(ACTOR, shape_of("stage"), {"name": "Первый", "pipeline": pipeline, "needs": [{}]})
    assert [(e.field, e.code) for e in wrong.value.errors] == [("needs.0.field", "required")]
