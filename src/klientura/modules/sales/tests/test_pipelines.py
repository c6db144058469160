"""The settings of pipelines: order, values changed in place, and a stage that is taken out from under its deals."""

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.sales.tests.regulated import ACTOR, deal, deal_of, pipeline_with

pytestmark = pytest.mark.django_db
PAGE = "/settings/pipelines"


@pytest.fixture
def company() -> Company:
    return found_company()


def names() -> list[str]:
    return [r["name"] for r in read.page(ACTOR, shape_of("stage"), sort="place", keys=["name"]).rows]


def test_stages_stand_in_the_order_they_are_put_in(company: Company) -> None:
    pipeline, stages = pipeline_with()
    _other, others = pipeline_with()
    client = company.client("administrator")
    ids = [stages[k] for k in ("second", "first", "third", "won", "lost")]

    assert client.post(f"{PAGE}/{pipeline}/order", {"stage": ids}).status_code == 204
    order = read.page(
        ACTOR, shape_of("stage"), tree={"field": "pipeline", "op": "eq", "value": pipeline}, sort="place"
    ).rows
    assert [r["id"] for r in order] == ids
    for wrong in (ids[:-1], [*ids[:-1], others["lost"]], []):
        assert client.post(f"{PAGE}/{pipeline}/order", {"stage": wrong}).status_code == 400


def test_values_are_changed_where_they_stand_and_refused_in_words(company: Company) -> None:
    _pipeline, stages = pipeline_with(
        {"second": {"needs": [{"field": "amount"}], "checklist": [{"name": "Бюджет"}]}}
    )
    client = company.client("administrator")
    page = client.get(PAGE).content.decode()
    assert all(text in page for text in ("first", "нужно: сумма", "чек-лист из 1 пункта"))

    place = f"{PAGE}/stages/{stages['first']}"
    own = stages["first"]
    assert (
        client.post(place, {f"at_most-{own}": "7", f"name-{own}": "Новые", "name-1000": "Чужие"}).status_code
        == 204
    )
    row = read.get(ACTOR, shape_of("stage"), stages["first"])
    assert (row["at_most"], row["name"]) == (7, "Новые")
    for wrong in ({f"at_most-{own}": "много"}, {f"name-{own}": ""}, {f"at_most-{own}": "-1"}):
        answer = client.post(place, wrong)
        assert answer.status_code == 422
        assert "toast" in answer["HX-Trigger"]
    assert client.post(place, {f"kind-{own}": "won"}).status_code == 404


def test_a_stage_goes_and_its_deals_stay(company: Company) -> None:
    _pipeline, stages = pipeline_with({"third": {"needs": [{"field": "amount"}]}})
    client = company.client("administrator")
    number = deal(ACTOR, stages["second"])
    place = f"{PAGE}/stages/{stages['second']}/remove"

    page = client.get(place).content.decode()
    assert "third" in page
    assert ">won<" not in page
    for wrong in ("", stages["second"], stages["won"], "x"):
        assert client.post(place, {"target": wrong}).status_code == 422
    assert client.post(place, {"target": stages["third"]}).status_code == 204
    assert deal_of(number)["stage"].id == stages["third"]
    assert "second" not in names()
    assert client.post(place, {"target": stages["third"]}).status_code == 404
    assert client.post(f"{PAGE}/stages/{stages['first']}/remove", {}).status_code == 204


def test_the_settings_are_for_those_who_may_change_stages(company: Company) -> None:
    pipeline, stages = pipeline_with()
    doors = (PAGE, f"{PAGE}/stages/{stages['first']}/remove")
    posts = (
        f"{PAGE}/{pipeline}/order",
        f"{PAGE}/stages/{stages['first']}",
        f"{PAGE}/stages/{stages['first']}/remove",
    )
    manager = company.client("manager")
    assert {manager.get(d).status_code for d in doors} == {403}
    assert {
        manager.post(d, {f"name-{stages['first']}": "x", "stage": list(stages.values())}).status_code
        for d in posts
    } == {403}

    company.grant("manager", "stage", "edit", "all")
    assert manager.get(PAGE).status_code == 200
    assert manager.post(posts[1], {f"name-{stages['first']}": "Иначе"}).status_code == 204
    assert manager.post(posts[2], {}).status_code == 403
