"""How far records are filled in: the share of each field, in one pass over those open to the reader."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of, readable, require
from klientura.kernel.access.models import Team, User
from klientura.kernel.errors import BadRequest, Denied
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.quality.models import CountedFields
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.expressions import column
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.sizes import about_rows

USUAL = 12
MAX_FIELDS = 30
LARGE = 300_000
"""From so many rows on, whoever sees a whole table is told by a sample; others by no more records than these."""
SAMPLE = 100_000
GROUPS = 50
NEVER = frozenset({"boolean", "recurrence"})

type By = Literal["owner", "team"]


@dataclass(frozen=True, slots=True)
class Share:
    """Records of one group: how many were looked at, and by field how many of them have a value."""

    group: int | None
    name: str
    records: int
    filled: Mapping[str, int]

    def part(self, key: str) -> float:
        """The share of records that have a value, from 0 to 1."""
        return self.filled[key] / self.records if self.records else 0.0

    @property
    def overall(self) -> float:
        """The mean of the shares of all fields."""
        return sum(map(self.part, self.filled)) / len(self.filled) if self.filled else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares, and whether they are of a `sample` of the records, or `capped`: of the first ones only."""

    fields: tuple[FieldShape, ...]
    shares: tuple[Share, ...]
    sampled: bool = False
    capped: bool = False


ABOUT = frozenset({"subject_object", "subject_id"})
"""What a record is about: kept by where it was written, and in no form."""


def countable(actor: Actor, shape: Shape) -> list[FieldShape]:
    """The fields that may count: those that the actor sees and people fill in, in the order of the card; none of a kind of
    record of which completeness says nothing."""
    if not shape.spec.completeness:
        return []
    fields = readable(actor, shape)
    order = shape.placed
    keys = [*order, *(k for k in fields if k not in order)]
    return [
        f
        for k in dict.fromkeys(keys)
        if (f := fields.get(k)) is not None and f.nullable and f.filterable and _people_fill(f)
    ]


def _people_fill(field: FieldShape) -> bool:
    by_hand = (field.writable or bool(field.by_verb)) and not field.formula
    return (
        by_hand
        and not field.required
        and field.type.key not in NEVER
        and field.key not in ABOUT
        and field.counted
    )


def counted_fields(actor: Actor, shape: Shape) -> list[FieldShape]:
    """The fields that count: those that an administrator chose, else the usual ones; those closed to the actor do not."""
    open_ones = {f.key: f for f in countable(actor, shape)}
    chosen = CountedFields.objects.filter(object=shape.key).values_list("fields", flat=True).first()
    if chosen:
        return [open_ones[k] for k in chosen if k in open_ones]
    near = [k for k in (*shape.spec.columns, *shape.spec.quick) if k in open_ones]
    return [open_ones[k] for k in dict.fromkeys([*near, *open_ones])][:USUAL]


def choose_fields(actor: Actor, shape: Shape, keys: Sequence[str]) -> None:
    """Have these fields count from now on; none: the usual ones. Raises Denied or BadRequest."""
    if not actor.is_admin:
        raise Denied
    known = {f.key for f in countable(actor, shape)}
    if len(keys) > MAX_FIELDS or set(keys) - known:
        raise BadRequest(_("Choose at most 30 fields that people fill in."), code="quality")
    if keys:
        CountedFields.objects.update_or_create(
            object=shape.key, defaults={"fields": list(dict.fromkeys(keys))}
        )
    else:
        CountedFields.objects.filter(object=shape.key).delete()


def measure(
    actor: Actor,
    shape: Shape,
    fields: Sequence[FieldShape],
    *,
    tree: Tree | None = None,
    by: By | None = None,
) -> Measured:
    """The shares of some fields among the records open to the actor that a filter finds, overall or by group.

    One statement. Raises BadRequest when the actor does not see what to group by.
    """
    require(actor, shape, "read")
    grouping = readable(actor, shape).get(by) if by else None
    if by and grouping is None:
        raise BadRequest(_("One cannot group by «%(field)s».") % {"field": by}, code="group")
    where = conditions(actor, shape, tree=tree)
    sampled = tree is None and by is None and _sees_all(actor, shape) and about_rows(shape.table) > LARGE
    held = [column(f) for f in fields]
    group = column(grouping) if grouping else sql.SQL("null::bigint")
    names = [sql.Identifier(f"c{n}") for n in range(len(held))]
    inner = sql.SQL("select {group} as g{held} from {table} r {sample} where {where} limit {most}").format(
        group=group,
        held=sql.SQL("").join(
            sql.SQL(", ({} is not null) as {}").format(h, n) for h, n in zip(held, names, strict=True)
        ),
        table=sql.Identifier(shape.table),
        sample=_sample(shape.table) if sampled else sql.SQL(""),
        where=where.sql,
        most=sql.Literal(LARGE + 1),
    )
    text = sql.SQL(
        "select g, count(*){counts} from ({inner}) q group by g order by 2 desc limit {most}"
    ).format(
        counts=sql.SQL("").join(sql.SQL(", count(*) filter (where {})").format(n) for n in names),
        inner=inner,
        most=sql.Literal(GROUPS),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        rows = cursor.fetchall()
    called = _names(by, [g for g, *_rest in rows if g is not None])
    shares = tuple(
        Share(
            g,
            called.get(g, "") if g is not None else "",
            n,
            dict(zip([f.key for f in fields], filled, strict=True)),
        )
        for g, n, *filled in rows
    )
    return Measured(tuple(fields), shares, sampled, sum(s.records for s in shares) > LARGE)


def _sees_all(actor: Actor, shape: Shape) -> bool:
    return all(actor.scope(each.key, "read") == "all" for each in members_of(shape) or (shape,))


def _sample(table: str) -> sql.Composable:
    """A part of the table's pages, the same for every question of a day, so that two of them can be compared."""
    part = min(100.0, 100.0 * SAMPLE / max(1, about_rows(table)))
    return sql.SQL("tablesample system ({}) repeatable (1)").format(sql.Literal(round(part, 4)))


def _names(by: By | None, ids: Iterable[int]) -> dict[int, str]:
    if by == "owner":
        return dict(User.objects.filter(pk__in=list(ids)).values_list("pk", "name"))
    if by == "team":
        return dict(Team.objects.filter(pk__in=list(ids)).values_list("pk", "name"))
    return {}


def missing_in(row: Mapping[str, Any], fields: Sequence[FieldShape]) -> list[FieldShape]:
    """The fields that a record leaves empty."""
    return [f for f in fields if row.get(f.key) in (None, "", [])]
