"""Records that would not only point elsewhere but mean something else: a deal whose stage is merged with one of another pipeline."""

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.merging.choosing import Unmergeable
from klientura.kernel.merging.rooms import refers
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import write

TELLING = frozenset({"reference", "user", "option"})


def refuse_other_meaning(product: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int]) -> None:
    """Raise Unmergeable when the rules of another object would change more of its records than the link.

    Asked about fields that mean something only together (`ObjectSpec.together`), and of each combination of them once;
    and only where the merged records belong to another record of the same group, as a stage does to its pipeline: what
    belongs to a merged pipeline goes with it.
    """
    for other in all_shapes().values():
        if other.spec.before_write is None or members_of(other) or other.spec.one_for_the_same:
            continue  # of the last the rules would refuse those in the trash too, which nothing else is in the way of
        for group in other.spec.together:
            links = [k for k in group if refers(other.fields[k], shape)]
            telling = [k for k in group if other.fields[k].type.key in TELLING]
            if (
                links
                and _belongs_to_rest(shape, other, links, telling)
                and _changes_more(product, other, links, telling, kept_id, list(gone_ids))
            ):
                message = _(
                    "“%(objects)s” point at these records and would come to mean something else. Move them first, then merge."
                ) % {"objects": str(other.plural)}
                raise Unmergeable(message, code="meaning")


def _belongs_to_rest(shape: Shape, other: Shape, links: Sequence[str], telling: Sequence[str]) -> bool:
    """Whether the merged records refer to what the other fields of the group refer to."""
    rest = {other.fields[k].params.target for k in telling if k not in links} - {None}
    bases = {s.base for k, s in all_shapes().items() if k in rest}
    return any(refers(f, s) for f in shape.fields.values() for s in all_shapes().values() if s.base in bases)


def _changes_more(
    product: Actor, other: Shape, links: Sequence[str], telling: Sequence[str], kept_id: int, gone: list[int]
) -> bool:
    columns = [sql.Identifier(other.fields[k].column) for k in telling]
    text = sql.SQL("select min(r.id) from {} r where {} group by {}").format(
        sql.Identifier(other.table),
        sql.SQL(" or ").join(
            sql.SQL("r.{} = any(%s)").format(sql.Identifier(other.fields[k].column)) for k in links
        ),
        sql.SQL(", ").join(sql.SQL("r.{}").format(c) for c in columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [gone for _k in links])
        some = [row[0] for row in cursor.fetchall()]
    drafts = [
        Draft({}, before=row, record_id=row["id"], version=row["version"])
        for row in write.lock_rows(other, some)
    ]
    for draft in drafts:
        draft.values = {k: kept_id for k in links if draft.before.get(k) in gone}
    if drafts and other.spec.before_write is not None:
        other.spec.before_write(Batch(other, drafts, creating=False), product)
    rest = [k for k in telling if k not in links]
    return any(draft.errors or draft.changed(*rest) for draft in drafts)
