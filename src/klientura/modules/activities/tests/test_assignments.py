"""Assignments: given, accepted, reported, approved or sent back; time moved by request; each only by whose part it is."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.read import history_of
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.models import Assignment
from klientura.modules.activities.queries.day import span_of_now
from klientura.modules.activities.queries.day_sources import assignments_near
from klientura.modules.activities.services import assignments
from klientura.modules.activities.services.snoozing import snooze_assignment

DUE = timezone.now() + dt.timedelta(days=3)


@pytest.fixture
def shape(company: Company) -> Shape:
    return shape_of("assignment")


@pytest.fixture
def issuer(company: Company) -> Actor:
    return company.actor("manager")


@pytest.fixture
def executor(company: Company) -> Actor:
    return company.actor("employee")


@pytest.fixture
def given(issuer: Actor, executor: Actor, shape: Shape) -> int:
    return write.create(
        issuer, shape, {"name": "Собрать отзывы", "owner": executor.user_id, "due_at": DUE.isoformat()}
    )


def status(actor: Actor, number: int) -> str:
    return str(read.get(actor, shape_of("assignment"), number)["status"])


def offered(company: Company, who: str, number: int) -> set[str]:
    """The verbs on the card, as the reader sees it."""
    page = company.client(who).get(f"/assignment/{number}").content.decode()
    start = f"/assignment/{number}/actions/"
    return {piece.split('"')[0] for piece in page.split(start)[1:]}


def test_the_course_of_a_matter(company: Company, issuer: Actor, executor: Actor, given: int, shape: Shape):
    assert read.get(issuer, shape, given)["issuer"].id == issuer.user_id
    assert offered(company, "employee", given) == {"accept", "report", "decline", "ask", "snooze"}
    assert offered(company, "manager", given) == {"close", "cancel"}, "nothing was reported yet"
    with pytest.raises(Invalid):
        assignments.approve(issuer, given)
    assignments.accept(executor, given)
    assignments.report(executor, given, {"report": "Собрал двенадцать отзывов."})
    assert status(issuer, given) == "reported"
    assert offered(company, "manager", given) == {"approve", "return", "cancel"}
    assignments.send_back(issuer, given, {"remark": "Нужно двадцать."})
    assert status(executor, given) == "returned"
    card = company.client("employee").get(f"/assignment/{given}").content.decode()
    assert "Возвращено на доработку" in card
    [waiting] = assignments_near(executor, span_of_now())
    assert (waiting.what, waiting.hue, waiting.done) == ("доработать", "orange", "asks")
    assignments.report(executor, given, {"report": "Двадцать один."})
    assignments.approve(issuer, given)
    row = read.get(executor, shape, given)
    assert (row["status"], row["remark"], row["done_at"] is not None) == ("done", "Нужно двадцать.", True)
    assert len(history_of(issuer, shape, given).entries) >= 6


@pytest.mark.parametrize(
    ("verb", "who"),
    [
        (assignments.accept, "issuer"), (assignments.report, "issuer"), (assignments.decline, "issuer"),
        (assignments.approve, "executor"), (assignments.send_back, "executor"), (assignments.cancel, "executor"),
    ],
)  # fmt: skip
def test_each_verb_is_for_one_of_the_two(verb: Any, who: str, issuer: Actor, executor: Actor, given: int):
    with pytest.raises(Denied):
        verb({"issuer": issuer, "executor": executor}[who], given, {"remark": "так", "report": "так"})
    assert status(issuer, given) == "issued"


def test_an_issuer_may_close_without_a_report(issuer: Actor, executor: Actor, given: int, shape: Shape):
    with pytest.raises(Denied):
        assignments.close(executor, given, {})
    assignments.close(issuer, given, {"remark": "Уже не нужно ждать"})
    row = read.get(issuer, shape, given)
    assert (row["status"], row["in_time"], row["report"], row["remark"]) == (
        "done",
        True,
        None,
        "Уже не нужно ждать",
    )
    with pytest.raises(Invalid):
        assignments.close(issuer, given, {})


def test_words_and_time_are_the_issuers(issuer: Actor, executor: Actor, given: int, shape: Shape):
    for values in ({"due_at": None}, {"name": "Ничего не делать"}, {"owner": issuer.user_id}):
        with pytest.raises(Invalid):
            write.update(executor, shape, given, values)
    with pytest.raises(Invalid):  # nor by any other way past the verbs
        write.update(executor, shape, given, {"status": "done"})
    write.update(executor, shape, given, {"important": True})
    write.update(issuer, shape, given, {"name": "Собрать двадцать отзывов"})


def test_more_time_is_asked_for_and_given(
    company: Company, issuer: Actor, executor: Actor, given: int, shape: Shape
):
    later = (DUE + dt.timedelta(days=7)).replace(microsecond=0)
    with pytest.raises(Invalid):
        assignments.ask_to_move(executor, given, {"asked_why": "Отпуск"})
    assignments.ask_to_move(executor, given, {"asked_due_at": later.isoformat(), "asked_why": "Отпуск"})
    assert read.get(issuer, shape, given)["due_at"] != later
    assert {"grant", "refuse"} <= offered(company, "manager", given)
    assert not {"grant", "refuse", "ask"} & offered(company, "employee", given)
    with pytest.raises(Denied):
        assignments.grant_move(executor, given)
    assignments.grant_move(issuer, given)
    row = read.get(executor, shape, given)
    assert (row["due_at"], row["asked_due_at"], row["asked_why"]) == (later, None, None)


def test_declining_says_why_and_comes_back(issuer: Actor, executor: Actor, given: int):
    with pytest.raises(Invalid) as refused:
        assignments.decline(executor, given)
    assert [e.field for e in refused.value.errors] == ["remark"]
    assignments.decline(executor, given, {"remark": "Нет доступа к отзывам."})
    with pytest.raises(Invalid):
        assignments.accept(executor, given)
    assignments.issue_again(issuer, given)
    assignments.accept(executor, given)
    assert status(issuer, given) == "accepted"


def test_who_is_named_sees_it_and_nobody_else(company: Company, issuer: Actor, given: int, shape: Shape):
    outsider = company.actor("outsider")
    with pytest.raises(NotFound):
        read.get(outsider, shape, given)
    write.update(issuer, shape, given, {"helpers": [outsider.user_id]})
    assert read.get(outsider, shape, given)["name"] == "Собрать отзывы"
    with pytest.raises((Denied, NotFound)):
        write.update(outsider, shape, given, {"description": "Моё"})
    with pytest.raises((Denied, NotFound)):
        assignments.report(outsider, given, {"report": "Готово"})
    mine = {"field": "helpers", "op": "me"}
    assert [r["id"] for r in read.page(outsider, shape, tree=mine).rows] == [given]


def test_whoever_gave_it_follows_it_without_any_scope(company: Company, executor: Actor, shape: Shape):
    """An employee gives something to a head of team: it is theirs to see and to approve, though not to own."""
    vera, boss = company.actor("employee"), company.actor("manager")
    number = write.create(vera, shape, {"name": "Подписать договор", "owner": boss.user_id})
    deliver()
    assignments.report(boss, number, {"report": "Подписан."})
    deliver()
    heard = Notification.objects.filter(user=company.users["employee"], object="assignment", record_id=number)
    assert heard.exists()
    assignments.approve(vera, number)
    assert status(vera, number) == "done"


def test_what_was_written_the_time_before_is_no_beginning_of_what_is_said_now(
    company: Company, issuer: Actor, executor: Actor, given: int, shape: Shape
):
    assignments.report(executor, given, {"report": "Собрал двенадцать."})
    assignments.send_back(issuer, given, {"remark": "Нужно двадцать."})
    form = company.client("employee").get(f"/assignment/{given}/actions/report").content.decode()
    assert "<textarea" in form and "Собрал двенадцать" not in form
    assert read.get(executor, shape, given)["report"] == "Собрал двенадцать."
    assignments.report(executor, given, {"report": "Двадцать один."})
    form = company.client("manager").get(f"/assignment/{given}/actions/return").content.decode()
    assert "<textarea" in form and "Нужно двадцать" not in form


def test_a_refused_request_keeps_what_was_typed(company: Company, given: int):
    page = company.client("employee").post(f"/assignment/{given}/actions/ask", {"asked_why": "Ждём цех"})
    assert (page.status_code, "Ждём цех" in page.content.decode()) == (422, True)


def test_through_the_api(company: Company, given: int):
    api = company.api("employee")
    wrong = api.post(f"/api/v1/assignment/{given}/actions/report", {}, content_type="application/json")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "report"
    done = api.post(
        f"/api/v1/assignment/{given}/actions/report", {"report": "Готово"}, content_type="application/json"
    )
    assert (done.status_code, done.json()["status"]) == (200, "reported")
    again = api.post(f"/api/v1/assignment/{given}/actions/approve", {}, content_type="application/json")
    assert again.status_code == 403


def test_what_waits_for_the_reader_stands_on_the_start_page(
    company: Company, issuer: Actor, executor: Actor, given: int
):
    def told(who: str) -> bool:
        return "Собрать отзывы" in company.client(who).get("/").content.decode()

    assert (told("employee"), told("manager"), told("colleague")) == (True, False, False)
    assignments.report(executor, given, {"report": "Готово"})
    assert (told("employee"), told("manager")) == (False, True)
    assignments.approve(issuer, given)
    assert (told("employee"), told("manager")) == (False, False)


def test_nobody_controls_their_own_work(issuer: Actor, executor: Actor, given: int, shape: Shape):
    with pytest.raises(Invalid) as refused:
        write.update(issuer, shape, given, {"controller": executor.user_id})
    assert [e.field for e in refused.value.errors] == ["controller"]
    Assignment.objects.filter(pk=given).update(controller=executor.user_id, status="reported")
    for verb in (assignments.approve, assignments.send_back):
        with pytest.raises(Denied):
            verb(executor, given, {"remark": "так"})
    own = write.create(executor, shape, {"name": "Себе", "owner": executor.user_id})
    assignments.close(executor, own)
    assert status(executor, own) == "done"


def test_putting_off_hides_no_report_and_no_question(issuer: Actor, executor: Actor, given: int):
    def waiting(actor: Actor) -> list[int]:
        return [item.id for item in assignments_near(actor, span_of_now())]

    until = {"snoozed_until": (timezone.now() + dt.timedelta(days=2)).isoformat()}
    snooze_assignment(executor, given, until)
    assert waiting(executor) == []
    assignments.ask_to_move(executor, given, {"asked_due_at": (DUE + dt.timedelta(days=7)).isoformat()})
    assert waiting(issuer) == [given]
    assignments.report(executor, given, {"report": "Готово"})
    assert waiting(issuer) == [given]
    assignments.send_back(issuer, given, {"remark": "Ещё"})
    assert waiting(executor) == [given]


def refused_at(caught: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [e.field for e in caught.value.errors]


def test_nobody_gives_in_another_name(
    company: Company, issuer: Actor, executor: Actor, given: int, shape: Shape
):
    values = {"name": "Отчёт", "owner": executor.user_id, "issuer": issuer.user_id}
    with pytest.raises(Invalid) as refused:
        write.create(executor, shape, values)
    assert refused_at(refused) == ["issuer"]
    own = write.create(executor, shape, {**values, "issuer": executor.user_id})
    assert read.get(executor, shape, own)["issuer"].id == executor.user_id
    number = write.create(company.actor("administrator"), shape, values)
    assert read.get(issuer, shape, number)["issuer"].id == issuer.user_id
    with pytest.raises(Invalid) as refused:
        write.update(executor, shape, given, {"issuer": executor.user_id})
    assert refused_at(refused) == ["issuer"]
    write.update(issuer, shape, given, {"issuer": company.actor("administrator").user_id})
    with pytest.raises(Invalid) as refused:  # the manager's team is theirs, the name they gave away is not
        write.update(issuer, shape, given, {"issuer": issuer.user_id})
    assert refused_at(refused) == ["issuer"]


def test_no_door_takes_another_name(company: Company, issuer: Actor, executor: Actor, given: int):
    client = company.client("employee")
    values = {"name": "Отчёт", "issuer": issuer.user_id}
    answer = company.api("employee").post("/api/v1/assignment", values, content_type="application/json")
    assert answer.status_code == 422, answer.content
    assert [e["field"] for e in answer.json()["errors"]] == ["issuer"]
    page = client.post("/assignment/new", {**values, "owner": executor.user_id})
    assert page.status_code == 422
    assert "только от своего имени" in page.content.decode()
    chosen = bulk.Selection(ids=(given,))
    outcome = bulk.edit(executor, shape_of("assignment"), chosen, {"issuer": executor.user_id})
    assert (outcome.changed, [e.field for e in outcome.refused[given]]) == (0, ["issuer"])
    assert read.get(issuer, shape_of("assignment"), given)["issuer"].id == issuer.user_id
