"""When something happens again: a rule of RFC 5545 with its exceptions, kept as text, shown in words."""

from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import Text
from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kit.entry.repeats import rule_of
from klientura.kit.formats import Language
from klientura.kit.recurrence.days import ever_happens
from klientura.kit.recurrence.rules import LONGEST_TEXT, BadRule, parse
from klientura.kit.recurrence.words import describe

WRONG: Final[dict[str, Text]] = {
    "finer": _("Nothing can be repeated more often than daily."),
    "part": _("This rule of repetition asks for something that cannot be followed here."),
    "number": _("A number of this rule of repetition is out of its range."),
    "both_ends": _("A repetition ends on a day or after a number of times, not both."),
    "moments": _("This rule of repetition names too many single dates."),
}
NEVER: Final = _("There is no such day: this rule of repetition would never happen.")
NO_RULE: Final = _(
    "It is not clear how often. Write, for example: every Monday, every 2 weeks, every month on the 25th."
)


class RecurrenceType(FieldType):
    """A recurrence, typed as its rule or as people say it («каждый понедельник»). Only a module declares it: what repeats is its own business."""

    key = "recurrence"
    widget = "text"
    operators: ClassVar = ("empty", "not_empty")

    def parse(self, raw: object, params: Params) -> Any:
        if not isinstance(raw, str):
            raise FieldProblem("type", NO_RULE)
        try:
            found = parse(rule_of(raw) or raw)
        except BadRule as bad:
            raise FieldProblem("recurrence", WRONG.get(bad.code, NO_RULE)) from bad
        if found.rule is not None and not ever_happens(found.rule):
            raise FieldProblem("recurrence", NEVER)
        return found.text()

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "" if not value else describe(parse(value), None, lang)

    def schema(self, params: Params) -> dict[str, Any]:
        return {
            "type": "string",
            "maxLength": LONGEST_TEXT,
            "description": "RRULE, RDATE and EXDATE of RFC 5545, local times",
        }
