"""Links to another record, and to a user. Whether the target exists and is open is checked by the write path, set-based."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kernel.fields.many import ManyType, parsed_many
from klientura.kit.formats import Language

MAX_ID = 2**63 - 1
USERS: Final = "user"
"""What fields of users point at, where others name a kind of record."""
TEAMS: Final = "team"
"""What fields of teams point at."""
SEVERAL: Final = frozenset({"references", "users"})
"""The types that point at several."""


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


class Pointed(list[int | str]):
    """Numbers, and names of records, as they were given: which records are meant the write tells (see `store.many`)."""


class ReferencesType(ManyType):
    """Several records of `params.target`, by their numbers. Names are understood where just one open record has it."""

    key = "references"
    widget = "references"
    sql_type = "bigint[]"

    def parse(self, raw: object, params: Params) -> Any:
        single = isinstance(raw, int) and not isinstance(raw, bool)
        return parsed_many([raw] if single else raw, _pointed, separators=";\n")

    def to_json(self, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return super().to_json(value)
        return [v if isinstance(v, int | str) else {"id": v[0], "title": v[1]} for v in value]

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "; ".join(
            f"№ {v}" if isinstance(v, int) else v if isinstance(v, str) else v[1] or "" for v in value or ()
        )

    def schema(self, params: Params) -> dict[str, Any]:
        number = {"type": "integer", "format": "int64", "minimum": 1, "x-object": params.target or ""}
        titled = {
            "type": "object",
            "properties": {"id": number, "title": {"type": ["string", "null"]}},
            "required": ["id"],
        }
        return {"type": "array", "items": {"anyOf": [number, titled]}}


class UsersType(ReferencesType):
    """Several users, by their numbers or names; the operator `me` asks for whoever reads."""

    key = "users"
    operators: ClassVar[tuple[str, ...]] = ("any", "all", "none", "me", "empty", "not_empty")


def _pointed(parts: list[Any]) -> list[int | str]:
    return Pointed(dict.fromkeys(_one(part) for part in parts))


def _one(raw: Any) -> int | str:
    if isinstance(raw, Mapping):
        raw = raw.get("id")
    if isinstance(raw, tuple) and raw:  # as it was read
        raw = raw[0]
    if isinstance(raw, str):
        text = " ".join(raw.split())
        if not text.isascii() or not text.isdigit():
            if text and len(text) <= 500 and "\x00" not in text:
                return text
            raise FieldProblem("reference", _("Choose a record from the list."))
        raw = int(text[:20])
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw <= MAX_ID:
        raise FieldProblem("reference", _("Choose a record from the list."))
    return raw
