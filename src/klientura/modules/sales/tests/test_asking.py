"""The dialog by which a stage asks for what is missing, and what many deals moved at once are told."""

import json
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.tests.regulated import deal, deal_of, item, pipeline_with

pytestmark = pytest.mark.django_db
BOARD = {"HX-Request": "true", "HX-Current-URL": "http://testserver/opportunity?view=board"}


@pytest.fixture
def company() -> Company:
    return found_company()


def move(client: Client, number: int, stage: int, **more: object) -> tuple[int, str]:
    answer = client.post(f"/opportunity/{number}/move", {"stage": stage, **more}, headers=BOARD)
    return answer.status_code, answer.content.decode()


def test_the_board_asks_for_just_what_is_missing_and_keeps_what_was_typed(company: Company) -> None:
    rules = {
        "second": {"needs": [{"field": k} for k in ("source", "amount", "party")]},
        "first": {"checklist": [{"name": "Бюджет"}]},
    }
    _pipeline, stages = pipeline_with(rules)
    client = company.client("employee")
    number = deal(company.actor("employee"), stages["first"])
    must = item(stages["first"])

    status, page = move(client, number, stages["second"])
    assert status == 422
    assert all(f'name="{k}"' in page for k in ("source", "amount", "party", "checks"))
    assert 'name="loss_reason"' not in page
    assert 'name="description"' not in page
    assert "Заполните" not in page

    status, page = move(
        client, number, stages["second"], source="Выставка", checks=must, amount="много", attempted="1"
    )
    assert status == 422
    assert 'value="Выставка"' in page
    assert f'name="checks" value="{must}"' in page
    assert "много" in page

    status, page = move(
        client,
        number,
        stages["second"],
        source="Выставка",
        checks=must,
        amount="100",
        party="",
        attempted="1",
    )
    assert status == 422
    assert 'name="party"' in page
    assert deal_of(number)["source"] is None


def test_what_a_verb_lacks_is_asked_for_where_its_button_was(company: Company) -> None:
    _pipeline, stages = pipeline_with({"won": {"needs": [{"field": "source"}, {"field": "lines"}]}})
    client = company.client("employee")
    number = deal(company.actor("employee"), stages["first"])

    answer = client.post(f"/opportunity/{number}/actions/win", {}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog-body")
    assert 'name="source"' in page
    assert f"/opportunity/{number}/edit#part-lines" in page


def test_what_no_dialog_can_mend_is_said_in_words(company: Company) -> None:
    _pipeline, stages = pipeline_with(
        {"second": {"at_most": 1, "at_limit": "refuse"}, "third": {"at_most": 1}}
    )
    client = company.client("manager")
    numbers = [deal(company.actor("manager"), stages["first"]) for _n in range(4)]

    assert move(client, numbers[0], stages["second"])[0] == 200
    answer = client.post(f"/opportunity/{numbers[1]}/move", {"stage": stages["second"]}, headers=BOARD)
    assert answer.status_code == 400
    assert "second" in answer.content.decode() + answer.get("HX-Trigger", "")

    assert move(client, numbers[2], stages["third"])[0] == 200
    answer = client.post(f"/opportunity/{numbers[3]}/move", {"stage": stages["third"]}, headers=BOARD)
    assert answer.status_code == 200
    assert "2" in json.loads(answer["HX-Trigger"])["toast"]["text"]


def test_whoever_does_not_see_what_is_missing_is_told_so(company: Company) -> None:
    _pipeline, stages = pipeline_with({"second": {"needs": [{"field": "source"}]}})
    number = deal(company.actor("employee"), stages["first"])
    company.hide("employee", "opportunity", "source")
    assert move(company.client("employee"), number, stages["second"])[0] == 403


def test_of_many_deals_those_that_stay_are_listed_with_their_reasons(company: Company) -> None:
    _pipeline, stages = pipeline_with({"second": {"needs": [{"field": "amount"}]}})
    actor, client = company.actor("manager"), company.client("manager")
    poor, rich = deal(actor, stages["first"], name="Бедная"), deal(actor, stages["first"], amount="5")

    form = client.post("/opportunity/bulk/form", {"ids": [poor, rich], "field": "stage"}).content.decode()
    assert 'name="loss_reason"' in form
    values = {"ids": [poor, rich], "field": "stage", "stage": stages["second"], "present": "stage"}
    page = client.post("/opportunity/bulk/edit", values, headers={"HX-Request": "true"}).content.decode()
    assert "Бедная" in page
    assert [deal_of(n)["stage"].id for n in (poor, rich)] == [stages["first"], stages["second"]]


def test_the_card_says_what_is_to_be_done_and_is_ticked(company: Company) -> None:
    rules: dict[str, dict[str, Any]] = {
        "first": {"guide": "Узнать бюджет", "checklist": [{"name": "Бюджет известен"}]},
        "second": {"needs": [{"field": "source"}]},
    }
    _pipeline, stages = pipeline_with(rules)
    client = company.client("employee")
    number = deal(company.actor("employee"), stages["first"])
    must = item(stages["first"])

    page = client.get(f"/opportunity/{number}").content.decode()
    assert all(text in page for text in ("Узнать бюджет", "Бюджет известен", "0 из 1", "#f-source"))
    assert client.post(f"/opportunity/{number}/checks/{must}", {"done": "1"}).status_code == 204
    assert "1 из 1" in client.get(f"/opportunity/{number}").content.decode()
    assert "Бюджет известен" in client.get(f"/opportunity/{number}/history").content.decode()
    assert (
        company.client("outsider").post(f"/opportunity/{number}/checks/{must}", {"done": ""}).status_code
        == 404
    )
    assert client.post(f"/opportunity/{number}/checks/{must}", {"done": ""}).status_code == 204
    assert "0 из 1" in client.get(f"/opportunity/{number}").content.decode()
