"""Conditions of fields: setting when one is shown, has to be filled in, or can no longer be changed."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound, Stale, Text
from klientura.kernel.objects.models import FieldConditions
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema.fields import require_administrator
from klientura.kernel.schema.locking import change_schema
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.trees import fields_in, leaves

KINDS: Final = ("shown", "required", "locked")
MAX_CONDITIONED = 100
"""Fields of one object with conditions; all of them are judged with every form."""


def conditions_of(object_key: str, field_key: str) -> FieldConditions | None:
    """The conditions of a field, if it has any."""
    return FieldConditions.objects.filter(object=object_key, field=field_key).first()


def set_conditions(
    actor: Actor, object_key: str, field_key: str, trees: Mapping[str, Any], *, expected_version: int = 0
) -> FieldConditions | None:
    """Set some conditions of a field («shown», «required», «locked» → filter tree, or nothing to take it away).

    `expected_version` is that of the conditions as the administrator saw them, 0 when there were none. Returns what
    stands then. Raises Denied, NotFound, Invalid, Stale, Busy.
    """
    require_administrator(actor)
    shape = shape_of(object_key)
    if members_of(shape) or field_key not in shape.fields:
        raise NotFound
    given = {
        kind: _checked(actor, shape, shape.fields[field_key], kind, tree) for kind, tree in trees.items()
    }

    def act() -> FieldConditions | None:
        row = FieldConditions.objects.select_for_update().filter(object=object_key, field=field_key).first()
        if (row.version if row else 0) != expected_version:
            raise Stale
        if row is None:
            row = FieldConditions(object=object_key, field=field_key, version=0)
            if FieldConditions.objects.filter(object=object_key).count() >= MAX_CONDITIONED:
                raise BadRequest(_("Too many fields of this kind of record have conditions."))
        for kind, tree in given.items():
            setattr(row, kind, tree)
        if not any(getattr(row, kind) for kind in KINDS):
            if row.pk:
                row.delete()
            return None
        row.version += 1
        row.changed_by_id = actor.user_id
        row.save()
        return row

    return change_schema(act)


def _checked(actor: Actor, shape: Shape, field: FieldShape, kind: str, tree: Any) -> Any:
    """A condition that can be kept; None when it is taken away."""
    if kind not in KINDS:
        raise BadRequest(_("There is no such condition."))
    if not tree or not list(leaves(tree)):
        return None
    if kind != "shown" and not field.writable:
        raise _refused(kind, _("Nobody fills this field in: it can only be shown or hidden."))
    if kind == "shown" and field.required:
        raise _refused(kind, _("A field that always has to be filled in is always shown."))
    try:
        compile_filter(tree, Context(actor, shape.fields))
    except BadRequest as bad:
        raise _refused(kind, bad.message) from bad
    for leaf in leaves(tree):
        if "field" not in leaf:
            raise _refused(kind, _("Use conditions on the record's own fields only."))
    asked = {k: shape.fields[k] for k in fields_in(tree)}
    computed = next((f for f in asked.values() if f.formula), None)
    if computed is not None:
        raise _refused(
            kind,
            _("«%(field)s» is computed when the record is saved, so no condition can ask for it.")
            % {"field": computed.label},
        )
    if kind == "shown" and field.key in asked:
        raise _refused(kind, _("A field cannot decide itself whether it is shown."))
    return tree


def _refused(kind: str, message: Text) -> Invalid:
    return Invalid([FieldError(kind, "condition", message)])


def uses(object_key: str, field_key: str) -> list[Text]:
    """The fields whose conditions ask about a field, for whoever is about to remove it."""
    found: list[Text] = []
    shape = shape_of(object_key)
    for row in FieldConditions.objects.filter(object=object_key):
        asked = {k for kind in KINDS for k in fields_in(getattr(row, kind))}
        if field_key in asked and row.field in shape.fields:
            found.append(
                _("conditions of the field «%(field)s»") % {"field": shape.fields[row.field].heading}
            )
    return found
