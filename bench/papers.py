"""An offer of two hundred lines priced by five price lists and twenty discounts; an invoice of two pages as a PDF.

python -m bench.papers [--scale 1] [--data DIR]

Makes products, price lists, discounts and an invoice; they stay in the base.
"""

import os
import sys
from typing import Any

from bench import base, cpu
from bench.figures import Figure, finish

LINES, LISTS, RULES, PAGES_OF = 200, 5, 20, 45


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.site(options) as site:
        made = _make()
        priced = cpu.median_cpu(_here, lambda: _price(made), rounds=9, batch=4)
        limited = cpu.median_cpu(_here, lambda: _price_limited(made), rounds=9, batch=4)
        number = _invoice(made)
        printed = cpu.median_cpu(site.pids, lambda: site.get(f"/invoice/{number}/pdf"), rounds=9, batch=4)
        figures = [
            Figure(f"price {LINES} lines by {LISTS} lists and {RULES} discounts", priced, "ms", 50),
            Figure("the same, held against the limits of a seller, with the margin", limited, "ms", 50),
            Figure(f"PDF of an invoice of {PAGES_OF} lines, two pages", printed, "ms", 100),
        ]
    return finish("papers", figures, options.scale)


def _here() -> list[int]:
    """This process and its backend: pricing runs in it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return [os.getpid(), cursor.fetchone()[0]]


def _make() -> dict[str, Any]:
    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import write
    from klientura.modules.catalog.services.first_things import ensure_catalogue

    actor = base.actor()
    ensure_catalogue(actor)
    below = None
    for number in range(LISTS):
        values = {"name": f"Замер {number}", "base": below, "markup": str(number)}
        below = write.create(actor, shape_of("price_list"), values)
    products = write.create_many(
        actor,
        shape_of("product"),
        [
            {
                "name": f"Деталь {n}",
                "price": "100.10",
                "prices": [{"price_list": below, "price": "90"}] if n % 2 else [],
            }
            for n in range(LINES)
        ],
    )
    rules = [
        {"name": f"Скидка {n}", "percent": str(n % 9 + 1), "min_quantity": str(n), "combines": n % 3 == 0, "price_list": below}
        for n in range(RULES)
    ]  # fmt: skip
    write.create_many(actor, shape_of("discount_rule"), rules)
    categories = write.create_many(
        actor, shape_of("product_category"), [{"name": f"Замер {n}"} for n in range(RULES)]
    )
    limits = [
        {"name": f"Замер {n}", "role": "employee", "category": pk, "on_line": "5", "on_whole": "3", "least_margin": "15"}
        for n, pk in enumerate([None, *categories])
    ]  # fmt: skip
    write.create_many(actor, shape_of("discount_limit"), limits)
    for number, pk in enumerate(products):
        write.update(actor, shape_of("product"), pk, {"category": categories[number % RULES], "cost": "70"})
    client = write.create(actor, shape_of("organisation"), {"name": "Замер"})
    company = write.create(actor, shape_of("own_company"), {"name": "Замер"})
    return {"products": products, "price_list": below, "client": client, "company": company}


def _price(made: dict[str, Any]) -> Any:
    """What a form asks for while somebody types: everything but the writing."""
    from klientura.kernel.objects.batch import Batch, Draft
    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import drafts, write

    shape, actor, draft = shape_of("opportunity"), base.actor(), Draft(values={})
    lines = [{"product": pk, "quantity": str(n + 1)} for n, pk in enumerate(made["products"])]
    drafts.parse(actor, shape, {"price_list": made["price_list"], "lines": lines}, draft, creating=False)
    write.complete_lines(actor, Batch(shape, [draft], creating=True))
    if draft.errors or len(draft.parts["lines"]) != LINES:
        raise RuntimeError(draft.errors)
    return draft


def _price_limited(made: dict[str, Any]) -> None:
    """The same for a seller: their limits, by line and on the whole, what is to be approved, and margins that are too thin."""
    from dataclasses import replace

    from klientura.kernel.objects.registry import shape_of

    draft = _price(made)
    for line in draft.parts["lines"][::10]:
        line |= {"given_discount": 9, "discount": 9}
    seller = replace(base.actor(), role="employee")
    advise = shape_of("opportunity").parts["lines"].advise
    if advise is None or not advise(draft, seller):
        raise RuntimeError("nothing was beyond the limits")


def _invoice(made: dict[str, Any]) -> int:
    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import write

    lines = [{"product": pk, "quantity": "2"} for pk in made["products"][:PAGES_OF]]
    values = {"company": made["company"], "party": made["client"], "lines": lines}
    return write.create(base.actor(), shape_of("invoice"), values)


if __name__ == "__main__":
    sys.exit(main())
