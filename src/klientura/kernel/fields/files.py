"""Files of a record: brought beforehand, held by their numbers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, Params
from klientura.kernel.fields.many import ManyType, parsed_many
from klientura.kit.formats import Language

MAX_ID = 2**63 - 1


class FileRef(int):
    """A file as it was read: its number, which is what records hold, with its name and what it is."""

    name: str
    size: int
    media: str
    sha256: str

    def __new__(cls, number: int, name: str, size: int, media: str, sha256: str) -> "FileRef":
        """The number with what is known of the file."""
        made = super().__new__(cls, number)
        made.name, made.size, made.media, made.sha256 = name, size, media, sha256
        return made


class Brought(list[int]):
    """Numbers as they were given: whether they may be held by the record is told by the write (see `store.many`)."""


class FileType(ManyType):
    """One file or several, by their numbers. In JSON objects {"id", "name", "size", "type"} are given, ids accepted too."""

    key = "file"
    widget = "files"
    operators: ClassVar[tuple[str, ...]] = ("empty", "not_empty")
    sql_type = "bigint[]"

    def parse(self, raw: object, params: Params) -> Any:
        value = parsed_many([raw] if isinstance(raw, int) else raw, _numbers, separators=",;")
        most = params.maximum
        if most is not None and isinstance(value, list) and len(value) > most:
            raise FieldProblem("too_many", _("Only one file fits here."))
        return value

    def to_json(self, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return super().to_json(value)
        return [
            {"id": int(v), "name": v.name, "size": v.size, "type": v.media} if isinstance(v, FileRef) else v
            for v in value
        ]

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return ", ".join(v.name if isinstance(v, FileRef) else f"№ {v}" for v in value or ())

    def schema(self, params: Params) -> dict[str, Any]:
        number = {"type": "integer", "format": "int64", "minimum": 1}
        described = {
            "type": "object",
            "properties": {
                "id": number, "name": {"type": "string"}, "size": {"type": "integer"}, "type": {"type": "string"},
            },
            "required": ["id"],
        }  # fmt: skip
        return {"type": "array", "items": {"anyOf": [number, described]}}


def _numbers(parts: list[Any]) -> list[int]:
    return Brought(dict.fromkeys(_number(part) for part in parts))


def _number(raw: Any) -> int:
    if isinstance(raw, Mapping):
        raw = raw.get("id")
    if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit():
        raw = int(raw.strip()[:20])
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw <= MAX_ID:
        raise FieldProblem("file", _("Choose a file, or bring one."))
    return int(raw)
