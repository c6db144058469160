"""Analysis of contacts: reports by person, each number opens its rows; as CSV too."""

import datetime as dt
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from klientura.kernel.errors import NotFound
from klientura.kernel.screens.context import show
from klientura.kernel.screens.places import Place
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import made_csv
from klientura.kernel.web.requests import of
from klientura.modules.activities.queries.asking import asked_by, end_of_month
from klientura.modules.activities.queries.reports import Asked, Cell, Report, Table, reports

ANALYSIS: Final = Place(
    "contacts-analysis",
    gettext_lazy("Analysis"),
    "activity",
    "/contacts-analysis",
    area=pgettext_lazy("navigation", "Work"),
)
PERIODS: Final = ("week", "month", "quarter", "year")


@open_to(Door.SIGNED_IN)
@require_GET
def show_report(request: HttpRequest) -> HttpResponse:
    """GET /contacts-analysis?report=&from=&to=&days=&format=csv: a report."""
    asked = of(request)
    wanted = asked.GET.get("report", "")
    report = next((r for r in reports() if r.key == wanted), None) or reports()[0]
    if wanted and report.key != wanted:
        raise NotFound
    given = asked_by(asked.GET.dict(), ahead=report.ahead)
    tables = report.tables(asked.actor, given)
    if asked.GET.get("format") == "csv":
        return _csv(report, tables or [])
    return show(
        request,
        "activities/analysis.html",
        active=ANALYSIS.key,
        tabs=[
            {
                "label": str(r.label),
                "url": f"/contacts-analysis?{urlencode({'report': r.key})}",
                "active": r is report,
            }
            for r in reports()
        ],
        report=report,
        first=timezone.localtime(given.first).date().isoformat(),
        last=(timezone.localtime(given.after).date() - dt.timedelta(days=1)).isoformat(),
        days=given.days,
        periods=_periods(report, given),
        tables=[_table(t) for t in tables] if tables is not None else None,
        csv_url=f"/contacts-analysis?{urlencode({**asked.GET.dict(), 'report': report.key, 'format': 'csv'})}",
    )


def _periods(report: Report, given: Asked) -> list[dict[str, Any]]:
    """The usual stretches up to today; of what lies ahead as well, whole."""
    today = timezone.localdate()
    begins = {
        "week": today - dt.timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "quarter": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
        "year": today.replace(month=1, day=1),
    }
    ends = dict.fromkeys(PERIODS, today)
    if report.ahead:
        ends = {
            "week": begins["week"] + dt.timedelta(days=6),
            "month": end_of_month(today),
            "quarter": end_of_month(begins["quarter"].replace(month=begins["quarter"].month + 2)),
            "year": today.replace(month=12, day=31),
        }
    labels = {
        "week": _("This week"),
        "month": _("This month"),
        "quarter": _("This quarter"),
        "year": _("This year"),
    }
    here = (
        timezone.localtime(given.first).date(),
        timezone.localtime(given.after).date() - dt.timedelta(days=1),
    )
    return [
        {
            "label": labels[key],
            "url": f"/contacts-analysis?{urlencode({'report': report.key, 'from': begins[key], 'to': ends[key]})}",
            "active": here == (begins[key], ends[key]),
        }
        for key in PERIODS
    ]


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": str(table.title),
        "columns": table.columns,
        "lines": [
            {"label": line.label, "total": line.total, "cells": [_cell(c) for c in line.cells]}
            for line in table.lines
        ],
    }


def _cell(cell: Cell) -> dict[str, str]:
    text = cell.text or ("" if cell.value is None else str(cell.value))
    if not cell.value or cell.tree is None:
        return {"text": text, "url": ""}
    return {"text": text, "url": list_url(cell.object, cell.tree)}


def _csv(report: Report, tables: list[Table]) -> HttpResponse:
    rows: list[list[str | int | None]] = []
    for table in tables:
        rows += [[str(table.title), *table.columns]]
        rows += [[line.label, *(c.value for c in line.cells)] for line in table.lines] + [[]]
    return made_csv(rows, f"{report.key}.csv")
