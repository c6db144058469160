"""What a million invoices owe: by client and age, as of today and of a day that has passed, the rows of a figure, a year by month.

python -m bench.receivables [--scale 0.01] [--data DIR] [--invoices 1000000]

A fifth of the invoices is not paid. They stay in the base.
"""

import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from bench import base
from bench.figures import Figure, finish

CLIENTS = 20_000


def main() -> int:
    parser = base.arguments(__doc__)
    parser.set_defaults(scale=0.01)
    parser.add_argument("--invoices", type=int, default=1_000_000)
    options = parser.parse_args()
    with base.database(options):
        _make(options.invoices)
        from django.utils import timezone

        from klientura.modules.payments.queries import receivables
        from klientura.modules.payments.queries.receivables import Asked

        actor, today = base.actor(), timezone.localdate()
        past = Asked(today - dt.timedelta(days=60))
        figures = [
            Figure(
                "receivables by client, today",
                _median(lambda: receivables.aged(actor, Asked(today))),
                "ms",
                1000,
            ),
            Figure(
                "receivables by owner, today",
                _median(lambda: receivables.aged(actor, Asked(today), "owner")),
                "ms",
                1000,
            ),
            Figure(
                "receivables by client, two months ago", _median(lambda: receivables.aged(actor, past)), "ms"
            ),
            Figure(
                "rows of a figure",
                _median(lambda: receivables.rows_of(actor, Asked(today), "over")),
                "ms",
                1000,
            ),
            Figure(
                "a year of turnover by month",
                _median(lambda: receivables.turnover(actor, Asked(today), "RUB")),
                "ms",
            ),
        ]
    return finish("receivables", figures, options.scale)


def _median(act: Callable[[], Any]) -> float:
    act()
    spent = []
    for _round in range(5):
        began = time.perf_counter()
        act()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def _make(number: int) -> None:
    from django.db import connection

    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import write

    actor = base.actor()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from invoice where number like 'R-%'")
        there = cursor.fetchone()[0]
        if there < number:
            company = write.create(actor, shape_of("own_company"), {"name": "Замер долгов"})
            clients = write.create_many(
                actor, shape_of("organisation"), [{"name": f"Должник {n}"} for n in range(CLIENTS)]
            )
            cursor.execute(
                "insert into invoice (uid, title, created_at, updated_at, version, search_text, number, company_id, party_id, owner_id, status,"
                "  issued_on, due_on, currency, tax_mode, amount, tax_total, paid)"
                " select gen_random_uuid(), '', now(), now(), 1, '', 'R-' || n, %s, (%s::bigint[])[1 + n %% %s], %s,"
                "  case when n %% 5 = 0 then 'issued' else 'paid' end, current_date - n %% 700, current_date - n %% 700 + 30, 'RUB', 'included',"
                "  1000 + n %% 9000, 0, case when n %% 5 = 0 then 0 else 1000 + n %% 9000 end from generate_series(%s, %s - 1) n",
                [company, clients, CLIENTS, actor.user_id, there, number],
            )
        cursor.execute("analyze invoice")


if __name__ == "__main__":
    sys.exit(main())
