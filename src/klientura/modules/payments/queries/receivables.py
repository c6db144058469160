"""What clients owe, by how late it is: one statement over the invoices that the reader sees.

As of a day that has passed, an invoice is owed by what was not allocated to it up to that day; what was cancelled or taken off
since then counts as if it had never been. As of today or later, by what stands in the invoice.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Literal

from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.summaries import read_for_long

type By = Literal["party", "company", "owner", "currency"]
type Bucket = Literal["total", "not_due", "d30", "d60", "d90", "over"]

BUCKETS: Final[tuple[Bucket, ...]] = ("total", "not_due", "d30", "d60", "d90", "over")
MOST_LINES: Final = 500
MOST_ROWS: Final = 1_000
NEEDED: Final = ("party", "amount", "paid", "status", "due_on", "issued_on", "currency")
_COLUMNS: Final = {"party": "party_id", "company": "company_id", "owner": "owner_id", "currency": "currency"}
_WHAT: Final = sql.SQL(
    "r.id, r.title, r.party_id, r.company_id, r.owner_id, r.currency, r.issued_on, coalesce(d.due_on, r.due_on) as due_on, r.amount"
)
# Of an invoice with a schedule each stage is due by itself: what was paid covers the stages in the order of their days.
_STAGES: Final = sql.SQL(
    " left join lateral (select s.due_on, s.amount, sum(s.amount) over (order by s.due_on, s.id) as upto from invoice_due s"
    " where s.invoice_id = r.id) d on true"
)
_LEFT: Final = (
    "case when d.due_on is null then r.amount - {0} else least(d.amount, d.upto - {0}) end as left_to_pay"
)
# So many days late: above zero when the due day has passed. An invoice without a due day is never late.
_LATE: Final = sql.SQL("({day}::date - q.due_on)")
_IN_BUCKET: Final[dict[Bucket, sql.SQL]] = {
    "total": sql.SQL("true"),
    "not_due": sql.SQL("q.due_on is null or {late} <= 0"),
    "d30": sql.SQL("{late} between 1 and 30"),
    "d60": sql.SQL("{late} between 31 and 60"),
    "d90": sql.SQL("{late} between 61 and 90"),
    "over": sql.SQL("{late} > 90"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """As of which day, and of which client, company, owner, currency."""

    day: dt.date
    party: int | None = None
    company: int | None = None
    owner: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What one client (company, owner) owes in one currency, by bucket, and the advances they have paid."""

    key: Any
    currency: str
    sums: Mapping[Bucket, Decimal]
    advance: Decimal = Decimal(0)


def sees(actor: Actor) -> bool:
    """Whether the reader may ask what is owed at all."""
    shape = shape_of("invoice")
    return may(actor, shape, "read") and set(NEEDED) <= set(readable(actor, shape))


def _chosen(asked: Asked) -> list[Predicate]:
    """The client, company, owner and currency that are asked for, of whatever has them."""
    values = {key: getattr(asked, key) for key in _COLUMNS}
    return [
        Predicate(sql.SQL("r.{} = %s").format(sql.Identifier(_COLUMNS[key])), (value,))
        for key, value in values.items()
        if value is not None
    ]


def _owed(actor: Actor, asked: Asked) -> tuple[sql.Composable, list[Any]]:
    """The invoices that are owed as of a day, with what is left of each."""
    shape = shape_of("invoice")
    more = _chosen(asked)
    now = asked.day >= timezone.localdate()
    states = ["issued", "part_paid"] if now else ["issued", "part_paid", "paid"]
    more.append(Predicate(sql.SQL("r.status = any(%s)"), (states,)))
    if not now:
        more.append(Predicate(sql.SQL("r.issued_on <= %s"), (asked.day,)))
    where = conditions(actor, shape, more=more)
    if now:
        text = sql.SQL("select {}, {} from invoice r{} where {}").format(
            _WHAT, sql.SQL(_LEFT.format("r.paid")), _STAGES, where.sql
        )
        return text, [*where.params]
    text = sql.SQL(
        "select {}, {} from invoice r{} left join (select invoice_id, sum(amount) as paid"
        " from payment_allocation where undone_at is null and day <= %s group by 1) a on a.invoice_id = r.id where {}"
    ).format(_WHAT, sql.SQL(_LEFT.format("coalesce(a.paid, 0)")), _STAGES, where.sql)
    return text, [asked.day, *where.params]


def _bucket(bucket: Bucket, day: dt.date) -> sql.Composable:
    return _IN_BUCKET[bucket].format(late=_LATE.format(day=sql.Literal(day)))


def aged(actor: Actor, asked: Asked, by: By = "party") -> list[Line]:
    """What is owed by client, company, owner or currency, the largest debts first; with advances, which are as of now."""
    inner, params = _owed(actor, asked)
    sums = sql.SQL(", ").join(
        sql.SQL("coalesce(sum(q.left_to_pay) filter (where {}), 0)").format(_bucket(b, asked.day))
        for b in BUCKETS
    )
    text = sql.SQL(
        "select q.{key}, q.currency, {sums} from ({inner}) q where q.left_to_pay > 0 group by 1, 2 order by 3 desc limit {most}"
    ).format(key=sql.Identifier(_COLUMNS[by]), sums=sums, inner=inner, most=sql.Literal(MOST_LINES))
    advances = _advances(actor, asked, by)
    lines = [
        Line(key, currency, dict(zip(BUCKETS, found, strict=True)), advances.pop((key, currency), Decimal(0)))
        for key, currency, *found in read_for_long(text, params)
    ]
    nothing = dict.fromkeys(BUCKETS, Decimal(0))
    return lines + [
        Line(key, currency, nothing, total) for (key, currency), total in advances.items() if total
    ]


def _advances(actor: Actor, asked: Asked, by: By) -> dict[tuple[Any, str], Decimal]:
    """What is left of payments, less refunds that are not allocated, as far as the reader sees payments."""
    shape = shape_of("payment")
    if not may(actor, shape, "read") or not {"rest", "party", "status"} <= set(readable(actor, shape)):
        return {}
    more = [Predicate(sql.SQL("r.status in ('free', 'part') and r.party_id is not null"))]
    more += _chosen(asked)
    where = conditions(actor, shape, more=more)
    text = sql.SQL(
        "select r.{key}, r.currency, sum(case r.direction when 'out' then -r.rest else r.rest end) from payment r where {where}"
        " group by 1, 2 order by 3 desc limit {most}"
    ).format(key=sql.Identifier(_COLUMNS[by]), where=where.sql, most=sql.Literal(MOST_LINES))
    return {(key, currency): total for key, currency, total in read_for_long(text, where.params)}


def totals(lines: Sequence[Line]) -> list[Line]:
    """All lines together, one for each currency."""
    found: dict[str, Line] = {}
    for line in lines:
        known = found.get(line.currency) or Line(None, line.currency, dict.fromkeys(BUCKETS, Decimal(0)))
        sums = {b: known.sums[b] + line.sums[b] for b in BUCKETS}
        found[line.currency] = Line(None, line.currency, sums, known.advance + line.advance)
    return [found[c] for c in sorted(found)]


def rows_of(actor: Actor, asked: Asked, bucket: Bucket) -> list[dict[str, Any]]:
    """The invoices behind a figure, what is due longest in front."""
    inner, params = _owed(actor, asked)
    text = sql.SQL(
        "select q.id, q.title, q.party_id, q.issued_on, q.due_on, q.amount, q.left_to_pay, q.currency, q.owner_id,"
        " greatest(0, {late}) from ({inner}) q where q.left_to_pay > 0 and ({bucket})"
        " order by q.due_on nulls last, q.id limit {most}"
    ).format(
        late=_LATE.format(day=sql.Literal(asked.day)),
        inner=inner,
        bucket=_bucket(bucket, asked.day),
        most=sql.Literal(MOST_ROWS),
    )
    keys = ("id", "title", "party", "issued_on", "due_on", "amount", "left", "currency", "owner", "late")
    return [dict(zip(keys, row, strict=True)) for row in read_for_long(text, params)]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the turnover of debt: what was billed and paid in it, what was owed at its end."""

    first: dt.date
    billed: Decimal
    paid: Decimal
    owed: Decimal

    @property
    def days(self) -> int:
        """How long the month is."""
        return ((self.first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - self.first).days

    @property
    def dso(self) -> Decimal | None:
        """Days sales outstanding: debt at the end of the month ÷ what was billed in it (with tax) × its days.

        The average collection period of R. Brealey, S. Myers, F. Allen, Principles of Corporate Finance (chapter on
        financial analysis), reckoned month by month. None for a month in which nothing was billed.
        """
        return (self.owed / self.billed * self.days).quantize(Decimal("0.1")) if self.billed > 0 else None


def turnover(actor: Actor, asked: Asked, currency: str, months: int = 12) -> list[Month]:
    """The last months up to a day, the oldest first: two statements, whatever the number of invoices."""
    shape = shape_of("invoice")
    more = [
        Predicate(sql.SQL("r.status in ('issued', 'part_paid', 'paid')")),
        *_chosen(replace(asked, currency=currency)),
    ]
    where = conditions(actor, shape, more=more)
    billed = sql.SQL(
        "select date_trunc('month', r.issued_on)::date, sum(r.amount) from invoice r where {} and r.issued_on <= %s group by 1"
    ).format(where.sql)
    paid = sql.SQL(
        "select date_trunc('month', a.day)::date, sum(a.amount) from payment_allocation a join invoice r on r.id = a.invoice_id"
        " where a.undone_at is null and {} and a.day <= %s group by 1"
    ).format(where.sql)
    came = dict(read_for_long(billed, [*where.params, asked.day]))
    went = dict(read_for_long(paid, [*where.params, asked.day]))
    first = asked.day.replace(day=1)
    wanted: list[dt.date] = []
    for _number in range(months):
        wanted.insert(0, first)
        first = (first - dt.timedelta(days=1)).replace(day=1)
    owed = sum((s for m, s in came.items() if m < wanted[0]), Decimal(0)) - sum(
        (s for m, s in went.items() if m < wanted[0]), Decimal(0)
    )
    made = []
    for month in wanted:
        owed += came.get(month, Decimal(0)) - went.get(month, Decimal(0))
        made.append(Month(month, came.get(month, Decimal(0)), went.get(month, Decimal(0)), owed))
    return made


def overdue_of(actor: Actor, party_id: int) -> list[Line]:
    """What one client owes now, by currency, with their advances."""
    return aged(actor, Asked(timezone.localdate(), party=party_id), "currency") if sees(actor) else []


def paid_rows(actor: Actor, asked: Asked, currency: str, first: dt.date) -> list[dict[str, Any]]:
    """The allocations behind what was paid in a month, up to the day that is asked for; those of the invoices the reader sees."""
    more = [
        Predicate(sql.SQL("r.status in ('issued', 'part_paid', 'paid')")),
        *_chosen(replace(asked, currency=currency)),
    ]
    where = conditions(actor, shape_of("invoice"), more=more)
    text = sql.SQL(
        "select a.payment_id, a.day, a.amount, r.id, r.title, r.party_id from payment_allocation a join invoice r on r.id = a.invoice_id"
        " where a.undone_at is null and {} and a.day between %s and %s order by a.day, a.id limit {}"
    ).format(where.sql, sql.Literal(MOST_ROWS))
    keys = ("payment", "day", "amount", "invoice", "title", "party")
    found = read_for_long(text, [*where.params, first, asked.day])
    return [dict(zip(keys, row, strict=True)) for row in found]
