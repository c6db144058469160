"""Numbers of papers: per company, kind and year, without gaps and without doubles, whoever issues at the same moment."""

from django.db import connection

_NEXT = """
insert into paper_counter as c (company_id, kind, year, last) values (%s, %s, %s, 1)
on conflict (company_id, kind, year) do update set last = c.last + 1 returning c.last
"""


def next_number(company_id: int, kind: str, year: int) -> int:
    """The next number, inside the caller's transaction: others wait for its end, and a rollback gives the number back."""
    if not connection.in_atomic_block:
        raise RuntimeError("a number is given within the transaction of its paper")
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [company_id, kind, year])
        return int(cursor.fetchone()[0])
