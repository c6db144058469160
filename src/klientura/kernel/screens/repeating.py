"""A recurrence as plain controls of a form: how often, on which days, until when; and what the form says back."""

from dataclasses import replace
from typing import Any, Final

from django.http import QueryDict
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kit.recurrence.rules import DAYS, FREQUENCIES, BadRule, Rule, parse

WEEKDAYS_RULE: Final = tuple((0, day) for day in range(5))
WORKING: Final = "WORKING"


def control_of(value: Any) -> dict[str, Any]:
    """What the controls show of a rule; one that they cannot say is offered as it is."""
    text = str(value or "")
    rule = _rule(text)
    own = bool(text) and (rule is None or not _sayable(rule))
    chosen = "" if not text else text if own or rule is None else _frequency(rule)
    rule = rule or Rule("WEEKLY")
    numbers = {day for _nth, day in rule.days}
    return {
        "was": text,
        "chosen": chosen,
        "options": [
            {"value": "", "label": _("Does not repeat")},
            {"value": "DAILY", "label": _("Every day")},
            {"value": WORKING, "label": _("On working days, Monday to Friday")},
            {"value": "WEEKLY", "label": _("Every week")},
            {"value": "MONTHLY", "label": _("Every month")},
            {"value": "YEARLY", "label": _("Every year")},
            *([{"value": text, "label": _("By a rule of its own")}] if own else []),
        ],
        "interval": rule.interval,
        "days": [
            {
                "value": code,
                "label": str(WEEKDAYS_ABBR[n]),
                "whole": str(WEEKDAYS[n]),
                "checked": n in numbers,
            }
            for n, code in enumerate(DAYS)
        ],
        "nths": [
            {"value": "", "label": _("on the same date")},
            *({"value": n, "label": label} for n, label in _nths().items()),
        ],
        "nth": next((nth for nth, _day in rule.days if nth), ""),
        "end": "until" if rule.until else "count" if rule.count else "",
        "until": f"{rule.until:%Y-%m-%d}" if rule.until else "",
        "count": rule.count or "",
    }


def _nths() -> dict[int, str]:
    return {
        1: pgettext("which of a month", "the first"),
        2: pgettext("which of a month", "the second"),
        3: pgettext("which of a month", "the third"),
        4: pgettext("which of a month", "the fourth"),
        -1: pgettext("which of a month", "the last"),
    }


def said_in(form: QueryDict, key: str) -> str:
    """The rule that the controls of a form say, or the text that was sent in their place."""
    chosen = form.get(key, "")
    if chosen not in {*FREQUENCIES, WORKING}:
        return chosen
    parts = [f"FREQ={'WEEKLY' if chosen == WORKING else chosen}"]
    if (interval := form.get(f"{key}-interval", "").strip()) not in {"", "1"} and chosen != WORKING:
        parts.append(f"INTERVAL={interval}")
    end = form.get(f"{key}-end", "")
    if end == "until" and (until := form.get(f"{key}-until", "").strip()):
        parts.append(f"UNTIL={until.replace('-', '')}")
    if end == "count":
        parts.append(f"COUNT={form.get(f'{key}-count', '').strip()}")
    days, nth = form.getlist(f"{key}-days"), form.get(f"{key}-nth", "")
    if chosen == WORKING:
        parts.append("BYDAY=MO,TU,WE,TH,FR")
    elif days and (chosen == "WEEKLY" or (chosen == "MONTHLY" and nth)):
        parts.append("BYDAY=" + ",".join(f"{nth if chosen == 'MONTHLY' else ''}{day}" for day in days))
    return _with_exceptions(";".join(parts), form.get(f"{key}-was", ""))


def _with_exceptions(text: str, before: str) -> str:
    """The new rule with the single dates that the old one left out or added."""
    try:
        old, new = parse(before), parse(text)
    except BadRule:  # no rule before; of a bad new one the field itself tells
        return text
    return replace(old, rule=new.rule).text()


def _rule(text: str) -> Rule | None:
    try:
        return parse(text).rule if text else None
    except BadRule:  # what was typed is shown again as it was
        return None


def _frequency(rule: Rule) -> str:
    plain = rule.freq == "WEEKLY" and rule.interval == 1
    return WORKING if plain and rule.days == WEEKDAYS_RULE else rule.freq


def _sayable(rule: Rule) -> bool:
    """Whether the controls can say the whole of it."""
    if rule.month_days or rule.months or rule.year_days or rule.weeks or rule.positions:
        return False
    if rule.freq in {"DAILY", "YEARLY"}:
        return not rule.days
    nths = {nth for nth, _day in rule.days}
    return nths <= {0} if rule.freq == "WEEKLY" else len(nths) <= 1 and nths <= {*_nths()}
