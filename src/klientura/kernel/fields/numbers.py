"""Whole numbers, decimals and money. Money is exact: a value with too many places is refused, never rounded."""

import re
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kit.clean import BadNumber, bounded_decimal, bounded_int
from klientura.kit.formats import Language, format_decimal
from klientura.kit.readings import parse_decimal

COMPARISONS = ("eq", "ne", "lt", "lte", "gt", "gte", "between", "in", "empty", "not_empty")
NOT_A_NUMBER = _("This is not a number.")
BIGINT_MAX = 2**63 - 1
# What programs write. Only other spellings are read as people's, with their spaces and commas.
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# So many digits behind a sign may as well be thousands: «150.000» is not 150 roubles for sure.
GROUP = 3
UNCLEAR = _("It is unclear where the fraction begins. Write it as 1234,56.")


def _number(raw: object, places: int) -> Decimal:
    """The number that was written. A field of fewer than three places takes no text that could be thousands.

    A field of more places shows such fractions itself («1,500» kg), so there they mean what they say.
    """
    if isinstance(raw, bool):
        raise FieldProblem("type", NOT_A_NUMBER)
    if isinstance(raw, int | Decimal):
        return Decimal(raw)
    if isinstance(raw, float):
        return Decimal(repr(raw))
    if not isinstance(raw, str):
        raise FieldProblem("type", NOT_A_NUMBER)
    if places < GROUP and _could_be_thousands(raw):
        raise FieldProblem("ambiguous", UNCLEAR)
    if len(raw) < 64 and PLAIN.fullmatch(raw.strip()):
        return Decimal(raw.strip())
    try:
        return parse_decimal(raw, "ru")
    except BadNumber as bad:
        if bad.code == "ambiguous":
            raise FieldProblem("ambiguous", UNCLEAR) from bad
        raise FieldProblem("number", NOT_A_NUMBER) from bad


def _could_be_thousands(text: str) -> bool:
    """Whether a text is one number to those who write 1 234,5 and another to those who write 1,234.5."""
    if "," not in text and "." not in text:
        return False
    try:
        theirs = parse_decimal(text, "en")
    except BadNumber:
        theirs = None
    try:
        return theirs is not None and parse_decimal(text, "ru") != theirs
    except BadNumber as bad:
        return bad.code == "ambiguous"


class IntegerType(FieldType):
    """A whole number within the bounds of its column."""

    key = "integer"
    widget = "number"
    operators: ClassVar = COMPARISONS
    sql_type = "bigint"
    numeric = True

    def parse(self, raw: object, params: Params) -> Any:
        number = _number(raw, 0)
        low = params.minimum if params.minimum is not None else -BIGINT_MAX
        high = params.maximum if params.maximum is not None else BIGINT_MAX
        if not number.is_finite():
            raise FieldProblem("number", NOT_A_NUMBER)
        if number.adjusted() < 20 and number != number.to_integral_value():
            raise FieldProblem("fraction", _("A whole number is expected here."))
        try:
            # A number of more than twenty digits is out of range; it is never expanded.
            return bounded_int(int(number) if number.adjusted() < 20 else 10**20, minimum=low, maximum=high)
        except BadNumber as bad:
            raise FieldProblem(
                "range",
                _("The number must lie between %(low)s and %(high)s.") % {"low": low, "high": high},
            ) from bad

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "" if value is None else format_decimal(value, lang, places=0)

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "integer", "format": "int64"}


class DecimalType(FieldType):
    """An exact decimal of `digits` digits, `places` of them after the point; travels as a string in JSON."""

    key = "decimal"
    widget = "number"
    operators: ClassVar = COMPARISONS
    sql_type = "numeric"
    numeric = True

    def parse(self, raw: object, params: Params) -> Any:
        digits, places = params.digits or 18, 2 if params.places is None else params.places
        try:
            value = bounded_decimal(_number(raw, places), digits=digits, places=places)
        except BadNumber as bad:
            if bad.code == "too_many_places":
                raise FieldProblem(
                    "places", _("No more than %(places)s digits may follow the point.") % {"places": places}
                ) from bad
            if bad.code in {"not_a_number", "not_finite"}:
                raise FieldProblem("number", NOT_A_NUMBER) from bad
            raise FieldProblem("range", _("The number is too large to be kept.")) from bad
        if params.minimum is not None and value < params.minimum:
            raise FieldProblem("range", _("The number must not be below %(low)s.") % {"low": params.minimum})
        if params.maximum is not None and value > params.maximum:
            raise FieldProblem(
                "range", _("The number must not be above %(high)s.") % {"high": params.maximum}
            )
        return value

    def to_json(self, value: Any) -> Any:
        return None if value is None else format(value, "f")

    def display(self, value: Any, params: Params, lang: Language) -> str:
        if value is None:
            return ""
        if params.trimmed:
            return format_decimal(_trimmed(value), lang)
        return format_decimal(value, lang, places=params.places)

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        if value is None:
            return ""
        text = format(_trimmed(value) if params.trimmed else value, "f")
        return text.replace(".", ",") if lang == "ru" else text

    def schema(self, params: Params) -> dict[str, Any]:
        places = 2 if params.places is None else params.places
        fraction = rf"(\.\d{{1,{places}}})?" if places else ""
        return {"type": "string", "format": "decimal", "pattern": rf"^-?\d+{fraction}$"}


def _trimmed(value: Decimal) -> Decimal:
    """A number without zeros at its end, in digits."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


class MoneyType(DecimalType):
    """A sum; its currency stands in the field that `params.currency_field` names, else it is the company's."""

    key = "money"
    widget = "money"
