"""The indexes that Shapes imply: one for each filter, sort and scope we offer, named by what they hold."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from django.db import connection
from psycopg import sql

from klientura.kernel.objects.shape import FieldShape, PartShape, Shape
from klientura.kernel.objects.spec import Board

PREFIX = "kx_"
# New rows wait in a list that every search reads through, too; by default that list grows to four megabytes.
_SHORT_LIST = sql.SQL(" with (gin_pending_list_limit = 512)")
MANY = 50_000
"""Records of a kind through which a list may walk to find those in which a field is empty."""
FEW_GAPS, KEPT_GAPS = 0.02, 0.05
"""The share of records with an empty field up to which these get an index, and up to which they keep it."""
# Already served by the primary key and by the indexes of scopes, made once per table.
IN_SCOPE_INDEXES = frozenset({"id", "owner_id", "team_id", "created_by_id"})


def wanted(shapes: Mapping[str, Shape], entries: Mapping[str, float] | None = None) -> dict[str, str]:
    """Name → CREATE INDEX statement of every generated index.

    `entries` are how many rows each present index holds (see `entries_of`): where a field is empty in few records of
    many, these get an index of their own.
    """
    found: dict[str, str] = {}
    shapes = _gathered_by(shapes)
    kinds = {shape.table for shape in shapes.values() if shape.constants}
    for shape in shapes.values():
        for statement in _of_shape(shape, mixed=shape.table in kinds and not shape.constants):
            found |= _named(statement)
        for statement in _of_gaps(shape, entries or {}):
            found |= _named(statement)
    return found


def _gathered_by(shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
    """The Shapes with every field that a roll-up gathers by said to be indexed: each change of a record asks by it."""
    links = {(f.rollup.source, f.rollup.link) for s in shapes.values() for f in s.fields.values() if f.rollup}
    made = dict(shapes)
    for key, link in sorted(links):
        field = made[key].fields.get(link) if key in made else None
        if field is not None and not field.indexed:
            made[key] = replace(made[key], fields={**made[key].fields, link: replace(field, indexed=True)})
    return made


def _named(statement: sql.Composed) -> dict[str, str]:
    text = statement.as_string(None)
    name = PREFIX + hashlib.sha256(text.encode()).hexdigest()[:20]
    return {name: text.replace("index on", f"index if not exists {name} on", 1)}


def entries_of() -> dict[str, float]:
    """How many rows each generated index holds, as the database has last counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, reltuples from pg_class where relnamespace = current_schema()::regnamespace"
            " and left(relname, 3) = 'kx_' and relkind = 'i' and reltuples >= 0"
        )
        return dict(cursor.fetchall())


def existing() -> set[str]:
    """Names of the generated indexes that the current schema has, ready for use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid"
            " where c.relnamespace = current_schema()::regnamespace and left(c.relname, 3) = 'kx_' and i.indisvalid"
        )
        return {row[0] for row in cursor.fetchall()}


def synchronise(shapes: Mapping[str, Shape]) -> None:
    """Make missing indexes and drop those that no Shape wants any more."""
    plan, present = wanted(shapes, entries_of()), existing()
    with connection.cursor() as cursor:
        for name, text in plan.items():
            if name not in present:
                cursor.execute(text)
        for name in present - set(plan):
            cursor.execute(sql.SQL("drop index if exists {}").format(sql.Identifier(name)))


def _of_shape(shape: Shape, *, mixed: bool) -> Iterator[sql.Composed]:
    live = _live(shape)
    if not mixed:
        yield _index(shape.table, "using gin (k_vector(search_text))", live)
    if not shape.constants:
        yield _index(shape.table, "(owner_id, created_at, id)", live)
        yield _index(shape.table, "(team_id, created_at, id)", live)
        yield _index(shape.table, "(created_by_id, created_at, id)", live)
        yield _index(shape.table, "(deleted_at, id)", sql.SQL("deleted_at is not null"))
        yield _index(shape.table, "using gin (shared_with)", sql.SQL("shared_with is not null"))
    for field in shape.fields.values():
        yield from _of_field(shape, field, live)
    if shape.spec.board is not None:
        yield from _of_board(shape, shape.spec.board, live)
    for columns in shape.spec.indexes:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        yield _index(shape.table, sql.SQL("({})").format(names), live)
    for part in shape.parts.values():
        yield from _of_part(part)


def _of_board(shape: Shape, board: Board, live: sql.Composable) -> Iterator[sql.Composed]:
    """Cards of a column by age, and the heads of all columns counted and added up within the index alone."""
    total = shape.fields.get(board.total or "")
    added = [total.column, total.params.currency_field] if total else []
    scoped = [f.column for k in ("owner", "team") if (f := shape.fields.get(k))]
    carried = sql.SQL(", ").join(sql.Identifier(c) for c in (*added, *scoped) if c)
    group = sql.Identifier(shape.fields[board.group].column)
    orders: list[sql.Composable] = [sql.SQL("created_at, id")]
    if board.closed:
        orders.append(sql.SQL("{}, id").format(sql.Identifier(shape.fields[board.closed].column)))
    for order in orders:
        yield _index(shape.table, sql.SQL("({}, {}) include ({})").format(group, order, carried), live)


def _of_field(shape: Shape, field: FieldShape, live: sql.Composable) -> Iterator[sql.Composed]:
    if field.column in IN_SCOPE_INDEXES or not field.indexed or not (field.filterable or field.sortable):
        return
    name = sql.Identifier(field.column)
    # An empty value costs a write nothing: lists sort what has a value first, by itself (store.read), every comparison
    # implies one. (Not so of yes and no: «= false» becomes «not …», from which the planner concludes nothing.)
    implied = field.nullable and field.type.key != "boolean"
    filled = sql.SQL("{} and {} is not null").format(live, name) if implied else live
    if field.type.many:
        yield _index(shape.table, sql.SQL("using gin ({})").format(name), filled)
        return
    if field.type.key == "location":
        pointed = sql.SQL("{} and k_point({}) is not null").format(live, name)
        # What a map reads of a record is carried, so that heaps of many thousands are counted within the index alone.
        scoped = [f.column for k in ("owner", "team") if (f := shape.fields.get(k))]
        carried = sql.SQL(", ").join(map(sql.Identifier, (field.column, "id", *scoped)))
        yield _index(
            shape.table, sql.SQL("using gist (k_point({})) include ({})").format(name, carried), pointed
        )
        return
    if not field.type.multiline:  # too long for a key, and never sorted by
        folded = sql.SQL('(k_fold({}) collate "C")').format(name) if field.type.folds else name
        yield _index(shape.table, sql.SQL("({}, id)").format(folded), filled)
    if field.contains:
        yield _index(shape.table, sql.SQL("using gin (k_fold({}) gin_trgm_ops)").format(name), filled)


def _of_gaps(shape: Shape, entries: Mapping[str, float]) -> Iterator[sql.Composed]:
    """The few records in which a field is empty, where a list would have to walk through very many to find them."""
    live = _live(shape)
    of_all = next(_of_field(shape, shape.fields["created_at"], live), None)
    whole = entries.get(_name(of_all), 0.0) if of_all is not None else 0.0
    if whole < MANY:
        return
    for field in shape.fields.values():
        if (
            not field.nullable
            or field.type.multiline
            or field.type.many
            or field.type.key in {"boolean", "location"}
        ):
            continue  # the others have no index that tells how many have a value
        mine = next(_of_field(shape, field, live), None)
        if mine is None or (held := entries.get(_name(mine))) is None:
            continue
        empty = sql.SQL("{} and {} is null").format(live, sql.Identifier(field.column))
        gap = _index(shape.table, "(id)", empty)
        if whole - held <= whole * (KEPT_GAPS if _name(gap) in entries else FEW_GAPS):
            yield gap


def _name(statement: sql.Composed) -> str:
    return next(iter(_named(statement)))


def _of_part(part: PartShape) -> Iterator[sql.Composed]:
    yield _index(
        part.table,
        sql.SQL("({}, {})").format(sql.Identifier(part.parent_column), sql.Identifier(part.order)),
        None,
    )
    for field in part.fields.values():
        if field.type.key == "reference":
            column = sql.Identifier(field.column)
            yield _index(part.table, sql.SQL("({})").format(column), sql.SQL("{} is not null").format(column))
    if part.search:
        yield _index(part.table, "using gin (search_text gin_trgm_ops)", None)
        yield _index(part.table, '(search_text collate "C")', None)


def _live(shape: Shape) -> sql.Composable:
    conditions: list[sql.Composable] = [sql.SQL("deleted_at is null")]
    conditions += [
        sql.SQL("{} = {}").format(sql.Identifier(c), sql.Literal(v)) for c, v in shape.constants.items()
    ]
    return sql.SQL(" and ").join(conditions)


def _index(table: str, body: str | sql.Composable, where: sql.Composable | None) -> sql.Composed:
    what = sql.SQL(body) if isinstance(body, str) else body
    if what.as_string(None).startswith("using gin"):
        what += _SHORT_LIST
    text = sql.SQL("create index on {} {}").format(sql.Identifier(table), what)
    return text if where is None else text + sql.SQL(" where ") + where
