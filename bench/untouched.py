"""Clients without contact for 30 days, mine: from the fact that is kept on each client, beside ten million interactions.

python -m bench.untouched [--scale 1] [--data DIR]

The records are made in tables of their own, within a transaction that is taken back: the base stays as it is. The same
question asked of the interactions themselves is measured once, to show what the kept fact saves.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bench import base
from bench.figures import Figure, finish

CLIENTS, PER_CLIENT, PEOPLE = 2_000_000, 5, 500
READERS = 40
LIMIT = 300.0
TABLE = "bench_untouched"


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.database(options), _records(max(2_000, int(CLIENTS * options.scale))):
        return finish("untouched", list(_measured()), options.scale)


@contextmanager
def _records(number: int) -> Iterator[None]:
    """So many clients of 500 people with five interactions each, for as long as the block."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        began = time.monotonic()
        cursor.execute(f"create table {TABLE} (like party including defaults)")
        cursor.execute("create table bench_contact (party_id bigint, kind text, at timestamptz)")
        cursor.execute("select setseed(0.5)")
        cursor.execute(
            "insert into bench_contact select 1 + n %% %s, 'call', now() - random() * interval '400 days' + n * interval '0'"
            " from generate_series(1, %s) n",
            [number, number * PER_CLIENT],
        )
        cursor.execute("create index bench_contact_party on bench_contact (party_id, at)")
        cursor.execute(
            f"insert into {TABLE} (id, uid, title, kind, owner_id, created_at, updated_at, version, search_text, name, is_active,"
            " last_contact_at) select n, gen_random_uuid(), 'Клиент ' || n, 'organisation', 1 + n %% %s, now(), now(), 1, '',"
            " 'Клиент ' || n, true, (select max(at) from bench_contact where party_id = n) from generate_series(1, %s) n",
            [PEOPLE, number],
        )
        for text in _indexes():
            cursor.execute(text)
        cursor.execute(f"analyze {TABLE}")
        cursor.execute("analyze bench_contact")
        print(
            f"{number:,} clients, {number * PER_CLIENT:,} interactions: {time.monotonic() - began:.0f} s",
            flush=True,
        )
        yield
        transaction.set_rollback(True)


def _indexes() -> list[str]:
    """The indexes of organisations that the question may use."""
    from klientura.kernel.objects.registry import all_shapes
    from klientura.kernel.store.indexes import wanted

    plans = [
        t
        for t in wanted(all_shapes()).values()
        if 'on "party"' in t and ("owner_id" in t or "last_contact_at" in t) and "person" not in t
    ]
    return [
        t.replace('on "party"', f"on {TABLE}").replace("if not exists kx_", "if not exists ku_")
        for t in plans
    ]


def _measured() -> Iterator[Figure]:
    from django.utils import timezone

    from klientura.kernel.access.actor import Actor, Rights
    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import read
    from klientura.modules.activities.queries.analysis import COUNT, grouped, untouched_tree
    from klientura.modules.activities.queries.reports import Asked

    shape: Any = replace(shape_of("organisation"), table=TABLE)
    now = timezone.now()
    tree = untouched_tree(30, Asked(now, now, 30, now))
    mine = {"and": [{"field": "owner", "op": "me"}, tree]}
    chance = random.Random(7)
    pages, counts = [], []
    for _reader in range(READERS):
        actor = Actor(
            user_id=chance.randint(1, PEOPLE),
            role="employee",
            rights=Rights(scopes={("organisation", "read"): "own"}),
        )
        pages.append(
            _took(
                lambda a=actor: read.page(
                    a, shape, tree=mine, sort="last_contact_at", keys=["title", "last_contact_at"], limit=50
                )
            )
        )
        counts.append(_took(lambda a=actor: read.count(a, shape, tree=mine)))
    yield Figure(
        "first 50 of mine without contact, the oldest first",
        statistics.median(pages),
        "ms",
        LIMIT,
        f"slowest: {max(pages):.1f} ms",
    )
    yield Figure("how many of mine", statistics.median(counts), "ms", LIMIT, f"slowest: {max(counts):.1f} ms")
    boss = Actor(user_id=1, role="observer", rights=Rights(scopes={("organisation", "read"): "all"}))
    yield Figure(
        "everybody's, by person", _took(lambda: grouped(boss, shape, tree, ("owner_id",), (COUNT,))), "ms"
    )
    yield Figure("the same for one person from the interactions", _took(_from_interactions), "ms")


def _from_interactions() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from {TABLE} p where p.owner_id = 7 and not exists (select from bench_contact c"
            " where c.party_id = p.id and c.at > now() - interval '30 days')"
        )
        cursor.fetchone()


def _took(ask: Any) -> float:
    """Milliseconds of a question as its asker feels them, the second time it is asked."""
    ask()
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
