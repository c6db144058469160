"""How the database keeps roll-ups current: a trigger on the table gathered from, once per statement, whoever writes.

The records gathered into are locked first, in the order of their numbers, and gathered anew in a statement of its own:
so two who write at the same time each see what the other has done. Version and history of the record stay as they are.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.gate import Predicate
from klientura.kernel.objects.shape import SUBJECT, FieldShape, Shape
from klientura.kernel.schema.rollups import THE_PRODUCT
from klientura.kernel.store.changes import EVENTS, statement_trigger
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context

EMPTY_IS_ZERO = frozenset({"count", "sum"})
"""What a record without any others holds is nought, so that it is found by «fewer than 3»."""
_FUNCTION = """
create or replace function {function}() returns trigger language plpgsql as $body$
declare touched bigint[];
begin
  {groups}
  return null;
end $body$"""
_GROUP = """if tg_op = 'INSERT' then
    select array_agg(distinct d.link) into touched from (select {seen} from new_rows) d where {mine};
  elsif tg_op = 'DELETE' then
    select array_agg(distinct d.link) into touched from (select {seen} from old_rows) d where {mine};
  else
    select array_agg(distinct d.link) into touched from (
      (select {seen} from old_rows except select {seen} from new_rows)
      union all (select {seen} from new_rows except select {seen} from old_rows)) d where {mine};
  end if;
  if touched is not null then {gather} end if;"""
_LOCK = "perform 1 from {table} where id = any(touched) order by id for no key update;"
_GATHER = """update {table} p set {put} from (
  select i.id, g.* from unnest({ids}) as i(id), lateral (
    select {values} from {source} r where {link} and r.deleted_at is null{kind}) g) s
  where p.id = s.id and ({stored}) is distinct from ({found})"""
OWN_CURRENCY = sql.SQL("(select currency from kernel_installation where id = 1)")


@dataclass(frozen=True, slots=True)
class Group:
    """Roll-ups that are gathered in one go: from one kind of record by one link into one table."""

    source: Shape
    link: str
    table: str
    names: tuple[str, ...]  # keys of the objects gathered into, as SUBJECT tells them
    fields: tuple[FieldShape, ...]


def groups(shapes: Mapping[str, Shape]) -> Iterator[Group]:
    """All roll-ups, grouped. Those whose source or field is gone are left out; what they hold stays."""
    found: dict[tuple[str, str, str], dict[str, FieldShape]] = defaultdict(dict)
    for shape in shapes.values():
        for field in shape.fields.values():
            r = field.rollup
            if r and r.source in shapes and _stands(shapes[r.source], field):
                found[r.source, r.link, shape.table][field.column] = field
    for (source, link, table), fields in found.items():
        names = tuple(s.key for s in shapes.values() if s.table == table)
        yield Group(shapes[source], link, table, names, tuple(fields.values()))


def _stands(source: Shape, field: FieldShape) -> bool:
    rollup = field.rollup
    if rollup is None or not rollup.asks <= set(source.fields):
        return False
    return rollup.link in source.fields or rollup.link == SUBJECT


def keep(shapes: Mapping[str, Shape], tables: Iterable[str] | None = None) -> None:
    """Make anew what some tables (or all) keep of roll-ups gathered from their records; without any they have no trigger."""
    wanted: dict[str, list[Group]] = defaultdict(list)
    for group in groups(shapes):
        wanted[group.source.table].append(group)
    with connection.cursor() as cursor:
        chosen = {*wanted, *_kept(cursor)} if tables is None else set(tables)
        for table in sorted(chosen):
            for statement in _statements(table, wanted.get(table, [])):
                cursor.execute(statement)


def _kept(cursor: Any) -> list[str]:
    """The tables that have the trigger."""
    cursor.execute(
        "select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " where t.tgname = 'rolled_insert' and c.relnamespace = current_schema()::regnamespace"
    )
    return [row[0] for row in cursor.fetchall()]


def _statements(table: str, kept: Sequence[Group]) -> Iterator[sql.Composable]:
    function = f"{table}_rolled"
    if kept:
        bodies = sql.SQL("\n  ").join(_step(group) for group in kept)
        yield sql.SQL(_FUNCTION).format(function=sql.Identifier(function), groups=bodies)
    for event in EVENTS:
        if kept:
            yield statement_trigger("rolled", table, event, function)
        else:
            yield sql.SQL("drop trigger if exists {} on {}").format(
                sql.Identifier(f"rolled_{event}"), sql.Identifier(table)
            )


def _step(group: Group) -> sql.Composable:
    lock = sql.SQL(_LOCK).format(table=sql.Identifier(group.table))
    gather = sql.SQL("{} {};").format(lock, statement(group, sql.SQL("touched")))
    return sql.SQL(_GROUP).format(seen=_seen(group), mine=_mine(group), gather=gather)


def _seen(group: Group) -> sql.Composable:
    """What of a record matters to the group; the link first."""
    columns = {"deleted_at", *group.source.constants}
    for field in group.fields:
        if field.rollup:
            for key in field.rollup.asks:
                read = group.source.fields[key]
                columns |= {read.column, *_currency(group.source, read)}
    link = "subject_id" if group.link == SUBJECT else group.source.fields[group.link].column
    if group.link == SUBJECT:
        columns.add("subject_object")
    # A record that points at several counts for each of them: what is linked or unlinked is a line more or less.
    each = "id, unnest({}) as link" if _is_many(group) else "id, {} as link"
    named: list[sql.Composable] = [sql.SQL(each).format(sql.Identifier(link))]
    named += [sql.Identifier(c) for c in sorted(columns)]
    return sql.SQL(", ").join(named)


def _currency(source: Shape, field: FieldShape) -> set[str]:
    key = field.params.currency_field
    return {source.fields[key].column} if key and key in source.fields else set()


def _mine(group: Group) -> sql.Composable:
    """Of the records written, those that the group gathers from: of the right kind, and linked to something."""
    tests: list[sql.Composable] = [sql.SQL("d.link is not null")]
    tests += [_is(sql.SQL("d"), c, v) for c, v in group.source.constants.items()]
    if group.link == SUBJECT:
        tests.append(_subject(sql.SQL("d"), group.names))
    return sql.SQL(" and ").join(tests)


def _is(alias: sql.SQL, column: str, value: str) -> sql.Composed:
    return sql.SQL("{}.{} = {}").format(alias, sql.Identifier(column), sql.Literal(value))


def _subject(alias: sql.SQL, names: Sequence[str]) -> sql.Composed:
    return sql.SQL("{}.subject_object = any({})").format(alias, sql.Literal(list(names)))


def statement(group: Group, ids: sql.Composable) -> sql.Composed:
    """The UPDATE that gathers into some records what is not gathered in them already."""
    found = [sql.Identifier("s", f"v{n}") for n in range(len(group.fields))]
    stored = [sql.Identifier("p", f.column) for f in group.fields]
    put = [
        sql.SQL("{} = {}").format(sql.Identifier(f.column), v)
        for f, v in zip(group.fields, found, strict=True)
    ]
    values = [
        sql.SQL("{} as {}").format(_value(group.source, f), sql.Identifier(f"v{n}"))
        for n, f in enumerate(group.fields)
    ]
    kind = [sql.SQL(" and ") + _is(sql.SQL("r"), c, v) for c, v in group.source.constants.items()]
    return sql.SQL(_GATHER).format(
        table=sql.Identifier(group.table), put=sql.SQL(", ").join(put), ids=ids, values=sql.SQL(", ").join(values),
        source=sql.Identifier(group.source.table), link=_link(group), kind=sql.SQL("").join(kind),
        stored=sql.SQL(", ").join(stored), found=sql.SQL(", ").join(found),
    )  # fmt: skip


def _link(group: Group) -> sql.Composable:
    if group.link == SUBJECT:
        return sql.SQL("r.subject_id = i.id and ") + _subject(sql.SQL("r"), group.names)
    joined = "r.{} @> array[i.id]" if _is_many(group) else "r.{} = i.id"
    return sql.SQL(joined).format(sql.Identifier(group.source.fields[group.link].column))


def _is_many(group: Group) -> bool:
    """Whether the link is a field of several records; the index over its array serves the gathering."""
    return group.link != SUBJECT and group.source.fields[group.link].type.many


def _value(source: Shape, field: FieldShape) -> sql.Composable:
    """One gathered value."""
    rollup = field.rollup
    if rollup is None:
        raise LookupError(field.key)
    tests: list[sql.Composable] = []
    if rollup.condition:
        asked = compile_filter(json.loads(rollup.condition), Context(THE_PRODUCT, source.fields))
        if asked is not None:
            tests.append(sql.SQL("({})").format(_written_out(asked)))
    if rollup.measure == "count":
        return sql.SQL("count(*)") + _filter(tests)
    read = source.fields[rollup.of]
    of = sql.Identifier("r", read.column)
    for currency in _currency(source, read):  # what is in another currency cannot be added to it
        own = sql.SQL("coalesce({}, {}) = {}").format(
            sql.Identifier("r", currency), OWN_CURRENCY, OWN_CURRENCY
        )
        tests.append(own)
    if rollup.measure == "last":
        by = sql.Identifier("r", source.fields[rollup.by].column)
        tests += [sql.SQL("{} is not null").format(x) for x in (of, by)]
        listed = sql.SQL("array_agg({} order by {} desc, r.id desc)").format(of, by)
        text: sql.Composable = sql.SQL("({}{})[1]").format(listed, _filter(tests))
    else:
        text = sql.SQL("{}({})").format(sql.SQL(rollup.measure), of) + _filter(tests)
    if rollup.measure == "sum":
        text = sql.SQL("coalesce({}, 0)").format(text)
    if field.type.sql_type == "numeric":
        text = sql.SQL("round({}, {})").format(text, sql.Literal(field.params.places or 0))
    # As the column keeps it, or a value that differs in its type alone would be written again and again.
    return sql.SQL("({})::{}").format(text, sql.SQL(field.type.sql_type))


def _filter(tests: Sequence[sql.Composable]) -> sql.Composable:
    if not tests:
        return sql.SQL("")
    return sql.SQL(" filter (where {})").format(sql.SQL(" and ").join(tests))


def _written_out(asked: Predicate) -> sql.Composable:
    """A condition with its parameters in their places: the body of a function takes none."""
    pieces = asked.sql.as_string(None).split("%s")
    if len(pieces) != len(asked.params) + 1:
        raise ValueError("a filter does not fit its parameters")
    made: list[sql.Composable] = [sql.SQL(pieces[0].replace("%%", "%"))]
    for value, piece in zip(asked.params, pieces[1:], strict=True):
        made += [sql.Literal(value), sql.SQL(piece.replace("%%", "%"))]
    return sql.Composed(made)


def gather(group: Group, after: int, until: int) -> int:
    """Gather into the records of a range of numbers; return how many held something else before."""
    ids = sql.SQL("(select array_agg(id) from {} where id > {} and id <= {})").format(
        sql.Identifier(group.table), sql.Literal(after), sql.Literal(until)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "select count(*) from (select 1 from {} where id > %s and id <= %s order by id for no key update) l"
            ).format(sql.Identifier(group.table)),
            [after, until],
        )
        cursor.execute(statement(group, ids))
        return int(cursor.rowcount)
