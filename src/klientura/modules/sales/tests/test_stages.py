"""Deals and the stages they stand on."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest, Denied, Invalid
from klientura.kernel.history.undo import undo
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.sales.services.stages import lose, move_stage, win

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def make_pipeline(name: str = "Продажи") -> tuple[int, dict[str, int]]:
    """A pipeline with two open stages, a won and a lost one."""
    pipeline = write.create(ACTOR, shape_of("pipeline"), {"name": name})
    stages = {
        key: write.create(
            ACTOR,
            shape_of("stage"),
            {
                "name": f"{name}: {key}",
                "pipeline": pipeline,
                "kind": kind,
                "probability": percent,
                "place": place,
            },
        )
        for place, (key, kind, percent) in enumerate(
            (("first", "open", 10), ("second", "open", 50), ("won", "won", 100), ("lost", "lost", 0))
        )
    }
    return pipeline, stages


def make_deal(stage: int) -> int:
    return write.create(ACTOR, shape_of("opportunity"), {"name": "Поставка", "stage": stage})


def deal_of(number: int) -> read.Row:
    return read.get(ACTOR, shape_of("opportunity"), number)


def test_a_deal_on_a_stage_in_the_trash_can_still_be_changed() -> None:
    _pipeline, stages = make_pipeline()
    deal = shape_of("opportunity")
    number = make_deal(stages["first"])
    write.trash(ACTOR, deal, [number])
    write.trash(ACTOR, shape_of("stage"), [stages["first"]])
    write.restore(ACTOR, deal, [number])

    write.update(ACTOR, deal, number, {"name": "Поставка муки"})
    with pytest.raises(Invalid):
        write.create(ACTOR, deal, {"name": "Другая", "stage": stages["first"]})
    move_stage(ACTOR, number, {"stage": stages["second"]})

    row = deal_of(number)
    assert (row["name"], row["stage"].id) == ("Поставка муки", stages["second"])


def test_a_stage_and_a_pipeline_with_deals_are_not_taken_from_under_them() -> None:
    pipeline, stages = make_pipeline()
    make_deal(stages["first"])

    for key, number in (("stage", stages["first"]), ("pipeline", pipeline)):
        with pytest.raises(BadRequest):
            write.trash(ACTOR, shape_of(key), [number])
    with pytest.raises(Invalid):
        write.update(ACTOR, shape_of("stage"), stages["first"], {"kind": "lost"})
    write.update(ACTOR, shape_of("stage"), stages["second"], {"kind": "lost"})


def test_a_won_deal_that_changes_its_pipeline_is_open_again() -> None:
    _pipeline, stages = make_pipeline()
    other, others = make_pipeline("Сервис")
    number = make_deal(stages["first"])
    win(ACTOR, number)
    assert deal_of(number)["closed_at"] is not None

    write.update(ACTOR, shape_of("opportunity"), number, {"pipeline": other})

    row = deal_of(number)
    assert (row["stage"].id, row["status"], row["closed_at"], row["probability"]) == (
        others["first"], "open", None, 10,
    )  # fmt: skip


def test_a_lost_deal_that_is_won_after_all_has_no_reason_of_loss() -> None:
    _pipeline, stages = make_pipeline()
    number = make_deal(stages["first"])
    reason = shape_of("opportunity").fields["loss_reason"].params.choices[0].code
    lose(ACTOR, number, {"loss_reason": reason, "loss_note": "дорого"})
    assert deal_of(number)["loss_reason"] == reason

    win(ACTOR, number)

    row = deal_of(number)
    assert (row["status"], row["loss_reason"], row["loss_note"]) == ("won", None, None)


def test_a_verb_asks_for_the_right_to_its_fields() -> None:
    company = found_company()
    _pipeline, stages = make_pipeline()
    deal = shape_of("opportunity")
    number = write.create(company.actor("employee"), deal, {"name": "Поставка", "stage": stages["first"]})
    reason = deal.fields["loss_reason"].params.choices[0].code

    company.hide("employee", "opportunity", "loss_reason")
    with pytest.raises(Invalid):
        lose(company.actor("employee"), number, {"loss_reason": reason})
    company.hide("employee", "opportunity", "stage", "read")
    with pytest.raises(Denied):
        move_stage(company.actor("employee"), number, {"stage": stages["second"]})
    assert deal_of(number)["stage"].id == stages["first"]


def test_an_undo_never_leaves_a_deal_on_a_stage_of_another_pipeline() -> None:
    _pipeline, stages = make_pipeline()
    other, others = make_pipeline("Сервис")
    moved, left = make_deal(stages["first"]), make_deal(stages["first"])
    deal = shape_of("opportunity")
    done = bulk.edit(ACTOR, deal, bulk.Selection(ids=(moved, left)), {"pipeline": other})
    move_stage(ACTOR, moved, {"stage": others["second"]})

    result = undo(ACTOR, done.operation_id)

    assert result.kept == [moved]
    assert (deal_of(moved)["pipeline"].id, deal_of(moved)["stage"].id) == (other, others["second"])
    assert (deal_of(left)["stage"].id, deal_of(left)["probability"]) == (stages["first"], 10)
