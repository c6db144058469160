"""What a report is asked for: a stretch of days and a number of days, of the words that an address or a program gives."""

import datetime as dt
from calendar import monthrange
from collections.abc import Mapping
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.web.requests import number
from klientura.modules.activities.queries.day import midnight
from klientura.modules.activities.queries.reports import Asked

USUAL_DAYS: Final = 30
MOST_DAYS: Final = 3_660
MOST_PERIOD: Final = dt.timedelta(days=3_660)
KEYS: Final = ("from", "to", "days")


def asked_by(given: Mapping[str, str], *, ahead: bool = False) -> Asked:
    """What is asked for; what is no date or makes no sense is as usual: this month, thirty days."""
    first, last = sorted(_period(given, ahead=ahead))
    last = min(last, first + MOST_PERIOD)
    days = number(given.get("days"))
    return Asked(
        midnight(first),
        midnight(last + dt.timedelta(days=1)),
        min(days, MOST_DAYS) if days else USUAL_DAYS,
        timezone.localtime(),
    )


def asked_exactly(given: Mapping[str, str], *, ahead: bool = False) -> Asked:
    """As `asked_by`, for programs: what is not understood is told, not guessed. Raises BadRequest."""
    if unknown := sorted(set(given) - set(KEYS)):
        raise BadRequest(_("There is no parameter “%(name)s”.") % {"name": unknown[0][:60]}, code="parameter")
    for key in ("from", "to"):
        if key in given and _date(given[key]) is None:
            raise BadRequest(_("A day is given as YYYY-MM-DD."), code=key)
    days = number(given.get("days"))
    if "days" in given and (days is None or not 1 <= days <= MOST_DAYS):
        raise BadRequest(_("A number of days is expected here, ten years at most."), code="days")
    first, last = _period(given, ahead=ahead)
    if not dt.timedelta(0) <= last - first <= MOST_PERIOD:
        raise BadRequest(_("A stretch of days ends after it begins, and lasts ten years at most."), code="to")
    return asked_by(given, ahead=ahead)


def end_of_month(day: dt.date) -> dt.date:
    """The last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _period(given: Mapping[str, str], *, ahead: bool) -> tuple[dt.date, dt.date]:
    """The first and the last day, as they are given; else this month, up to today or, of what lies ahead, to its end."""
    today = timezone.localdate()
    first = _date(given.get("from")) or today.replace(day=1)
    return first, _date(given.get("to")) or max(end_of_month(today) if ahead else today, first)


def _date(text: str | None) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1900 < found.year < 2200 else None
