"""Reading records: pages, single records, counts, groups. Every function takes the actor first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable, readable_parts, require, scope
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.statements import cursor_for_repeated
from klientura.kernel.store import cursors
from klientura.kernel.store.compiler import Query, as_rows, build, conditions, null_order, order_by, statement
from klientura.kernel.store.expressions import column, comparable
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.nameless import name_nameless, read_besides
from klientura.kernel.store.refs import Ref as Ref  # noqa: PLC0414 - whoever reads takes it from here
from klientura.kernel.store.several_named import name_values, titles_of

MAX_LIMIT = 200
COUNT_CAP = 10_000


type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and where to go on."""

    fields: tuple[FieldShape, ...]
    rows: list[Row]
    next: str | None


class Count(NamedTuple):
    """How many records match; `capped` means «at least this many»."""

    number: int
    capped: bool


def pick_fields(actor: Actor, shape: Shape, keys: Sequence[str] | None) -> tuple[FieldShape, ...]:
    """The named fields (all, when none are named) that the actor sees. An unknown one is a BadRequest."""
    open_fields = readable(actor, shape)
    if keys is None:
        return tuple(open_fields.values())
    unknown = [k for k in keys if k not in open_fields]
    if unknown:
        raise BadRequest(_("There is no field «%(field)s».") % {"field": str(unknown[0])[:60]}, code="field")
    wanted = dict.fromkeys(("id", "version", *keys))
    return tuple(open_fields[k] for k in wanted if k in open_fields)


def sort_field(actor: Actor, shape: Shape, sort: str) -> tuple[FieldShape, bool]:
    """The field of a sort such as `-created_at`, and whether it descends."""
    field = readable(actor, shape).get(sort.removeprefix("-"))
    if field is None or not field.sortable:
        name = field.heading if field else sort.removeprefix("-")[:60]
        raise BadRequest(_("One cannot sort by «%(field)s».") % {"field": name}, code="sort")
    return field, sort.startswith("-")


def usual_sort(actor: Actor, shape: Shape) -> str:
    """The order of an object's list for whoever names none; by number where its own field is closed to the actor."""
    field = readable(actor, shape).get(shape.spec.sort.removeprefix("-"))
    return shape.spec.sort if field is not None and field.sortable else "-id"


def page(
    actor: Actor,
    shape: Shape,
    *,
    tree: Tree | None = None,
    sort: str | None = None,
    after: str | None = None,
    limit: int = 50,
    keys: Sequence[str] | None = None,
    more: Sequence[Predicate] = (),
    trashed: bool = False,
) -> Page:
    """One page of a list. Costs the same wherever it lies: records are sought by value, never counted over.

    `more` are further predicates over `r` (a search); `after` is the cursor of the page before.
    """
    require(actor, shape, "read")
    sort = sort or usual_sort(actor, shape)
    field, descending = sort_field(actor, shape, sort)
    limit = max(1, min(limit, MAX_LIMIT))
    fields = pick_fields(actor, shape, keys)
    besides = read_besides(actor, shape, fields)
    wanted = (*fields, *besides)
    selected = wanted if field in wanted else (*wanted, field)
    position = cursors.decode(after, sort, field) if after else None
    base = conditions(actor, shape, tree=tree, more=more, trashed=trashed)
    found = _segments(actor, shape, selected, field, base, position, descending, limit + 1)
    following = None
    if len(found) > limit:
        found = found[:limit]
        last, value = found[-1]
        following = cursors.encode(sort, field, cursors.Position(value, last["id"]))
    rows = [row for row, _value in found]
    name_values(actor, fields, rows)
    name_nameless(actor, shape, fields, rows, besides)
    return Page(fields, rows, following)


def _segments(
    actor: Actor,
    shape: Shape,
    fields: Sequence[FieldShape],
    field: FieldShape,
    base: Predicate,
    position: cursors.Position | None,
    descending: bool,
    limit: int,
) -> list[tuple[Row, Any]]:
    """Records with a value first, then those without; two bounded index scans at most."""
    rows: list[tuple[Row, Any]] = []
    if position is None or position.value is not None:
        parts = [base]
        if field.nullable:
            parts.append(Predicate(sql.SQL("{} is not null").format(column(field))))
        if position is not None:
            parts.append(_beyond(field, position, descending))
        rows = _run(actor, shape, fields, field, parts, order_by(field, descending=descending), limit)
    if field.nullable and len(rows) < limit:
        parts = [base, Predicate(sql.SQL("{} is null").format(column(field)))]
        if position is not None and position.value is None:
            sign = sql.SQL("r.id < %s") if descending else sql.SQL("r.id > %s")
            parts.append(Predicate(sign, (position.record_id,)))
        rows += _run(actor, shape, fields, field, parts, null_order(descending=descending), limit - len(rows))
    return rows


def _beyond(field: FieldShape, position: cursors.Position, descending: bool) -> Predicate:
    sign = sql.SQL("<") if descending else sql.SQL(">")
    if field.column == "id":
        return Predicate(sql.SQL("r.id {} %s").format(sign), (position.record_id,))
    text = sql.SQL("({}, r.id) {} (%s, %s)").format(comparable(field), sign)
    return Predicate(text, (position.value, position.record_id))


def _run(
    actor: Actor,
    shape: Shape,
    fields: Sequence[FieldShape],
    sorted_by: FieldShape,
    parts: Sequence[Predicate],
    order: sql.Composable,
    limit: int,
) -> list[tuple[Row, Any]]:
    """Run one segment; each row comes with the value it is sorted by, as its cursor needs it."""
    where = Predicate(sql.SQL(" and ").join(p.sql for p in parts), tuple(v for p in parts for v in p.params))
    query = build(actor, shape, fields, where)
    if sorted_by.type.folds:
        query = Query(
            query.columns,
            query.select + sql.SQL(", ") + comparable(sorted_by),
            query.source,
            query.source_params,
            query.where,
        )
    with cursor_for_repeated() as cursor:
        cursor.execute(*statement(query, order=order, limit=limit))
        found = cursor.fetchall()
    rows = as_rows(query, found)
    if sorted_by.type.folds:
        return [(row, values[-1]) for row, values in zip(rows, found, strict=True)]
    return [(row, _plain(row[sorted_by.key])) for row in rows]


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, Ref) else value


def get(
    actor: Actor,
    shape: Shape,
    record_id: int,
    *,
    keys: Sequence[str] | None = None,
    verb: str = "read",
    trashed: bool = False,
) -> Row:
    """One record with the fields the actor sees. Raises NotFound, also for what exists but is not open."""
    fields = pick_fields(actor, shape, keys)
    mine = Predicate(sql.SQL("r.id = %s"), (record_id,))
    besides = read_besides(actor, shape, fields)
    where = conditions(actor, shape, verb=verb, more=[mine], trashed=trashed)
    query = build(actor, shape, (*fields, *besides), where)
    with connection.cursor() as cursor:
        cursor.execute(*statement(query))
        values = cursor.fetchone()
    if values is None:
        raise NotFound
    rows = as_rows(query, [values])
    name_values(actor, fields, rows)
    name_nameless(actor, shape, fields, rows, besides)
    return rows[0]


def parts_of(actor: Actor, shape: Shape, record_ids: Sequence[int]) -> dict[int, dict[str, list[Row]]]:
    """The lines of some records (which the caller has read with this actor), one query per kind of line."""
    result: dict[int, dict[str, list[Row]]] = {i: {} for i in record_ids}
    for key in readable_parts(actor, shape):
        part = shape.parts[key]
        fields = tuple(part.fields.values())
        for lines in result.values():
            lines[key] = []
        if not record_ids:
            continue
        text = sql.SQL(
            "select {parent}, id, {columns} from {table} where {parent} = any(%s) order by {parent}, {order}, id"
        ).format(
            parent=sql.Identifier(part.parent_column),
            columns=sql.SQL(", ").join(sql.Identifier(f.column) for f in fields),
            table=sql.Identifier(part.table),
            order=sql.Identifier(part.order),
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [list(record_ids)])
            for parent, line_id, *values in cursor.fetchall():
                result[parent][key].append({"id": line_id, **dict(zip(part.fields, values, strict=True))})
    return result


def named_parts_of(
    actor: Actor, shape: Shape, record_ids: Sequence[int], *, shown: bool = False
) -> dict[int, dict[str, list[Row]]]:
    """As `parts_of`, with a `Ref` for what a line points at: titled where the target is open to the actor.

    `shown`: only what is read in the columns of a table of lines has titles.
    """
    found = parts_of(actor, shape, record_ids)
    for key in readable_parts(actor, shape):
        part = shape.parts[key]
        seen = {*part.columns, *part.beside.values()} if shown and part.columns else {*part.fields}
        pointing = [f for f in part.fields.values() if f.type.key in {"reference", "user"} and f.key in seen]
        lines = [line for parts in found.values() for line in parts[key]] if pointing else []
        for field in pointing:
            wanted = sorted({line[field.key] for line in lines if line[field.key] is not None})
            known = titles_of(actor, field.points_at or "", wanted) if wanted else {}
            for line in lines:
                if (number := line[field.key]) is not None:
                    line[field.key] = Ref(number, known.get(number))
    return found


def count(
    actor: Actor,
    shape: Shape,
    *,
    tree: Tree | None = None,
    more: Sequence[Predicate] = (),
    trashed: bool = False,
) -> Count:
    """How many records match, counted up to COUNT_CAP."""
    require(actor, shape, "read")
    where = conditions(actor, shape, tree=tree, more=more, trashed=trashed)
    text = sql.SQL("select count(*) from (select 1 from {} r where {} limit {}) q").format(
        sql.Identifier(shape.table), where.sql, sql.Literal(COUNT_CAP + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        number = cursor.fetchone()[0]
    return Count(min(number, COUNT_CAP), number > COUNT_CAP)


class Group(NamedTuple):
    """One group of records: its value, how many, the sum of the totalled field, and how many that sum is of."""

    value: Any
    number: int
    total: Any
    summed: int


def groups(
    actor: Actor,
    shape: Shape,
    *,
    by: str,
    total: str | None = None,
    currency: str | None = None,
    tree: Tree | None = None,
    more: Sequence[Predicate] = (),
) -> list[Group]:
    """Count and sum by the values of a field.

    Sums of different currencies are never added up: an amount of money needs a `currency`, and only records in it
    are summed. Raises BadRequest.
    """
    require(actor, shape, "read")
    fields = readable(actor, shape)
    field, summed = fields.get(by), fields.get(total) if total else None
    if field is None or not (field.type.groupable or (field.grouped and field.filterable)):
        raise BadRequest(_("One cannot group by «%(field)s».") % {"field": by[:60]}, code="group")
    if total and (summed is None or not summed.type.numeric):
        raise BadRequest(_("One cannot sum up «%(field)s».") % {"field": total[:60]}, code="group")
    where = conditions(actor, shape, tree=tree, more=more)
    which, params = _summed(shape, summed, currency)
    text = sql.SQL(
        "select {0}, count(*), {1} filter (where {2}), count(*) filter (where {2})"
        " from {3} r where {4} group by 1 order by 1 nulls last"
    ).format(
        column(field),
        sql.SQL("sum({})").format(column(summed)) if summed else sql.SQL("max(null::int)"),
        which,
        sql.Identifier(shape.table),
        where.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*params, *params, *where.params])
        return [Group(*row) for row in cursor.fetchall()]


def _summed(shape: Shape, field: FieldShape | None, currency: str | None) -> tuple[sql.Composable, list[str]]:
    """Which records are summed, as a condition with its parameters."""
    key = field.params.currency_field if field else None
    if key is None:
        return sql.SQL("true"), []
    if currency is None:
        raise BadRequest(_("Sums of money are of one currency: say which."), code="currency")
    return sql.SQL("{} = %s").format(column(shape.fields[key])), [currency]


def held_by(actor: Actor, shape: Shape, record_id: int, predicates: Sequence[Predicate]) -> list[bool]:
    """Which of some conditions a record meets, in one query; none are told of a record that is not open to the actor."""
    mine = conditions(actor, shape, more=[Predicate(sql.SQL("r.id = %s"), (record_id,))])
    text = sql.SQL("select {} from {} r where {}").format(
        sql.SQL(", ").join(sql.SQL("(") + p.sql + sql.SQL(")") for p in predicates),
        sql.Identifier(shape.table),
        mine.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*(v for p in predicates for v in p.params), *mine.params])
        return [bool(yes) for yes in cursor.fetchone() or ()]


def verbs_on(actor: Actor, shape: Shape, record_id: int, verbs: Sequence[str]) -> frozenset[str]:
    """Which of the verbs the actor may do with one live record that they have just read; one query, or none."""
    found = {v for v in verbs if may(actor, shape, v)}
    unsure = {v: scope(actor, shape, v) for v in found if actor.scope(shape.key, v) != "all"}
    if unsure:
        text = sql.SQL("select {} from {} r where r.id = %s and r.deleted_at is null").format(
            sql.SQL(", ").join(p.sql for p in unsure.values()), sql.Identifier(shape.table)
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [*(v for p in unsure.values() for v in p.params), record_id])
            row = cursor.fetchone() or [False] * len(unsure)
        found -= {v for v, yes in zip(unsure, row, strict=True) if not yes}
    return frozenset(found)


def require_on(actor: Actor, shape: Shape, record_id: int, verb: str) -> None:
    """Raise Denied unless the actor may do the verb with a record that they have just read."""
    if verb not in verbs_on(actor, shape, record_id, (verb,)):
        raise Denied(
            _("You may look at this record, but not change it. Ask its owner or your administrator.")
        )


def titles(actor: Actor, shape: Shape, record_ids: Sequence[int]) -> Mapping[int, str]:
    """Titles of those of the records that are open to the actor, in one query."""
    return titles_of(actor, shape.key, record_ids) if record_ids else {}
