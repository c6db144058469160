"""What pages of figures show: numbers in a line, charts, tables; each table goes out as a file as well."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

from django.http import HttpResponse
from django.utils.translation import pgettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Unit, told
from klientura.kernel.web.file_answers import XLSX, made, made_csv
from klientura.kit.formats import NO_BREAK_SPACE
from klientura.kit.tabular.writing import ColumnKind, Value, write_xlsx

KINDS: Final[dict[Unit | Literal["text"], ColumnKind]] = {
    "text": "text",
    "count": "integer",
    "money": "decimal",
    "percent": "decimal",
    "days": "decimal",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers: its head and their unit."""

    label: str
    unit: Unit | Literal["text"] = "count"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, the address of its rows, what it was in the period before, and whether more of it is better."""

    value: Decimal | int | None
    url: str = ""
    before: Decimal | int | None = None
    good: int = 0
    text: str = ""  # instead of a number
    note: str = ""  # below it


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its name, its numbers, and the share of the longest bar that its bar takes, in per cent."""

    label: str
    cells: Sequence[Cell]
    bar: float | None = None
    hue: str = "gray"
    total: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures."""

    key: str
    title: str
    head: str
    columns: Sequence[Column]
    lines: Sequence[Line]
    note: str = ""


@dataclass(slots=True)
class View:
    """What a page of figures shows. `remarks` say what the figures leave out."""

    stats: list[dict[str, Any]] = field(default_factory=list)
    charts: list[dict[str, Any]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    empty: bool = False


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """So many per cent; nothing of nothing."""
    return round(Decimal(100) * part / whole, 1) if whole else None


def table_shown(table: Table, currency: str) -> dict[str, Any]:
    """A table as its template takes it."""
    return {
        "key": table.key,
        "title": table.title,
        "head": table.head,
        "note": table.note,
        "columns": [c.label for c in table.columns],
        "lines": [
            {
                "label": line.label, "total": line.total, "url": line.url, "bar": line.bar, "hue": line.hue,
                "cells": [_cell(c, column.unit, currency) for c, column in zip(line.cells, table.columns, strict=True)],
            }
            for line in table.lines
        ],
    }  # fmt: skip


def _cell(cell: Cell, unit: Unit | Literal["text"], currency: str) -> dict[str, str]:
    if unit == "text":
        return {"text": cell.text, "url": cell.url, "delta": "", "trend": ""}
    text = told(cell.value, unit, lang(), currency)
    return {"text": text, "url": cell.url if cell.value else "", **difference(cell, unit, currency)}


def difference(cell: Cell, unit: Unit, currency: str) -> dict[str, str]:
    """How a number differs from that of the period before: in points of per cent for shares."""
    if cell.before is None or cell.value is None or cell.value == cell.before:
        return {"delta": cell.note, "trend": ""}
    delta = Decimal(cell.value) - Decimal(cell.before)
    text = told(abs(delta), unit, lang(), currency)
    if unit == "percent":  # from 10 % to 15 % is no growth by 5 %
        text = pgettext("points of per cent", "{n} pp").format(n=text.rstrip(f"{NO_BREAK_SPACE}%"))
    better = delta * cell.good
    return {
        "delta": f"{'+' if delta > 0 else '−'}{text}",
        "trend": "" if not cell.good else "up" if better > 0 else "down",
    }


def as_file(tables: Sequence[Table], kind: str, name: str) -> HttpResponse:
    """All tables of a view as CSV (one below the other), or the first ones side by side as sheets of XLSX."""
    if kind == "csv":
        rows: list[list[Value]] = []
        for table in tables:
            rows += [[table.title], [table.head, *(c.label for c in table.columns)], *_values(table), []]
        return made_csv(rows, f"{name}.csv")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.xlsx"
        head, lines, kinds = _one_sheet(tables)
        write_xlsx(path, head, lines, kinds, sheet=name[:31])
        return made(path.read_bytes(), XLSX, f"{name}.xlsx")


def _values(table: Table) -> list[list[Value]]:
    return [[line.label, *(c.text or c.value for c in line.cells)] for line in table.lines]


def _one_sheet(tables: Sequence[Table]) -> tuple[list[str], list[list[Value]], list[ColumnKind]]:
    """The tables in one sheet, below each other, the first column saying which; the units are those of the longest."""
    widest = max(tables, key=lambda t: len(t.columns))
    head = ["", widest.head, *(c.label for c in widest.columns)]
    lines: list[list[Value]] = []
    for table in tables:
        if table is not widest:
            lines.append([table.title, table.head, *(c.label for c in table.columns)])
        lines += [[table.title, *values] for values in _values(table)]
    return head, lines, ["text", "text", *(KINDS[c.unit] for c in widest.columns)]
