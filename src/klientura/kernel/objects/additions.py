"""What was added to the declared objects, as one piece of data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from klientura.kernel.fields.base import Choices

if TYPE_CHECKING:
    from klientura.kernel.objects.models import (
        AddedField,
        AddedObject,
        DeclaredOption,
        FieldConditions,
        Layout,
    )


@dataclass(frozen=True, slots=True)
class Additions:
    """Everything that stands in the metadata tables and is in use, in its order."""

    objects: tuple["AddedObject", ...] = ()
    fields: Mapping[str, tuple["AddedField", ...]] = field(default_factory=dict)  # by the key of the object
    options: Mapping[int, Choices] = field(default_factory=dict)  # by the number of the field
    declared_options: Mapping[tuple[str, str], tuple["DeclaredOption", ...]] = field(default_factory=dict)
    conditions: tuple["FieldConditions", ...] = ()
    layouts: tuple["Layout", ...] = ()  # of each object that for everybody first


NOTHING = Additions()
