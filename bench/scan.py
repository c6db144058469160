"""The search through a whole base for duplicates: people, from nothing.

python -m bench.scan [--scale 1] [--data DIR] [--object person]

What it finds it leaves in the queue, as the product does.
"""

import os
import sys
import time

from bench import base
from bench.cpu import both_sides, cpu_ms, descendants
from bench.figures import Figure, finish

LIMIT = 600.0
"""Seconds for a million, on two cores."""


def main() -> int:
    parser = base.arguments(__doc__)
    parser.add_argument("--object", default="person", help="the kind of record (default person)")
    options = parser.parse_args()
    with base.database(options):
        return finish("scan", _measured(options.object, options.scale), options.scale)


def _measured(object_key: str, scale: float) -> list[Figure]:
    from klientura.kernel.dedup import scan
    from klientura.kernel.jobs import service
    from klientura.kernel.objects.registry import shape_of

    sides = both_sides()
    shape = shape_of(object_key)
    job = scan.start(base.actor(), shape, whole=True, queue=False)
    began = time.monotonic()
    before = cpu_ms([*sides, *descendants(os.getpid())])
    done = service.run_inline(job)
    seconds = time.monotonic() - began
    spent = cpu_ms([*sides, *descendants(os.getpid())]) - before
    if done.state != "done":
        raise RuntimeError(f"the search ended as {done.state}")
    found = f"{(done.result or {}).get('pairs', 0):,} pairs"
    return [
        Figure("search for duplicates among a million", seconds, "s", LIMIT * scale, remark=found),
        Figure("CPU of it, here and in the database", spent / 1000, "s"),
    ]


if __name__ == "__main__":
    sys.exit(main())
