"""The card of a client with thousands of interactions against that of one with ten.

python -m bench.timeline [--scale 1] [--data DIR]

Makes two organisations and their interactions; they stay in the base.
"""

import datetime as dt
import sys

from bench import base, cpu
from bench.figures import Figure, finish

MANY, FEW = 5_000, 10
AT_ONCE = 500


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        many, few = _client(MANY), _client(FEW)
        later, first, ratio = cpu.side_by_side(
            (site.pids, lambda: site.get(f"/organisation/{many}")),
            (site.pids, lambda: site.get(f"/organisation/{few}")),
        )
        told = f"{later:.1f} and {first:.1f} ms"
        figures = [
            Figure(f"card with {MANY:,} interactions / with {FEW}", ratio, "×", 1.5, told),
            Figure(f"card with {MANY:,} interactions", later, "ms"),
        ]
    return finish("timeline", figures, options.scale)


def _client(number: int) -> int:
    """An organisation with so many interactions, an hour apart."""
    from django.db import connection
    from django.utils import timezone

    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import write

    actor, now = base.actor(), timezone.now()
    organisation = write.create(actor, shape_of("organisation"), {"name": f"Лента {number}"})
    for begin in range(0, number, AT_ONCE):
        rows = [
            {
                "kind": ("call", "email", "meeting", "note")[n % 4], "party": organisation, "subject": f"Разговор {n}",
                "body": "Договорились созвониться ещё раз. " * 5, "at": (now - dt.timedelta(hours=n + 1)).isoformat(),
            }
            for n in range(begin, min(begin + AT_ONCE, number))
        ]  # fmt: skip
        write.create_many(actor, shape_of("interaction"), rows)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze interaction")  # as the night leaves it
    return organisation


if __name__ == "__main__":
    sys.exit(main())
