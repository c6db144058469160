"""One rule that sets a field, over a change of 100,000 people at once: the change, and what the rule adds to it.

python -m bench.rules [--scale 1] [--data DIR]
"""

import sys
import time

from bench import base
from bench.figures import Figure, finish

RECORDS = 100_000
PATIENCE = 600.0


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options):
        from klientura.kernel.objects.registry import shape_of
        from klientura.kernel.rules import keeping
        from klientura.kernel.rules.models import Run
        from klientura.kernel.store import bulk, read

        actor, person = base.actor(), shape_of("person")
        last = read.page(actor, person, sort="-id", limit=1, keys=["id"]).rows[0]["id"]
        tree = {"field": "id", "op": "gt", "value": last - RECORDS}

        def change(value: str) -> float:
            begun = time.perf_counter()
            bulk.edit(actor, person, bulk.Selection(tree=tree), {"city": value})
            return time.perf_counter() - begun

        alone = change("Уфа")
        rule = keeping.create(
            actor,
            {
                "name": "bench", "object": "person", "trigger": {"kind": "changed", "fields": ["city"]}, "active": True,
                "filter": {"field": "city", "op": "eq", "value": "Пермь"},
                "steps": [{"kind": "set", "values": {"note": {"from": "text", "text": "{last_name}: {city}, " + str(time.time())}}}],
            },
        )  # fmt: skip
        heard, begun = change("Пермь"), time.perf_counter()
        runs = Run.objects.filter(rule=rule)
        while (
            runs.filter(state__in=["waiting", "running"]).exists() and time.perf_counter() - begun < PATIENCE
        ):
            time.sleep(0.2)
        acted = time.perf_counter() - begun
        changed = sum(runs.values_list("changed", flat=True))
        number = runs.count()
        keeping.delete(actor, rule.pk)
        figures = [
            Figure("group change without a rule", alone, "s", remark=f"{changed} records"),
            Figure("the same change, heard by a rule", heard / alone, "×", 1.3, "of the change alone"),
            Figure(
                "the rule's own work, in the background", acted / alone, "×", 2, f"of it, in {number} runs"
            ),
        ]
    return finish("rules", figures, options.scale)


if __name__ == "__main__":
    sys.exit(main())
