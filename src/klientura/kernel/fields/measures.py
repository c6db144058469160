"""Numbers with a meaning of their own: a share in per cent, a mark in stars, a length of time."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, Params
from klientura.kernel.fields.numbers import DecimalType, IntegerType
from klientura.kit.formats import NO_BREAK_SPACE, Language

STARS = 5
MOST_MINUTES = 60 * 24 * 366 * 100
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)")
_WORDS = re.compile(
    r"(?:(?P<hours>\d{1,7}(?:[.,]\d{1,2})?)\s*(?:ч|час|часа|часов|h|hr|hrs|hour|hours)\.?)?\s*"
    r"(?:(?P<minutes>\d{1,8})\s*(?:м|мин|минута|минуты|минут|m|min|mins|minute|minutes)\.?)?",
    re.IGNORECASE,
)


class PercentType(DecimalType):
    """A share in per cent: 12.5 stands for 12.5 %, however it was typed."""

    key = "percent"
    widget = "percent"

    def parse(self, raw: object, params: Params) -> Any:
        if isinstance(raw, str):
            raw = raw.strip().removesuffix("%").rstrip()
        return super().parse(raw, params)

    def display(self, value: Any, params: Params, lang: Language) -> str:
        if value is None:
            return ""
        number = super().display(value.normalize() + Decimal(0), Params(), lang)
        return f"{number}{NO_BREAK_SPACE}%" if lang == "ru" else f"{number}%"


class RatingType(IntegerType):
    """One to five stars."""

    key = "rating"
    widget = "rating"

    def parse(self, raw: object, params: Params) -> Any:
        if isinstance(raw, str) and (bare := raw.strip()) and set(bare) <= {"★", "☆"}:
            raw = bare.count("★")
        return super().parse(raw, Params(minimum=1, maximum=STARS))

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "" if value is None else "★" * value + "☆" * (STARS - value)

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": STARS}


class DurationType(IntegerType):
    """A length of time in whole minutes; typed as 90, 1:30, «1 ч 30 мин» or 1.5 h."""

    key = "duration"
    widget = "duration"

    def parse(self, raw: object, params: Params) -> Any:
        if isinstance(raw, str):
            raw = _minutes(raw.replace(NO_BREAK_SPACE, " ").strip())
        return super().parse(raw, Params(minimum=0, maximum=MOST_MINUTES))

    def display(self, value: Any, params: Params, lang: Language) -> str:
        if value is None:
            return ""
        hours, minutes = divmod(value, 60)
        hour, minute = ("ч", "мин") if lang == "ru" else ("h", "min")
        parts = [f"{hours}{NO_BREAK_SPACE}{hour}"] if hours else []
        if minutes or not hours:
            parts.append(f"{minutes}{NO_BREAK_SPACE}{minute}")
        return " ".join(parts)

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        return self.display(value, params, lang)

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0, "maximum": MOST_MINUTES, "description": "minutes"}


def _minutes(text: str) -> str | int:
    """The minutes that a text means; a plain number is left to be read as one."""
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 60 + int(clock[2])
    found = _WORDS.fullmatch(text)
    if found is None or not (found["hours"] or found["minutes"]):
        if not re.fullmatch(r"-?\d+", text):
            raise FieldProblem("duration", _("Write a length of time as 1:30 or «1 h 30 min»."))
        return text
    hours = Decimal((found["hours"] or "0").replace(",", "."))
    return int((hours * 60).to_integral_value()) + int(found["minutes"] or 0)
