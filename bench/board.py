"""The board of open deals: counts and sums of its columns, and the whole page.

python -m bench.board [--scale 1] [--data DIR]
"""

import sys

from bench import base, cpu
from bench.figures import Figure, finish

OPEN = 50_000
"""The limit is set for so many; the demo leaves more of half a million deals open, and the cost grows with their number."""


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        from django.db import connection

        from klientura.kernel.objects.registry import shape_of
        from klientura.kernel.store import read

        deal, stage, actor = shape_of("opportunity"), shape_of("stage"), base.actor()
        kinds = read.page(actor, stage, limit=200, keys=["kind"]).rows
        tree = {"field": "stage", "op": "in", "value": [r["id"] for r in kinds if r["kind"] == "open"]}
        pids = cpu.both_sides()
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from opportunity where status = 'open' and deleted_at is null")
            number = cursor.fetchone()[0]
        spent = cpu.median_cpu(
            lambda: pids,
            lambda: read.groups(actor, deal, by="stage", total="amount", currency="RUB", tree=tree),
            batch=3,
        )
        whole = cpu.median_cpu(site.pids, lambda: site.get("/opportunity?view=board"), rounds=7, batch=3)
        figures = [
            Figure(
                f"board: counts and sums, per {OPEN:,} open deals",
                spent * OPEN / max(number, OPEN),
                "ms",
                10.0,
                f"{spent:.2f} ms for {number:,}",
            ),
            Figure("board: the whole page", whole, "ms"),
        ]
    return finish("board", figures, options.scale)


if __name__ == "__main__":
    sys.exit(main())
