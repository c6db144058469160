"""What the two sides of an assignment are told of each step, in words and once."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.reading import page
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.services import assignments

pytestmark = pytest.mark.django_db
DUE = timezone.now() + dt.timedelta(days=3)


def told(company: Company, who: str) -> list[tuple[str, str]]:
    """What somebody was told, the oldest first."""
    deliver()
    with translation.override("en"):
        return [(line.text, line.detail) for line in reversed(page(company.actor(who)).lines)]


def give(company: Company) -> int:
    values = {"name": "Отзывы", "owner": company.actor("employee").user_id, "due_at": DUE.isoformat()}
    return write.create(company.actor("manager"), shape_of("assignment"), values)


def test_each_step_is_told_in_words_with_what_was_written(company: Company) -> None:
    boss, vera, number = company.actor("manager"), company.actor("employee"), give(company)
    deliver()
    for step in (
        lambda: assignments.accept(vera, number),
        lambda: assignments.ask_to_move(
            vera,
            number,
            {"asked_due_at": (DUE + dt.timedelta(days=2)).isoformat(), "asked_why": "Жду клиента"},
        ),
        lambda: assignments.grant_move(boss, number),
        lambda: assignments.report(vera, number, {"report": "Собрано девять"}),
        lambda: assignments.send_back(boss, number, {"remark": "Нужно двадцать"}),
        lambda: assignments.report(vera, number, {"report": "Собрано двадцать"}),
        lambda: assignments.approve(boss, number),
    ):
        step()
        deliver()
    assert [t.partition(":")[0] for t, _detail in told(company, "manager")] == [
        "Taken on", "More time is asked for", "Reported as done", "Reported as done",
    ]  # fmt: skip
    assert [d for _t, d in told(company, "manager")] == [
        "",
        "Жду клиента",
        "Собрано девять",
        "Собрано двадцать",
    ]
    assert [t.partition(":")[0] for t, _detail in told(company, "employee")] == [
        "You are given an assignment", "More time is given", "Sent back to be improved", "The work is approved",
    ]  # fmt: skip
    assert [d for _t, d in told(company, "employee")] == ["", "", "Нужно двадцать", ""]


def test_what_is_no_step_names_its_fields(company: Company) -> None:
    number = give(company)
    deliver()
    write.update(
        company.actor("manager"), shape_of("assignment"), number, {"description": "По каждому клиенту"}
    )
    assert [t for t, _detail in told(company, "employee")][1:] == ["Changed: Description"]


def test_who_may_not_read_the_words_of_a_report_is_told_without_them(company: Company) -> None:
    vera, number = company.actor("employee"), give(company)
    assignments.report(vera, number, {"report": "Собрано девять"})
    deliver()
    company.hide("manager", "assignment", "report")
    assert told(company, "manager") == [("Reported as done", "")]
    company.hide("manager", "assignment", "status")
    assert "Reported" not in told(company, "manager")[0][0].split(":")[0]
