"""Records as JSON."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from klientura.kernel.fields.base import FieldType
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.read import Ref, Row


def records(fields: Sequence[FieldShape], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Many records; what a field makes of its values is looked up once."""
    ways = [(f.key, _way(f)) for f in fields]
    return [{key: way(row[key]) if way else row[key] for key, way in ways} for row in rows]


def record(fields: Sequence[FieldShape], row: Row) -> dict[str, Any]:
    """One record."""
    return records(fields, [row])[0]


def _way(field: FieldShape) -> Callable[[Any], Any] | None:
    """How a field's values become JSON; None when they are it already."""
    if field.type.key in {"reference", "user"}:
        return _reference
    return None if type(field.type).to_json is FieldType.to_json else field.type.to_json


def _reference(value: Any) -> Any:
    """{"id", "title"}; the title is null when the target is not open."""
    return {"id": value.id, "title": value.title} if isinstance(value, Ref) else value


def lines(shape: Shape, parts: Mapping[str, Sequence[Row]]) -> dict[str, list[dict[str, Any]]]:
    """The lines of one record."""
    made: dict[str, list[dict[str, Any]]] = {}
    for key, found in parts.items():
        ways = [(k, _way(f)) for k, f in shape.parts[key].fields.items()]
        made[key] = [
            {"id": line["id"], **{k: way(line[k]) if way else line[k] for k, way in ways}} for line in found
        ]
    return made
