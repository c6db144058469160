"""What the forecast of a month was from day to day, on the page of the forecast."""

from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown, told
from klientura.kit.formats import format_date
from klientura.modules.planning.queries.outlook import Ahead
from klientura.modules.planning.queries.shots import Shot, at_the_beginning, shots_of
from klientura.modules.planning.web.frame import Given

ENOUGH_SHOTS: Final = 3
"""A line is drawn through so many days at least."""


def past(given: Given, ahead: Ahead, won: Decimal) -> dict[str, Any]:
    """How the forecast of the month has changed, and how near it was when the month began."""
    if given.kind != "month":
        return {}
    month = given.asked.first
    shots = shots_of(given.actor, month, given.currency, owner=ahead.owner, team=ahead.team)
    if len(shots) < ENOUGH_SHOTS:
        return {"too_few": bool(shots) or month >= ahead.today.replace(day=1)}
    rows = (
        (pgettext("forecast", "Won"), [s.won for s in shots], "green"), (_("Won and committed"), [s.counted_on for s in shots], "teal"),
        (pgettext("forecast", "By probability"), [s.weighted for s in shots], "blue"),
    )  # fmt: skip
    chart = Chart(
        "forecast-shots", "line", _("How the forecast has changed"), _("Day"), [format_date(s.day, lang()) for s in shots],
        [Series(label, [Point(v) for v in values], hue) for label, values, hue in rows], "money", given.currency,
    )  # fmt: skip
    return {
        "history": chart_shown(chart, lang()),
        "hit": _hit(given, ahead, won, at_the_beginning(shots, month)),
    }


def _hit(given: Given, ahead: Ahead, won: Decimal, early: Shot | None) -> str:
    """How near the forecast of the beginning came, of a month that is over."""
    if early is None or given.asked.last >= ahead.today or not early.weighted:
        return ""
    off = round(100 * (won - early.weighted) / early.weighted)
    words = {
        "day": format_date(early.day, lang()),
        "sum": told(round(early.weighted), "money", lang(), given.currency),
        "came": told(round(won), "money", lang(), given.currency),
    }
    if not off:
        return _("On {day} the forecast was {sum}, and {came} came: as expected.").format(**words)
    text = (
        _("On {day} the forecast was {sum}, and {came} came: {percent} % more.") if off > 0
        else _("On {day} the forecast was {sum}, and {came} came: {percent} % less.")
    )  # fmt: skip
    return text.format(**words, percent=abs(off))
