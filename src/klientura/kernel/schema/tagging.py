"""Merging tags of a field, and what the database keeps by a condition on them: roll-ups that count records by tag."""

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema import rollup_sql, rollup_work
from klientura.kernel.schema.locking import change_schema
from klientura.kernel.tags import keeping


def merge(actor: Actor, shape: Shape, field: FieldShape, code: str, into: str) -> None:
    """Merge one tag of a field into another. Raises NotFound, BadRequest, Denied, Busy."""
    keeping.merge(actor, field.params.dictionary, code, into)
    _renew(actor, shape, field)


def part(actor: Actor, shape: Shape, field: FieldShape, code: str) -> None:
    """Take a merge of tags back. Raises NotFound, Denied, Busy."""
    keeping.part(actor, field.params.dictionary, code)
    _renew(actor, shape, field)


def _renew(actor: Actor, shape: Shape, field: FieldShape) -> None:
    """Make anew, and gather anew, the roll-ups whose conditions ask for tags of the field: triggers hold the codes."""
    shapes = all_shapes()
    asking = [
        (each, found)
        for each in shapes.values()
        for found in each.fields.values()
        if found.rollup is not None and field.key in found.rollup.asks and shapes[found.rollup.source].base == shape.base
    ]  # fmt: skip
    if not asking:
        return
    change_schema(lambda: rollup_sql.keep(all_shapes(), {shape.table}))
    for table, column in dict.fromkeys((each.table, found.column) for each, found in asking):
        rollup_work.begin(actor, table, column)
