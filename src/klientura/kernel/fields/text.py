"""One line of text, and text of many lines."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kit.clean import BadText, clean_text

LONG_LIMIT = 100_000


def checked_text(raw: object, *, multiline: bool, limit: int) -> str:
    """Clean one text value; every refusal becomes a sentence for people."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise FieldProblem("type", _("Text is expected here."))
    try:
        return clean_text(str(raw), multiline=multiline, max_length=limit)
    except BadText as bad:
        if bad.code == "too_long":
            raise FieldProblem(
                "too_long",
                ngettext_lazy(
                    "The text is longer than %(count)d character. Shorten it.",
                    "The text is longer than %(count)d characters. Shorten it.",
                    limit,
                )
                % {"count": limit},
            ) from bad
        if bad.code in {"line_break", "control"} and not multiline and "\x00" not in str(raw):
            raise FieldProblem(
                "line_break", _("One line of text is expected here, without line breaks or tabs.")
            ) from bad
        raise FieldProblem(
            "characters",
            _(
                "The text holds invisible control characters that cannot be kept. Type it again or paste it as plain text."
            ),
        ) from bad


class TextType(FieldType):
    """A single line. `params.normalise` may tighten it further (a tax number, say)."""

    key = "text"
    widget = "text"
    operators: ClassVar = ("contains", "not_contains", "starts", "eq", "ne", "in", "empty", "not_empty")
    folds = True

    def parse(self, raw: object, params: Params) -> Any:
        value = checked_text(raw, multiline=False, limit=params.max_length or 255)
        return params.normalise(value) if params.normalise and value else value

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "string", "maxLength": params.max_length or 255}


class LongTextType(FieldType):
    """Text of several lines; searched and read, not sorted or grouped."""

    key = "long_text"
    widget = "textarea"
    folds = True
    multiline = True
    operators: ClassVar = ("contains", "not_contains")

    def parse(self, raw: object, params: Params) -> Any:
        return checked_text(raw, multiline=True, limit=params.max_length or LONG_LIMIT)

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "string", "maxLength": params.max_length or LONG_LIMIT}
