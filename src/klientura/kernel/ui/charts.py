"""Pictures of numbers: declared here, drawn by a lazy script, and always on the page as a table as well.

A chart is a table first: labels down the side, one column for each series. Who has no script, prints, or listens to the page
has the table; everybody else sees the picture and can turn to the table. Every point may open its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import pgettext

from klientura.kit.formats import NO_BREAK_SPACE, Language, format_decimal, format_money

type Kind = Literal["bar", "stacked", "line", "area", "heatmap", "waterfall"]
type Look = Literal["", "dashed", "low", "high"]
type Unit = Literal["count", "money", "percent", "days"]
type Number = int | float | Decimal

PLACES: dict[Unit, int] = {"count": 0, "money": 2, "percent": 1, "days": 1}


@dataclass(frozen=True, slots=True)
class Point:
    """One number of a chart and the address of its rows; without a value there is nothing to show. A waterfall's
    `whole` points stand on the ground, the others are what is added to what came before them."""

    value: Number | None
    url: str = ""
    text: str = ""  # how it is told, when not as its unit is
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A row of numbers, one for each label of its chart. Of lines: what is not known yet is dashed; between `low` and the `high` that
    follows it lies a band."""

    label: str
    points: Sequence[Point]
    hue: str = ""
    look: Look = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of numbers. `head` names what the labels are; `currency` is needed for money only."""

    key: str
    kind: Kind
    title: str
    head: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: Unit = "count"
    currency: str = ""
    note: str = ""
    hues: Sequence[str] = field(default=())  # of the labels, where each has a colour of its own


def told(value: Number | None, unit: Unit, language: Language, currency: str = "") -> str:
    """A number as people read it: 12,5 %, 3 дн., 1 200 ₽; a dash for none."""
    if value is None:
        return "—"
    if unit == "money":
        return format_money(Decimal(str(value)), currency, language, brief=True)
    exact = round(Decimal(str(value)), PLACES[unit])
    text = format_decimal(
        exact, language, places=0 if unit == "count" or exact == int(exact) else PLACES[unit]
    )
    if unit == "percent":
        return f"{text}{NO_BREAK_SPACE}%" if language == "ru" else f"{text}%"
    if unit == "days":
        return pgettext("so many days, short", "{n} d").format(n=text).replace(" ", NO_BREAK_SPACE)
    return text


def chart_shown(chart: Chart, language: Language) -> dict[str, Any]:
    """What ui/chart.html shows: the head and the rows of the table, and the numbers for the script."""
    texts = [
        [p.text or told(p.value, chart.unit, language, chart.currency) for p in each.points]
        for each in chart.series
    ]
    rows = [
        {
            "label": label,
            "cells": [
                {"text": texts[n][place], "url": each.points[place].url}
                for n, each in enumerate(chart.series)
            ],
        }
        for place, label in enumerate(chart.labels)
    ]
    return {
        "key": chart.key,
        "title": chart.title,
        "note": chart.note,
        "head": [chart.head, *(each.label for each in chart.series)],
        "rows": rows,
        "data": {
            "kind": chart.kind,
            "title": chart.title,
            "unit": chart.unit,
            "currency": chart.currency,
            "labels": list(chart.labels),
            "hues": list(chart.hues),
            "series": [
                {
                    "label": each.label,
                    "hue": each.hue,
                    "look": each.look,
                    "values": [None if p.value is None else float(p.value) for p in each.points],
                    "texts": texts[n],
                    "urls": [p.url for p in each.points],
                    "whole": [p.whole for p in each.points],
                }
                for n, each in enumerate(chart.series)
            ],
        },
    }
