"""Whose consent counts, how often, and that no round waits for people who cannot give it."""

import pytest

from klientura.kernel.access.models import User
from klientura.kernel.access.substitutions import set_substitution
from klientura.kernel.approvals import reading, standing, upkeep
from klientura.kernel.approvals.models import Approval, ApprovalStep
from klientura.kernel.approvals.tests.test_rounds import (
    KEY,
    decide,
    made_by,
    route,
    sent,
    step,
    told,
    waits_for,
)
from klientura.kernel.errors import Denied, Invalid
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import bulk, write
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


def absent(company: Company, who: str, deputy: str) -> None:
    today = company_today()
    away, stands = company.users[who].pk, company.users[deputy].pk
    set_substitution(company.actor("administrator"), away, stands, today, today)


def test_one_person_is_one_consent_for_whomever_they_stand_in(company: Company) -> None:
    two = [company.users[w].pk for w in ("manager", "colleague")]
    route(company, step(who="users", users=two, needed=2))
    absent(company, "manager", "colleague")
    approval = sent(company, "employee", made_by(company, "employee"))
    assert decide(company, "colleague", approval) == "pending"
    with pytest.raises(Denied):
        decide(company, "colleague", approval)
    assert waits_for(company, "colleague") == []
    assert decide(company, "manager", approval) == "approved"


def test_own_is_also_what_one_made_keeps_or_changed_last(company: Company) -> None:
    three = [company.users[w].pk for w in ("manager", "colleague", "observer")]
    route(company, step(who="users", users=three))
    number = made_by(company, "manager", owner=company.users["employee"].pk)
    approval = sent(company, "employee", number)
    assert ApprovalStep.objects.get(approval=approval).users == three[1:]
    with pytest.raises(Denied):
        decide(company, "manager", approval)
    kept = made_by(company, "employee")
    write.update(company.actor("manager"), shape_of(KEY), kept, {"city": "Уфа"})
    assert ApprovalStep.objects.get(approval=sent(company, "employee", kept)).users == three[1:]
    write.update(company.actor("manager"), shape_of(KEY), kept, {"owner": company.users["colleague"].pk})
    tagged = made_by(company, "employee")
    write.update(
        company.actor("manager"), shape_of(KEY), tagged, {"tags": ["важный"]}
    )  # nobody decides on that
    assert ApprovalStep.objects.get(approval=sent(company, "employee", tagged)).users == three


def test_who_leaves_does_not_leave_a_round_waiting(company: Company) -> None:
    two = [company.users[w].pk for w in ("manager", "colleague")]
    route(
        company,
        step(who="users", users=two, needed=2),
        step(who="users", users=[company.users["observer"].pk]),
    )
    approval = sent(company, "employee", made_by(company, "employee"))
    assert decide(company, "manager", approval) == "pending"
    User.objects.filter(pk=company.users["colleague"].pk).update(is_active=False)
    upkeep.replace_those_who_left()  # in their place would stand the head, who has agreed already
    assert decide(company, "administrator", approval) == "pending"
    approval.refresh_from_db()
    assert approval.group == 2
    assert decide(company, "observer", approval) == "approved"


def test_what_has_its_consents_when_somebody_leaves_goes_on(company: Company) -> None:
    three = [company.users[w].pk for w in ("manager", "colleague", "observer")]
    route(company, step(who="users", users=three, needed=3))
    approval = sent(company, "employee", made_by(company, "employee"))
    for who in ("manager", "observer"):
        assert decide(company, who, approval) == "pending"
    User.objects.filter(pk__in=[three[1], company.users["administrator"].pk]).update(is_active=False)
    upkeep.replace_those_who_left()
    approval.refresh_from_db()
    assert approval.state == "approved"


def test_a_step_is_not_shortened_without_a_word(company: Company) -> None:
    two = [company.users[w].pk for w in ("manager", "outsider")]
    made = route(company, step(who="users", users=two, needed=2))
    approval = sent(company, "employee", made_by(company, "employee"))  # the outsider does not see it
    found = ApprovalStep.objects.get(approval=approval)
    assert (found.users, found.needed) == ([two[0], company.users["administrator"].pk], 2)
    with pytest.raises(Invalid) as refused:
        sent(company, "manager", made_by(company, "manager"))
    assert refused.value.errors[0].code == "too_few"
    assert made.steps[0]["needed"] == 2


def test_it_goes_one_up_when_the_deputy_of_the_head_does_not_see_it(company: Company) -> None:
    absent(company, "manager", "outsider")
    approval = sent(company, "employee", made_by(company, "employee"))
    assert told(company, "outsider") == []
    assert waits_for(company, "administrator") == [approval.pk]
    assert decide(company, "administrator", approval) == "approved"


def test_the_queue_is_not_shortened_by_what_one_has_decided(company: Company) -> None:
    two = [company.users[w].pk for w in ("manager", "observer")]
    route(company, step(who="users", users=two, needed=2))
    rounds = [sent(company, "employee", made_by(company, "employee")) for _n in range(3)]
    for each in rounds[:2]:
        decide(company, "manager", each)
    found = reading.queue(company.actor("manager"), reading.WAITING, limit=1)
    assert [v.approval.pk for v in found] == [rounds[2].pk]


def test_one_record_in_the_trash_keeps_no_other_from_lapsing(company: Company) -> None:
    actor, shape = company.actor("employee"), shape_of(KEY)
    rounds = [sent(company, "employee", made_by(company, "employee")) for _n in range(2)]
    numbers = [r.record_id for r in rounds]
    bulk.edit_chosen(actor, shape, numbers, {"city": "Уфа"})
    write.trash(company.actor("administrator"), shape, numbers[:1])
    deliver()
    assert Approval.objects.get(pk=rounds[1].pk).state == "lapsed"


def test_nought_and_no_are_not_the_same_as_nothing(company: Company) -> None:
    shape = shape_of(KEY)
    key = next(
        k
        for k in standing.keys_that_matter(shape)
        if shape.fields[k].type.key in {"integer", "number", "money"}
    )
    number = made_by(company, "employee")
    before = standing.digest_of(shape, number)
    write.update(company.actor("employee"), shape, number, {key: "0"})
    assert standing.digest_of(shape, number) != before


def test_words_are_kept_whole_or_refused(company: Company) -> None:
    with pytest.raises(Invalid) as refused:
        sent(company, "employee", made_by(company, "employee"), "я" * 1001)
    assert refused.value.errors[0].field == "words"
