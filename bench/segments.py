"""Segments over a million people: the live count of a rule of three conditions, its first page, its picture; completeness.

python -m bench.segments [--scale 1] [--data DIR] [--explain]
"""

import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from bench import base
from bench.figures import Figure, finish

ROUNDS = 5
RULES: dict[str, dict[str, Any]] = {
    "nearly everybody": {
        "and": [
            {"field": "phone", "op": "not_empty"},
            {"field": "email", "op": "not_empty"},
            {"field": "created_at", "op": "last_days", "value": 3650},
        ]
    },
    "some cities, no contact yet, a piece of the name": {
        "and": [
            {"field": "city", "op": "in", "value": ["Москва", "Казань", "Уфа", "Самара", "Пермь"]},
            {"field": "last_contact_at", "op": "empty"},
            {"field": "last_name", "op": "contains", "value": "нов"},
        ]
    },
    "a city, a status, no contact for 30 days": {
        "and": [
            {"field": "city", "op": "eq", "value": "Казань"},
            {"field": "status", "op": "ne", "value": "lost"},
            {
                "or": [
                    {"field": "last_contact_at", "op": "before_days", "value": 30},
                    {"field": "last_contact_at", "op": "empty"},
                ]
            },
        ]
    },
    "with open deals above a sum, by phone and e-mail": {
        "and": [
            {
                "related": "opportunity.person",
                "filter": {
                    "and": [
                        {"field": "status", "op": "eq", "value": "open"},
                        {"field": "amount", "op": "gte", "value": "100000"},
                    ]
                },
            },
            {"field": "phone", "op": "not_empty"},
            {"field": "email", "op": "not_empty"},
        ]
    },
}
LIMIT = 1000.0


def main() -> int:
    parser = base.arguments(__doc__)
    parser.add_argument("--explain", action="store_true", help="print the plans of the counts")
    options = parser.parse_args()
    with base.site(options) as site:
        from klientura.kernel.objects.registry import shape_of
        from klientura.kernel.quality import completeness
        from klientura.kernel.segments import counting, keeping, picture
        from klientura.kernel.segments.models import Segment

        person, actor = shape_of("person"), base.actor()
        figures: list[Figure] = []
        made: list[Segment] = []
        try:
            for label, rule in RULES.items():
                segment = keeping.create(actor, person, name=f"bench: {label}", rule=rule)
                made.append(segment)
                if options.explain:
                    explain(actor, segment)
                spent, found = _median(lambda s=segment: counting.live_count(actor, s))  # type: ignore[misc]
                figures.append(Figure(f"live count: {label}", spent, "ms", LIMIT, f"{found:,} records"))
                query = urlencode({"filter": f'{{"segment":{segment.pk}}}', "fields": "title"})
                listed, _answer = _median(lambda q=query: site.get(f"/api/v1/person?{q}", api=True))  # type: ignore[misc]
                figures.append(Figure(f"first page: {label}", listed, "ms"))
            fields = completeness.counted_fields(actor, person)
            for label, by in (("told by a sample", None), ("by owner", "owner")):
                spent, _found = _median(lambda b=by: completeness.measure(actor, person, fields, by=b))  # type: ignore[misc]
                figures.append(Figure(f"shares of {len(fields)} fields: {label}", spent, "ms", LIMIT))
            first, _found = _median(lambda: picture.look(made[0].pk), rounds=1)
            again, _found = _median(lambda: picture.look(made[0].pk))
            figures.append(Figure("first picture of a rule", first, "ms"))
            figures.append(Figure("later picture of a rule", again, "ms"))
        finally:
            Segment.objects.filter(pk__in=[s.pk for s in made]).delete()
    return finish("segments", figures, options.scale)


def _median(act: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """The median of some runs by the clock, and what the act returned."""
    spent, found = [], None
    for _round in range(rounds):
        began = time.perf_counter()
        found = act()
        spent.append((time.perf_counter() - began) * 1000)
    return sorted(spent)[len(spent) // 2], found


def explain(actor: Any, segment: Any) -> None:
    """Print how the database counts a segment."""
    from django.db import connection
    from psycopg import sql

    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store.compiler import conditions

    shape = shape_of(segment.object)
    where = conditions(actor, shape, tree={"segment": segment.pk})
    text = sql.SQL("explain (analyze, buffers, costs off) select count(*) from {} r where {}")
    with connection.cursor() as cursor:
        cursor.execute(text.format(sql.Identifier(shape.table), where.sql), where.params)
        print(segment.name, *(row[0] for row in cursor.fetchall()), sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
