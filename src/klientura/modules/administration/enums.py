"""Closed lists of the settings."""

import datetime as dt
import zoneinfo
from functools import cache

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Language(models.TextChoices):
    """Languages of the pages, each in its own words."""

    RU = "ru", "Русский"
    EN = "en", "English"


class Theme(models.TextChoices):
    """Looks of the pages."""

    AUTO = "auto", pgettext_lazy("theme", "Like the system")
    LIGHT = "light", pgettext_lazy("theme", "Light")
    DARK = "dark", pgettext_lazy("theme", "Dark")


class WeekStart(models.TextChoices):
    """With which day a week begins in calendars."""

    AUTO = "auto", pgettext_lazy("week", "As usual where I am")
    MONDAY = "monday", pgettext_lazy("week", "Monday")
    SUNDAY = "sunday", pgettext_lazy("week", "Sunday")


SCOPE_WORDS = {
    "none": pgettext_lazy("scope", "none"),
    "own": pgettext_lazy("scope", "own"),
    "team": pgettext_lazy("scope", "team"),
    "tree": pgettext_lazy("scope", "branch"),
    "parent": pgettext_lazy("scope", "by client"),
    "all": pgettext_lazy("scope", "all"),
}
"""Scopes in one word each, for the cells of the matrix; the legend below it says them in full."""

RUSSIAN_ZONES = {
    "Europe/Moscow": _("Moscow"),
    "Europe/Kaliningrad": _("Kaliningrad"),
    "Europe/Samara": _("Samara"),
    "Asia/Yekaterinburg": _("Yekaterinburg"),
    "Asia/Omsk": _("Omsk"),
    "Asia/Novosibirsk": _("Novosibirsk"),
    "Asia/Krasnoyarsk": _("Krasnoyarsk"),
    "Asia/Irkutsk": _("Irkutsk"),
    "Asia/Yakutsk": _("Yakutsk"),
    "Asia/Vladivostok": _("Vladivostok"),
    "Asia/Magadan": _("Magadan"),
    "Asia/Sakhalin": _("Sakhalin"),
    "Asia/Kamchatka": _("Kamchatka"),
}
AREAS = ("Europe/", "Asia/", "America/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/")


@cache
def _other_zones() -> tuple[str, ...]:
    return tuple(
        sorted(
            name
            for name in zoneinfo.available_timezones()
            if name.startswith(AREAS) and name not in RUSSIAN_ZONES
        )
    )


def is_time_zone(name: str) -> bool:
    """Whether this is the name of a time zone that one may choose."""
    return name in RUSSIAN_ZONES or name in _other_zones()


def time_zones() -> list[dict[str, str]]:
    """All time zones as options of a select, those of Russia first, each with its distance from UTC today."""
    now = dt.datetime.now(dt.UTC)
    made = [{"value": z, "label": f"{label}, {_offset(z, now)}"} for z, label in RUSSIAN_ZONES.items()]
    return [
        *made,
        *({"value": z, "label": f"{z.replace('_', ' ')}, {_offset(z, now)}"} for z in _other_zones()),
    ]


def _offset(zone: str, now: dt.datetime) -> str:
    gap = now.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() or dt.timedelta()
    minutes = int(gap.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02d}' if rest else ''}"
