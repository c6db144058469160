"""What was sold month by month, of all sales (ADR 28), by the sums that the database keeps.

Nobody's scope narrows these figures: whoever shows one answers for it that all its sales are open to the reader.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

from psycopg import sql

from klientura.kernel.store.summaries import read_for_long

type SoldBy = Literal["company", "owner", "team", "group"]


@dataclass(frozen=True, slots=True)
class SoldInMonth:
    """What one person, team or group (with those below it), or the company (no key) sold in a month (counted from the year 0), in one
    currency; hundredths."""

    key: int | None
    month: int
    currency: str
    amount: int


_ABOVE: Final = (
    "(with recursive up as (select id, id as above from {table} union select u.id, t.parent_id from up u join {table} t on t.id = u.above"
    " where t.parent_id is not null) select id, above from up)"
)
_FROM: Final[dict[SoldBy, tuple[sql.Composable, sql.Composable]]] = {
    "company": (sql.SQL("null::bigint"), sql.SQL("sale_to_client s")),
    "owner": (sql.SQL("s.owner_id"), sql.SQL("sale_to_client s")),
    "team": (
        sql.SQL("b.above"),
        sql.SQL("sale_to_client s join {} b on b.id = s.team_id").format(sql.SQL(_ABOVE.replace("{table}", "access_team"))),
    ),
    "group": (
        sql.SQL("b.above"),
        sql.SQL("sale_of_product s join product p on p.id = s.product_id join {} b on b.id = p.category_id").format(
            sql.SQL(_ABOVE.replace("{table}", "product_category"))
        ),
    ),
}  # fmt: skip


def sold_by_month(by: SoldBy, last: int, keys: Collection[int] | None = None) -> list[SoldInMonth]:
    """All that was sold until a month, of some keys or of all."""
    key, source = _FROM[by]
    only = sql.SQL("") if keys is None else sql.SQL(" and {} = any(%s)").format(key)
    text = sql.SQL(
        "select {key}, s.month, s.currency, sum(s.amount)::bigint from {source} where s.month <= %s{only} group by 1, 2, 3 order by 1, 2, 3"
    ).format(key=key, source=source, only=only)
    params: tuple[Any, ...] = (last,) if keys is None else (last, sorted(keys))
    return [SoldInMonth(*row) for row in read_for_long(text, params)]


def anything_sold(last: int) -> bool:
    """Whether anything was sold until a month at all."""
    return bool(read_for_long(sql.SQL("select 1 from sale_to_client where month <= %s limit 1"), (last,)))
