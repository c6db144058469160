"""A pipeline with rules, for tests of the regulation of a sale."""

from typing import Any

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.modules.sales.models import StageCheck

ACTOR = SystemActor("test")
STEPS = (
    ("first", "open", 10),
    ("second", "open", 40),
    ("third", "open", 70),
    ("won", "won", 100),
    ("lost", "lost", 0),
)


def pipeline_with(rules: dict[str, dict[str, Any]] | None = None, **about: Any) -> tuple[int, dict[str, int]]:
    """A pipeline of three open stages, a won and a lost one, with rules by stage; return its number and theirs."""
    pipeline = write.create(ACTOR, shape_of("pipeline"), {"name": "Продажи", **about})
    stages = {
        key: write.create(
            ACTOR,
            shape_of("stage"),
            {"name": key, "pipeline": pipeline, "kind": kind, "probability": percent, "place": place, **(rules or {}).get(key, {})},
        )
        for place, (key, kind, percent) in enumerate(STEPS, start=1)
    }  # fmt: skip
    return pipeline, stages


def deal(actor: Actor, stage: int, **more: Any) -> int:
    """A deal on a stage."""
    return write.create(actor, shape_of("opportunity"), {"name": "Поставка", "stage": stage, **more})


def deal_of(number: int) -> read.Row:
    """A deal as it stands."""
    return read.get(ACTOR, shape_of("opportunity"), number)


def item(stage: int, place: int = 0) -> int:
    """The number of a line of a stage's checklist."""
    found: int = StageCheck.objects.filter(stage_id=stage).order_by("position")[place].pk
    return found
