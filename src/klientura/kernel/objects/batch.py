"""What `before_write` sees: all records of one write at once, so that its checks stay set-based."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from klientura.kernel.errors import FieldError, Text
from klientura.kernel.objects.shape import Shape


@dataclass(slots=True)
class Draft:
    """One record about to be written.

    `values` holds the parsed values being set (by field key), `before` the stored row (empty on create),
    `parts` the lines given for each part (absent = untouched), `errors` what was found wrong so far.
    """

    values: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    record_id: int | None = None
    version: int = 0

    def get(self, key: str) -> Any:
        """The value as it will stand after the write."""
        return self.values[key] if key in self.values else self.before.get(key)

    def changed(self, *keys: str) -> bool:
        """Whether this write sets any of the fields to something new."""
        return any(k in self.values and self.values[k] != self.before.get(k) for k in keys)

    def refuse(self, field_key: str, code: str, message: Text) -> None:
        """Note that a value cannot stay; the write will not happen."""
        self.errors.append(FieldError(field_key, code, message))


@dataclass(slots=True)
class Batch:
    """The records of one write of one object."""

    shape: Shape
    drafts: list[Draft]
    creating: bool

    def __iter__(self) -> Iterator[Draft]:
        return iter(self.drafts)
