"""Yes/no, one option of a list, several options of a list."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kit.formats import Language
from klientura.kit.readings import BadBool, parse_bool

MAX_OPTIONS = 200


def option_code(raw: object, params: Params) -> str:
    """Accept an option's code, or its label in the reader's language (files carry labels)."""
    if isinstance(raw, str):
        text = raw.strip()
        for choice in params.choices:
            if choice.code == text:
                return choice.code
        lowered = text.casefold()
        for choice in params.choices:
            if str(choice.label).casefold() == lowered:
                return choice.code
    raise FieldProblem("option", _("This is not one of the options."))


class BooleanType(FieldType):
    """Yes or no."""

    key = "boolean"
    widget = "checkbox"
    operators: ClassVar = ("eq", "empty", "not_empty")
    sql_type = "boolean"
    groupable = True

    def parse(self, raw: object, params: Params) -> Any:
        if isinstance(raw, bool):
            return raw
        try:
            return parse_bool(str(raw))
        except BadBool as bad:
            raise FieldProblem("boolean", _("Yes or no is expected here.")) from bad

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "" if value is None else _now("Yes") if value else _now("No")

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "boolean"}


class OptionType(FieldType):
    """Exactly one of the options."""

    key = "option"
    widget = "select"
    operators: ClassVar = ("eq", "ne", "in", "not_in", "empty", "not_empty")
    groupable = True

    def parse(self, raw: object, params: Params) -> Any:
        return option_code(raw, params)

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return next(
            (str(c.label) for c in params.choices if c.code == value), "" if value is None else str(value)
        )

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "string", "enum": [c.code for c in params.choices]}


class MultiOptionType(FieldType):
    """Any number of the options, each once, in the order of the list."""

    key = "multi_option"
    widget = "multi"
    operators: ClassVar = ("any", "all", "none", "empty", "not_empty")
    sql_type = "varchar[]"  # what Django makes of an array of CharField; overlap wants the very same type

    def is_empty(self, raw: object) -> bool:
        return super().is_empty(raw) or (
            isinstance(raw, list | tuple) and not [r for r in raw if r not in ("", None)]
        )

    def parse(self, raw: object, params: Params) -> Any:
        parts = raw.replace(";", ",").split(",") if isinstance(raw, str) else raw
        if not isinstance(parts, list | tuple) or len(parts) > MAX_OPTIONS:
            raise FieldProblem("type", _("A list of options is expected here."))
        chosen = {option_code(part, params) for part in parts if part not in ("", None)}
        return [c.code for c in params.choices if c.code in chosen]

    def to_json(self, value: Any) -> Any:
        return list(value or ())

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return ", ".join(str(c.label) for c in params.choices if c.code in (value or ()))

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        return list(value or ())

    def schema(self, params: Params) -> dict[str, Any]:
        return {
            "type": "array",
            "items": {"type": "string", "enum": [c.code for c in params.choices]},
            "uniqueItems": True,
        }
