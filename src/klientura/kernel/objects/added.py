"""Reading what was added to the declared objects, in six queries."""

from collections import defaultdict
from typing import Any

from klientura.kernel.fields.base import Choice, Choices
from klientura.kernel.objects.additions import Additions
from klientura.kernel.objects.labels import said
from klientura.kernel.objects.models import (
    AddedField,
    AddedObject,
    AddedOption,
    DeclaredOption,
    FieldConditions,
    Layout,
)


def read_additions() -> Additions:
    """The additions as the database holds them now."""
    fields: dict[str, list[AddedField]] = defaultdict(list)
    for each in AddedField.objects.filter(state="active").order_by("position", "pk"):
        fields[each.object].append(each)
    choices: dict[int, list[Choice]] = defaultdict(list)
    rows: Any = AddedOption.objects.order_by("field_id", "position", "pk").values_list(
        "field_id", "code", "label", "hue", "active"
    )
    for field_id, code, label, hue, active in rows:
        choices[field_id].append(Choice(code, said(label), hue, active))
    declared: dict[tuple[str, str], list[DeclaredOption]] = defaultdict(list)
    for option in DeclaredOption.objects.order_by("base", "column", "position", "pk"):
        declared[option.base, option.column].append(option)
    return Additions(
        objects=tuple(AddedObject.objects.filter(state="active").order_by("position", "pk")),
        fields={key: tuple(found) for key, found in fields.items()},
        options={number: Choices(found) for number, found in choices.items()},
        declared_options={place: tuple(found) for place, found in declared.items()},
        conditions=tuple(FieldConditions.objects.order_by("pk")),
        layouts=tuple(Layout.objects.order_by("object", "role", "stage")),  # that for everybody first
    )
