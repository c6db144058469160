"""The third step of a search: the pairs are compared, batch by batch, and those that may be one client are kept."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson
from django.db import OperationalError, connection, transaction
from psycopg import sql

from klientura.kernel.dedup.faces import count, loaded
from klientura.kernel.dedup.models import Scan
from klientura.kernel.dedup.pairing import common_keys
from klientura.kernel.dedup.reading import SYSTEM
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kit.matching.face import Face
from klientura.kit.matching.verdicts import Match, compare
from klientura.kit.matching.weights import Rarity, learn

BATCH = 10_000
SAMPLE, PAIRS = 40_000, 20_000

type Compared = tuple[int, int, Match]


def compare_all(handle: JobHandle, scan: Scan, state: dict[str, Any]) -> bool:
    """Compare the pairs that are left; False when somebody asked to stop."""
    if not state["left"]:
        return True
    rarity = _learn(scan, state["candidates"])
    total = state["candidates"]
    while True:
        handle.progress(total * 2 - state["left"], total * 2)
        if handle.cancelled():
            return False
        pairs = _next_pairs(scan, state["last"])
        if not pairs:
            return True
        found = _compare(scan, pairs, rarity)
        with transaction.atomic():
            _keep(scan, found)
            state.update(
                last=list(pairs[-1]),
                left=max(0, state["left"] - len(pairs)),
                kept=state.get("kept", 0) + len(found),
            )
            handle.checkpoint(state)


def _learn(scan: Scan, total: int) -> Rarity:
    size = count(scan)
    with connection.cursor() as cursor:
        cursor.execute(
            "select face from kernel_duplicate_face where scan_id = %s and mod(abs(hashint8(record_id)), %s) = 0",
            [scan.pk, max(1, size // SAMPLE)],
        )
        faces = [loaded(text) for (text,) in cursor.fetchall()]
    rarity = learn(faces, size, common_keys(scan))
    pairs = _some_pairs(scan, total)
    known = _faces(scan, {i for pair in pairs for i in pair})
    scores = [compare(known[a], known[b], rarity).score for a, b in pairs if a in known and b in known]
    rarity.expect(scores, total)
    return rarity


def _some_pairs(scan: Scan, total: int) -> list[tuple[int, int]]:
    """Pairs from all over the base; the same ones whenever the search goes on after a break."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a, b from kernel_duplicate_candidate where scan_id = %s and mod(abs(hashint8(a # b)), %s) = 0",
            [scan.pk, max(1, total // PAIRS)],
        )
        return [(a, b) for a, b in cursor.fetchall()]


def _next_pairs(scan: Scan, last: Sequence[int]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select a, b from kernel_duplicate_candidate where scan_id = %s and (a, b) > (%s, %s) order by a, b limit %s",
            [scan.pk, *last, BATCH],
        )
        return [(a, b) for a, b in cursor.fetchall()]


def _faces(scan: Scan, ids: set[int]) -> dict[int, Face]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select record_id, face from kernel_duplicate_face where scan_id = %s and record_id = any(%s)",
            [scan.pk, sorted(ids)],
        )
        return {record_id: loaded(text) for record_id, text in cursor.fetchall()}


def _compare(scan: Scan, pairs: Sequence[tuple[int, int]], rarity: Rarity) -> list[Compared]:
    return list(_matches(pairs, _faces(scan, {i for pair in pairs for i in pair}), rarity))


def _matches(pairs: Sequence[tuple[int, int]], faces: dict[int, Face], rarity: Rarity) -> Iterator[Compared]:
    for a, b in pairs:
        if a not in faces or b not in faces:
            continue
        match = compare(faces[a], faces[b], rarity)
        if match.verdict != "no":
            yield a, b, match


def _keep(scan: Scan, found: Sequence[Compared]) -> None:
    """Write the pairs; what people have decided stays decided."""
    if not found:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into kernel_duplicate_pair (object, a, b, score, verdict, reasons, state, round, found_at)"
            " select %s, a, b, score, verdict, reasons, 'new', %s, now()"
            " from unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::text[], %s::jsonb[])"
            " t(a, b, score, verdict, reasons)"
            " on conflict (object, a, b) do update set score = excluded.score, verdict = excluded.verdict,"
            " reasons = excluded.reasons, round = excluded.round",
            [
                scan.object, scan.round, [a for a, _b, _m in found], [b for _a, b, _m in found],
                [m.score for *_, m in found], [m.verdict for *_, m in found],
                [orjson.dumps([tuple(r) for r in m.reasons]).decode() for *_, m in found],
            ],
        )  # fmt: skip


def forget_unconfirmed(shape: Shape, scan: Scan) -> None:
    """Drop undecided pairs that this run looked at and did not find again, and those of records that are gone."""
    where = conditions(SYSTEM, shape)
    gone = sql.SQL(
        "delete from kernel_duplicate_pair p where p.object = %s and p.state = 'new' and ("
        "(p.round < %s and exists (select 1 from kernel_duplicate_face f where f.scan_id = %s and f.round = %s"
        " and f.record_id in (p.a, p.b)))"
        " or (select count(*) from {} r where r.id in (p.a, p.b) and {}) < 2)"
    ).format(sql.Identifier(shape.table), where.sql)
    with connection.cursor() as cursor:
        cursor.execute(gone, [scan.object, scan.round, scan.pk, scan.round, *where.params])
        cursor.execute("delete from kernel_duplicate_candidate where scan_id = %s", [scan.pk])


def tidy() -> None:
    """Give back the room of what was written for this run only; not while another object is being searched."""
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("lock table kernel_duplicate_candidate in access exclusive mode nowait")
        cursor.execute("select exists (select 1 from kernel_duplicate_candidate)")
        if not cursor.fetchone()[0]:
            cursor.execute("truncate kernel_duplicate_candidate")
    with connection.cursor() as cursor:
        cursor.execute("analyze kernel_duplicate_pair")
