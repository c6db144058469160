"""Yes/no, one option of a list, several options of a list."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kernel.fields.many import ManyType, parsed_many
from klientura.kit.formats import Language
from klientura.kit.readings import BadBool, parse_bool

MOST_DESCRIBED = 200
"""A longer list of options does not stand in the description of the API."""


def option_code(raw: object, params: Params) -> str:
    """Accept an option's code, or its label in the reader's language (files carry labels)."""
    if isinstance(raw, str):
        text = raw.strip()
        if text in params.choices.by_code:
            return text
        if code := params.choices.by_label().get(text.casefold()):
            return code
    raise FieldProblem("option", _("This is not one of the options."))


def _codes(params: Params) -> dict[str, Any]:
    """The codes of a list as a schema says them; a long list is asked for by its own address."""
    if len(params.choices) <= MOST_DESCRIBED:
        return {"type": "string", "enum": [c.code for c in params.choices]}
    return {"type": "string", "x-options": f"/api/v1/{params.home.replace('.', '/values/', 1)}"}


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

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        return bool(value)  # a text would tick the box whatever it says

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
        known = params.choices.by_code.get(value)
        return str(known.label) if known else "" if value is None else str(value)

    def schema(self, params: Params) -> dict[str, Any]:
        if not params.options_by:
            return _codes(params)
        fits = {c.code: list(c.fits) for c in params.choices if c.fits}
        return {**_codes(params), "x-options-by": params.options_by, "x-fits": fits}


class MultiOptionType(ManyType):
    """Any number of the options, each once, in the order of the list."""

    key = "multi_option"
    widget = "multi"

    def parse(self, raw: object, params: Params) -> Any:
        return parsed_many(raw, lambda parts: self._read(parts, params), separators=";,")

    def _read(self, parts: list[Any], params: Params) -> list[str]:
        return params.choices.in_order({option_code(part, params) for part in parts})

    def display(self, value: Any, params: Params, lang: Language) -> str:
        by_code = params.choices.by_code
        return ", ".join(str(by_code[c].label) for c in params.choices.in_order(value or ()))

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "array", "items": _codes(params), "uniqueItems": True}
