"""Fields whose record decides whether they are shown, have to be filled in, or can still be changed.

The conditions are filter trees, and the database judges them as it judges a list: of the values as they would stand,
laid before it as rows, so that forms, bulk changes, imports and programs are all held to the same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import hidden, writable
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.read import Ref
from klientura.kernel.store.trees import fields_in

ROWS = 500
REQUIRED_NOW = _("As things stand, this has to be filled in.")
LOCKED_NOW = _("As things stand, this can no longer be changed.")


@dataclass(frozen=True, slots=True)
class States:
    """The keys of one record's fields that are not shown, have to be filled in, and can no longer be changed."""

    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()


NONE = States()
JUDGE = SystemActor("whether a field is shown may hang on one that the reader does not see")


@dataclass(frozen=True, slots=True)
class _Question:
    """One condition: of which field, deciding what, asking about which fields."""

    key: str
    decides: str
    tree: Any
    asks: frozenset[str]


@lru_cache(maxsize=500)
def _questions(shape: Shape) -> tuple[_Question, ...]:
    return tuple(_asked(shape))


def _asked(shape: Shape) -> Iterator[_Question]:
    for key, field in shape.fields.items():
        conditions = (
            ("hidden", field.shown_when),
            ("required", field.required_when),
            ("locked", field.locked_when),
        )
        for decides, text in conditions:
            if text:
                tree = json.loads(text)
                yield _Question(key, decides, tree, frozenset(fields_in(tree)))


def asked(shape: Shape) -> frozenset[str]:
    """The fields that the conditions of an object ask about."""
    return frozenset().union(*(q.asks for q in _questions(shape)))


def conditioned(shape: Shape) -> bool:
    """Whether any field of the object depends on its record."""
    return bool(_questions(shape))


def states_of(actor: Actor, shape: Shape, rows: Sequence[Mapping[str, Any]]) -> list[States]:
    """The states of the fields of some records, given by their values; one query for five hundred."""
    questions = [q for q in _questions(shape) if q.asks <= set(shape.fields)]
    if not questions:
        return [NONE] * len(rows)
    found: list[States] = []
    for some in batched(rows, ROWS):
        found += _judge(actor, shape, questions, some)
    return found


def _judge(
    actor: Actor, shape: Shape, questions: Sequence[_Question], rows: Sequence[Mapping[str, Any]]
) -> Iterator[States]:
    fields = [shape.fields[k] for k in sorted(frozenset().union(*(q.asks for q in questions)))]
    tests: list[sql.Composable] = []
    params: list[Any] = []
    for question in questions:
        compiled = compile_filter(question.tree, Context(actor, shape.fields))
        tests.append(sql.SQL("({}) is true").format(compiled.sql) if compiled else sql.SQL("true"))
        params += compiled.params if compiled else ()
    line = sql.SQL(", ").join(sql.SQL("%s::{}").format(sql.SQL(f.type.sql_type)) for f in fields)
    lines = sql.SQL(", ").join(sql.SQL("(%s::int, {})").format(line) for _row in rows)
    for number, row in enumerate(rows):
        params += [number, *(_stored(row.get(f.key)) for f in fields)]
    names = sql.SQL(", ").join(sql.Identifier(f.column) for f in fields)
    text = sql.SQL("select {} from (values {}) r(place, {}) order by r.place").format(
        sql.SQL(", ").join(tests), lines, names
    )
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        answers = cursor.fetchall()
    for answer in answers:
        decided: dict[str, set[str]] = {"hidden": set(), "required": set(), "locked": set()}
        for question, met in zip(questions, answer, strict=True):
            if met != (question.decides == "hidden"):  # what is not met hides
                decided[question.decides].add(question.key)
        yield States(
            frozenset(decided["hidden"]),
            frozenset(decided["required"] - decided["hidden"]),
            frozenset(decided["locked"]),
        )


def _stored(value: Any) -> Any:
    if isinstance(value, list):
        return [each.id if isinstance(each, Ref) else each for each in value]
    return value.id if isinstance(value, Ref) else value


def enforce(actor: Actor, batch: Batch) -> None:
    """Refuse in drafts what their records do not allow: an empty field that has to be filled in, a change of a locked one.

    What is required is asked for when a record is made, and when the field or what its condition asks about changes. A
    field that the actor may not fill in is not asked of them.
    """
    if actor.is_system or not conditioned(batch.shape):
        return
    drafts = [d for d in batch if not d.errors]
    rows = [_as_it_will_be(batch, d) for d in drafts]
    found = states_of(actor, batch.shape, rows if batch.creating else [*rows, *(d.before for d in drafts)])
    earlier = [NONE] * len(drafts) if batch.creating else found[len(drafts) :]
    for draft, row, before, after in zip(drafts, rows, earlier, found[: len(drafts)], strict=True):
        for key in sorted(before.locked):
            if draft.changed(key):
                draft.refuse(key, "locked", LOCKED_NOW)
        for key in sorted(after.required - before.locked):
            if _missing(actor, batch, draft, row, batch.shape.fields[key]):
                draft.refuse(key, "required", REQUIRED_NOW)


def _as_it_will_be(batch: Batch, draft: Draft) -> dict[str, Any]:
    """The values of a record as they will stand after the write."""
    if not batch.creating:
        return {**draft.before, **draft.values}
    return {k: draft.values.get(k, f.default) for k, f in batch.shape.fields.items()}


def _missing(actor: Actor, batch: Batch, draft: Draft, row: Mapping[str, Any], field: FieldShape) -> bool:
    shape = batch.shape
    if not field.writable or not writable(actor, shape, field.key) or field.key in hidden(actor, shape):
        return False
    value = row.get(field.key)
    if value is not None and value != [] and value is not False:
        return False
    asks = next(q.asks for q in _questions(shape) if q.key == field.key and q.decides == "required")
    return batch.creating or draft.changed(field.key, *asks)
