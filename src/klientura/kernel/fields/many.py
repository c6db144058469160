"""Fields that hold any number of values, each once: an array, filtered by what it has; and changes that add and take away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kit.formats import Language

MOST_VALUES = 200
"""So many values one record may hold in one field."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is added to the values that a record holds already, and what is taken from them."""

    add: list[Any]
    remove: list[Any]

    def applied(self, values: Sequence[Any]) -> list[Any]:
        """The values with the difference made."""
        gone = set(self.remove)
        return [v for v in dict.fromkeys((*values, *self.add)) if v not in gone]


class ManyType(FieldType):
    """Base of the types that hold several values. {"add": […], "remove": […]} changes what a record holds already."""

    operators: ClassVar[tuple[str, ...]] = ("any", "all", "none", "empty", "not_empty")
    sql_type = "varchar[]"  # what Django makes of an array of CharField; overlap wants the very same type
    many = True

    def is_empty(self, raw: object) -> bool:
        return super().is_empty(raw) or (
            isinstance(raw, list | tuple) and not [r for r in raw if r not in ("", None)]
        )

    def to_json(self, value: Any) -> Any:
        if isinstance(value, Difference):
            return {"add": [str(v) for v in value.add], "remove": [str(v) for v in value.remove]}
        return list(value or ())

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        return list(value or ())


def parsed_many(
    raw: object, read: Callable[[list[Any]], list[Any]], *, separators: str
) -> list[Any] | Difference:
    """The values that a form, a file or a program names; a text names several between separators."""
    if isinstance(raw, Mapping):
        if not raw or set(raw) - {"add", "remove"}:
            raise FieldProblem("type", _("A list of values is expected here, or what to add and to remove."))
        return Difference(
            read(_pieces(raw.get("add", []), separators)), read(_pieces(raw.get("remove", []), separators))
        )
    return read(_pieces(raw, separators))


def _pieces(raw: object, separators: str) -> list[Any]:
    if isinstance(raw, str):
        for sign in separators[1:]:
            raw = raw.replace(sign, separators[0])
        raw = [piece.strip() for piece in raw.split(separators[0])]
    if not isinstance(raw, list | tuple):
        raise FieldProblem("type", _("A list of values is expected here."))
    parts = [part for part in raw if part not in ("", None)]
    if len(parts) > MOST_VALUES:
        raise FieldProblem("too_many", _("No more than %(count)s values fit here.") % {"count": MOST_VALUES})
    return parts
