"""What the head of sales opens on Monday: dashboard, plans, forecast and the sheet, over all deals of the base.

python -m bench.planning [--scale 1] [--data DIR]
"""

import sys
from functools import partial

from bench import base, cpu
from bench.figures import Figure, finish

PAGES = {
    "dashboard of the company": "/dashboard?whose=company",
    "my own dashboard": "/dashboard?whose=mine",
    "plans and facts": "/plans",
    "forecast by people": "/forecast?by=owner",
    "sheet of plans": "/plans/sheet",
}


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        figures = [
            Figure(
                f"planning: {name}",
                cpu.median_cpu(site.pids, partial(site.get, url), rounds=5, batch=1),
                "ms",
            )
            for name, url in PAGES.items()
        ]
    return finish("planning", figures, options.scale)


if __name__ == "__main__":
    sys.exit(main())
