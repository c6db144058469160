"""Links to another record, and to a user. Whether the target exists and is open is checked by the write path, set-based."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, FieldType, Params

MAX_ID = 2**63 - 1


class ReferenceType(FieldType):
    """The id of a record of `params.target`. In JSON an object {"id", "title"} is accepted and given."""

    key = "reference"
    widget = "reference"
    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "in", "empty", "not_empty")
    sql_type = "bigint"
    groupable = True

    def parse(self, raw: object, params: Params) -> Any:
        if isinstance(raw, dict):
            raw = raw.get("id")
        if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit():
            raw = int(raw.strip()[:20])
        if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw <= MAX_ID:
            raise FieldProblem("reference", _("Choose a record from the list."))
        return raw

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "integer", "format": "int64", "minimum": 1, "x-object": params.target or ""}


class UserType(ReferenceType):
    """The id of a user; the operator `me` stands for whoever reads."""

    key = "user"
    widget = "user"
    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "in", "me", "empty", "not_empty")
