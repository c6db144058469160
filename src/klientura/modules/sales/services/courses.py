"""Ways of deals that are known from elsewhere: another program's history, or a made-up one.

Everything that moves a deal here keeps its way by itself (ADR 25). A deal that is written as it stands at last begins with one
visit; whoever knows more tells it with this.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from klientura.kernel.store import rows

_COLUMNS = (
    "opportunity_id", "number", "pipeline_id", "from_stage_id", "stage_id", "status", "at", "left_at", "actor_id", "operation_id",
    "amount", "currency",
)  # fmt: skip
_FORGET = "delete from opportunity_visit where opportunity_id = any(%s)"
_RENEW = """
update opportunity_course c set reached = v.reached, came_from_id = v.came_from from (
  select opportunity_id, array_agg(distinct stage_id) as reached, (array_agg(from_stage_id order by number desc))[1] as came_from
    from opportunity_visit where opportunity_id = any(%s) group by 1) v
 where c.opportunity_id = v.opportunity_id
"""


@dataclass(frozen=True, slots=True)
class Move:
    """A deal came to a stage at a moment."""

    opportunity_id: int
    stage_id: int
    at: dt.datetime
    actor_id: int | None = None


@transaction.atomic
def tell_ways(moves: Sequence[Move]) -> None:
    """Put whole ways in place of what is known of some deals; the moves of each in their order, the last one where it stands.

    A handful of statements, whatever their number. The caller answers for the last move being the present stage.
    """
    ids = sorted({m.opportunity_id for m in moves})
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, pipeline_id, kind from pipeline_stage where id = any(%s)",
            [sorted({m.stage_id for m in moves})],
        )
        stages = {pk: (pipeline, kind) for pk, pipeline, kind in cursor.fetchall()}
        cursor.execute("select id, amount, currency, operation_id from opportunity where id = any(%s)", [ids])
        worth = {pk: found for pk, *found in cursor.fetchall()}
        cursor.execute(_FORGET, [ids])
    ways: dict[int, list[Move]] = {}
    for move in moves:
        ways.setdefault(move.opportunity_id, []).append(move)
    rows.insert(
        "opportunity_visit",
        _COLUMNS,
        [row for pk, way in ways.items() for row in _visits(way, stages, *worth[pk])],
    )
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [ids])


def _visits(
    way: Sequence[Move],
    stages: dict[int, tuple[int, str]],
    amount: object,
    currency: str,
    operation_id: int | None,
) -> list[list[object]]:
    """The visits of one deal."""
    made: list[list[object]] = []
    for place, move in enumerate(way):
        pipeline, kind = stages[move.stage_id]
        left = way[place + 1].at if place + 1 < len(way) else None
        came_from = way[place - 1].stage_id if place else None
        made.append(
            [
                move.opportunity_id,
                place + 1,
                pipeline,
                came_from,
                move.stage_id,
                kind,
                move.at,
                left,
                move.actor_id,
                operation_id,
                amount,
                currency,
            ]
        )
    return made
