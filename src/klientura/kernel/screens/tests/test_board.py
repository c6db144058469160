"""Moving a card: what the board is told afterwards, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
BOARD = {"HX-Request": "true", "HX-Current-URL": "http://testserver/opportunity?view=board"}


def test_a_moved_card_comes_back_from_its_own_column_alone() -> None:
    client = found_company().client("administrator")
    ensure_default_pipeline(ACTOR)
    deal = shape_of("opportunity")
    number = write.create(ACTOR, deal, {"name": "Станки", "amount": "100"})
    stages = read.page(ACTOR, shape_of("stage"), sort="place", keys=["name", "kind"]).rows
    target = [s for s in stages if s["kind"] == "open"][1]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.post(
            f"/opportunity/{number}/move", {"stage": str(target["id"]), "version": "1"}, headers=BOARD
        )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="card-{number}"' in page
    assert page.count('hx-swap-oob="true"') == len(stages), "the heads of all columns"
    assert read.get(ACTOR, deal, number)["stage"].id == target["id"]
    columns_read = [
        q for q in queries.captured_queries if '"stage_id" = ' in q["sql"] and f'"id" = {number}' in q["sql"]
    ]
    assert len(columns_read) == 1


def test_a_move_sent_without_a_version_is_taken_and_a_late_one_is_not() -> None:
    client = found_company().client("administrator")
    ensure_default_pipeline(ACTOR)
    deal = shape_of("opportunity")
    number = write.create(ACTOR, deal, {"name": "Станки"})
    opened = [
        s["id"]
        for s in read.page(ACTOR, shape_of("stage"), sort="place", keys=["kind"]).rows
        if s["kind"] == "open"
    ]
    assert client.post(f"/opportunity/{number}/move", {"stage": opened[1]}, headers=BOARD).status_code == 200
    late = client.post(f"/opportunity/{number}/move", {"stage": opened[2], "version": "1"}, headers=BOARD)
    assert late.status_code == 409
    assert read.get(ACTOR, deal, number)["stage"].id == opened[1]
