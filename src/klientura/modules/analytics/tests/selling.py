"""Deals with a past, for the tests of the funnel."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.analytics.queries.asked import Asked
from klientura.modules.sales.services.courses import Move, tell_ways

ACTOR = SystemActor("test")
KINDS = (
    ("first", "open", 10), ("second", "open", 50), ("third", "open", 80), ("won", "won", 100), ("lost", "lost", 0),
)  # fmt: skip


def make_pipeline(name: str = "Продажи") -> tuple[int, dict[str, int]]:
    """A pipeline with three open stages, a won and a lost one."""
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
        for place, (key, kind, percent) in enumerate(KINDS)
    }
    return pipeline, stages


def ago(days: float) -> dt.datetime:
    """So many days before today's noon."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - dt.timedelta(days=days)


def sell(way: Sequence[tuple[int, float]], **values: Any) -> int:
    """A deal that came to these stages so many days ago, one after the other; made when it came to the first."""
    deal = write.create(ACTOR, shape_of("opportunity"), {"name": "Поставка", "stage": way[0][0], **values})
    tell_ways([Move(deal, stage, ago(days)) for stage, days in way])
    with connection.cursor() as cursor:
        cursor.execute("select kind, pipeline_id from pipeline_stage where id = %s", [way[-1][0]])
        kind, pipeline = cursor.fetchone()
        # Its present visit is there since that very moment: to the triggers it has not moved.
        cursor.execute(
            "update opportunity set created_at = %(made)s, stage_id = %(stage)s, pipeline_id = %(pipeline)s, status = %(kind)s,"
            " stage_changed_at = %(at)s, closed_at = %(closed)s, loss_reason = %(reason)s where id = %(deal)s",
            given := {
                "made": ago(way[0][1]), "stage": way[-1][0], "pipeline": pipeline, "kind": kind, "at": ago(way[-1][1]), "deal": deal,
                "closed": None if kind == "open" else ago(way[-1][1]), "reason": "price" if kind == "lost" else None,
            },
        )  # fmt: skip
        cursor.execute("update opportunity_worth set since = %(made)s where opportunity_id = %(deal)s", given)
    return deal


def worth(deal: int, changes: Sequence[tuple[float, str | None, str, str | None]]) -> None:
    """What a deal was worth since so many days ago: (days, amount, currency, close date) in their order."""
    with connection.cursor() as cursor:
        cursor.execute("delete from opportunity_worth where opportunity_id = %s", [deal])
        for place, (days, amount, currency, close) in enumerate(changes):
            until = ago(changes[place + 1][0]) if place + 1 < len(changes) else None
            cursor.execute(
                "insert into opportunity_worth (opportunity_id, since, until, amount, currency, close_date) values (%s, %s, %s, %s, %s, %s)",
                [deal, ago(days), until, amount, currency, close],
            )


def whole_year(pipeline: int, **more: Any) -> Asked:
    """Everything of a pipeline that the tests make."""
    today = timezone.localdate()
    return Asked(pipeline, today - dt.timedelta(days=365), today, "RUB", **more)
