"""A map of organisations: a stretch with 50,000 of them, and the whole country.

python -m bench.maps [--scale 1] [--data DIR]
"""

import sys

from bench import base, cpu
from bench.figures import Figure, finish

IN_FRAME = 50_000
"""The limit is set for so many records in the frame; more are estimated by a sample."""


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        from klientura.kernel.objects.registry import shape_of
        from klientura.kernel.store import places
        from klientura.kit.places import Box

        organisation, actor = shape_of("organisation"), base.actor()
        west, country = Box(50, 28, 60, 38.5), Box(40, 20, 75, 180)
        pids = cpu.both_sides()
        seen = places.on_map(actor, organisation, "place", west)
        number = sum(heap.number for heap in seen.heaps)
        near = cpu.median_cpu(
            lambda: pids, lambda: places.on_map(actor, organisation, "place", west), batch=3
        )
        whole = cpu.median_cpu(
            lambda: pids, lambda: places.on_map(actor, organisation, "place", country), batch=3
        )
        answer = cpu.median_cpu(site.pids, lambda: site.get("/organisation/map?view=map"), rounds=7, batch=3)
        figures = [
            Figure(
                f"map: heaps of {IN_FRAME:,} records in the frame",
                near * IN_FRAME / max(number, 1) if number < IN_FRAME else near,
                "ms",
                200.0,
                f"{near:.2f} ms for {number:,}",
            ),
            Figure("map: heaps of the whole country", whole, "ms", 300.0),
            Figure("map: the answer for the whole world", answer, "ms"),
        ]
    return finish("maps", figures, options.scale)


if __name__ == "__main__":
    sys.exit(main())
