"""Records that tie two of the merged ones to each other: a relation between a client and its own duplicate."""

from collections.abc import Sequence
from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.merging.choosing import Unmergeable
from klientura.kernel.merging.rooms import columns_of
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import write

SAID: Final = 5


def loosen(
    product: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int
) -> dict[str, list[int]]:
    """Move those ties to the trash that their own rules would refuse when both ends are one; return them by object.

    What may well have both ends in one (a deal of a person who is its contact as well) is turned like everything else.
    """
    found: dict[str, list[int]] = {}
    for other in all_shapes().values():
        columns = [c for c, _only in columns_of(other, shape) if c != "subject_id"]
        if len(columns) < 2 or members_of(other) or other.spec.before_write is None:
            continue
        if ids := _tying(other, columns, [kept_id, *gone_ids], list(gone_ids)):
            refused = _refused(product, other, ids, kept_id, set(gone_ids))
            if refused:
                write.trash(product, other, refused, operation_id=operation_id)
                found[other.key] = refused
    return found


def refuse_second(product: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int]) -> None:
    """Raise Unmergeable when two records of another object would then be for the same, and there may be one alone."""
    for other in all_shapes().values():
        columns = [c for c, _only in columns_of(other, shape)]
        if not columns or not other.spec.one_for_the_same:
            continue
        refused = _refused(product, other, _pointing(other, columns, list(gone_ids)), kept_id, set(gone_ids))
        if refused:
            numbers = ", ".join(f"№ {each}" for each in refused[:SAID])
            message = _(
                "“%(objects)s”: there would be two for the same (%(numbers)s). Delete them or change them first, then merge."
            )
            raise Unmergeable(message % {"objects": str(other.plural), "numbers": numbers}, code="second")


def _pointing(other: Shape, columns: Sequence[str], gone: list[int]) -> list[int]:
    text = sql.SQL("select x.id from {} x where x.deleted_at is null and ({}) order by x.id").format(
        sql.Identifier(other.table),
        sql.SQL(" or ").join(sql.SQL("x.{} = any(%s)").format(sql.Identifier(c)) for c in columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [gone for _c in columns])
        return [row[0] for row in cursor.fetchall()]


def _tying(other: Shape, columns: Sequence[str], merged: list[int], gone: list[int]) -> list[int]:
    names = [sql.Identifier(c) for c in columns]
    text = sql.SQL("select x.id from {} x where x.deleted_at is null and ({}) and {} >= 2 and {}").format(
        sql.Identifier(other.table),
        sql.SQL(" or ").join(sql.SQL("x.{} = any(%s)").format(n) for n in names),
        sql.SQL(" + ").join(sql.SQL("coalesce((x.{} = any(%s))::int, 0)").format(n) for n in names),
        sql.SQL(" and ").join(
            [
                sql.SQL("true"),
                *(
                    sql.SQL("x.{} = {}").format(sql.Identifier(c), sql.Literal(v))
                    for c, v in other.constants.items()
                ),
            ]
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*(gone for _n in names), *(merged for _n in names)])
        return [row[0] for row in cursor.fetchall()]


def _refused(product: Actor, other: Shape, ids: Sequence[int], kept_id: int, gone: set[int]) -> list[int]:
    """Those that the rules of the object accept as they are, and refuse with both ends turned."""
    stored = write.lock_rows(other, ids)
    turned = [Draft({}, before=row, record_id=row["id"], version=row["version"]) for row in stored]
    as_is = [Draft({}, before=row, record_id=row["id"], version=row["version"]) for row in stored]
    links = [k for k, f in other.fields.items() if f.type.key == "reference"]
    for draft in turned:
        draft.values = {k: kept_id for k in links if draft.before.get(k) in gone}
    if other.spec.before_write is not None:
        other.spec.before_write(Batch(other, turned, creating=False), product)
        other.spec.before_write(Batch(other, as_is, creating=False), product)
    wrong_anyway = {d.record_id for d in as_is if d.errors}
    return sorted(d.record_id or 0 for d in turned if d.errors and d.record_id not in wrong_anyway)
