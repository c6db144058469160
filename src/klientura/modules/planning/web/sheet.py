"""GET, POST /plans/sheet: the plans of a year as a sheet, to be typed, pasted, or filled in from the year before."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.gate import may, require
from klientura.kernel.errors import Text
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.settings.days import company_today
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_decimal, format_money
from klientura.kit.readings import parse_decimal
from klientura.modules.planning.enums import Measure as MeasureChoice
from klientura.modules.planning.queries.asked import MEASURES
from klientura.modules.planning.queries.sheet import (
    Place,
    RowsBy,
    Sheet,
    Stored,
    earlier,
    offered,
    rows_of,
    stored,
)
from klientura.modules.planning.queries.standing import money_for
from klientura.modules.planning.rules import PeriodKind
from klientura.modules.planning.services.filling import HIGHEST, LOWEST, as_before, spread, step_of
from klientura.modules.planning.services.setting import set_plans
from klientura.modules.planning.web.frame import BY_LABELS, HEADS, PLACE, month_name, tabs

YEARS: Final = range(1990, 2101)
KINDS: Final[dict[PeriodKind, Any]] = {
    "month": pgettext_lazy("plans", "By months"), "quarter": pgettext_lazy("plans", "By quarters"), "year": pgettext_lazy("plans", "Whole years"),
}  # fmt: skip
LARGEST: Final = Decimal(10) ** 16


@dataclass(slots=True)
class Filled:
    """What a sheet shows beyond what is stored: texts as they were typed, what is wrong, what is to be said."""

    texts: dict[Place, str] = field(default_factory=dict)
    totals: dict[int | None, str] = field(default_factory=dict)
    errors: dict[Place, Text] = field(default_factory=dict)
    said: str = ""
    kind: str = "info"


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    """GET /plans/sheet?year=&measure=&kind=&by=&currency=: the sheet. POST: keep it, or fill it in to be looked at (act=)."""
    asked = of(request)
    require(asked.actor, shape_of("quota"), "read")
    wanted = _wanted(asked)
    known = stored(asked.actor, wanted)
    names, open_rows = rows_of(asked.actor, wanted, {row for row, _column in known})
    filled = Filled()
    if request.method == "POST":
        require(asked.actor, shape_of("quota"), "edit")
        _read_texts(request.POST, wanted, names, filled)
        act = request.POST.get("act", "save")
        if act == "save":
            kept = _save(asked, wanted, known, open_rows, filled)
            if kept is not None:
                return HttpResponseRedirect(f"{_url(wanted)}&saved={kept}")
        else:
            _fill(asked, wanted, act, open_rows, filled)
    elif (count := number(asked.GET.get("saved"))) is not None:
        filled.said = ngettext("%(count)s plan has been set.", "%(count)s plans have been set.", count) % {
            "count": count
        }
        filled.kind = "success"
    status = 422 if filled.errors else 200
    return show(
        request,
        "planning/sheet.html",
        status=status,
        active=PLACE.key,
        **_context(asked, wanted, known, names, open_rows, filled),
    )


def _wanted(asked: Request) -> Sheet:
    """Which sheet an address or a form asks for; what makes no sense is as usual."""
    given = asked.POST if asked.method == "POST" else asked.GET
    year = number(given.get("year")) or company_today().year
    measure = next((m for m in MEASURES if m == given.get("measure")), MEASURES[0])
    kind: PeriodKind = next((k for k in KINDS if k == given.get("kind")), "month")
    by: RowsBy = next((b for b in offered(asked.actor, measure) if b == given.get("by")), "owner")
    currency = given.get("currency", "")
    return Sheet(
        year if year in YEARS else company_today().year,
        measure,
        kind,
        by,
        currency if currency in Currency.values else asked.installation.currency,
    )


def _url(wanted: Sheet, **more: Any) -> str:
    said = {
        "year": wanted.year,
        "measure": wanted.measure,
        "kind": wanted.kind,
        "by": wanted.by,
        "currency": wanted.currency,
        **more,
    }
    return "/plans/sheet?" + "&".join(f"{k}={v}" for k, v in said.items())


def _name(row: int | None, column: dt.date) -> str:
    return f"c-{row or 0}-{column.month}"


def _read_texts(
    given: Mapping[str, Any], wanted: Sheet, names: Mapping[int | None, str], filled: Filled
) -> None:
    for row in names:
        if (total := given.get(f"t-{row or 0}")) is not None:
            filled.totals[row] = total.strip()[:40]
        for column in wanted.columns:
            if (text := given.get(_name(row, column))) is not None:
                filled.texts[row, column] = text.replace("\x00", "").strip()[:40]


def _number(text: str, wanted: Sheet) -> Decimal | None:
    """A typed number. Raises ValueError for what is none, is below zero or too large, or is more exact than a plan may be."""
    if not text:
        return None
    value = parse_decimal(text, lang())
    if value < 0 or value >= LARGEST or value != value.quantize(step_of(wanted)):
        raise ValueError(text)
    return value


def _save(
    asked: Request, wanted: Sheet, known: Mapping[Place, Stored], open_rows: set[int | None], filled: Filled
) -> int | None:
    """Keep what was changed; None when something is wrong, then everything typed stays."""
    changes: dict[Place, Decimal | None] = {}
    seen: dict[Place, int] = {}
    for place, text in filled.texts.items():
        row, column = place
        version = number(asked.POST.get("v" + _name(row, column)[1:])) or 0
        if text == asked.POST.get("w" + _name(row, column)[1:], "") or (
            row not in open_rows and place not in known
        ):
            continue
        try:
            changes[place] = _number(text, wanted)
        except ValueError:
            filled.errors[place] = _("Write a number, such as {example}.").format(
                example="12" if wanted.counted else format_decimal(Decimal("150000.50"), lang())
            )
        seen[place] = version
    if not filled.errors:
        outcome = set_plans(asked.actor, wanted, changes, seen)
        filled.errors.update(outcome.errors)
        if not outcome.errors:
            return outcome.changed
    filled.said, filled.kind = _("Nothing has been kept yet: look at what is marked."), "error"
    return None


def _fill(asked: Request, wanted: Sheet, act: str, open_rows: set[int | None], filled: Filled) -> None:
    """Fill the sheet in; nothing is kept before somebody has looked at it."""
    before = earlier(asked.actor, wanted, money_for(wanted.currency, dt.date(wanted.year - 1, 12, 31)))
    filled.said = _("The sheet is filled in. Look at it and save.")
    if act == "before":
        try:
            percent = parse_decimal(asked.POST.get("percent", "").strip() or "0", lang())
        except ValueError:
            percent = LOWEST - 1
        if not LOWEST <= percent <= HIGHEST:
            filled.said, filled.kind = _("Write by how many per cent more: from −100 to 1000."), "error"
            return
        made = as_before(wanted, before, list(open_rows), percent)
        if not made:
            filled.said, filled.kind = (
                _("Nothing came in {year}: there is nothing to go by.").format(year=wanted.year - 1),
                "warning",
            )
    else:
        totals = {}
        for row, text in filled.totals.items():
            try:
                value = _number(text, wanted)
            except ValueError:
                filled.said, filled.kind = _("“{text}” is not a number.").format(text=text), "error"
                return
            if value is not None and row in open_rows:
                totals[row] = value
        made = spread(wanted, before, totals, seasonal=act == "season")
        if not made:
            filled.said, filled.kind = _("Write the plan of the year into the last column first."), "warning"
    filled.texts |= {place: _text(value, wanted) for place, value in made.items()}


def _text(value: Decimal, wanted: Sheet) -> str:
    """A number as one types it: without kopecks where there are none."""
    whole = wanted.counted or value == value.to_integral_value()
    return format_decimal(int(value) if whole else value, lang())


def _context(
    asked: Request, wanted: Sheet, known: Mapping[Place, Stored], names: Mapping[int | None, str], open_rows: set[int | None], filled: Filled
) -> dict[str, Any]:  # fmt: skip
    editable = may(asked.actor, shape_of("quota"), "edit") and bool(open_rows)
    return {
        "tabs": tabs(asked.actor, "sheet"), "wanted": wanted, "editable": editable, "said": filled.said, "kind": filled.kind,
        "head": str(HEADS[wanted.by]), "columns": [_column_name(wanted, c) for c in wanted.columns],
        "rows": [_row(wanted, known, row, name, open_rows, filled, asked, editable) for row, name in names.items()],
        "measures": [{"value": m.value, "label": str(m.label)} for m in MeasureChoice],
        "ways": [{"label": str(BY_LABELS[b]), "url": _url(wanted, by=b), "active": b == wanted.by} for b in offered(asked.actor, wanted.measure)],
        "kinds": [{"value": k, "label": str(label)} for k, label in KINDS.items()],
        "currencies": [{"value": c.value, "label": str(c.label)} for c in Currency],
        "before_url": _url(wanted, year=wanted.year - 1), "after_url": _url(wanted, year=wanted.year + 1),
        "decimal": "," if lang() == "ru" else ".", "percent": asked.POST.get("percent", "10")[:10],
    }  # fmt: skip


def _column_name(wanted: Sheet, column: dt.date) -> str:
    if wanted.kind == "year":
        return str(wanted.year)
    if wanted.kind == "quarter":
        return _("Quarter {number}").format(number=(column.month + 2) // 3)
    return month_name(column)


def _row(
    wanted: Sheet, known: Mapping[Place, Stored], row: int | None, name: str, open_rows: set[int | None], filled: Filled, asked: Request,
    editable: bool,
) -> dict[str, Any]:  # fmt: skip
    shown = name or str(asked.installation.company or _("Company"))
    cells, total = [], Decimal(0)
    for column in wanted.columns:
        place = (row, column)
        there = known.get(place)
        value = there.value if there else None
        foreign = there is not None and not wanted.counted and there.currency != wanted.currency
        was = _text(value, wanted) if value is not None and not foreign else ""
        text = filled.texts.get(place, was)
        total += _counted(text, wanted)
        cells.append({
            "name": _name(row, column), "number": _name(row, column)[1:], "text": text, "was": was, "version": there.version if there else 0,
            "error": str(filled.errors[place]) if place in filled.errors else "", "label": f"{shown}, {_column_name(wanted, column)}",
            "foreign": format_money(value, there.currency, lang(), brief=True) if there and value is not None and foreign else "",
            "url": f"/quota/{there.id}" if there else "",
            "changed": text != was,
        })  # fmt: skip
    return {
        "key": row or 0, "name": shown, "cells": cells,
        "total": filled.totals.get(row) if filled.kind in ("error", "warning") and row in filled.totals else _text(total, wanted) if total else "",
        "open": editable and (row in open_rows or any(p[0] == row for p in known)),
    }  # fmt: skip


def _counted(text: str, wanted: Sheet) -> Decimal:
    try:
        return _number(text, wanted) or Decimal(0)
    except ValueError:
        return Decimal(0)
