"""Dates, and moments in time (kept in UTC, shown in the reader's time zone)."""

import datetime as dt
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kernel.fields.numbers import COMPARISONS
from klientura.kit.clean import BadDate, bounded_date, bounded_datetime
from klientura.kit.formats import Language, format_date, format_datetime
from klientura.kit.readings import parse_date, parse_datetime

NOT_A_DATE = _("There is no such date. Write it as 31.12.2026.")
NOT_A_MOMENT = _("There is no such date and time. Write it as 31.12.2026 18:00.")


class DateType(FieldType):
    """A day of the calendar, without time or zone."""

    key = "date"
    widget = "date"
    operators: ClassVar = (*COMPARISONS, "within")
    sql_type = "date"

    def parse(self, raw: object, params: Params) -> Any:
        try:
            if isinstance(raw, dt.datetime):
                return bounded_date(raw.date())
            if isinstance(raw, dt.date):
                return bounded_date(raw)
            if isinstance(raw, str):
                return bounded_date(parse_date(raw, "ru"))
        except BadDate as bad:
            raise FieldProblem("date", NOT_A_DATE) from bad
        raise FieldProblem("type", NOT_A_DATE)

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "" if value is None else format_date(value, lang)

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        return "" if value is None else value.isoformat()

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class DateTimeType(FieldType):
    """A moment. Input without a zone is read in the current time zone (the actor's)."""

    key = "datetime"
    widget = "datetime"
    operators: ClassVar = (*COMPARISONS, "within", "past")
    sql_type = "timestamptz"

    def parse(self, raw: object, params: Params) -> Any:
        try:
            if isinstance(raw, str):
                raw = parse_datetime(raw, "ru")
            if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
                raw = dt.datetime.combine(raw, dt.time())
            if isinstance(raw, dt.datetime):
                moment = raw if raw.tzinfo else raw.replace(tzinfo=timezone.get_current_timezone())
                return bounded_datetime(moment).astimezone(dt.UTC)
        except (BadDate, OverflowError) as bad:
            raise FieldProblem("datetime", NOT_A_MOMENT) from bad
        raise FieldProblem("type", NOT_A_MOMENT)

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "" if value is None else format_datetime(timezone.localtime(value), lang)

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}
