"""Tasks on devices: shown, made, ticked off."""

import datetime as dt

import pytest
from django.utils import timezone

from klientura.connectors.dav.tests.asking import machine
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.activities.models import Task

pytestmark = pytest.mark.django_db
TODO = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{name}\r\n"
    "{more}END:VTODO\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def company() -> Company:
    return found_company()


def task(company: Company, **values: object) -> int:
    return write.create(company.actor("employee"), shape_of("task"), {"name": "Позвонить", **values})


def stored(company: Company, number: int) -> dict[str, object]:
    return read.get(company.actor("administrator"), shape_of("task"), number)


def test_what_is_to_be_done_and_what_was_done_of_late(company: Company) -> None:
    task(company, due_at="2026-11-30T09:00:00Z", important=True, description="Спросить о сроках")
    task(company, name="Старое", status="done")
    shape = shape_of("task")
    long_ago = timezone.now() - dt.timedelta(days=90)
    write.set_by_verb(
        company.actor("administrator"), shape, task(company, name="Древнее"), {"status": "done"}
    )
    Task.objects.filter(name="Древнее").update(done_at=long_ago)
    task(company, name="Отменённое", status="cancelled")
    device = machine(company, "employee")
    texts = [device.text("tasks", name) for name in device.names("tasks")]
    assert len(texts) == 2
    (call,) = [t for t in texts if "SUMMARY:Позвонить" in t]
    for line in (
        "DUE:20261130T090000Z",
        "STATUS:NEEDS-ACTION",
        "PRIORITY:1",
        "DESCRIPTION:Спросить о сроках",
    ):
        assert line in call
    assert device.names("tasks").keys().isdisjoint(machine(company, "colleague").names("tasks"))


def test_a_task_made_and_ticked_off_on_a_phone(company: Company) -> None:
    device = machine(company, "employee")
    sent = TODO.format(
        uid="t1",
        name="Купить бумагу",
        more="DUE;VALUE=DATE:20261201\r\nX-APPLE-SORT-ORDER:5\r\nRRULE:FREQ=DAILY\r\n",
    )
    assert device.put("tasks", "t1.ics", sent) == 201
    (row,) = read.page(company.actor("employee"), shape_of("task"), keys=["name", "due_at", "status"]).rows
    assert row["name"] == "Купить бумагу"
    assert "X-APPLE-SORT-ORDER:5" in device.text("tasks", "t1.ics")
    done = device.text("tasks", "t1.ics").replace(
        "STATUS:NEEDS-ACTION", "STATUS:COMPLETED\r\nCOMPLETED:20261125T100000Z"
    )
    assert device.put("tasks", "t1.ics", done) == 204
    now = stored(company, row["id"])
    assert (now["status"], now["due_at"]) == ("done", row["due_at"])
    assert "STATUS:COMPLETED" in device.text("tasks", "t1.ics")


def test_a_task_deleted_on_a_phone_is_cancelled_here(company: Company) -> None:
    number = task(company)
    device = machine(company, "employee")
    (name,) = device.names("tasks")
    assert device.ask("DELETE", f"tasks/{name}").status_code == 200
    assert stored(company, number)["status"] == "cancelled"
    assert device.names("tasks") == {}


def test_a_finished_task_cleared_from_a_phone_stays_done(company: Company) -> None:
    number = task(company, status="done")
    device = machine(company, "employee")
    (name,) = device.names("tasks")
    assert device.ask("DELETE", f"tasks/{name}").status_code == 200
    assert stored(company, number)["status"] == "done"
    assert device.names("tasks") == {}
    write.update(company.actor("employee"), shape_of("task"), number, {"status": "open"})
    assert len(device.names("tasks")) == 1  # it is to be done again


def test_a_name_that_was_deleted_can_be_used_again(company: Company) -> None:
    device = machine(company, "employee")
    sent = TODO.format(uid="t1", name="Купить бумагу", more="")
    assert device.put("tasks", "t1.ics", sent) == 201
    assert device.ask("DELETE", "tasks/t1.ics").status_code == 200
    assert device.put("tasks", "t1.ics", sent) == 201
    assert list(device.names("tasks")) == ["t1.ics"]


def test_bad_calendars_are_refused(company: Company) -> None:
    device = machine(company, "employee")
    for text in ("", "x", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", TODO.format(uid="q", name="x", more="DUE:вчера\r\n"),
                 TODO.format(uid="q", name="x" * 5000, more="")):  # fmt: skip
        assert device.put("tasks", "q.ics", text) in {400, 403, 409, 412}, text[:40]
    assert device.names("tasks") == {}
