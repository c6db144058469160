"""Who surrounds a deal, whose sale it is, and a lost deal that is taken up again."""

import datetime as dt

import pytest
from django.utils import timezone

from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.services.around import plan_returns
from klientura.modules.sales.services.stages import lose, reopen
from klientura.modules.sales.tests.regulated import ACTOR, deal, deal_of, pipeline_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def refused(number: int, part: str, *lines: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        write.update(ACTOR, shape_of("opportunity"), number, {part: list(lines)})
    return [(e.field, e.code) for e in caught.value.errors]


def test_shares_come_to_a_hundred_and_name_each_once(company: Company) -> None:
    _pipeline, stages = pipeline_with()
    number = deal(ACTOR, stages["first"])
    one, two = company.users["employee"].pk, company.users["manager"].pk

    assert refused(number, "shares", {"user": one, "percent": "60"}) == [("shares", "sum")]
    assert refused(number, "shares", {"user": one, "percent": "50"}, {"user": one, "percent": "50"}) == [
        ("shares.1.user", "twice")
    ]
    wrong = refused(number, "shares", {"user": one, "percent": "120"}, {"user": two, "percent": "-20"})
    assert wrong == [("shares.0.percent", "range"), ("shares.1.percent", "range")]
    assert refused(number, "shares", {"user": 10**9, "percent": "100"}) == [("shares.0.user", "reference")]
    thirds = [{"user": one, "percent": "33.33"}, {"user": two, "percent": "66.67"}]
    write.update(ACTOR, shape_of("opportunity"), number, {"shares": thirds})
    api = company.api("administrator").get(f"/api/v1/opportunity/{number}").json()
    assert [line["percent"] for line in api["shares"]] == ["33.33", "66.67"]
    page = company.client("administrator").get(f"/opportunity/{number}").content.decode()
    assert all(text in page for text in ("Чья это продажа", "Вера Ткач", "33,33"))


def test_people_and_competitors_stand_on_the_deal(company: Company) -> None:
    _pipeline, stages = pipeline_with()
    number = deal(ACTOR, stages["first"])
    person = write.create(ACTOR, shape_of("person"), {"last_name": "Орлов", "first_name": "Иван"})
    prices = [{"name": "Станок", "price": "900000", "seen_on": "2026-10-01"}]
    rival = write.create(
        ACTOR, shape_of("competitor"), {"name": "Станкоимпорт", "strengths": "Цена", "prices": prices}
    )
    write.update(
        ACTOR, shape_of("opportunity"), number,
        {"people": [{"person": person, "influence": "decides", "attitude": "against"}], "rivals": [{"competitor": rival, "outcome": "beaten"}]},
    )  # fmt: skip
    page = company.client("administrator").get(f"/opportunity/{number}").content.decode()
    assert all(text in page for text in ("Орлов", "Решает", "Против нас", "Станкоимпорт", "Мы выиграли"))
    assert "900" in company.client("manager").get(f"/competitor/{rival}").content.decode()
    assert refused(number, "rivals", {"competitor": rival}, {"competitor": rival}) == [
        ("rivals.1.competitor", "twice")
    ]
    assert (
        company.client("observer").post(f"/opportunity/{number}/edit", {"rivals-present": "1"}).status_code
        == 403
    )


def test_a_lost_deal_is_taken_up_again_by_a_task_on_its_day(company: Company) -> None:
    _pipeline, stages = pipeline_with()
    actor = company.actor("employee")
    number = deal(actor, stages["first"])
    today = timezone.localdate()
    with pytest.raises(Invalid):
        lose(actor, number, {"loss_reason": "timing", "winback_on": today.isoformat()})
    day = today + dt.timedelta(days=90)
    lose(actor, number, {"loss_reason": "timing", "winback_on": day.isoformat()})
    deliver()
    assert plan_returns([number]) == 0
    tasks = read.page(ACTOR, shape_of("task"), keys=["name", "due_at", "owner", "subject_id"]).rows
    assert [(t["owner"].id, t["subject_id"], timezone.localtime(t["due_at"]).date()) for t in tasks] == [
        (actor.user_id, number, day)
    ]
    assert deal_of(number)["winback_on"] == day
    reopen(actor, number)
    assert deal_of(number)["winback_on"] is None


def test_the_team_of_a_deal_sees_it_and_works_on_it(company: Company) -> None:
    """An outsider whose scope is their own is let in by being named, and is out again when they are not."""
    for verb in ("read", "edit"):
        company.grant("employee", "opportunity", verb, "own")
    _pipeline, stages = pipeline_with()
    outsider, shape = company.users["outsider"], shape_of("opportunity")
    number = deal(ACTOR, stages["first"], owner=company.users["colleague"].pk)
    browser = company.client("outsider")
    assert browser.get(f"/opportunity/{number}").status_code == 404

    write.update(ACTOR, shape, number, {"helpers": [outsider.pk]})
    assert browser.get(f"/opportunity/{number}").status_code == 200
    assert [
        r["id"]
        for r in read.page(company.actor("outsider"), shape, tree={"field": "helpers", "op": "me"}).rows
    ] == [number]
    write.update(company.actor("outsider"), shape, number, {"description": "Был у них"})
    assert deal_of(number)["description"] == "Был у них"
    assert read.page(company.actor("employee"), shape).rows == []  # nobody else of that role

    write.update(ACTOR, shape, number, {"helpers": []})
    assert browser.get(f"/opportunity/{number}").status_code == 404
    with pytest.raises(NotFound):
        write.update(company.actor("outsider"), shape, number, {"description": "Ещё"})
