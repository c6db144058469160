"""Points of leads: by rules over their fields and what they do, kept current, explained, and seen by distribution."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.territories import keeping
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.models import Lead, ScoreRule
from klientura.modules.sales.services.scoring import reckon, reckon_for_the_day, save_limits, save_rule

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
BUDGET = {"field": "budget_known", "op": "in", "value": ["set"]}
SILENT = {"field": "silent_since", "op": "before_days", "value": 5}


@pytest.fixture
def company() -> Company:
    return found_company()


def rule(name: str, points: int, tree: dict[str, Any]) -> int:
    found: int = save_rule(None, {"name": name, "points": points, "filter": tree, "is_active": True}).pk
    return found


def lead(**values: Any) -> int:
    number = write.create(ACTOR, shape_of("lead"), {"name": "Нужен станок", **values})
    deliver()
    return number


def standing(number: int) -> tuple[int, str | None]:
    found = Lead.objects.get(pk=number)
    return found.score, found.temperature


def talk(number: int, direction: str, days_ago: int) -> None:
    at = timezone.now() - dt.timedelta(days=days_ago)
    values = {
        "kind": "email",
        "direction": direction,
        "at": at.isoformat(),
        "body": "Письмо",
        "subject_object": "lead",
        "subject_id": number,
    }
    write.create(ACTOR, shape_of("interaction"), values)
    deliver()


def test_points_add_up_and_follow_every_change(company: Company) -> None:
    number = lead(budget_known="set", source="Выставка")
    assert standing(number) == (0, None)
    rule("Бюджет выделен", 40, BUDGET)
    exhibition = rule("С выставки", 25, {"field": "source", "op": "eq", "value": "Выставка"})
    assert standing(number) == (65, "hot")
    write.update(ACTOR, shape_of("lead"), number, {"budget_known": "none"})
    deliver()
    assert standing(number) == (25, "cold")
    save_limits(50, 20)
    assert standing(number) == (25, "warm")
    save_rule(
        exhibition,
        {
            "name": "С выставки",
            "points": -5,
            "filter": {"field": "source", "op": "not_empty"},
            "is_active": True,
        },
    )
    assert standing(number) == (-5, "cold")
    assert Lead.objects.get(pk=number).version == 2


def test_what_they_do_counts_and_days_pass_by_themselves(company: Company) -> None:
    rule("Ответил", 30, {"field": "heard_at", "op": "not_empty"})
    rule("Не отвечает 5 дней", -20, SILENT)
    number = lead()
    talk(number, "outgoing", 3)
    assert standing(number) == (0, "cold")
    Lead.objects.filter(pk=number).update(silent_since=timezone.now() - dt.timedelta(days=7))
    today = timezone.localdate()
    assert reckon_for_the_day(today) == 1
    assert reckon_for_the_day(today) == 0
    assert standing(number) == (-20, "cold")
    talk(number, "incoming", 1)
    assert standing(number) == (30, "warm")
    assert Lead.objects.get(pk=number).silent_since is None
    talk(number, "outgoing", 0)
    assert Lead.objects.get(pk=number).silent_since is not None


def test_many_leads_are_scored_in_as_few_statements_as_one(company: Company) -> None:
    rule("Бюджет выделен", 40, BUDGET)
    numbers = write.create_many(
        ACTOR, shape_of("lead"), [{"name": f"Лид {n}", "budget_known": "set"} for n in range(40)]
    )
    costs = []
    for some in (numbers[:1], numbers):
        Lead.objects.update(score=0)
        with CaptureQueriesContext(connection) as asked:
            assert reckon(some) == len(some)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 3


def test_a_rule_that_cannot_be_followed_is_refused(company: Company) -> None:
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("name", {"name": " "}), ("points", {"points": "много"}), ("points", {"points": 0}), ("points", {"points": 99999}),
        ("filter", {"filter": {}}), ("filter", {"filter": {"field": "nonsense", "op": "eq", "value": 1}}), ("filter", {"filter": [1]}),
        ("filter", {"filter": {"field": "score", "op": "gt", "value": 1}}),
    ]  # fmt: skip
    for field, change in wrong:
        with pytest.raises(Invalid) as caught:
            save_rule(None, {"name": "Бюджет", "points": 10, "filter": BUDGET, "is_active": True, **change})
        assert [e.field for e in caught.value.errors] == [field]
    for hot, warm in ((10, 10), ("x", 1), (5, 9), ("", "")):
        with pytest.raises(Invalid):
            save_limits(hot, warm)


def test_the_card_says_why_to_whoever_may_see_it(company: Company) -> None:
    rule("Бюджет выделен", 40, BUDGET)
    rule("С выставки", 25, {"field": "source", "op": "eq", "value": "Выставка"})
    number = write.create(
        company.actor("employee"),
        shape_of("lead"),
        {"name": "Станок", "budget_known": "set", "source": "Выставка"},
    )
    deliver()
    page = company.client("employee").get(f"/lead/{number}").content.decode()
    assert all(text in page for text in ("Балл: 65", "Бюджет выделен", "+40", "+25"))
    company.hide("employee", "lead", "source")
    page = company.client("employee").get(f"/lead/{number}").content.decode()
    assert "С выставки" not in page
    assert "по полям, которые Вам закрыты" in page
    board = company.client("manager").get("/lead?view=board").content.decode()
    assert "Горячий · 65" in board
    found = company.api("manager").get(
        "/api/v1/lead",
        {"filter": json.dumps({"field": "temperature", "op": "eq", "value": "hot"}), "sort": "-score"},
    )
    assert [row["score"] for row in found.json()["items"]] == [65]


def test_rules_are_kept_in_the_settings_by_administrators(company: Company) -> None:
    admin, place = company.client("administrator"), "/settings/scoring"
    values = {"name": "Бюджет выделен", "points": "40", "filter": json.dumps(BUDGET), "is_active": "1"}
    assert admin.post(f"{place}/new", {**values, "points": "x"}).status_code == 422
    assert admin.post(f"{place}/new", {**values, "filter": "{"}).status_code == 400
    assert admin.post(f"{place}/new", values).status_code == 302
    number = ScoreRule.objects.get().pk
    assert "Бюджет выделен" in admin.get(place).content.decode()
    assert "budget_known" in admin.get(f"{place}/{number}").content.decode()
    assert admin.post(place, {"hot": "10", "warm": "20"}).status_code == 422
    assert admin.post(place, {"hot": "50", "warm": "20"}).status_code == 302
    for client in (company.client("manager"), company.client(None)):
        assert {client.get(place).status_code, client.post(f"{place}/{number}/delete").status_code} <= {
            302,
            403,
            404,
        }
    assert ScoreRule.objects.count() == 1
    assert admin.post(f"{place}/{number}/delete").status_code == 302
    assert ScoreRule.objects.count() == 0
    assert admin.get(f"{place}/{number}").status_code == 404


def test_distribution_sees_the_score_of_a_new_lead(company: Company) -> None:
    rule("Бюджет выделен", 80, BUDGET)
    expert = company.users["colleague"].pk
    hot = {"field": "temperature", "op": "eq", "value": "hot"}
    values = {
        "name": "Горячие",
        "filter": hot,
        "users": [expert],
        "team": None,
        "way": "turn",
        "is_active": True,
        "on_create": True,
        "also_own": True,
    }
    keeping.create(company.actor("administrator"), "lead", values)
    author = company.actor("manager")
    numbers = [
        write.create(author, shape_of("lead"), {"name": "Станок", "budget_known": known})
        for known in ("set", "none")
    ]
    owners = [read.get(ACTOR, shape_of("lead"), n, keys=["owner"])["owner"].id for n in numbers]
    assert owners == [expert, author.user_id]
