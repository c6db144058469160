"""What records without a title are called: reckoned when they are read, so that it is right for each reader and never outdated."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.compiler import as_rows, build, statement
from klientura.kernel.store.refs import Ref


def read_besides(actor: Actor, shape: Shape, fields: Sequence[FieldShape]) -> tuple[FieldShape, ...]:
    """The fields that are read with those that were asked for, so that a title can be made where there is none."""
    if shape.spec.nameless is None or all(f.key != "title" for f in fields):
        return ()
    seen, known = readable(actor, shape), {f.key for f in fields}
    return tuple(seen[k] for k in shape.spec.nameless.fields if k in seen and k not in known)


def name_nameless(
    actor: Actor,
    shape: Shape,
    fields: Iterable[FieldShape],
    rows: Sequence[dict[str, Any]],
    besides: Sequence[FieldShape] = (),
) -> None:
    """Call rows and what they refer to by words where there is no title; one query for each kind referred to that has such.

    `besides` were read for the sake of this alone, and are taken out of the rows.
    """
    fields = tuple(fields)
    if (spec := shape.spec.nameless) is not None:
        for row in rows:
            if row.get("title", "-") == "":
                row["title"] = spec.words({k: row[k] for k in spec.fields if k in row})
            for field in besides:
                del row[field.key]
    pointing = [f for f in fields if f.type.key == "reference" and f.column != "team_id"]
    wanted: dict[str, set[int]] = {}
    for field in pointing:
        target = field.params.target or ""
        if shape_of(target).spec.nameless is not None:
            wanted.setdefault(target, set()).update(
                v.id for row in rows if isinstance(v := row[field.key], Ref) and v.title == ""
            )
    names = {key: called(actor, shape_of(key), numbers) for key, numbers in wanted.items()}
    for row in rows:
        for field in pointing:
            value, known = row[field.key], names.get(field.params.target or "", {})
            if isinstance(value, Ref) and value.id in known:
                row[field.key] = Ref(value.id, known[value.id])


def with_names(actor: Actor, shape: Shape, titles: dict[int, str]) -> dict[int, str]:
    """Titles of records by number, and words for those that have none."""
    return titles | called(actor, shape, [number for number, title in titles.items() if title == ""])


def called(actor: Actor, shape: Shape, numbers: Collection[int]) -> dict[int, str]:
    """Words for records that the caller has read with this actor."""
    spec = shape.spec.nameless
    if spec is None or not numbers:
        return {}
    seen = readable(actor, shape)
    fields = [shape.fields[k] for k in ("id", *spec.fields) if k in seen]
    query = build(actor, shape, fields, Predicate(sql.SQL("r.id = any(%s)"), (sorted(numbers),)))
    with connection.cursor() as cursor:
        cursor.execute(*statement(query))
        return {row["id"]: spec.words(row) for row in as_rows(query, cursor.fetchall())}
