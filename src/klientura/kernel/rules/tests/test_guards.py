"""What holds rules back: rights, chains, volume, the brake; and what nobody may learn by them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.access import rights
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Role, User
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.events.models import Interest
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules import definition, dry, hearing, keeping, reading, running
from klientura.kernel.rules.models import Rule, Run
from klientura.kernel.rules.tests.support import NOTE, PRODUCT, last, made, organisation, settle, stored
from klientura.kernel.settings.installation import rights_changed
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company

pytestmark = pytest.mark.django_db
ORGANISATION = "organisation"


def note_from(source: object) -> dict[str, Any]:
    return {"steps": [{"kind": "set", "values": {"note": source}}]}


def moved(company: Company, who: str, role: str) -> None:
    User.objects.filter(pk=company.users[who].pk).update(role=Role.objects.get(key=role))
    rights_changed()
    rights.forget()


def test_it_acts_with_the_rights_of_its_owner_only(company: Company) -> None:
    rule = made(company, owner=company.users["employee"].pk)
    mine = organisation(company)
    theirs = organisation(
        company, owner=company.users["colleague"].pk
    )  # seen, but not the employee's to change
    away = organisation(company, owner=company.users["outsider"].pk, team=company.teams["far"].pk)
    settle()
    assert [stored(ORGANISATION, n)["note"] for n in (mine, theirs, away)] == ["по правилу", None, None]
    assert sum(r.refused for r in Run.objects.filter(rule=rule)) == 1
    assert sum(r.matched for r in Run.objects.filter(rule=rule)) == 2


def test_a_hidden_field_neither_chooses_nor_is_copied_nor_sets_off(company: Company) -> None:
    company.hide("employee", ORGANISATION, "city")
    employee = company.users["employee"].pk
    attempts: tuple[dict[str, Any], ...] = (
        {"filter": {"field": "city", "op": "eq", "value": "Уфа"}},
        {"trigger": {"kind": "changed", "fields": ["city"]}},
        note_from({"from": "field", "field": "city"}),
        note_from({"from": "text", "text": "{city}"}),
        note_from({"from": "formula", "formula": "city"}),
        {"steps": [{"kind": "set", "values": {"city": {"from": "value", "value": "Уфа"}}}]},
    )
    for values in attempts:
        with pytest.raises(Invalid):
            made(company, owner=employee, **values)
    rule = made(company, owner=employee, trigger={"kind": "changed", "fields": []})
    number = organisation(company)
    write.update(PRODUCT, shape_of(ORGANISATION), number, {"city": "Уфа"})
    settle()
    assert last(rule).matched == 0, "a change of what the owner does not see is no change"


def test_rights_lost_later_are_refused_and_end_in_a_pause(company: Company) -> None:
    rule = made(company, owner=company.users["manager"].pk)
    moved(company, "manager", "observer")
    for _n in range(running.PATIENCE):
        organisation(company)
        settle()
    assert {r.state for r in Run.objects.all()} == {"refused"}
    assert all(r.error or r.refusals for r in Run.objects.all())
    found = Rule.objects.get(pk=rule.pk)
    assert (found.active, found.paused) == (False, "refused")
    assert not Interest.objects.exists()


def test_rights_gained_later_do_not_widen_it(company: Company) -> None:
    made(company, owner=company.users["employee"].pk)
    away: dict[str, Any] = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    moved(company, "employee", "administrator")
    number = organisation(company, **away)
    settle()
    assert stored(ORGANISATION, number)["note"] is None
    company.grant("employee", ORGANISATION, "edit", "all")
    company.grant("employee", ORGANISATION, "read", "all")
    moved(company, "employee", "employee")
    number = organisation(company, **away)
    settle()
    assert stored(ORGANISATION, number)["note"] is None
    rule = Rule.objects.get()
    keeping.change(company.actor("administrator"), rule.pk, {"active": True})
    number = organisation(company, **away)
    settle()
    assert stored(ORGANISATION, number)["note"] == "по правилу", "switched on anew it may"


def test_an_owner_who_leaves_ends_it(company: Company) -> None:
    made(company, owner=company.users["employee"].pk)
    User.objects.filter(pk=company.users["employee"].pk).update(is_active=False)
    organisation(company, owner=company.users["manager"].pk)
    settle()
    assert Rule.objects.get().paused == "owner"


def test_a_rule_that_sets_itself_off_is_told_and_acts_once(company: Company) -> None:
    step = {"kind": "set", "values": {"note": {"from": "formula", "formula": "ifempty(note, '') + 'ы'"}}}
    rule = made(company, trigger={"kind": "changed", "fields": ["note"]}, steps=[step])
    assert len(definition.warnings(rule)) == 1
    assert (
        definition.warnings(made(company, trigger={"kind": "changed", "fields": ["city"]}, steps=[step]))
        == []
    )
    number = organisation(company)
    write.update(PRODUCT, shape_of(ORGANISATION), number, {"note": "а"})
    settle()
    assert stored(ORGANISATION, number)["note"] == "аы"


def test_two_rules_that_set_each_other_off_come_to_rest(company: Company) -> None:
    for mine, other in (("city", "note"), ("note", "city")):
        step = {
            "kind": "set",
            "values": {other: {"from": "formula", "formula": f"ifempty({other}, '') + 'ы'"}},
        }
        made(company, name=mine, trigger={"kind": "changed", "fields": [mine]}, steps=[step])
    number = organisation(company)
    write.update(PRODUCT, shape_of(ORGANISATION), number, {"city": "а"})
    settle()
    found = stored(ORGANISATION, number)
    assert (found["city"], found["note"]) == ("аы", "ы")


def test_a_chain_of_new_records_ends(company: Company) -> None:
    step = {
        "kind": "create",
        "object": ORGANISATION,
        "values": {"name": {"from": "text", "text": "Ещё {name}"}},
        "link": "parent",
    }
    rule = made(company, steps=[step])
    assert len(definition.warnings(rule)) == 1
    organisation(company)
    settle()
    assert Run.objects.count() == hearing.MAX_DEPTH + 1
    assert (last(rule).state, last(rule).error) == ("stopped", "chain")


def test_too_much_in_one_hour_pauses_it(company: Company) -> None:
    rule = made(company, hourly_limit=2)
    for _n in range(3):
        organisation(company)
        settle()
    found = Rule.objects.get(pk=rule.pk)
    assert (found.active, found.paused, last(rule).state) == (False, "volume", "stopped")


def test_the_brake_holds_all_rules(company: Company) -> None:
    boss = company.actor("administrator")
    rule = made(company)
    before = organisation(company)
    deliver()
    keeping.hold_all(boss, hold=True)
    running.run_due(rule.pk)
    meanwhile = organisation(company)
    deliver()
    assert last(rule).state == "waiting"
    keeping.hold_all(boss, hold=False)
    settle()
    assert [stored(ORGANISATION, n)["note"] for n in (before, meanwhile)] == ["по правилу", None]


def test_a_field_that_is_gone_refuses_the_run(company: Company) -> None:
    rule = made(company)
    Rule.objects.update(steps=[{"kind": "set", "values": {"gone": {"from": "value", "value": 1}}}])
    organisation(company)
    settle()
    assert (last(rule).state, bool(last(rule).error)) == ("refused", True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"), ({"owner": 0}, "owner"), ({"object": "party"}, "object"), ({"object": 5}, "object"),
        ({"hourly_limit": 0}, "hourly_limit"), ({"trigger": None}, "trigger.kind"), ({"trigger": {"kind": "never"}}, "trigger.kind"),
        ({"trigger": {"kind": "changed", "fields": ["nothing"]}}, "trigger.fields"),
        ({"trigger": {"kind": "changed", "fields": 5}}, "trigger.fields"),
        ({"trigger": {"kind": "changed", "fields": [], "to": 1}}, "trigger.to"), ({"trigger": {"kind": "due", "field": "city"}}, "trigger.field"),
        ({"trigger": {"kind": "due", "field": "created_at", "amount": -1}}, "trigger.amount"),
        ({"trigger": {"kind": "due", "field": "created_at", "amount": 10**9}}, "trigger.amount"),
        ({"trigger": {"kind": "due", "field": "created_at", "at": "25:00"}}, "trigger.at"),
        ({"trigger": {"kind": "schedule", "every": "century"}}, "trigger.every"),
        ({"trigger": {"kind": "schedule", "every": "week", "day": 8}}, "trigger.day"),
        ({"filter": {"field": "nothing"}}, "filter"), ({"filter": "x"}, "filter"), ({"steps": "x"}, "steps"),
        ({"steps": []}, "steps"),
        ({"steps": [5]}, "steps.0.kind"), ({"steps": [{"kind": "dance"}]}, "steps.0.kind"),
        ({"steps": [{"kind": "set", "values": {}}]}, "steps.0.values"),
        ({"steps": [NOTE, {"kind": "wait", "amount": 0}]}, "steps.1.amount"),
        ({"steps": [{"kind": "wait", "amount": 1, "unit": []}]}, "steps.0.amount"),
        ({"steps": [{"kind": "create", "object": "nothing"}]}, "steps.0.object"),
        ({"steps": [{"kind": "create", "object": "task", "values": {"name": {"from": "value", "value": "x"}}, "link": "owner"}]}, "steps.0.link"),
        ({"steps": [{"kind": "webhook", "webhook": 10**30}]}, "steps.0.webhook"),
        (note_from(5), "steps.0.note"), (note_from({"from": "moon"}), "steps.0.note"),
        (note_from({"from": "formula", "formula": "__import__('os')"}), "steps.0.note"),
        (note_from({"from": "formula", "formula": "1 + 1"}), "steps.0.note"),
        ({"steps": [{"kind": "set", "values": {"id": {"from": "value", "value": 1}}}]}, "steps.0.id"),
        ({"steps": [{"kind": "set", "values": {"name": {"from": "empty"}}}]}, "steps.0.name"),
        (note_from({"from": "today", "days": 1}), "steps.0.note"),
        (note_from({"from": "user", "user": "owner"}), "steps.0.note"),
        ({"object": "opportunity", "steps": [{"kind": "set", "values": {"loss_note": {"from": "value", "value": "x"}}}]}, "steps.0.loss_note"),
    ],
)  # fmt: skip
def test_what_a_rule_may_not_say(company: Company, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        made(company, **values)
    assert {e.field for e in refused.value.errors} == {field}
    assert Rule.objects.count() == 0


def test_only_administrators_keep_rules(company: Company) -> None:
    rule, now = made(company), timezone.now()
    attempts: tuple[Callable[[Actor], object], ...] = (
        keeping.every, lambda a: keeping.one(a, rule.pk), lambda a: keeping.create(a, {}), lambda a: keeping.change(a, rule.pk, {}),
        lambda a: keeping.delete(a, rule.pk), lambda a: keeping.versions(a, rule.pk), lambda a: keeping.hold_all(a, hold=True),
        reading.runs, lambda a: reading.run(a, 1), lambda a: dry.try_on(a, rule.pk, now - dt.timedelta(days=1), now),
    )  # fmt: skip
    for who in ("manager", "employee", "observer"):
        for attempt in attempts:
            with pytest.raises(Denied):
                attempt(company.actor(who))


def test_why_is_told_to_whoever_sees_the_record(company: Company) -> None:
    rule = made(company)
    number, other = organisation(company), organisation(company, "Бета")
    settle()
    run = Run.objects.filter(rule=rule).earliest("pk")
    told = reading.why(company.actor("employee"), shape_of(ORGANISATION), number, run.pk)
    assert (told.name, told.user, told.cause, told.above) == ("Правило", "Анна Ким", "event", "")
    for who, record in (("outsider", number), ("employee", other), ("employee", 999_999)):
        with pytest.raises(NotFound):
            reading.why(company.actor(who), shape_of(ORGANISATION), record, run.pk)
