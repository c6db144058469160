"""The course of an assignment on its card: each verb with who, when and the words, newest first, by what the reader may see."""

import datetime as dt
import html
import re

import pytest
from django.utils import timezone

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.services import assignments

pytestmark = pytest.mark.django_db
DUE = timezone.now() + dt.timedelta(days=3)


def course(company: Company, who: str, number: int) -> list[tuple[str, str, str]]:
    """(who, what, words) of each step on the card."""
    page = html.unescape(company.client(who).get(f"/assignment/{number}").content.decode())
    found = []
    for moment in re.findall(r'<article class="moment".*?</article>', page, re.DOTALL):
        said = re.search(r'<strong>(.*?)</strong> <span class="moment-what">(.*?)</span>', moment)
        body = re.search(r'<div class="moment-body">(.*?)</div>', moment, re.DOTALL)
        assert said is not None and "<time" in moment
        found.append((said[1], said[2], body[1] if body else ""))
    return found


@pytest.fixture
def number(company: Company) -> int:
    """An assignment that has gone a long way."""
    boss, vera = company.actor("manager"), company.actor("employee")
    made = write.create(
        boss, shape_of("assignment"), {"name": "Отзывы", "owner": vera.user_id, "due_at": DUE.isoformat()}
    )
    assignments.accept(vera, made)
    later = {"asked_due_at": (DUE + dt.timedelta(days=2)).isoformat(), "asked_why": "Жду ответа клиента"}
    assignments.ask_to_move(vera, made, later)
    assignments.refuse_move(boss, made, {"remark": "Срок прежний"})
    assignments.ask_to_move(vera, made, {**later, "asked_why": "Клиент в отпуске"})
    assignments.grant_move(boss, made)
    assignments.report(vera, made, {"report": "Собрано девять"})
    assignments.send_back(boss, made, {"remark": "Нужно двадцать"})
    assignments.report(vera, made, {"report": "Собрано двадцать"})
    assignments.approve(boss, made)
    return made


def test_each_step_stands_with_who_and_in_which_words(company: Company, number: int) -> None:
    boss, vera = company.users["manager"].name, company.users["employee"].name
    steps = course(company, "employee", number)
    assert [(who, words) for who, _what, words in steps] == [
        (boss, ""), (vera, "Собрано двадцать"), (boss, "Нужно двадцать"), (vera, "Собрано девять"), (boss, ""),
        (vera, "Клиент в отпуске"), (boss, "Срок прежний"), (vera, "Жду ответа клиента"), (vera, ""), (boss, ""),
    ]  # fmt: skip
    assert steps[0][1] != steps[2][1]
    when = timezone.localtime(DUE + dt.timedelta(days=2)).strftime("%H:%M")
    assert when in steps[4][1] and when in steps[5][1]
    assert steps == course(company, "manager", number)


def test_words_that_a_reader_may_not_see_stand_nowhere(company: Company, number: int) -> None:
    company.hide("employee", "assignment", "remark")
    assert "Нужно двадцать" not in "".join(
        words for _who, _what, words in course(company, "employee", number)
    )
    company.hide("employee", "assignment", "status")
    assert len(course(company, "employee", number)) < 10
    assert company.client("outsider").get(f"/assignment/{number}").status_code == 404


def test_who_may_not_know_the_time_is_told_no_answer_to_a_request_for_more(
    company: Company, number: int
) -> None:
    company.hide("employee", "assignment", "due_at")
    said = [what for _who, what, _words in course(company, "employee", number)]
    assert len([what for what in said if "просьба продлить срок" in what]) == 2
    assert not [what for what in said if "срок оставлен" in what or "срок продлён" in what]


def test_a_change_of_words_is_no_step(company: Company, number: int) -> None:
    before = course(company, "manager", number)
    write.update(company.actor("manager"), shape_of("assignment"), number, {"name": "Отзывы клиентов"})
    assert course(company, "manager", number) == before
