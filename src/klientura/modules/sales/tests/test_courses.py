"""The facts of a deal's way: each way to move one leaves the right visits, and the history alone would tell the same."""

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.bulk import Selection
from klientura.modules.sales.models import Course, StageVisit, Worth
from klientura.modules.sales.services.stages import lose, move_stage, reopen, win
from klientura.modules.sales.tests.test_stages import make_deal, make_pipeline

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
KNOWN: str = import_module("klientura.modules.sales.migrations.0006_courses").KNOWN


def stages_of(deal: int) -> list[int]:
    return list(
        StageVisit.objects.filter(opportunity_id=deal).order_by("number").values_list("stage_id", flat=True)
    )


def course_of(deal: int) -> Course:
    return Course.objects.get(pk=deal)


def facts() -> dict[str, list[Any]]:
    """All that is kept, but for who did it and in which operation."""
    visits = StageVisit.objects.order_by("opportunity_id", "number").values_list(
        "opportunity_id", "number", "pipeline_id", "from_stage_id", "stage_id", "status", "at", "left_at", "amount", "currency",
    )  # fmt: skip
    worth = Worth.objects.order_by("opportunity_id", "since", "id").values_list(
        "opportunity_id", "since", "until", "amount", "currency", "close_date"
    )
    courses = Course.objects.order_by("pk").values_list(
        "pk", "live", "pipeline_id", "stage_id", "status", "amount", "probability", "came_from_id", "reached", "closed_at",
    )  # fmt: skip
    return {"visits": list(visits), "worth": list(worth), "courses": list(courses)}


def rebuilt() -> dict[str, list[Any]]:
    """The facts as a company that comes from an earlier version gets them: from its history."""
    with connection.cursor() as cursor:
        cursor.execute("truncate opportunity_visit, opportunity_worth, opportunity_course")
        cursor.execute(KNOWN)
    return facts()


def test_each_move_is_a_visit_that_ends_the_one_before() -> None:
    _pipeline, stages = make_pipeline()
    deal = make_deal(stages["first"])
    write.update(ACTOR, shape_of("opportunity"), deal, {"amount": "100"})
    move_stage(ACTOR, deal, {"stage": stages["second"]})
    lose(ACTOR, deal, {"loss_reason": "price"})
    reopen(ACTOR, deal)
    win(ACTOR, deal)

    way = ["first", "second", "lost", "first", "won"]
    assert stages_of(deal) == [stages[key] for key in way]
    visits = list(StageVisit.objects.filter(opportunity_id=deal).order_by("number"))
    assert [v.status for v in visits] == ["open", "open", "lost", "open", "won"]
    assert [v.from_stage_id for v in visits] == [None, *(stages[key] for key in way[:-1])]
    assert [v.left_at for v in visits] == [*(v.at for v in visits[1:]), None]
    assert [v.amount for v in visits] == [None, *[Decimal(100)] * 4]
    course = course_of(deal)
    assert (course.status, course.came_from_id) == ("won", stages["first"])
    assert course.reached == sorted(stages.values())


def test_a_change_of_anything_else_is_no_visit() -> None:
    _pipeline, stages = make_pipeline()
    deal = make_deal(stages["first"])
    write.update(ACTOR, shape_of("opportunity"), deal, {"name": "Иначе", "close_date": "2026-12-01"})

    assert stages_of(deal) == [stages["first"]]
    assert Worth.objects.filter(opportunity_id=deal).count() == 2
    assert Worth.objects.filter(opportunity_id=deal, until=None).count() == 1


def test_a_change_of_pipeline_is_a_visit_of_the_other_one() -> None:
    _one, here = make_pipeline()
    other, there = make_pipeline("Тендеры")
    deal = make_deal(here["second"])
    write.update(ACTOR, shape_of("opportunity"), deal, {"pipeline": other})

    assert stages_of(deal) == [here["second"], there["first"]]
    assert course_of(deal).pipeline_id == other


def test_what_was_taken_back_has_never_been() -> None:
    _pipeline, stages = make_pipeline()
    deals = [make_deal(stages["first"]) for _number in range(3)]
    other, there = make_pipeline("Тендеры")
    before = facts()["visits"]
    done = bulk.edit(ACTOR, shape_of("opportunity"), Selection(ids=tuple(deals)), {"pipeline": other})
    assert [stages_of(deal) for deal in deals] == [[stages["first"], there["first"]]] * 3

    undo(ACTOR, done.operation_id)

    assert facts()["visits"] == before
    assert all(course_of(deal).reached == [stages["first"]] for deal in deals)


def test_the_trash_takes_deals_out_and_gives_them_back_and_a_purge_ends_them() -> None:
    _pipeline, stages = make_pipeline()
    deal = make_deal(stages["first"])
    write.trash(ACTOR, shape_of("opportunity"), [deal])
    assert not course_of(deal).live
    write.restore(ACTOR, shape_of("opportunity"), [deal])
    assert course_of(deal).live

    with connection.cursor() as cursor:
        cursor.execute("delete from opportunity where id = %s", [deal])
    assert facts() == {"visits": [], "worth": [], "courses": []}


def test_many_deals_move_in_one_statement() -> None:
    _pipeline, stages = make_pipeline()
    shape = shape_of("opportunity")
    made = write.create_many(ACTOR, shape, [{"name": f"№ {n}", "stage": stages["first"]} for n in range(30)])
    assert StageVisit.objects.count() == len(made)
    with connection.cursor() as cursor:
        cursor.execute(
            "update opportunity set stage_id = %s, stage_changed_at = now(), version = version + 1",
            [stages["second"]],
        )
    assert all(stages_of(deal) == [stages["first"], stages["second"]] for deal in made)


ACTS = st.lists(
    st.sampled_from(["first", "second", "won", "lost", "amount", "pipeline", "undo", "trash"]),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_history_alone_tells_the_same(acts: list[str]) -> None:
    shape = shape_of("opportunity")
    pipeline, stages = make_pipeline()
    other, _there = make_pipeline("Тендеры")
    deal = make_deal(stages["first"])
    done: list[int] = []
    for turn, act in enumerate(acts):
        row = read.get(ACTOR, shape, deal, keys=["pipeline", "stage"])
        if act == "undo":
            if done:
                undo(ACTOR, done.pop())
        elif act == "amount":
            done.append(_edit(deal, {"amount": str(turn + 1), "close_date": f"2026-12-{turn + 1:02}"}))
        elif act == "pipeline":
            done.append(_edit(deal, {"pipeline": other if row["pipeline"].id == pipeline else pipeline}))
        elif act == "trash":
            write.trash(ACTOR, shape, [deal])
            write.restore(ACTOR, shape, [deal])
        elif row["pipeline"].id == pipeline and row["stage"].id != stages[act]:
            move_stage(
                ACTOR, deal, {"stage": stages[act], **({"loss_reason": "price"} if act == "lost" else {})}
            )
    kept = facts()
    last = kept["visits"][-1]
    assert (last[4], last[7]) == (read.get(ACTOR, shape, deal, keys=["stage"])["stage"].id, None)

    assert rebuilt() == kept
    with connection.cursor() as cursor:
        cursor.execute("delete from opportunity")


def _edit(deal: int, values: dict[str, Any]) -> int:
    return bulk.edit(ACTOR, shape_of("opportunity"), Selection(ids=(deal,)), values).operation_id
