"""Why a lead has the score it has: which rules find it."""

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.trees import fields_in
from klientura.modules.sales.models import ScoreRule


def reasons(
    actor: Actor, lead_id: int, rules: list[tuple[ScoreRule, Predicate]]
) -> tuple[list[tuple[str, int]], int]:
    """The rules that find a lead, as (name, points), the weightiest first; and the points of those whose fields are closed to the reader."""
    if not rules:
        return [], 0
    tests = sql.SQL(", ").join(sql.SQL("({}) is true").format(found.sql) for _rule, found in rules)
    text = sql.SQL("select {} from lead r where r.id = %s").format(tests)
    with connection.cursor() as cursor:
        cursor.execute(text, [*(p for _rule, found in rules for p in found.params), lead_id])
        answers = cursor.fetchone() or ()
    seen = set(readable(actor, shape_of("lead")))
    told: list[tuple[str, int]] = []
    closed = 0
    for (rule, _found), met in zip(rules, answers, strict=False):
        if met and set(fields_in(rule.filter)) <= seen:
            told.append((rule.name, rule.points))
        elif met:
            closed += rule.points
    return sorted(told, key=lambda one: -abs(one[1])), closed
