"""Dates that are never before another date of their record: which one may be named, and who would miss it."""

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import FieldError, Invalid, Text
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape


def check(shape: Shape, row: AddedField) -> None:
    """Raise Invalid for an added date that is held to something that is no other date of its kind."""
    named = row.params.get("not_before")
    if not named:
        return
    earlier = shape.fields.get(named)
    if earlier is None or named == row.key or earlier.type.key != row.type:
        raise Invalid([FieldError("params.not_before", "option", _("This is not one of the options."))])


def uses(object_key: str, field_key: str) -> list[Text]:
    """The dates that are never before a field, for whoever is about to remove it."""
    return [
        _("field «%(field)s», which is never before it") % {"field": f.heading}
        for f in shape_of(object_key).fields.values()
        if f.params.not_before == field_key
    ]
