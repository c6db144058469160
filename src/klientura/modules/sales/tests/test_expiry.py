"""Deals that wait too long, and tasks that stages make."""

import datetime as dt

import pytest
from django.utils import timezone

from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import operations, read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.sales.services.expiry import follow_expiry
from klientura.modules.sales.services.stage_tasks import make_tasks
from klientura.modules.sales.services.stages import move_stage
from klientura.modules.sales.tests.regulated import ACTOR, deal, deal_of, pipeline_with

pytestmark = pytest.mark.django_db


def after(days: int) -> int:
    """Look at the clock so many days from now."""
    return follow_expiry(
        timezone.now() + dt.timedelta(days=days), timezone.localdate() + dt.timedelta(days=days)
    )


def test_a_stage_says_until_when_a_deal_waits_and_people_may_move_that_day() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"second": {"expire_days": 5}})
    actor = company.actor("employee")
    number = deal(actor, stages["first"])
    assert deal_of(number)["expires_on"] is None
    move_stage(actor, number, {"stage": stages["second"]})
    assert deal_of(number)["expires_on"] == timezone.localdate() + dt.timedelta(days=5)
    day = timezone.localdate() + dt.timedelta(days=50)
    write.update(actor, shape_of("opportunity"), number, {"expires_on": day.isoformat()})
    assert deal_of(number)["expires_on"] == day
    move_stage(actor, number, {"stage": stages["won"]})
    assert deal_of(number)["expires_on"] is None


def test_the_owner_is_warned_and_then_the_head_is_told_each_once() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"first": {"expire_days": 5, "warn_days": 2}})
    owner = company.users["employee"].pk
    number = deal(company.actor("employee"), stages["first"])
    Notification.objects.all().delete()

    assert [after(2), after(3), after(4)] == [0, 1, 0]
    assert list(Notification.objects.values_list("user_id", flat=True)) == [owner]
    assert [after(6), after(7)] == [2, 0]
    told = {n.user_id: n.payload["about"] for n in Notification.objects.filter(cause__startswith="expired:")}
    assert told == {owner: "expired", company.users["manager"].pk: "expired_by"}
    page = company.client("manager").get("/notifications").content.decode()
    assert "Вера Ткач" in page
    assert deal_of(number)["status"] == "open"


def test_an_expired_deal_is_lost_or_moved_once_and_the_history_says_why() -> None:
    company = found_company()
    _pipeline, stages = pipeline_with({"first": {"expire_days": 3, "on_expiry": "lose"}})
    write.update(
        ACTOR, shape_of("stage"), stages["third"],
        {"expire_days": 3, "on_expiry": "move", "expiry_stage": stages["second"]},
    )  # fmt: skip
    lost, moved, waiting = (
        deal(ACTOR, stages["first"]),
        deal(ACTOR, stages["third"]),
        deal(ACTOR, stages["second"]),
    )

    assert after(3) == 0
    assert after(4) == 2
    assert after(4) == 0

    row = deal_of(lost)
    assert (row["status"], row["loss_reason"]) == ("lost", "no_answer")
    row = deal_of(moved)
    assert (row["stage"].id, row["expires_on"], row["status"]) == (stages["second"], None, "open")
    assert deal_of(waiting)["version"] == 1
    page = company.client("administrator").get(f"/opportunity/{moved}/history").content.decode()
    assert "Регламент «third»" in page


def test_a_stage_makes_its_tasks_once_for_whom_it_says() -> None:
    company = found_company()
    colleague = company.users["colleague"].pk
    tasks = [
        {"name": "Позвонить", "kind": "call", "days": 1},
        {"name": "Проверить", "days": 0, "who": "named", "user": colleague},
        {"name": "Доложить", "days": 2, "who": "creator"},
    ]
    _pipeline, stages = pipeline_with({"second": {"tasks": tasks}})
    actor = company.actor("manager")
    number = deal(actor, stages["first"], owner=company.users["employee"].pk)
    deliver()
    assert read.count(ACTOR, shape_of("task")).number == 0
    move_stage(actor, number, {"stage": stages["second"]})
    deliver()
    assert make_tasks([number], None, timezone.now()) == 0

    rows = read.page(ACTOR, shape_of("task"), sort="due_at", keys=["name", "owner", "due_at", "kind"]).rows
    assert {(r["name"], r["owner"].id, r["kind"]) for r in rows} == {
        ("Позвонить", company.users["employee"].pk, "call"), ("Проверить", colleague, "task"),
        ("Доложить", company.users["manager"].pk, "task"),
    }  # fmt: skip
    due = {r["name"]: r["due_at"] for r in rows}
    assert timezone.now() < due["Проверить"] <= due["Позвонить"] < due["Доложить"]


def test_imported_deals_make_no_tasks() -> None:
    found_company()
    _pipeline, stages = pipeline_with({"first": {"tasks": [{"name": "Позвонить"}]}})
    operation = operations.start(ACTOR, "import", "opportunity")
    write.create_many(
        ACTOR,
        shape_of("opportunity"),
        [{"name": "Давняя", "stage": stages["first"]}],
        operation_id=operation.pk,
    )
    deliver()
    assert read.count(ACTOR, shape_of("task")).number == 0
