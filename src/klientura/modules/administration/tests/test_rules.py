"""Rules in the settings: made step by step, switched, held, tried on the past, their log and versions."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules.models import Brake, Rule, Run
from klientura.kernel.rules.tests.support import settle
from klientura.kernel.store import write
from klientura.kernel.webhooks.models import Webhook
from klientura.modules.administration.tests.conftest import MakeUser, signed_in

pytestmark = pytest.mark.django_db
ROOT = "/settings/rules"


def form(boss: User, **more: object) -> dict[str, object]:
    return {"name": "New clients", "when": "created", "owner": boss.pk, "filter": "", **more}


def made(admin: Client, boss: User) -> Rule:
    answer = admin.post(f"{ROOT}/new?object=organisation", form(boss))
    rule = Rule.objects.latest("pk")
    assert answer.headers["Location"] == f"{ROOT}/{rule.pk}?done=added"
    return rule


def with_note(admin: Client, rule: Rule) -> None:
    step = {"version": rule.version, "row": "note", "from-note": "value", "value-note": "Hello"}
    assert admin.post(f"{ROOT}/{rule.pk}/steps/new?kind=set", step).status_code == 302
    rule.refresh_from_db()


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_made_step_by_step_and_switched_on(admin: Client, boss: User) -> None:
    assert "There are no rules yet" in text(admin, ROOT)
    assert "Organisations" in text(admin, f"{ROOT}/new")
    assert 'name="when"' in text(admin, f"{ROOT}/new?object=organisation")
    rule = made(admin, boss)
    place = f"{ROOT}/{rule.pk}"
    assert "It does nothing yet" in text(admin, place)
    refused = admin.post(f"{place}/on")
    assert (refused.status_code, "without steps" in refused.content.decode()) == (422, True)
    page = text(admin, f"{place}/steps/new?kind=set")
    assert "Which field?" in page
    added = admin.post(
        f"{place}/steps/new?kind=set", {"version": rule.version, "add": "1", "new_field": "note"}
    ).content.decode()
    assert 'name="value-note"' in added
    with_note(admin, rule)
    assert rule.steps == [{"kind": "set", "values": {"note": {"from": "value", "value": "Hello"}}}]
    assert admin.post(f"{place}/on").status_code == 302
    number = write.create(SystemActor("test"), shape_of("organisation"), {"name": "Alpha"})
    settle()
    run = Run.objects.get()
    assert "changed: 1" in text(admin, ROOT)
    assert "an event" in text(admin, f"{place}/log")
    assert "No runs here" in text(admin, f"{place}/log?state=failed")
    told = text(admin, f"{ROOT}/runs/{run.pk}")
    assert f"/organisation/{number}" in told
    assert "set: note" in told
    assert "Rule" in text(admin, "/settings/operations")


def test_every_kind_of_when(admin: Client, boss: User) -> None:
    rule = made(admin, boss)
    place = f"{ROOT}/{rule.pk}"

    def saved(**more: object) -> Rule:
        rule.refresh_from_db()
        answer = admin.post(place, form(boss, version=rule.version, hourly_limit=500, **more))
        assert answer.status_code == 302, re.findall(r'field-error">.*?</p>', answer.content.decode())
        rule.refresh_from_db()
        return rule

    assert saved(when="changed", fields=["city", "note"]).trigger == {
        "kind": "changed",
        "fields": ["city", "note"],
    }
    assert saved(when="changed", fields=["city"]).trigger == {"kind": "changed", "fields": ["city"]}
    assert 'name="value-to"' in text(admin, place)
    told = saved(
        when="changed", fields=["city"], valued="city", **{"value-to": "Ufa", "value-from": ""}
    ).trigger
    assert told == {"kind": "changed", "fields": ["city"], "to": "Ufa"}
    assert 'value="Ufa"' in text(admin, place)
    due = {"due_field": "created_at", "amount": "3", "unit": "days", "side": "after", "due_at": "10:30"}
    assert saved(when="due", **due).trigger == {
        "kind": "due", "field": "created_at", "amount": 3, "unit": "days", "when": "after", "at": "10:30",
    }  # fmt: skip
    assert "3 days after" in text(admin, ROOT)
    turn = {"every": "week", "day": "5", "turn_at": "08:00"}
    assert saved(when="schedule", **turn).trigger == {
        "kind": "schedule",
        "every": "week",
        "at": "08:00",
        "day": 5,
    }
    tree = {"and": [{"field": "city", "op": "eq", "value": "Ufa"}]}
    assert saved(filter=json.dumps(tree)).filter == tree
    assert saved(filter="").hourly_limit == 500
    for wrong in (
        {"when": "due", **due, "amount": "many"},
        {"name": ""},
        {"filter": '{"field": "nothing"}'},
        {"when": "schedule", **turn, "day": "9"},
    ):
        answer = admin.post(place, form(boss, version=rule.version, hourly_limit=500, **wrong))
        assert answer.status_code == 422, wrong
        assert "field-error" in answer.content.decode()
    assert admin.post(place, form(boss, version=1, hourly_limit=5)).status_code == 409
    assert admin.post(place, form(boss)).status_code == 400
    versions = text(admin, f"{place}/versions")
    assert "once a week at 08:00" in versions


def test_every_kind_of_step(admin: Client, boss: User) -> None:
    rule = made(admin, boss)
    place = f"{ROOT}/{rule.pk}"
    with_note(admin, rule)
    assert "Tasks" in text(admin, f"{place}/steps/new?kind=create")
    page = text(admin, f"{place}/steps/new?kind=create&object=task")
    assert 'name="value-name"' in page
    task = {
        "version": rule.version, "row": ["name", "due_at", "owner"], "from-name": "text", "text-name": "Call {name}", "from-due_at": "today",
        "number-due_at": "2", "from-owner": "user", "user-owner": "owner", "link": "party",
    }  # fmt: skip
    assert admin.post(f"{place}/steps/new?kind=create&object=task", task).status_code == 302
    rule.refresh_from_db()
    assert rule.steps[1]["values"]["due_at"] == {"from": "today", "days": 2}
    assert (
        admin.post(
            f"{place}/steps/new?kind=wait", {"version": rule.version, "amount": "2", "unit": "hours"}
        ).status_code
        == 302
    )
    hook = Webhook.objects.create(
        name="Shop", address="https://example.org/", events=[], owner=boss, salt="x"
    )
    rule.refresh_from_db()
    assert (
        admin.post(
            f"{place}/steps/new?kind=webhook", {"version": rule.version, "webhook": hook.pk}
        ).status_code
        == 302
    )
    rule.refresh_from_db()
    assert [s["kind"] for s in rule.steps] == ["set", "create", "wait", "webhook"]
    page = text(admin, place)
    assert all(words in page for words in ("Set «note»", "Create: task", "Wait: 2 hours", "«Shop»"))
    for number in range(4):
        assert admin.get(f"{place}/steps/{number}").status_code == 200
    assert admin.post(f"{place}/steps/1/up").status_code == 302
    assert admin.post(f"{place}/steps/3/remove").status_code == 302
    rule.refresh_from_db()
    assert [s["kind"] for s in rule.steps] == ["create", "set", "wait"]
    removed = admin.post(
        f"{place}/steps/0", {**task, "version": rule.version, "remove": "owner"}
    ).content.decode()
    assert 'name="from-owner"' not in removed
    wrong = {"version": rule.version, "row": "name", "from-name": "formula", "formula-name": "1 +"}
    answer = admin.post(f"{place}/steps/new?kind=set", wrong)
    assert (answer.status_code, "field-error" in answer.content.decode()) == (422, True)
    for bad in ("new?kind=dance", "9", "x"):
        assert admin.get(f"{place}/steps/{bad}").status_code == 404
    assert admin.post(f"{place}/steps/0/sideways").status_code == 404


def test_switched_held_and_deleted(admin: Client, boss: User) -> None:
    rule = made(admin, boss)
    with_note(admin, rule)
    place = f"{ROOT}/{rule.pk}"
    admin.post(f"{place}/on")
    assert admin.post(f"{ROOT}/all/hold").status_code == 302
    assert Brake.objects.exists()
    assert "has held all rules" in text(admin, ROOT)
    assert admin.post(f"{ROOT}/all/go").status_code == 302
    assert not Brake.objects.exists()
    assert admin.post(f"{ROOT}/all/sideways").status_code == 404
    assert admin.post(f"{place}/off").status_code == 302
    Rule.objects.update(paused="volume")
    assert "more records in one hour" in text(admin, place)
    assert "1 rule is paused" in text(admin, "/settings")
    assert admin.post(f"{place}/sideways").status_code == 404
    assert admin.post(f"{place}/delete").headers["Location"] == f"{ROOT}?done=deleted"
    assert admin.get(place).status_code == 404


def test_tried_on_the_past(admin: Client, boss: User) -> None:
    rule = made(admin, boss)
    with_note(admin, rule)
    assert "No record" in text(admin, f"{ROOT}/{rule.pk}/try")
    write.create(SystemActor("test"), shape_of("organisation"), {"name": "Alpha"})
    page = text(admin, f"{ROOT}/{rule.pk}/try?days=1")
    assert "Alpha" in page
    assert "Hello" in page
    assert Run.objects.count() == 0


def test_only_administrators_come_in(admin: Client, boss: User, user_of: MakeUser) -> None:
    rule = made(admin, boss)
    place = f"{ROOT}/{rule.pk}"
    for role in ("manager", "employee", "observer"):
        other = signed_in(user_of(role))
        for address in (
            ROOT,
            f"{ROOT}/new",
            place,
            f"{place}/log",
            f"{place}/try",
            f"{place}/versions",
            f"{ROOT}/runs/1",
        ):
            assert other.get(address).status_code == 403
        assert other.post(f"{place}/delete").status_code == 403
        assert other.post(f"{ROOT}/all/hold").status_code == 403
    assert Rule.objects.get().deleted_at is None


def test_the_pages_cost_the_same_however_many_rules_there_are(admin: Client, boss: User) -> None:
    rule = made(admin, boss)
    with_note(admin, rule)
    for page in (ROOT, f"{ROOT}/{rule.pk}/versions", f"{ROOT}/{rule.pk}/log"):

        def queries(address: str = page) -> int:
            with CaptureQueriesContext(connection) as caught:
                assert admin.get(address).status_code == 200
            return len(caught)

        queries()
        before = queries()
        for _n in range(3):
            other = made(admin, boss)
            with_note(admin, other)
            with_note(admin, rule)
            admin.post(f"{ROOT}/{other.pk}/on")
            write.create(SystemActor("test"), shape_of("organisation"), {"name": "Alpha"})
            settle()
        assert queries() == before, page


def test_a_step_about_a_linked_record(admin: Client, boss: User) -> None:
    about = form(boss, name="Paid")
    assert admin.post(f"{ROOT}/new?object=invoice", about).status_code == 302
    rule = Rule.objects.get(name="Paid")
    place = f"{ROOT}/{rule.pk}"
    page = text(admin, f"{place}/steps/new?kind=set_linked")
    assert "Which linked record" in page
    assert "by=opportunity" in page
    assert "by=owner" not in page
    assert "Which linked record" in text(admin, f"{place}/steps/new?kind=set_linked&by=number")
    address = f"{place}/steps/new?kind=set_linked&by=opportunity"
    assert "Set fields in «deal»" in text(admin, address)
    empty = admin.post(address, {"version": rule.version}).content.decode()
    assert "Choose at least one field" in empty
    sent = {"version": rule.version, "row": "name", "from-name": "text", "text-name": "Invoice {number}"}
    assert admin.post(address, sent).status_code == 302
    rule.refresh_from_db()
    assert rule.steps == [
        {
            "kind": "set_linked",
            "by": "opportunity",
            "values": {"name": {"from": "text", "text": "Invoice {number}"}},
        }
    ]
    assert "in «deal»" in text(admin, place)
    assert 'name="text-name"' in text(admin, f"{place}/steps/0")
