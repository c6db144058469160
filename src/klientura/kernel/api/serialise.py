"""Records as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.read import Ref, Row


def value_of(field: FieldShape, value: Any) -> Any:
    """One value as JSON; a reference becomes {"id", "title"}, its title null when the target is not open."""
    if isinstance(value, Ref):
        return {"id": value.id, "title": value.title}
    return field.type.to_json(value)


def record(fields: Sequence[FieldShape], row: Row) -> dict[str, Any]:
    """One record."""
    return {f.key: value_of(f, row[f.key]) for f in fields}


def lines(shape: Shape, parts: Mapping[str, Sequence[Row]]) -> dict[str, list[dict[str, Any]]]:
    """The lines of one record."""
    return {
        key: [
            {"id": line["id"], **{k: f.type.to_json(line[k]) for k, f in shape.parts[key].fields.items()}}
            for line in found
        ]
        for key, found in parts.items()
    }
