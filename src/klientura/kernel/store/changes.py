"""History triggers, generated per table and column by column (a generic diff costs four times as much)."""

import json
from collections.abc import Iterable
from typing import Final

from psycopg import sql

from klientura.kernel.objects.shape import PartShape

# Columns whose change is no event in a record's life. Of sharing its own table keeps the history: the column only repeats it.
SILENT = frozenset(
    {"id", "uid", "title", "created_at", "created_by_id", "updated_at", "updated_by_id", "version", "deleted_at",
     "operation_id", "search_text", "shared_with"}
)  # fmt: skip
SILENT_IN_LINES: Final = SILENT | {"position"}
"""Of lines the place among the others is no event either."""
MEMBERS_PER_CALL = 90  # concat_ws takes at most 100 arguments


def as_it_was(table: str) -> sql.Composed:
    """The values before a change `c` of the history, as a row of the table; columns it did not touch are null."""
    return sql.SQL(
        "jsonb_populate_record(null::{}, (select jsonb_object_agg(key, value -> 0) from jsonb_each(c.changes)))"
    ).format(sql.Identifier(table))


def as_written(column: str, alias: str) -> sql.Composed:
    """Whether the value that a change `c` wrote still stands in a column of a row."""
    return sql.SQL("to_jsonb({a}.{c}) is not distinct from nullif(c.changes -> {n} -> 1, 'null')").format(
        a=sql.Identifier(alias), c=sql.Identifier(column), n=sql.Literal(column)
    )


_RECORD_INSERT = """
create or replace function {function}() returns trigger language plpgsql as $$
begin
  insert into kernel_change (root_object, root_id, object, record_id, action, at, actor_id, operation_id, version)
  select {base}, n.id, {base}, n.id, 'create', n.created_at, n.created_by_id, n.operation_id, n.version from new_rows n;
  return null;
end $$"""

# Without enable_nestloop=off the join planned for one row is kept for bulk statements and never ends.
_RECORD_UPDATE = """
create or replace function {function}() returns trigger language plpgsql set enable_nestloop = off as $$
begin
  insert into kernel_change
    (root_object, root_id, object, record_id, action, at, actor_id, operation_id, version, changes)
  select {base}, d.id, {base}, d.id, d.action, d.at, d.actor_id, d.operation_id, d.version,
    case when d.changes <> '' then concat('{{', d.changes, '}}')::jsonb end
  from (
    select n.id, n.version,
      -- What the product notes by itself (the first contact) changes no version. In the transaction of an edit it belongs to
      -- that one and is undone with it; later it is of its own moment and of nobody.
      case when n.version = o.version and n.updated_at < now() then now() else n.updated_at end as at,
      case when n.version = o.version and n.updated_at < now() then null else n.updated_by_id end as actor_id,
      case when n.version = o.version and n.updated_at < now() then null else n.operation_id end as operation_id,
      case when o.deleted_at is null and n.deleted_at is not null then 'trash'
           when o.deleted_at is not null and n.deleted_at is null then 'restore' else 'update' end as action,
      {diff} as changes
    from new_rows n join old_rows o on o.id = n.id offset 0) d
  where d.action <> 'update' or d.changes <> '';
  return null;
end $$"""

_RECORD_DELETE = """
create or replace function {function}() returns trigger language plpgsql as $$
begin
  insert into kernel_change (root_object, root_id, object, record_id, action, at, actor_id, operation_id, version, changes)
  select {base}, o.id, {base}, o.id, 'purge', now(), nullif(current_setting('klientura.actor', true), '')::bigint,
    nullif(current_setting('klientura.operation', true), '')::bigint, o.version, concat('{{', {removed}, '}}')::jsonb
  from old_rows o;
  return null;
end $$"""

_LINE = """
create or replace function {function}() returns trigger language plpgsql set enable_nestloop = off as $$
begin
  insert into kernel_change
    (root_object, root_id, object, record_id, action, at, actor_id, operation_id, version, changes)
  select {base}, d.root_id, {key}, d.id, {action}, now(), nullif(current_setting('klientura.actor', true), '')::bigint,
    nullif(current_setting('klientura.operation', true), '')::bigint,
    (select r.version from {root} r where r.id = d.root_id), concat('{{', d.changes, '}}')::jsonb
  from (select {row}.id, {row}.{parent} as root_id, {diff} as changes from {source} offset 0) d
  where d.changes <> '';
  return null;
end $$"""

_TRIGGER = """
create or replace trigger {name} after {event} on {table} {referencing}
for each statement execute function {function}()"""

_REFERENCING = {
    "insert": "referencing new table as new_rows",
    "update": "referencing old table as old_rows new table as new_rows",
    "delete": "referencing old table as old_rows",
}


def _members(columns: Iterable[str], template: str) -> sql.Composable:
    """The members of a JSON object as text, one for each column that the template has a value for; '' for none.

    Most columns of a change are as they were: to join the few texts costs a third of building an object of them all.
    """
    names = list(columns)
    calls: list[sql.Composable] = [
        sql.SQL("nullif(concat_ws(',', {}), '')").format(
            sql.SQL(", ").join(
                sql.SQL(template).format(c=sql.Identifier(c), m=sql.Literal(f"{json.dumps(c)}:"))
                for c in names[start : start + MEMBERS_PER_CALL]
            )
        )
        for start in range(0, len(names), MEMBERS_PER_CALL)
    ]
    return sql.SQL("concat_ws(',', {})").format(sql.SQL(", ").join(calls or [sql.SQL("null")]))


# «offset 0» keeps these from being computed twice, for the row and for the condition.
CHANGED = "case when o.{c} is distinct from n.{c} then {m} || jsonb_build_array(o.{c}, n.{c})::text end"
ADDED = "case when n.{c} is not null then {m} || jsonb_build_array(null, n.{c})::text end"
REMOVED = "case when o.{c} is not null then {m} || jsonb_build_array(o.{c}, null)::text end"


EVENTS: Final = tuple(_REFERENCING)


def statement_trigger(prefix: str, table: str, event: str, function: str) -> sql.Composed:
    """The trigger that calls a function once for each statement, with the rows as they were and as they became."""
    return sql.SQL(_TRIGGER).format(
        name=sql.Identifier(f"{prefix}_{event}"),
        event=sql.SQL(event),
        table=sql.Identifier(table),
        referencing=sql.SQL(_REFERENCING[event]),
        function=sql.Identifier(function),
    )


def record_statements(base: str, table: str, columns: Iterable[str]) -> list[sql.Composable]:
    """The statements that make a record table keep its history."""
    kept = [c for c in columns if c not in SILENT]
    templates = {
        "insert": (_RECORD_INSERT, {}),
        "update": (_RECORD_UPDATE, {"diff": _members(kept, CHANGED)}),
        "delete": (_RECORD_DELETE, {"removed": _members(kept, REMOVED)}),
    }
    statements: list[sql.Composable] = []
    for event, (template, more) in templates.items():
        function = f"{table}_change_{event}"
        body = sql.SQL(template).format(function=sql.Identifier(function), base=sql.Literal(base), **more)
        statements += [body, statement_trigger("change", table, event, function)]
    return statements


def line_statements(base: str, root: str, part: PartShape, columns: Iterable[str]) -> list[sql.Composable]:
    """The statements that make the lines of a record (in the table `root`) part of its history."""
    kept = [c for c in columns if c not in SILENT_IN_LINES and c != part.parent_column]
    kinds = {
        "insert": ("add", "n", "new_rows n", ADDED),
        "update": ("update", "n", "new_rows n join old_rows o on o.id = n.id", CHANGED),
        "delete": ("remove", "o", "old_rows o", REMOVED),
    }
    statements: list[sql.Composable] = []
    for event, (action, row, source, template) in kinds.items():
        function = f"{part.table}_change_{event}"
        body = sql.SQL(_LINE).format(
            function=sql.Identifier(function),
            base=sql.Literal(base),
            root=sql.Identifier(root),
            key=sql.Literal(part.key),
            action=sql.Literal(action),
            row=sql.Identifier(row),
            parent=sql.Identifier(part.parent_column),
            source=sql.SQL(source),
            diff=_members(kept, template),
        )
        statements += [body, statement_trigger("change", part.table, event, function)]
    return statements
