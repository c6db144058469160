"""Links of records to others of their kind, when several of them become one.

A link between two of the merged records dissolves: it would point from the record to itself. In its place comes what the
record it pointed at points at (the parent's parent), when that is none of the merged; a list of records just loses it. A
longer way round, over a record that is not merged, stays a circle, and such a merge is refused.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.merging.values import Stored, own_links, own_lists
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store import read

_WAY = sql.SQL(
    "with recursive up(id) as (select %s::bigint union"
    " select case when r.{column} = any(%s) then %s else r.{column} end from up join {table} r on r.id = up.id"
    " where up.id <> %s and r.{column} is not null)"
    " select exists (select 1 from up where id = %s)"
)


def dissolved(shape: Shape, records: Sequence[Stored]) -> list[dict[str, Any]]:
    """The records as they are without the links between them."""
    by_id = {r["id"]: r for r in records}
    made = [dict(r) for r in records]
    for each in own_links(shape):
        for row in made:
            row[each.key] = _beyond(each.key, row[each.key], by_id)
    for each in own_lists(shape):
        for row in made:
            row[each.key] = outside(row[each.key], by_id)
    return made


def outside(held: Sequence[int] | None, merged: Collection[int]) -> list[int] | None:
    """What a field of several records holds beside the merged ones; None for nothing."""
    return [n for n in held or () if n not in merged] or None


def _beyond(key: str, target: int | None, merged: Mapping[int, Stored]) -> int | None:
    """Follow a link out of the merged records; None when it stays among them."""
    seen: set[int] = set()
    while target is not None and target in merged and target not in seen:
        seen.add(target)
        target = merged[target][key]
    return None if target in merged else target


def refuse_circles(actor: Actor, shape: Shape, kept: Stored, gone: Sequence[int], will_be: Stored) -> None:
    """Raise Invalid when the kept record would belong, over others, to itself, and did not do so before."""
    for each in (*own_links(shape), *own_lists(shape)):
        if each.required and kept.get(each.key) and not will_be.get(each.key):
            message = _("Nothing would be left here, and it must not be empty. Choose another record first.")
            raise Invalid([FieldError(each.key, "circle", message)])
    for each in own_links(shape):
        target = will_be.get(each.key)
        if target is None:
            continue
        if _leads_to(shape, each, target, kept["id"], gone) and not _was_circle(shape, each, kept):
            title = read.titles(actor, shape_of(each.params.target or shape.key), [target]).get(target)
            raise Invalid([FieldError(each.key, "circle", _message(title))], message=_message(title))


def _message(title: str | None) -> Any:
    if title is None:
        return _(
            "The merged record would belong to itself, over a record between them. Change that link first, then merge."
        )
    return _(
        "“%(name)s” stands between these records: it belongs to one of them, and another belongs to it. Change that link first, then merge."
    ) % {"name": title}


def _was_circle(shape: Shape, each: FieldShape, kept: Stored) -> bool:
    before = kept.get(each.key)
    return before is not None and _leads_to(shape, each, before, kept["id"], [])


def _leads_to(shape: Shape, each: FieldShape, start: int, end: int, gone: Sequence[int]) -> bool:
    """Whether following a link from one record arrives at another; on the way gone records count as the other."""
    text = _WAY.format(column=sql.Identifier(each.column), table=sql.Identifier(shape.table))
    with connection.cursor() as cursor:
        cursor.execute(text, [start, list(gone), end, end, end])
        return bool(cursor.fetchone()[0])
