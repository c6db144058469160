"""The second step of a search: which records share a key, found by the database in one pass over the faces."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from klientura.kernel.dedup.models import Candidate, Scan
from klientura.kit.matching.keys import LARGEST_STRONG, LARGEST_WEAK

MEMORY = "128MB"
# Of the keys of this run's records, those that a few records share; a common one brings together what finer ones do too.
_KEYS = """
create temporary table duplicate_block on commit drop as
select f.record_id, f.round = %(round)s as fresh, k.key
from kernel_duplicate_face f, unnest(f.keys) k(key)
where f.scan_id = %(scan)s and (%(whole)s or k.key in (
  select unnest(c.keys) from kernel_duplicate_face c where c.scan_id = %(scan)s and c.round = %(round)s))
"""
_FEW = """
create temporary table duplicate_key on commit drop as
select key from duplicate_block group by key
having count(*) between 2 and case key & 1 when 0 then %(strong)s else %(weak)s end and bool_or(fresh)
"""
_PAIRS = """
insert into kernel_duplicate_candidate (scan_id, a, b)
select distinct %(scan)s, x.record_id, y.record_id
from duplicate_key join duplicate_block x using (key) join duplicate_block y using (key)
where x.record_id < y.record_id and (x.fresh or y.fresh)
order by 2, 3
"""


def pair(scan: Scan) -> int:
    """Write down the pairs to compare, in the caller's transaction; return how many there are."""
    whole = not _has_older_faces(scan)
    values = {
        "scan": scan.pk,
        "round": scan.round,
        "whole": whole,
        "strong": LARGEST_STRONG,
        "weak": LARGEST_WEAK,
    }
    Candidate.objects.filter(scan_id=scan.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute("set local work_mem = %s" % f"'{MEMORY}'")  # noqa: UP031 - a constant; SET takes no parameter
        cursor.execute("drop table if exists pg_temp.duplicate_block, pg_temp.duplicate_key")
        cursor.execute(_KEYS, values)
        cursor.execute(_FEW, values)
        cursor.execute("analyze duplicate_block, duplicate_key")
        cursor.execute(_PAIRS, values)
        return int(cursor.rowcount)


def common_keys(scan: Scan, most: int = 200_000) -> dict[int, int]:
    """How many records share a key, for the keys of three and more: switchboards, surnames, addresses of offices."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select k.key, count(*) from kernel_duplicate_face f, unnest(f.keys) k(key) where f.scan_id = %s"
            " group by 1 having count(*) > 2 order by 2 desc limit %s",
            [scan.pk, most],
        )
        return dict(cursor.fetchall())


def was_lost(scan: Scan, state: Mapping[str, Any]) -> bool:
    """Whether the server has crashed since the pairs were written down, and they with it."""
    return bool(state["left"]) and not Candidate.objects.filter(scan_id=scan.pk).exists()


def _has_older_faces(scan: Scan) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from kernel_duplicate_face where scan_id = %s and round <> %s)",
            [scan.pk, scan.round],
        )
        return bool(cursor.fetchone()[0])
