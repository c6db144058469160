"""Days of the company's calendar: they begin and end where the company is, for everybody alike."""

import datetime as dt
import zoneinfo

from django.utils import timezone

from klientura.kernel.settings.installation import current


def company_zone() -> zoneinfo.ZoneInfo:
    """The time zone of the company."""
    try:
        return zoneinfo.ZoneInfo(current().time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("Europe/Moscow")


def company_today() -> dt.date:
    """Today, where the company is."""
    return timezone.now().astimezone(company_zone()).date()


def beginning_of(day: dt.date) -> dt.datetime:
    """The moment a day begins."""
    return dt.datetime.combine(day, dt.time(), company_zone())


def end_of(day: dt.date) -> dt.datetime:
    """The moment a day is over."""
    return beginning_of(day + dt.timedelta(days=1))
