"""Ends of sharing: the number that stands for somebody until some moment, and clearing away what has ended."""

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.settings.days import end_of
from klientura.kernel.sharing.rows import Given, keep_columns

CHUNK = 5_000


def number_terms(given: Sequence[Given]) -> tuple[list[int | None], bool]:
    """For each share the number of its term, None when it has no end; and whether any of them is new.

    Of a new term all processes must be told: by `rights_changed`, at the end of the transaction, since it makes others wait.
    """
    ending = [(g.user_id, g.team_id, end_of(g.until)) for g in given if g.until is not None]
    if not ending:
        return [None] * len(given), False
    users, teams, moments = (list(each) for each in zip(*ending, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_share_term (user_id, team_id, ends_at)"
            " select * from unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) on conflict do nothing",
            [users, teams, moments],
        )
        is_new = cursor.rowcount > 0
        cursor.execute(
            "select t.id, t.user_id, t.team_id, t.ends_at from access_share_term t"
            " join unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) w(user_id, team_id, ends_at)"
            " on t.ends_at = w.ends_at and t.user_id is not distinct from w.user_id"
            " and t.team_id is not distinct from w.team_id",
            [users, teams, moments],
        )
        known = {tuple(row[1:]): row[0] for row in cursor.fetchall()}
    return [known[g.user_id, g.team_id, end_of(g.until)] if g.until else None for g in given], is_new


def forget_ended() -> int:
    """Close the shares whose term is over, and take their numbers out of the records; return how many records.

    They let nobody in any more since their very end: this only keeps the rows short.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_share s set ended_at = t.ends_at from access_share_term t"
            " where t.id = s.term_id and s.ended_at is null and t.ends_at <= %s returning s.object, s.record_id",
            [timezone.now()],
        )
        ended = cursor.fetchall()
    by_base: dict[str, set[int]] = {}
    for base, record_id in ended:
        by_base.setdefault(base, set()).add(record_id)
    tables = {shape.base: shape for shape in all_shapes().values()}
    for base, numbers in by_base.items():
        ids = sorted(numbers)
        for begin in range(0, len(ids), CHUNK):
            if base in tables:
                keep_columns(tables[base], ids[begin : begin + CHUNK])
    return sum(map(len, by_base.values()))
