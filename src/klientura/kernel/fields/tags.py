"""Tags: words that people put on records, made while they are typed, and kept in a dictionary of the field's own."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, Params
from klientura.kernel.fields.many import ManyType, parsed_many
from klientura.kit.clean import BadText, clean_text
from klientura.kit.formats import Language

LONGEST_TAG = 60
TYPED = ";"
"""A text that begins with it is a word as somebody typed it, and never a code: no tag holds a semicolon."""
_SEPARATORS = re.compile(r"[;,\n]")


class Tag(str):
    """A tag as it was read: its code, which is what records hold, with how it is called and drawn."""

    label: str
    hue: str

    def __new__(cls, code: str, label: str, hue: str = "gray") -> "Tag":
        """The code with its words."""
        made = super().__new__(cls, code)
        made.label, made.hue = label, hue
        return made


class Typed(list[str]):
    """Codes and labels as they were given: which tags are meant, and which are new, the dictionary tells (see `kernel.tags`).

    A code stays what it was when its tag is called otherwise, so what was typed (see `TYPED`) is compared with labels only.
    """


class TagsType(ManyType):
    """Any number of tags, by their codes. A list may name them by code or by label, a text by label; a new label makes a tag.

    In a list, {"label": …} says that a label is meant even where another tag has that word for its code.
    """

    key = "tags"
    widget = "tags"

    def parse(self, raw: object, params: Params) -> Any:
        return parsed_many(raw, _read_words if isinstance(raw, str) else _read, separators=";,\n")

    def to_json(self, value: Any) -> Any:
        return super().to_json(value) if not isinstance(value, list | tuple) else [str(v) for v in value]

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "; ".join(label_of(v) for v in value or ())

    def schema(self, params: Params) -> dict[str, Any]:
        where = f"/api/v1/{params.home.replace('.', '/values/', 1)}"
        code = {"type": "string", "maxLength": 63}
        word = {
            "type": "object",
            "properties": {"label": {"type": "string", "maxLength": LONGEST_TAG}},
            "required": ["label"],
        }
        return {
            "type": "array", "items": {"anyOf": [code, word]}, "uniqueItems": True, "x-options": where,
        }  # fmt: skip


def as_listed(raw: Any) -> Any:
    """What a program sends, with a text in the place of a list: it names tags as a list does, a code first."""
    if isinstance(raw, str):
        return [piece.strip() for piece in _SEPARATORS.split(raw)]
    if isinstance(raw, Mapping):
        return {name: as_listed(each) if isinstance(each, str) else each for name, each in raw.items()}
    return raw


def label_of(value: str) -> str:
    """What a tag is called; one that was not looked up is called by its code, or as it was typed."""
    return value.label if isinstance(value, Tag) else str(value).removeprefix(TYPED)


def clean_tag(raw: object) -> str:
    """One tag as it may be kept: one line without separators, single spaces. Raises FieldProblem."""
    if not isinstance(raw, str):
        raise FieldProblem("type", _("Text is expected here."))
    try:
        text = clean_text(raw, multiline=False, max_length=LONGEST_TAG)
    except BadText as bad:
        if bad.code == "too_long":
            raise FieldProblem(
                "too_long", _("A tag has at most %(count)s characters.") % {"count": LONGEST_TAG}
            ) from bad
        raise FieldProblem("characters", _("A tag is one line of plain text.")) from bad
    text = " ".join(text.split())
    if not text or _SEPARATORS.search(text):
        raise FieldProblem("separator", _("A tag holds neither commas nor semicolons."))
    return text


def _read(parts: list[Any]) -> list[str]:
    return Typed(dict.fromkeys(_named(part) for part in parts))


def _read_words(parts: list[Any]) -> list[str]:
    return Typed(dict.fromkeys(TYPED + clean_tag(part) for part in parts))


def _named(part: Any) -> str:
    """One tag of a list: a code or a label, or a label in no doubt."""
    if isinstance(part, Mapping) and set(part) == {"label"}:
        return TYPED + clean_tag(part["label"])
    if isinstance(part, str) and part.startswith(TYPED):
        return TYPED + clean_tag(part.removeprefix(TYPED))
    return clean_tag(part)
