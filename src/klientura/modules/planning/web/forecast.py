"""GET /forecast: what is won, what is counted on, what is possible, against the plan; every figure opens its deals."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.figures import Cell, Column, Line, Table, as_file
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.days import company_today
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown, told
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.planning.enums import Dimension
from klientura.modules.planning.queries.asked import Asked, ways
from klientura.modules.planning.queries.facts import facts, teams_above
from klientura.modules.planning.queries.modelled import expected
from klientura.modules.planning.queries.outlook import (
    Ahead,
    Category,
    Judged,
    Outlook,
    OutlookBy,
    Promise,
    judged,
    outlook,
    sees_forecast,
)
from klientura.modules.planning.queries.plans import Planned, planned
from klientura.modules.planning.queries.standing import names_of
from klientura.modules.planning.rules import last_day, moved
from klientura.modules.planning.web.frame import (
    BY_LABELS,
    HEADS,
    PERIOD_LABELS,
    PLACE,
    Given,
    given_by,
    may_export,
    period_name,
    steps,
    tabs,
    without_rate_said,
)
from klientura.modules.planning.web.past import past

LABELS: Final[dict[str, Any]] = {
    "commit": pgettext_lazy("forecast", "Commit"), "best": pgettext_lazy("forecast", "Best case"),
    "pipeline": pgettext_lazy("forecast", "Pipeline"), "omitted": pgettext_lazy("forecast", "Left out"),
    "weighted": pgettext_lazy("forecast", "By probability"), "overdue": pgettext_lazy("forecast", "The closing date has passed"),
    "undated": pgettext_lazy("forecast", "Without a closing date"),
}  # fmt: skip
COUNTED: Final[tuple[Category, ...]] = ("commit", "best", "pipeline")
OPENED: Final = frozenset({*COUNTED, "overdue", "undated"})
"""Figures that are sums of deals, and so open them; what is won and to come together, or weighted, is none."""
HUES: Final = {"commit": "teal", "best": "blue", "pipeline": "gray"}
MONTHS_AHEAD: Final = 6
FORMATS: Final = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of the forecast."""

    key: Any
    label: str
    won: Decimal
    promises: dict[Category, Promise]
    plan: Decimal | None
    said: Judged | None
    modelled: Decimal | None = None

    @property
    def weighted(self) -> Decimal:
        """What is won and what the open deals bring by their probability."""
        return self.won + sum((self.promises[c].weighted for c in COUNTED), Decimal(0))

    @property
    def counted_on(self) -> Decimal:
        """What is won and what is promised."""
        return self.won + self.promises["commit"].money

    @property
    def gap(self) -> Decimal | None:
        """What of the plan neither is won nor promised."""
        return None if self.plan is None else self.plan - self.counted_on


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the forecast, all of them in one, the deals behind them; what is to be said of the plan of all."""

    lines: list[Expected]
    whole: Expected
    found: Outlook
    remark: str


@open_to(Door.SIGNED_IN)
@require_GET
def forecast(request: HttpRequest) -> HttpResponse:
    """GET /forecast?period=&on=&by=owner|team|company&owner=&team=&currency=&format=: the forecast of a stretch of the calendar."""
    asked = of(request)
    given = given_by(asked) if sees_forecast(asked.actor) else None
    if given is None:
        return show(request, "planning/forecast.html", active=PLACE.key, closed=True)
    offered = _offered(given)
    by: OutlookBy = next((b for b in offered if b == given.asked.by), offered[0])
    ahead = _ahead(given, by)
    made = _lines(given, ahead)
    lines, whole, found = made.lines, made.whole, made.found
    exports = may_export(given.actor, "opportunity")
    wanted = asked.GET.get("format", "")
    if wanted in FORMATS:
        if not exports:
            raise Denied
        return as_file(
            [_table(given, by, [*lines, whole])], wanted, f"forecast-{given.asked.first.isoformat()}"
        )
    judges = given.kind == "month" and may(given.actor, shape_of("forecast_judgement"), "create")
    return show(
        request, "planning/forecast.html", active=PLACE.key, tabs=tabs(given.actor, "forecast"), given=given,
        name=period_name(given.kind, given.asked.first),
        steps={k: v.replace("/plans?", "/forecast?") for k, v in steps(given).items()}, head=str(HEADS[by]), by=by,
        stats=_stats(given, ahead, whole, found),
        lines=[_shown(given, ahead, each, judges=judges) for each in lines],
        whole=_shown(given, ahead, whole, judges=False) if by != "company" else None,
        chart=_chart(given, ahead, found), judging=given.kind == "month", columns=[str(LABELS[c]) for c in COUNTED],
        periods=[{"label": str(PERIOD_LABELS[k]), "url": given.url("/forecast", period=k), "active": k == given.kind} for k in PERIOD_LABELS],
        ways=[{"label": str(BY_LABELS[b]), "url": given.url("/forecast", by=b), "active": b == by} for b in offered],
        files=[{"label": k.upper(), "url": given.url("/forecast", format=k)} for k in FORMATS] if exports else [],
        modelled=any(each.modelled is not None for each in (*lines, whole)), plan_remark=made.remark if by != "company" else "",
        without_rate=without_rate_said(found.without_rate) if found.without_rate else "", **past(given, ahead, whole.won),
        plans_url=given.url("/plans", measure="won_sum"),
    )  # fmt: skip


def _offered(given: Given) -> list[OutlookBy]:
    """By whom the reader may tell promises apart: not by what is closed in deals."""
    open_to_reader = ways(given.actor, "won_sum")
    every: tuple[OutlookBy, ...] = ("owner", "team", "company")
    return [by for by in every if by in open_to_reader]


def _ahead(given: Given, by: OutlookBy) -> Ahead:
    """The deals of the asked stretch, and of the months behind it that the picture shows."""
    far = last_day("month", moved("month", given.asked.first, MONTHS_AHEAD - 1))
    return Ahead(
        given.asked.first,
        max(given.asked.last, far),
        company_today(),
        by,
        given.asked.owner,
        given.asked.team,
    )


def _lines(given: Given, ahead: Ahead) -> Lines:
    """Each line, and all of them in one; teams hold those below them."""
    asked = Asked(
        "won_sum", given.asked.first, given.asked.last, ahead.by, given.asked.owner, given.asked.team
    )
    found, plans = outlook(given.actor, ahead, given.money), planned(given.actor, asked, given.money)
    won = {key: s.money for key, s in facts(given.actor, asked, given.money).by_key().items()}
    said = judged(given.actor, ahead, given.money) if given.kind == "month" else {}
    models = expected(given.actor, ahead.by, given.asked.first, given.asked.last, given.currency)
    below = _below() if ahead.by == "team" else {}
    keys = {
        *won,
        *plans,
        *said,
        *models,
        *(key for key, _month, _category in found.months),
        *(upper for upper in below if below[upper] & {*won, *plans}),
    }
    names = names_of(given.actor, asked, keys, {})
    last = max(given.asked.last, given.asked.first)

    def line(key: Any, label: str, mine: set[Any]) -> Expected:
        promises: dict[Category, Promise] = {}
        for category in COUNTED:
            promises[category] = Promise()
            for each in mine:
                found_here = found.of(each, given.asked.first, last, category)
                promises[category].add(found_here.money, found_here.weighted, found_here.number)
        total = sum((value for each, value in won.items() if each in mine or "*" in mine), Decimal(0))
        return Expected(
            key, label, total, promises, plans.get(key, Planned()).whole, said.get(key), models.get(key)
        )

    lines = [line(key, names[key], below.get(key, {key})) for key in keys if names.get(key)]
    lines.sort(key=lambda each: (each.plan is None, -(each.gap or Decimal(0)), -each.weighted, each.label))
    whole = line("*", _("Total"), {"*"})
    plan, remark = _plan_of_all(given, asked, lines)
    return Lines(
        lines, replace(whole, key=None, plan=plan, modelled=_modelled_of_all(given, ahead)), found, remark
    )


def _plan_of_all(given: Given, asked: Asked, lines: list[Expected]) -> tuple[Decimal | None, str]:
    """The plan that was set for all of them: of the company, or of whom the page is narrowed to; and what is said where there is none."""
    if len(lines) == 1 and lines[0].plan is not None:
        return lines[0].plan, ""
    of_all = planned(given.actor, replace(asked, by="company"), given.money).get(None, Planned())
    if of_all.own is not None or of_all.of_people is None:
        return of_all.own, ""
    told_sum = _money(given, of_all.of_people)
    if asked.owner is not None:
        return of_all.of_people, ""
    if asked.team is not None:
        return None, _(
            "The team itself has no plan for this time, so the total has none. The plans of its people come to {sum}."
        ).format(sum=told_sum)
    return None, _(
        "The company itself has no plan for this time, so the total has none. The plans of people come to {sum}."
    ).format(sum=told_sum)


def _modelled_of_all(given: Given, ahead: Ahead) -> Decimal | None:
    """What the models say of all of them; nothing where the page is narrowed."""
    if ahead.owner is not None or ahead.team is not None:
        return None
    return expected(given.actor, Dimension.COMPANY, given.asked.first, given.asked.last, given.currency).get(
        None
    )


def _below() -> dict[int, set[Any]]:
    """Each team with those below it."""
    above = teams_above()
    found: dict[int, set[Any]] = {team: {team} for team in above}
    for team in above:
        upper, seen = above[team], {team}
        while upper is not None and upper not in seen:
            seen.add(upper)
            found[upper].add(team)
            upper = above.get(upper)
    return found


def _money(given: Given, value: Decimal | None) -> str:
    return "—" if value is None else told(round(value), "money", lang(), given.currency)


def _rows(
    given: Given, ahead: Ahead, category: str, each: Expected | None = None, *, first: dt.date | None = None, last: dt.date | None = None
) -> str:  # fmt: skip
    """The address of the deals behind a figure."""
    words: dict[str, Any] = {
        "category": category, "owner": ahead.owner, "team": ahead.team, "currency": given.said.get("currency"),
        "from": first or given.asked.first, "to": last or given.asked.last,
    }  # fmt: skip
    if each is not None and each.key is not None and ahead.by in ("owner", "team"):
        words[ahead.by] = each.key
    return f"/forecast/rows?{urlencode({k: v for k, v in words.items() if v not in (None, '')})}"


def _shown(given: Given, ahead: Ahead, each: Expected, *, judges: bool) -> dict[str, Any]:
    own: dict[str, Any] = (
        {ahead.by: each.key} if each.key is not None and ahead.by in ("owner", "team") else {}
    )
    cells = [
        {
            "text": _money(given, each.promises[c].money) if each.promises[c].number else "—",
            "url": _rows(given, ahead, c, each) if each.promises[c].number else ""}
        for c in COUNTED
    ]  # fmt: skip
    judge = ""
    if judges and each.said is None:
        said = urlencode(
            {
                **own,
                "starts_on": given.asked.first.isoformat(),
                "amount": str(round(each.weighted, 2)),
                "currency": given.currency,
            }
        )
        judge = f"/forecast_judgement/new?dialog=1&{said}"
    return {
        "label": each.label.strip() or str(given.request.installation.company or _("Company")), "won": _money(given, each.won), "won_url":
        given.rows(measure="won_sum", **own) if each.won else "", "cells": cells, "weighted": _money(given, each.weighted),
        "plan": _money(given, each.plan), "modelled": _money(given, each.modelled), "modelled_url": _model_url(ahead, each),
        "gap": _money(given, each.gap) if each.gap is not None and each.gap > 0 else "—", "behind": each.gap is not None and each.gap > 0,
        "covered": each.gap is not None and each.gap <= 0, "said": _money(given, each.said.money) if each.said else "",
        "said_url": f"/forecast_judgement/{each.said.id}" if each.said else "", "reason": each.said.reason if each.said else "", "judge": judge,
    }  # fmt: skip


def _model_url(ahead: Ahead, each: Expected) -> str:
    """The page of the model behind a figure."""
    if each.modelled is None:
        return ""
    return f"/forecast/model?of={ahead.by}-{each.key}" if each.key is not None else "/forecast/model"


def _stats(given: Given, ahead: Ahead, whole: Expected, found: Outlook) -> list[dict[str, Any]]:
    stats = [
        {
            "label": pgettext("forecast", "Won"),
            "value": _money(given, whole.won),
            "url": given.rows(measure="won_sum") if whole.won else "",
        },
        {
            "label": _("Won and committed"),
            "value": _money(given, whole.counted_on),
            "url": "",
        },
        {
            "label": str(LABELS["weighted"]),
            "value": _money(given, whole.weighted),
            "url": "",
        },
    ]
    if whole.plan is not None:
        gap = whole.gap or Decimal(0)
        note = (
            _("not covered: {sum}").format(sum=_money(given, gap))
            if gap > 0
            else _("covered by what is won and committed")
        )
        stats.insert(
            0,
            {
                "label": pgettext("of sales", "Plan"),
                "value": _money(given, whole.plan),
                "url": "",
                "note": note,
            },
        )
    for key, place in (("overdue", found.overdue), ("undated", found.undated)):
        money = sum((p.money for p in place.values()), Decimal(0))
        number = sum(p.number for p in place.values())
        if number:
            note = ngettext("%(count)s deal is in no month", "%(count)s deals are in no month", number) % {
                "count": number
            }
            stats.append(
                {
                    "label": str(LABELS[key]),
                    "value": _money(given, money),
                    "url": _rows(given, ahead, key),
                    "note": note,
                }
            )
    return stats


def _chart(given: Given, ahead: Ahead, found: Outlook) -> dict[str, Any]:
    """The months ahead, by how far their deals are counted on."""
    months = [moved("month", given.asked.first, n) for n in range(MONTHS_AHEAD)]
    series = [
        Series(str(LABELS[c]), [_point(given, ahead, found.of("*", m, m, c), c, m) for m in months], HUES[c]) for c in COUNTED
    ]  # fmt: skip
    chart = Chart(
        "outlook", "stacked", _("Open deals by month of closing"), _("Month"), [f"{m:%m.%Y}" for m in months], series, "money", given.currency
    )  # fmt: skip
    return chart_shown(chart, lang())


def _point(given: Given, ahead: Ahead, promise: Promise, category: str, month: dt.date) -> Point:
    url = _rows(given, ahead, category, first=month, last=last_day("month", month))
    return Point(promise.money, url if promise.number else "")


def _table(given: Given, by: OutlookBy, lines: list[Expected]) -> Table:
    """The lines as numbers, for files."""
    heads = [
        pgettext("forecast", "Won"),
        *(str(LABELS[c]) for c in COUNTED),
        str(LABELS["weighted"]),
        _("By models (orders)"),
        pgettext("of sales", "Plan"),
        _("Missing"),
    ]
    cells = [
        Line(
            each.label.strip() or _("Company"),
            [Cell(v) for v in (each.won, *(each.promises[c].money for c in COUNTED), each.weighted, each.modelled, each.plan, each.gap)],
        )
        for each in lines
    ]  # fmt: skip
    return Table(
        "forecast",
        f"{_('Forecast')}, {period_name(given.kind, given.asked.first)}",
        str(HEADS[by]),
        [Column(h, "money") for h in heads],
        cells,
    )
