"""The company's working time, set by an administrator."""

import datetime as dt
import re
from typing import Any

from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from klientura.kernel.settings.working import set_working_time
from klientura.kit.clean import BadDate
from klientura.kit.formats import Language, format_date
from klientura.kit.readings import parse_date
from klientura.kit.working_days import COUNTRIES, WorkingTime
from klientura.modules.administration.services.given import Given

MOST_DAYS = 400


def working_fields() -> list[dict[str, Any]]:
    """What is asked about working time (see ui/fields.html)."""
    return [
        {"type": "time", "name": "begins", "label": _("The working day begins"), "required": True},
        {"type": "time", "name": "ends", "label": _("The working day ends"), "required": True},
        {"type": "options", "name": "week", "label": _("Working days of the week"), "wide": True,
         "options": [{"value": str(n), "label": str(WEEKDAYS[n])} for n in range(7)]},
        {"type": "select", "name": "country", "label": _("Production calendar"), "required": True, "wide": True, "empty": _("None: the week alone"),
         "options": [{"value": "ru", "label": _("Russia: holidays and shortened days of 2025–2027")}],
         "hint": _("For 2027 it has what the Labour Code says; add the days that the government moves below.")},
        {"type": "textarea", "name": "off", "label": _("Further days off"), "optional": True, "wide": True,
         "hint": _("Dates, one to a line or with commas between them: 31.12.2027.")},
        {"type": "textarea", "name": "on", "label": _("Further working days"), "optional": True, "wide": True,
         "hint": _("Saturdays that are worked, and holidays on which you are open.")},
    ]  # fmt: skip


def as_fields(time: WorkingTime, lang: Language) -> dict[str, Any]:
    """The working time as its form shows it."""
    return {
        "begins": f"{time.begins:%H:%M}", "ends": f"{time.ends:%H:%M}", "week": [str(n) for n in sorted(time.week)], "country": time.country,
        "off": ", ".join(format_date(d, lang) for d in sorted(time.off)), "on": ", ".join(format_date(d, lang) for d in sorted(time.on)),
    }  # fmt: skip


def change_working_time(raw: QueryDict) -> None:
    """Save the form. Raises Invalid."""
    given = Given(raw)
    begins, ends = _clock(given, "begins"), _clock(given, "ends")
    if ends <= begins and not given.errors:
        given.refuse("ends", "order", _("The working day ends after it begins."))
    week = frozenset(int(n) for n in raw.getlist("week") if n in set("0123456"))
    if not week:
        given.refuse("week", "required", _("Choose one day at least."))
    country = raw.get("country", "")
    if country not in COUNTRIES:
        given.refuse("country", "option", _("Choose one from the list."))
    off, on = _dates(given, "off"), _dates(given, "on")
    if off & on:
        given.refuse("on", "both", _("A day cannot be both a day off and a working day."))
    given.check()
    set_working_time(WorkingTime(begins, ends, week, country, off, on))


def _clock(given: Given, key: str) -> dt.time:
    try:
        return dt.time.fromisoformat(given.raw.get(key, "").strip()).replace(
            second=0, microsecond=0, tzinfo=None
        )
    except ValueError:
        given.refuse(key, "time", _("Write the time as 09:00."))
        return dt.time()


def _dates(given: Given, key: str) -> frozenset[dt.date]:
    pieces = [p.strip() for p in re.split(r"[,;\n]", given.raw.get(key, "")[:20_000]) if p.strip()]
    found = set()
    for piece in pieces[: MOST_DAYS + 1]:
        try:
            found.add(parse_date(piece, "ru"))
        except BadDate:
            given.refuse(
                key, "date", _("«{text}» is no date. Write it as 31.12.2026.").format(text=piece[:40])
            )
            return frozenset()
    if len(found) > MOST_DAYS:
        given.refuse(key, "many", _("These are too many days."))
    return frozenset(found)
