"""The page of 50 that a reader's rights narrow: own team, a tree of teams, and what is shared, among a million records.

python -m bench.scope [--scale 1] [--data DIR]

The records are made in a table of their own, within a transaction that is taken back: the base stays as it is.
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bench import base
from bench.figures import Figure, finish

RECORDS, TEAMS, PEOPLE = 1_000_000, 1_000, 5_000
TABLE = "bench_scope"
READERS = 60
SLOWEST = 10.0
# (share of the records, how they are shared) as numbers of `access.shares`
SHARED_WITH_USERS, SHARED_WITH_TEAMS = 0.05, 0.02


def main() -> int:
    options = base.arguments(__doc__).parse_args()
    with base.database(options), _records(int(RECORDS * options.scale)):
        return finish("scope", list(_measured()), options.scale)


def above(team: int) -> list[int]:
    """The teams above one: departments of ten groups, divisions of ten departments."""
    found = []
    while team >= 10:
        team = team // 10
        found.append(team)
    return found


def below(team: int) -> tuple[int, ...]:
    """A team and all under it. Teams are numbered so that 123 stands under 12; above them all is 0."""
    if team == 0:
        return tuple(range(TEAMS + 1))
    found, level = [team], [team]
    while level and level[0] * 10 < TEAMS:
        level = [t * 10 + n for t in level for n in range(10) if t * 10 + n < TEAMS]
        found += level
    return tuple(found)


@contextmanager
def _records(number: int) -> Iterator[None]:
    """A table like that of parties with so many people in it, of 1,000 teams and 5,000 users, for as long as the block."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        began = time.monotonic()
        cursor.execute("create table bench_scope (like party including defaults)")
        cursor.execute("select setseed(0.5)")
        cursor.execute(
            "insert into bench_scope (id, uid, title, kind, owner_id, team_id, created_at, updated_at, version, search_text,"
            " last_name, phone, email, city, is_active, shared_with)"
            " select n, gen_random_uuid(), 'Человек ' || n, 'person', u.owner, 1 + u.owner %% %s,"
            " now() - n * interval '1 minute', now(), 1, '', 'Фамилия' || n, '+7' || (9000000000 + n), n || '@example.org',"
            " 'Уфа', true, case when u.luck < %s then array[(4 * (1 + floor(random() * %s)::int))]"
            "  when u.luck < %s then array[(4 * (1 + floor(random() * %s)::int) + 3)] end"
            " from generate_series(1, %s) n cross join lateral (select 1 + floor(random() * %s + n * 0)::int as owner,"
            " random() + n * 0 as luck) u",
            [TEAMS, SHARED_WITH_USERS, PEOPLE, SHARED_WITH_USERS + SHARED_WITH_TEAMS, TEAMS, number, PEOPLE],
        )
        for text in _indexes():
            cursor.execute(text)
        cursor.execute("analyze bench_scope")
        print(f"{number:,} records of {TEAMS:,} teams: {time.monotonic() - began:.0f} s", flush=True)
        yield
        transaction.set_rollback(True)


def _indexes() -> list[str]:
    """The indexes of the table of parties that the pages use: of scopes, of sharing, of the order."""
    from klientura.kernel.objects.registry import all_shapes
    from klientura.kernel.store.indexes import wanted

    used = ("(owner_id, created_at, id)", "(team_id, created_at, id)", "(shared_with)", "(created_at, id)")
    plans = [
        t for t in wanted(all_shapes()).values() if 'on "party"' in t and any(u in _plain(t) for u in used)
    ]
    # A name of its own, or the index of the real table would count as this one.
    return [
        t.replace('on "party"', f"on {TABLE}").replace("if not exists kx_", "if not exists ks_")
        for t in plans
    ]


def _plain(text: str) -> str:
    return text.replace('"', "")


def _measured() -> Iterator[Figure]:
    from klientura.kernel.access.actor import Actor, Rights
    from klientura.kernel.objects.registry import shape_of

    shape = replace(shape_of("person"), table=TABLE)
    chance = random.Random(7)
    kinds: Sequence[tuple[str, str, tuple[int, int]]] = (
        ("own records", "own", (100, TEAMS)),
        ("own team", "team", (100, TEAMS)),
        ("own team and 10 below", "tree", (10, 100)),
        ("own team and 110 below", "tree", (1, 10)),
        ("all 1,000 teams", "tree", (0, 1)),
    )
    for label, width, (low, high) in kinds:
        rights = Rights(scopes={("person", "read"): width})
        spent = []
        for _reader in range(READERS):
            team = chance.randrange(low, high)
            actor = Actor(
                user_id=chance.randint(1, PEOPLE), role="employee", team_id=team, tree_ids=below(team),
                above_ids=tuple(above(team)), rights=rights,
            )  # fmt: skip
            spent.append(_page(actor, shape))
        yield Figure(
            f"page of 50, {label}, and shared", statistics.median(spent), "ms", SLOWEST,
            f"slowest of {READERS}: {max(spent):.1f} ms",
        )  # fmt: skip
    everything = Actor(user_id=1, role="observer", rights=Rights(scopes={("person", "read"): "all"}))
    yield Figure(
        "page of 50, everything", statistics.median(_page(everything, shape) for _n in range(20)), "ms"
    )


def _page(actor: Any, shape: Any) -> float:
    """Milliseconds that the database plans and executes the page of a list, the second time it is asked."""
    from django.db import connection

    from klientura.kernel.store import read

    seen: list[tuple[Any, Any]] = []

    def note(execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        seen.append((query, params))
        return execute(query, params, many, context)

    with connection.execute_wrapper(note):
        read.page(actor, shape, keys=["title", "position", "phone", "email", "city", "owner"], limit=50)
    spent = 0.0
    with connection.cursor() as cursor:
        for query, params in seen:
            text = cursor.cursor.mogrify(query, params)
            cursor.execute(f"explain (analyze, timing off, format json) {text}")
            found = cursor.fetchone()[0]
            plan = (json.loads(found) if isinstance(found, str) else found)[0]
            spent += plan["Planning Time"] + plan["Execution Time"]
    return spent


if __name__ == "__main__":
    sys.exit(main())
