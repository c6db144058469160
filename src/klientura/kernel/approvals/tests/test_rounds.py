"""A record is agreed to by whom its route names, as it was sent; what is changed since has no approval."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone, translation

from klientura.kernel.access.models import User
from klientura.kernel.access.substitutions import set_substitution
from klientura.kernel.approvals import deciding, demands, gate, reading, routes, sending, standing, upkeep
from klientura.kernel.approvals.models import Approval, ApprovalStep, Route
from klientura.kernel.errors import Denied, Invalid, NotFound, Stale
from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

KEY = "organisation"


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


def step(**more: Any) -> dict[str, Any]:
    return {"who": "head", "needed": 1, **more}


def route(company: Company, *steps: dict[str, Any], **more: Any) -> Route:
    values = {"name": "Clients", "filter": {}, "steps": list(steps), "is_active": True, **more}
    return routes.create(company.actor("administrator"), KEY, values)


def made_by(company: Company, who: str, **values: Any) -> int:
    return write.create(company.actor(who), shape_of(KEY), {"name": "Ромашка", **values})


def sent(company: Company, who: str, number: int, words: str = "") -> Approval:
    return sending.send(company.actor(who), shape_of(KEY), number, words)


def decide(company: Company, who: str, approval: Approval, verdict: str = "agreed", words: str = "") -> str:
    return deciding.decide(company.actor(who), approval.pk, verdict, words).state


def waits_for(company: Company, who: str) -> list[int]:
    return [v.approval.pk for v in reading.queue(company.actor(who), reading.WAITING)]


def told(company: Company, who: str) -> list[str]:
    found = Notification.objects.filter(user=company.users[who], kind__startswith="approval")
    return list(found.order_by("pk").values_list("kind", flat=True))


def test_without_a_route_the_head_of_the_team_decides(company: Company) -> None:
    number = made_by(company, "employee")
    approval = sent(company, "employee", number, "Please")
    assert waits_for(company, "manager") == [approval.pk]
    assert waits_for(company, "employee") == waits_for(company, "administrator") == []
    assert told(company, "manager") == ["approval"]
    assert standing.stands(shape_of(KEY), number) is None
    assert decide(company, "manager", approval) == "approved"
    found = standing.stands(shape_of(KEY), number)
    assert found is not None and found.pk == approval.pk
    assert told(company, "employee") == ["approval_approved"]
    assert waits_for(company, "manager") == []
    with pytest.raises(Invalid):  # it is over
        decide(company, "manager", approval, "refused", "No")
    with pytest.raises(Invalid):  # and stands
        sent(company, "employee", number)


def test_steps_come_one_after_the_other_and_side_by_side(company: Company) -> None:
    boss, admin = company.users["manager"].pk, company.users["administrator"].pk
    route(company, step(), step(who="users", users=[admin]), step(who="role", role="observer", beside=True))
    approval = sent(company, "employee", made_by(company, "employee"))
    assert [s.users for s in ApprovalStep.objects.filter(approval=approval).order_by("position")] == [
        [boss], [admin], [company.users["observer"].pk],
    ]  # fmt: skip
    assert waits_for(company, "administrator") == []
    with pytest.raises(Denied):
        decide(company, "administrator", approval)
    assert decide(company, "manager", approval) == "pending"
    assert waits_for(company, "administrator") == waits_for(company, "observer") == [approval.pk]
    assert decide(company, "observer", approval, "remarked", "Mind the date") == "pending"
    assert waits_for(company, "observer") == []
    with pytest.raises(Denied):  # said already
        decide(company, "observer", approval)
    assert decide(company, "administrator", approval) == "approved"


def test_so_many_have_to_agree_and_one_refusal_ends_it(company: Company) -> None:
    three = [company.users[w].pk for w in ("manager", "colleague", "observer")]
    route(company, step(who="users", users=three, needed=2))
    first = sent(company, "employee", made_by(company, "employee"))
    assert decide(company, "colleague", first) == "pending"
    assert decide(company, "manager", first) == "approved"
    second = sent(company, "employee", made_by(company, "employee"))
    with pytest.raises(Invalid) as refused:
        decide(company, "colleague", second, "refused")
    assert refused.value.errors[0].field == "words"
    assert decide(company, "colleague", second, "refused", "Too dear") == "refused"
    assert told(company, "employee")[-1] == "approval_refused"
    routes.change(company.actor("administrator"), Route.objects.get().pk, {
        "name": "All", "filter": {}, "is_active": True, "steps": [step(who="users", users=three, needed=None)]})  # fmt: skip
    third = sent(company, "employee", made_by(company, "employee"))
    assert [decide(company, w, third) for w in ("manager", "colleague", "observer")] == [
        "pending",
        "pending",
        "approved",
    ]


def test_the_condition_chooses_the_route(company: Company) -> None:
    ufa = {"field": "city", "op": "eq", "value": "Уфа"}
    route(company, step(who="users", users=[company.users["observer"].pk]), filter=ufa, name="Ufa")
    route(company, step(), name="Rest")
    route(company, step(), name="Off", is_active=False)
    assert sent(company, "employee", made_by(company, "employee", city="Уфа")).route_name == "Ufa"
    assert sent(company, "employee", made_by(company, "employee", city="Омск")).route_name == "Rest"


def test_what_is_changed_has_no_approval_any_more(company: Company) -> None:
    shape, actor = shape_of(KEY), company.actor("employee")
    number = made_by(company, "employee")
    approval = sent(company, "employee", number)
    write.update(actor, shape, number, {"name": "Лютик"})
    with pytest.raises(Stale):
        decide(company, "manager", approval)
    deliver()
    approval.refresh_from_db()
    assert approval.state == "lapsed"
    again = sent(company, "employee", number)
    decide(company, "manager", again)
    write.update(actor, shape, number, {"tags": ["важный"]})  # nobody decided on that
    deliver()
    assert standing.stands(shape, number) is not None
    write.update(
        company.actor("manager"),
        shape,
        number,
        {"phones": []} if "phones" in shape.parts else {"city": "Уфа"},
    )
    write.update(company.actor("manager"), shape, number, {"city": "Уфа"})
    assert standing.stands(shape, number) is None  # at once, before anybody is told
    deliver()
    again.refresh_from_db()
    assert again.state == "lapsed"
    assert told(company, "employee")[-1] == "approval_lapsed"


def test_an_old_page_decides_nothing(company: Company) -> None:
    approval = sent(company, "employee", made_by(company, "employee"))
    with pytest.raises(Stale):
        deciding.decide(company.actor("manager"), approval.pk, "agreed", seen="0" * 64)
    assert (
        deciding.decide(company.actor("manager"), approval.pk, "agreed", seen=approval.digest).state
        == "approved"
    )


def test_nobody_approves_their_own(company: Company) -> None:
    two = [company.users[w].pk for w in ("manager", "administrator")]
    made = route(company, step(who="users", users=two))
    approval = sent(company, "manager", made_by(company, "manager"))
    assert ApprovalStep.objects.get(approval=approval).users == two[1:]
    with pytest.raises(Denied):
        decide(company, "manager", approval)
    routes.change(company.actor("administrator"), made.pk, {
        "name": "Own", "filter": {}, "steps": [step(who="users", users=two)], "is_active": True, "own": True})  # fmt: skip
    own = sent(company, "manager", made_by(company, "manager"))
    assert decide(company, "manager", own) == "approved"


def test_a_deputy_speaks_for_who_is_away(company: Company) -> None:
    today = company_today()
    set_substitution(
        company.actor("administrator"),
        company.users["manager"].pk,
        company.users["colleague"].pk,
        today,
        today,
    )
    approval = sent(company, "employee", made_by(company, "employee"))
    assert told(company, "colleague") == ["approval"]
    assert waits_for(company, "colleague") == [approval.pk]
    assert decide(company, "colleague", approval) == "approved"
    said = reading.rounds_of(company.actor("employee"), shape_of(KEY), approval.record_id)[0].steps[0].said[0]
    assert (said.who, said.instead_of) == ("Глеб Соул", "Борис Лось")


def test_who_begins_to_stand_in_hears_of_what_has_been_waiting(company: Company) -> None:
    approval = sent(company, "employee", made_by(company, "employee"))
    own = sent(company, "colleague", made_by(company, "colleague"))
    today = company_today()
    upkeep.tell_deputies()
    assert told(company, "colleague") == []
    set_substitution(
        company.actor("administrator"),
        company.users["manager"].pk,
        company.users["colleague"].pk,
        today,
        today,
        [KEY],
    )
    upkeep.tell_deputies()
    upkeep.tell_deputies()
    found = Notification.objects.filter(user=company.users["colleague"], kind="approval")
    assert [n.record_id for n in found] == [approval.record_id]  # once, and not what they sent themselves
    assert own.record_id != approval.record_id
    assert decide(company, "colleague", approval) == "approved"


def test_whoever_stands_in_hears_of_all_that_waits(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    sent_ones = [
        sent(company, "employee", made_by(company, "employee", name=f"Фирма {n}")).record_id for n in range(5)
    ]
    today = company_today()
    set_substitution(
        company.actor("administrator"),
        company.users["manager"].pk,
        company.users["colleague"].pk,
        today,
        today,
    )
    upkeep.tell_deputies()
    found = Notification.objects.filter(user=company.users["colleague"], kind="approval")
    assert sorted(n.record_id or 0 for n in found) == sorted(sent_ones)


def test_a_deputy_does_not_approve_what_they_sent(company: Company) -> None:
    today = company_today()
    set_substitution(
        company.actor("administrator"),
        company.users["manager"].pk,
        company.users["employee"].pk,
        today,
        today,
    )
    approval = sent(company, "employee", made_by(company, "employee"))
    assert waits_for(company, "employee") == []
    with pytest.raises(Denied):
        decide(company, "employee", approval)


def test_who_leaves_is_replaced_and_administrators_hear_of_it(company: Company) -> None:
    route(company, step(who="users", users=[company.users["colleague"].pk]))
    approval = sent(company, "employee", made_by(company, "employee"))
    User.objects.filter(pk=company.users["colleague"].pk).update(is_active=False)
    upkeep.replace_those_who_left()
    upkeep.replace_those_who_left()
    assert ApprovalStep.objects.get(approval=approval).users == [company.users["manager"].pk]
    assert told(company, "administrator") == ["approval_helpless"]
    assert told(company, "manager") == ["approval"]
    assert decide(company, "manager", approval) == "approved"


def test_the_deadline_is_told_once(company: Company) -> None:
    route(company, step(hours=4))
    approval = sent(company, "employee", made_by(company, "employee"))
    upkeep.remind_of_late()
    assert told(company, "manager") == ["approval"]
    ApprovalStep.objects.filter(approval=approval).update(due_at=timezone.now() - dt.timedelta(minutes=1))
    upkeep.remind_of_late()
    upkeep.remind_of_late()
    assert told(company, "manager") == ["approval", "approval_late"]
    assert told(company, "employee") == ["approval_late"]


def test_the_author_takes_it_back(company: Company) -> None:
    approval = sent(company, "employee", made_by(company, "employee"))
    with pytest.raises(Invalid):
        sent(company, "employee", approval.record_id)
    with pytest.raises(Denied):
        sending.withdraw(company.actor("manager"), approval.pk)
    assert sending.withdraw(company.actor("employee"), approval.pk).state == "withdrawn"
    with pytest.raises(Invalid):
        sending.withdraw(company.actor("employee"), approval.pk)
    assert sent(company, "employee", approval.record_id).state == "pending"


def test_only_who_sees_and_edits_a_record_has_to_do_with_it(company: Company) -> None:
    number = made_by(company, "employee")
    with pytest.raises(Denied):
        sent(company, "colleague", number)
    with pytest.raises(NotFound):
        sent(company, "outsider", number)
    route(company, step(who="users", users=[company.users["outsider"].pk]))
    approval = sent(company, "employee", number)  # the outsider does not see it: an administrator decides
    assert ApprovalStep.objects.get(approval=approval).users == [company.users["administrator"].pk]
    with pytest.raises(NotFound):
        reading.one(company.actor("outsider"), approval.pk)
    with pytest.raises(NotFound):
        decide(company, "outsider", approval)


def test_many_are_decided_each_by_itself(company: Company) -> None:
    rounds = [sent(company, "employee", made_by(company, "employee")) for _n in range(3)]
    write.update(company.actor("employee"), shape_of(KEY), rounds[1].record_id, {"city": "Уфа"})
    done, left = deciding.decide_many(company.actor("manager"), [r.pk for r in rounds], "agreed")
    assert done == [rounds[0].pk, rounds[2].pk]
    assert list(left) == [rounds[1].pk]


def test_a_required_route_holds_back_what_has_no_approval(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = shape_of(KEY)
    number = made_by(company, "employee")
    gate.require_approval(company.actor("employee"), shape, number)
    monkeypatch.setattr(demands, "_gated", {KEY})
    route(company, step(), name="Optional")
    required = route(company, step(who="role", role="observer"), mandatory=True, name="Required")
    with pytest.raises(Invalid):
        gate.require_approval(company.actor("employee"), shape, number)
    routes.change(company.actor("administrator"), required.pk, {
        "name": "Required", "filter": {}, "steps": [step(who="role", role="observer")], "is_active": False, "mandatory": True})  # fmt: skip
    decide(company, "manager", sent(company, "employee", number))
    routes.change(company.actor("administrator"), required.pk, {
        "name": "Required", "filter": {}, "steps": [step(who="role", role="observer")], "is_active": True, "mandatory": True})  # fmt: skip
    with pytest.raises(Invalid):  # approved, but not by whom the required route names
        gate.require_approval(company.actor("employee"), shape, number)
    approval = sent(company, "employee", number)
    assert approval.route_name == "Required"
    decide(company, "observer", approval)
    gate.require_approval(company.actor("employee"), shape, number)


def test_lists_are_filtered_by_how_approval_stands(company: Company) -> None:
    one, other = made_by(company, "employee"), made_by(company, "employee")
    approval = sent(company, "employee", one)

    def found(op: str, *states: str) -> set[int]:
        tree = {"field": "@approval", "op": op, "value": list(states)}
        return {r["id"] for r in read.page(company.actor("employee"), shape_of(KEY), tree=tree).rows}

    assert found("in", "pending") == {one}
    assert found("in", "none") == {other}
    decide(company, "manager", approval)
    assert found("in", "pending") == set()
    assert found("not_in", "approved") == {other}


def test_routes_are_for_administrators_and_say_something(company: Company) -> None:
    with pytest.raises(Denied):
        routes.create(company.actor("manager"), KEY, {})
    admin = company.actor("administrator")
    faults: tuple[dict[str, Any], ...] = (
        {"steps": []},
        {"steps": [step(who="nobody")]},
        {"steps": [step(who="users", users=[])]},
        {"steps": [step(who="users", users=[company.users["disabled"].pk])]},
        {"steps": [step(who="users", users=[company.users["manager"].pk], needed=2)]},
        {"steps": [step(who="role", role="king")]},
        {"steps": [step(who="field", field="name")]},
        {"steps": [step(hours=0)]},
        {"steps": [step()] * 13},
        {"name": " "},
        {"filter": {"field": "nothing", "op": "eq", "value": 1}},
    )
    for wrong in faults:
        with pytest.raises(Invalid):
            routes.create(admin, KEY, {"name": "R", "filter": {}, "steps": [step()], **wrong})
    assert not Route.objects.exists()


def test_the_owner_named_by_the_record_decides(company: Company) -> None:
    route(company, step(who="field", field="owner"))
    number = made_by(company, "manager", owner=company.users["colleague"].pk)
    assert ApprovalStep.objects.get(approval=sent(company, "manager", number)).users == [
        company.users["colleague"].pk
    ]


def test_a_round_is_told_on_a_sheet_to_be_printed(company: Company) -> None:
    admin = company.users["administrator"]
    route(company, step(name="Lawyer", who="users", users=[admin.pk]), step(name="Head"))
    number = made_by(company, "employee")
    approval = sent(company, "employee", number, "For Monday")
    decide(company, "administrator", approval, "remarked", "Mind the dates")
    User.objects.update(language="en")
    address = f"/approvals/{approval.pk}"
    told = company.client("manager").get(address).content.decode()
    assert "For Monday" in told and "Mind the dates" in told and "Agreed with a remark" in told
    assert told.index("Lawyer") < told.index("Head")
    assert address in company.client("manager").get(f"/{KEY}/{number}").content.decode()
    assert company.client("outsider").get(address).status_code == 404  # who does not see the record
    assert company.client("administrator").get("/approvals/999999").status_code == 404

    decide(company, "manager", approval)
    told = company.client("manager").get(address).content.decode()
    assert "What was approved is not" not in told and f'href="/{KEY}/{number}"' in told
    write.update(company.actor("employee"), shape_of(KEY), number, {"name": "Лютик"})
    told = company.client("manager").get(address).content.decode()
    assert "What was approved is not what stands here now." in told
