"""The statements of a write, set-based: insert by COPY or VALUES, update from an unnested list, lines of records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.objects.shape import PartShape, Shape

COPY_FROM = 20  # with fewer rows one INSERT is cheaper than starting a COPY


def reserve_ids(table: str, number: int) -> list[int]:
    """Take numbers for new records from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [f'"{table}"', number],
        )
        return [row[0] for row in cursor.fetchall()]


def insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, by COPY when there are many."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if len(rows) < COPY_FROM:
            text = _insert_text(table, tuple(columns), len(rows))
            cursor.execute(text, [value for row in rows for value in row])
            return
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)) as copy:
            for row in rows:
                copy.write_row(row)


@lru_cache(maxsize=256)
def _insert_text(table: str, columns: tuple[str, ...], rows: int) -> str:
    """The statement, kept as text: composing it for every record costs a tenth of the writing."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    one = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(columns)))
    text = sql.SQL("insert into {} ({}) values {}").format(
        sql.Identifier(table), names, sql.SQL(", ").join([one] * rows)
    )
    return text.as_string(None)


def update(
    table: str, types: Mapping[str, str], changes: Mapping[int, Mapping[str, Any]], header: Mapping[str, Any]
) -> None:
    """Update records, each with its own values (by column); `header` is set on all of them.

    Records that change the same columns share one statement. `types` gives the SQL type of each column.
    """
    by_columns: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for record_id, values in changes.items():
        by_columns[tuple(sorted(values))].append(record_id)
    for columns, ids in by_columns.items():
        fixed = [sql.SQL("{} = %s").format(sql.Identifier(c)) for c in header]
        assignments = [*fixed, sql.SQL("version = r.version + 1")]
        params: list[Any] = list(header.values())
        if len(ids) == 1:
            assignments += [sql.SQL("{} = %s").format(sql.Identifier(c)) for c in columns]
            params += [changes[ids[0]][c] for c in columns]
            text = sql.SQL("update {} r set {} where r.id = %s").format(
                sql.Identifier(table), sql.SQL(", ").join(assignments)
            )
            params.append(ids[0])
        else:
            assignments += [sql.SQL("{0} = v.{0}").format(sql.Identifier(c)) for c in columns]
            params += [ids, *([_packed(changes[i][c], types[c]) for i in ids] for c in columns)]
            text = sql.SQL(
                "update {} r set {} from (select {} from unnest({}) u({})) v where r.id = v.id"
            ).format(
                sql.Identifier(table),
                sql.SQL(", ").join(assignments),
                sql.SQL(", ").join([sql.SQL("id"), *(_unpacked(c, types[c]) for c in columns)]),
                sql.SQL(", ").join(
                    [sql.SQL("%s::bigint[]"), *(sql.SQL("%s::" + _array(types[c])) for c in columns)]
                ),
                sql.SQL(", ").join(map(sql.Identifier, ("id", *columns))),
            )
        with connection.cursor() as cursor:
            cursor.execute(text, params)


def _array(kind: str) -> str:
    # An array of arrays must be rectangular, so lists travel as their text form.
    return "text[]" if kind.endswith("[]") else f"{kind}[]"


def _packed(value: Any, kind: str) -> Any:
    if kind.endswith("[]") and value is not None:
        return (
            "{" + ",".join('"' + str(v).replace("\\", "\\\\").replace('"', '\\"') + '"' for v in value) + "}"
        )
    return value


def _unpacked(column: str, kind: str) -> sql.Composable:
    if kind.endswith("[]"):
        return sql.SQL("{0}::" + kind + " as {0}").format(sql.Identifier(column))
    return sql.Identifier(column)


def column_types(shape: Shape) -> dict[str, str]:
    """The SQL type of each column of a record table."""
    return {f.column: f.type.sql_type for f in shape.fields.values()}


def remember_actor(actor_id: int | None, operation_id: int | None) -> None:
    """Tell the triggers of lines and deletions, for this transaction, who acts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('klientura.actor', %s, true), set_config('klientura.operation', %s, true)",
            [str(actor_id or ""), str(operation_id or "")],
        )


def insert_lines(part: PartShape, lines: Iterable[tuple[int, Sequence[Mapping[str, Any]]]]) -> None:
    """Insert the lines of new records: (record id, its lines) pairs."""
    keys = list(part.fields)
    columns = [part.parent_column, part.order, *(part.fields[k].column for k in keys)]
    insert(
        part.table,
        columns,
        [
            [record_id, place, *(line.get(k, part.fields[k].default) for k in keys)]
            for record_id, own in lines
            for place, line in enumerate(own)
        ],
    )


def lines_differ(
    part: PartShape, before: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]
) -> bool:
    """Whether writing these lines would change, add, remove or reorder anything."""
    if [line.get("id") for line in lines] != [line["id"] for line in before]:
        return True
    return any(
        v != old.get(k)
        for old, line in zip(before, lines, strict=True)
        for k, v in line.items()
        if k in part.fields
    )


def replace_lines(
    part: PartShape, record_id: int, before: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]
) -> None:
    """Make the lines of a record those given: known ids are updated, new ones added, missing ones removed.

    An id that is not one of this record's lines counts as a new line.
    """
    old = {line["id"]: line for line in before}
    kept = {line["id"] for line in lines if line.get("id") in old}
    table, parent = sql.Identifier(part.table), sql.Identifier(part.parent_column)
    with connection.cursor() as cursor:
        if gone := [i for i in old if i not in kept]:
            cursor.execute(
                sql.SQL("delete from {} where {} = %s and id = any(%s)").format(table, parent),
                [record_id, gone],
            )
        fresh: list[tuple[int, Mapping[str, Any]]] = []
        for place, line in enumerate(lines):
            known = old.get(line.get("id"))
            if known is None:
                fresh.append((place, line))
                continue
            diff = {k: v for k, v in line.items() if k in part.fields and v != known.get(k)}
            assignments = [sql.SQL("{} = %s").format(sql.Identifier(part.fields[k].column)) for k in diff]
            assignments.append(sql.SQL("{} = %s").format(sql.Identifier(part.order)))
            cursor.execute(
                sql.SQL("update {} set {} where {} = %s and id = %s").format(
                    table, sql.SQL(", ").join(assignments), parent
                ),
                [*diff.values(), place, record_id, line["id"]],
            )
    if fresh:
        keys = list(part.fields)
        insert(
            part.table,
            [part.parent_column, part.order, *(part.fields[k].column for k in keys)],
            [
                [record_id, place, *(line.get(k, part.fields[k].default) for k in keys)]
                for place, line in fresh
            ],
        )
