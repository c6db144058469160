"""What a change of many records by one value would do, before it is done: counted by the database, none of them read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, require, scope
from klientura.kernel.errors import Invalid, Text
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store import cells, drafts, read
from klientura.kernel.store.bulk import MAX_RECORDS, Selection
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context

EXAMPLES = 5
TRIED = 100
"""Records for which the object's own rules are asked; they are asked of all when the change is made."""


@dataclass(slots=True)
class Foresight:
    """How many records would change, have the value already, are not the actor's to change, or are locked by a condition."""

    changing: int
    same: int
    closed: int
    locked: int
    examples: list[read.Row]
    tried: int
    refused: dict[str, int]  # by what the rules say: how many of those tried


def foresee(
    actor: Actor, shape: Shape, selection: Selection, field: FieldShape, raw: Any, *, how: str = "set"
) -> Foresight:
    """Look at what `bulk.edit` would do with the value. Of several values (`how`: add, remove, set). Raises Denied, Invalid."""
    require(actor, shape, "edit")
    model = Draft(values={})
    drafts.parse(actor, shape, {field.key: raw}, model, creating=False)
    if model.errors:
        raise Invalid(model.errors)
    value = model.values[field.key]
    more = list(selection.more)
    if selection.ids is not None:
        more.append(Predicate(sql.SQL("r.id = any(%s)"), (list(selection.ids),)))
    where = conditions(actor, shape, tree=selection.tree, more=more)
    open_to, same, locked = (
        scope(actor, shape, "edit"),
        _same(field, value, how),
        _locked(actor, shape, field),
    )
    inner = sql.SQL("select ({}) as o, ({}) as s, ({}) as l from {} r where {} limit {}").format(
        open_to.sql,
        same.sql,
        locked.sql,
        sql.Identifier(shape.table),
        where.sql,
        sql.Literal(MAX_RECORDS + 1),
    )
    text = sql.SQL(
        "select count(*) filter (where o and not s and not l), count(*) filter (where o and s),"
        " count(*) filter (where not o), count(*) filter (where o and not s and l) from ({}) q"
    ).format(inner)
    with connection.cursor() as cursor:
        cursor.execute(text, [*open_to.params, *same.params, *locked.params, *where.params])
        changing, has, closed, shut = cursor.fetchone()
    differs = Predicate(sql.SQL("not ({})").format(same.sql), same.params)
    free = Predicate(sql.SQL("not ({})").format(locked.sql), locked.params)
    first = _first(actor, shape, selection, [*more, open_to, differs, free], field)
    refused = _tried(actor, shape, [row["id"] for row in first], {field.key: raw})
    return Foresight(changing, has, closed, shut, first[:EXAMPLES], len(first), refused)


def _same(field: FieldShape, value: Any, how: str) -> Predicate:
    """Whether a record has the value already."""
    stored = sql.SQL("r.{}").format(sql.Identifier(field.column))
    kind = sql.SQL(field.type.sql_type)
    if how == "add":
        return Predicate(sql.SQL("coalesce({0}, '{{}}') @> %s::{1}").format(stored, kind), (value,))
    if how == "remove":
        return Predicate(sql.SQL("not coalesce({0}, '{{}}') && %s::{1}").format(stored, kind), (value,))
    return Predicate(sql.SQL("{} is not distinct from %s::{}").format(stored, kind), (value,))


def _locked(actor: Actor, shape: Shape, field: FieldShape) -> Predicate:
    """Whether the field's own condition locks it in a record."""
    if not field.locked_when:
        return Predicate(sql.SQL("false"))
    compiled = compile_filter(json.loads(field.locked_when), Context(actor, shape.fields, shape=shape))
    if compiled is None:
        return Predicate(sql.SQL("true"))
    return Predicate(sql.SQL("({}) is true").format(compiled.sql), compiled.params)


def _first(
    actor: Actor, shape: Shape, selection: Selection, more: list[Predicate], field: FieldShape
) -> list[read.Row]:
    """The first records that would change, with their titles and what stands in the field."""
    keys = ["title", field.key, *((c,) if (c := field.params.currency_field) in shape.fields and c else ())]
    return read.page(actor, shape, tree=selection.tree, sort="id", limit=TRIED, keys=keys, more=more).rows


def _tried(actor: Actor, shape: Shape, ids: list[int], values: Mapping[str, Any]) -> dict[str, int]:
    """What the rules of the object say to the change of some records; nothing is written."""
    found: dict[str, int] = {}
    with transaction.atomic():
        for draft in cells.judge(actor, shape, dict.fromkeys(ids, values)):
            if draft.errors:
                message: Text = draft.errors[0].message
                found[str(message)] = found.get(str(message), 0) + 1
        transaction.set_rollback(
            True
        )  # new tags and files brought along are no one's until the change is made
    return found
