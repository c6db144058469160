"""What rules do: when they act, on which records, with what values; and that the history tells of it."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.errors import Stale
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.marks import marks_of
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules import keeping, running
from klientura.kernel.rules.models import Rule, Run
from klientura.kernel.rules.tests.support import NOTE, PRODUCT, last, made, organisation, settle, stored
from klientura.kernel.schema.uses import uses_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import Company
from klientura.kernel.webhooks import keeping as webhooks
from klientura.kernel.webhooks.models import Delivery

pytestmark = pytest.mark.django_db
ORGANISATION = "organisation"


def test_a_new_record_is_completed_and_the_history_says_by_what(company: Company) -> None:
    rule = made(company)
    number = organisation(company)
    assert settle() == 1
    assert stored(ORGANISATION, number)["note"] == "по правилу"
    run = last(rule)
    assert (run.state, run.matched, run.changed, run.refused) == ("done", 1, 1, 0)
    assert run.outcomes == [{"id": number, "done": [{"set": ["note"]}]}]
    assert run.actor_id == company.users["administrator"].pk
    operation = Operation.objects.get(pk=run.operation_id or 0)
    assert (operation.kind, operation.state, operation.records) == ("rule", "done", 1)
    undo(company.actor("administrator"), operation.pk)
    assert stored(ORGANISATION, number)["note"] is None
    assert settle() == 0, "an undo sets no rule off"


def test_only_what_was_named_sets_it_off(company: Company) -> None:
    rule = made(company, trigger={"kind": "changed", "fields": ["city"]})
    shape, number = shape_of(ORGANISATION), organisation(company)
    write.update(PRODUCT, shape, number, {"website": "https://example.org/"})
    assert settle() == 0
    write.update(PRODUCT, shape, number, {"city": "Уфа"})
    assert settle() == 1
    assert last(rule).changed == 1


@pytest.mark.parametrize(
    ("trigger", "acts"),
    [
        ({"from": "Уфа"}, True), ({"from": "Казань"}, False), ({"to": "Пермь"}, True), ({"to": "Уфа"}, False),
        ({"from": "Уфа", "to": "Пермь"}, True), ({"from": None}, False), ({"to": None}, False),
    ],
)  # fmt: skip
def test_what_the_value_was_and_has_become(company: Company, trigger: dict[str, Any], acts: bool) -> None:
    rule = made(company, trigger={"kind": "changed", "fields": ["city"], **trigger})
    number = organisation(company, city="Уфа")
    settle()
    write.update(PRODUCT, shape_of(ORGANISATION), number, {"city": "Пермь"})
    settle()
    assert last(rule).matched == int(acts)


def test_a_value_that_was_empty(company: Company) -> None:
    rule = made(company, trigger={"kind": "changed", "fields": ["city"], "from": None})
    number = organisation(company)
    write.update(PRODUCT, shape_of(ORGANISATION), number, {"city": "Пермь"})
    settle()
    assert last(rule).matched == 1


def test_conditions_choose(company: Company) -> None:
    rule = made(company, filter={"field": "city", "op": "eq", "value": "Уфа"})
    no, yes = organisation(company, city="Казань"), organisation(company, city="Уфа")
    settle()
    assert [stored(ORGANISATION, n)["note"] for n in (no, yes)] == [None, "по правилу"]
    assert any("Правило" in str(u) for u in uses_of(ORGANISATION, "city"))
    assert any("Правило" in str(u) for u in uses_of(ORGANISATION, "note"))
    assert not any("Правило" in str(u) for u in uses_of(ORGANISATION, "inn"))
    keeping.delete(company.actor("administrator"), rule.pk)
    assert not any("Правило" in str(u) for u in uses_of(ORGANISATION, "city"))


def test_a_stage_reached_makes_a_task_about_the_deal(company: Company) -> None:
    """What a verb of the business does sets rules off like any other change; the task comes from the generic create."""
    task = {
        "kind": "create", "object": "task", "link": "subject",
        "values": {
            "name": {"from": "text", "text": "Позвонить: {name}"}, "due_at": {"from": "today", "days": 2},
            "owner": {"from": "user", "user": "owner"},
        },
    }  # fmt: skip
    rule = made(
        company, object="opportunity", trigger={"kind": "changed", "fields": ["amount"]}, steps=[task]
    )
    values = {"name": "Станки", "owner": company.users["employee"].pk, "team": company.teams["near"].pk,
              "party": organisation(company)}  # fmt: skip
    deal = write.create(PRODUCT, shape_of("opportunity"), values)
    write.update(PRODUCT, shape_of("opportunity"), deal, {"amount": "500"})
    settle()
    tree = {"field": "name", "op": "eq", "value": "Позвонить: Станки"}
    [found] = read.page(PRODUCT, shape_of("task"), tree=tree).rows
    assert (found["subject_object"], found["subject_id"], found["owner"].id) == (
        "opportunity",
        deal,
        company.users["employee"].pk,
    )
    day = timezone.localdate() + dt.timedelta(days=2)
    assert timezone.localtime(found["due_at"]).date() == day
    assert last(rule).outcomes[0]["done"] == [{"created": "task", "id": found["id"]}]


@pytest.mark.parametrize(
    ("field", "source", "value"),
    [
        ("note", {"from": "formula", "formula": "upper(name) + '!'"}, "АЛЬФА!"),
        ("note", {"from": "text", "text": "{name} из {city}"}, "Альфа из Уфа"),
        ("note", {"from": "field", "field": "city"}, "Уфа"),
        ("city", {"from": "empty"}, None),
    ],
)
def test_where_values_come_from(company: Company, field: str, source: dict[str, Any], value: Any) -> None:
    made(company, steps=[{"kind": "set", "values": {field: source}}])
    number = organisation(company, city="Уфа")
    settle()
    assert stored(ORGANISATION, number)[field] == value


def test_who_values_come_from(company: Company) -> None:
    made(company, steps=[{"kind": "set", "values": {"owner": {"from": "user", "user": "actor"}}}])
    number = organisation(company)
    settle()
    assert stored(ORGANISATION, number)["owner"].id == company.users["administrator"].pk


def test_a_webhook_is_told(company: Company) -> None:
    boss = company.actor("administrator")
    hook, _secret = webhooks.create(
        boss, {"name": "Учёт", "address": "https://example.org/", "events": ["task.created"]}
    )
    rule = made(company, steps=[{"kind": "webhook", "webhook": hook.pk}])
    number = organisation(company)
    settle()
    sent = Delivery.objects.get()
    assert (sent.kind, sent.record_ids) == ("organisation.rule", [number])
    webhooks.change(boss, hook.pk, {"active": False})
    organisation(company)
    settle()
    assert (last(rule).state, last(rule).refused) == ("refused", 1)


def test_a_wait_asks_again_whether_it_still_holds(company: Company) -> None:
    rule = made(
        company,
        filter={"field": "city", "op": "eq", "value": "Уфа"},
        steps=[{"kind": "wait", "amount": 2, "unit": "days"}, NOTE],
    )
    stays, goes = organisation(company, city="Уфа"), organisation(company, city="Уфа")
    settle()
    waiting = Run.objects.filter(cause="wait")
    assert [r.step for r in waiting] == [1, 1]
    assert all(dt.timedelta(days=1) < r.due_at - timezone.now() <= dt.timedelta(days=2) for r in waiting)
    write.update(PRODUCT, shape_of(ORGANISATION), goes, {"city": "Казань"})
    Run.objects.filter(state="waiting").update(due_at=timezone.now())
    settle()
    assert [stored(ORGANISATION, n)["note"] for n in (stays, goes)] == ["по правилу", None]
    assert rule.pk == last(rule).rule_id


def test_what_a_wait_puts_off_is_dropped_when_the_rule_is_switched_off(company: Company) -> None:
    rule = made(company, steps=[{"kind": "wait", "amount": 1, "unit": "hours", "check": False}, NOTE])
    number = organisation(company)
    settle()
    keeping.change(company.actor("administrator"), rule.pk, {"active": False})
    Run.objects.filter(state="waiting").update(due_at=timezone.now())
    settle()
    assert stored(ORGANISATION, number)["note"] is None
    assert last(rule).state == "stopped"


def test_records_that_refuse_are_named_and_the_others_go_on(company: Company) -> None:
    step = {"kind": "set", "values": {"inn": {"from": "field", "field": "city"}}}
    rule = made(company, trigger={"kind": "changed", "fields": ["website"]}, steps=[step])
    good, bad = organisation(company, city="7707083893"), organisation(company, "Бета", city="Уфа")
    bulk.edit(
        PRODUCT, shape_of(ORGANISATION), bulk.Selection(ids=(good, bad)), {"website": "https://example.org/"}
    )
    settle()
    run = last(rule)
    assert (run.state, run.changed, run.refused) == ("done", 1, 1)
    assert run.refusals[0]["id"] == bad
    assert run.refusals[0]["why"]
    assert stored(ORGANISATION, good)["inn"] == "7707083893"


def test_a_bulk_change_is_one_run_and_few_queries(company: Company) -> None:
    rule = made(company, trigger={"kind": "changed", "fields": ["city"]})
    shape = shape_of(ORGANISATION)

    def queries(number: int) -> int:
        ids = write.create_many(PRODUCT, shape, [{"name": f"Фирма {n}"} for n in range(number)])
        bulk.edit(PRODUCT, shape, bulk.Selection(ids=tuple(ids)), {"city": "Уфа"})
        before = Run.objects.count()
        with CaptureQueriesContext(connection) as caught:
            settle()
        assert Run.objects.count() == before + 1
        assert last(rule).changed == number
        return len(caught)

    queries(1)
    queries(2)
    assert queries(2) == queries(60)


def test_a_run_goes_on_where_it_broke_off(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    rule = made(company, trigger={"kind": "changed", "fields": ["city"]})
    shape = shape_of(ORGANISATION)
    ids = write.create_many(PRODUCT, shape, [{"name": f"Фирма {n}"} for n in range(5)])
    bulk.edit(PRODUCT, shape, bulk.Selection(ids=tuple(ids)), {"city": "Уфа"})
    deliver()
    stops = iter([False, False])
    running.run_due(rule.pk, lambda: next(stops, True))
    run = last(rule)
    assert (run.state, run.position, run.changed) == ("waiting", 2, 2)
    settle()
    run = last(rule)
    assert (run.state, run.changed, Operation.objects.get(pk=run.operation_id or 0).records) == ("done", 5, 5)


def test_a_run_whose_process_died_is_taken_up(company: Company) -> None:
    rule = made(company)
    number = organisation(company)
    deliver()
    Run.objects.update(state="running", attempts=1, heartbeat_at=timezone.now() - running.STALE * 2)
    assert running.wake_all() == 1
    running.run_due(rule.pk)
    assert stored(ORGANISATION, number)["note"] == "по правилу"
    Run.objects.update(
        state="running", attempts=9, heartbeat_at=timezone.now() - running.STALE * 2, position=0
    )
    running.run_due(rule.pk)
    assert last(rule).state == "failed"


def test_what_waits_goes_on_as_it_was_noted(company: Company) -> None:
    """Steps that were put in front meanwhile must not shift those that are still to be done."""
    rule = made(company, steps=[{"kind": "wait", "amount": 1, "unit": "days"}, NOTE])
    number = organisation(company)
    settle()
    city = {"kind": "set", "values": {"city": {"from": "value", "value": "Уфа"}}}
    keeping.change(company.actor("administrator"), rule.pk, {"steps": [city]})
    Run.objects.filter(state="waiting").update(due_at=timezone.now())
    settle()
    found = stored(ORGANISATION, number)
    assert (found["note"], found["city"]) == ("по правилу", None)


def test_a_record_named_twice_in_one_operation_is_acted_on_once(company: Company) -> None:
    task = {
        "kind": "create",
        "object": "task",
        "values": {"name": {"from": "value", "value": "Звонок"}},
        "link": "party",
    }
    rule = made(company, trigger={"kind": "changed", "fields": ["city"]}, steps=[task])
    shape, number = shape_of(ORGANISATION), organisation(company)
    operation = Operation.objects.create(kind="edit", object=ORGANISATION, started_at=timezone.now())
    for city in ("Уфа", "Пермь"):
        write.update(PRODUCT, shape, number, {"city": city}, operation_id=operation.pk)
    settle()
    assert (Run.objects.count(), last(rule).changed) == (1, 1)


def test_versions_tell_who_changed_what(company: Company) -> None:
    boss = company.actor("administrator")
    rule = made(company)
    keeping.change(boss, rule.pk, {"name": "Новое", "steps": []} | {"active": False}, expected_version=1)
    with pytest.raises(Stale):
        keeping.change(boss, rule.pk, {"name": "Ещё"}, expected_version=1)
    kept = keeping.versions(boss, rule.pk)
    assert [(v.version, v.definition["name"], v.actor_id) for v in kept] == [
        (2, "Новое", boss.user_id),
        (1, "Правило", boss.user_id),
    ]
    assert Rule.objects.get().version == 2


def test_the_history_names_the_rule_and_whose_doing_it_was(company: Company) -> None:
    made(company)
    number = organisation(company)
    settle()
    entry = history_of(company.actor("employee"), shape_of(ORGANISATION), number).entries[0]
    mark = marks_of([entry.operation_id, None])[entry.operation_id or 0]
    assert (mark.run_id, mark.name, mark.user) == (last(Rule.objects.get()).pk, "Правило", "Анна Ким")
    assert marks_of([None]) == {}
