"""The reports of contacts for programs: the same numbers, rights and filters as on the page."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.api.rooms import Room
from klientura.kernel.errors import Denied, NotFound
from klientura.modules.activities.queries.asking import MOST_DAYS, asked_exactly
from klientura.modules.activities.queries.reports import Asked, Cell, Line, Report, Table, reports

KEY: Final = "contacts-analysis"
TEXT: Final = {"type": "string"}
DATE: Final = {"type": "string", "format": "date"}
CELL: Final = {
    "type": "object",
    "required": ["value", "text"],
    "properties": {
        "value": {"type": ["integer", "null"]},
        "text": {**TEXT, "description": "how the page tells it"},
        "object": {**TEXT, "description": "the records behind the number: ask for this object…"},
        "filter": {"type": "object", "description": "… with this filter"},
    },
}
LINE: Final = {
    "type": "object",
    "required": ["label", "total", "cells"],
    "properties": {"label": TEXT, "total": {"type": "boolean"}, "cells": {"type": "array", "items": CELL}},
}
TABLE: Final = {
    "type": "object",
    "required": ["title", "columns", "lines"],
    "properties": {
        "title": TEXT, "columns": {"type": "array", "items": TEXT}, "lines": {"type": "array", "items": LINE},
    },
}  # fmt: skip
PERIOD: Final = ("from", "to")


def read_report(request: HttpRequest, actor: Actor, name: str) -> dict[str, Any]:
    """GET /contacts-analysis/{report}?from=&to=&days=: the tables of a report. Raises NotFound, BadRequest, Denied."""
    report = next((r for r in reports() if r.key == name), None)
    if report is None:
        raise NotFound
    asked = asked_exactly(request.GET.dict(), ahead=report.ahead)
    tables = report.tables(actor, asked)
    if tables is None:
        raise Denied
    return {
        "report": report.key,
        "label": str(report.label),
        **_span(report, asked),
        "tables": [_table(t) for t in tables],
    }


def _span(report: Report, asked: Asked) -> dict[str, Any]:
    """What the numbers depend on."""
    last = timezone.localtime(asked.after).date() - dt.timedelta(days=1)
    period = {"from": timezone.localtime(asked.first).date().isoformat(), "to": last.isoformat()}
    return (period if report.by_period else {}) | ({"days": asked.days} if report.by_days else {})


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": str(table.title),
        "columns": [str(c) for c in table.columns],
        "lines": [_line(line) for line in table.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {"label": line.label, "total": line.total, "cells": [_cell(c) for c in line.cells]}


def _cell(cell: Cell) -> dict[str, Any]:
    text = cell.text or ("" if cell.value is None else str(cell.value))
    behind = {} if cell.tree is None else {"object": cell.object, "filter": cell.tree}
    return {"value": cell.value, "text": text, **behind}


def describe(_actor: Actor, responses: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """A path for each report, with what it takes."""
    return {f"/{KEY}/{report.key}": {"get": _described(report, responses)} for report in reports()}


def _described(report: Report, responses: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    depends: dict[str, Any] = dict.fromkeys(PERIOD, DATE) if report.by_period else {}
    if report.by_days:
        depends["days"] = {"type": "integer", "minimum": 1, "maximum": MOST_DAYS}
    body = {
        "type": "object",
        "required": ["report", "label", "tables"],
        "properties": {"report": TEXT, "label": TEXT, **depends, "tables": {"type": "array", "items": TABLE}},
    }
    return {
        "operationId": f"contacts_analysis_{report.key}",
        "tags": [KEY],
        "summary": str(report.label),
        "responses": responses(body),
        "parameters": [{"name": k, "in": "query", "schema": schema} for k, schema in depends.items()],
    }


CONTACTS_ANALYSIS: Final = Room(KEY, read_report, describe)
