"""Writing of tables as CSV and XLSX; cells that a spreadsheet would run are neutralised."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from klientura.kit.tabular.formulas import is_dangerous, neutralise, restore
from klientura.kit.tabular.model import TableProblem

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

type ColumnKind = Literal["text", "integer", "decimal", "date", "datetime", "bool"]
type Value = str | int | float | bool | Decimal | date | datetime | None

MAX_XLSX_ROWS = 1_048_576
MAX_XLSX_TEXT = 32_767
_EXACT_DIGITS = 15
_FIRST_YEAR = 1900
_LARGEST_EXPONENT = 300
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER_FORMATS = {
    "date": "dd.mm.yyyy",
    "datetime": "dd.mm.yyyy hh:mm",
    "decimal": "#,##0.00",
    "integer": "0",
}


def write_csv(
    rows: Iterable[Sequence[Value]], stream: BinaryIO, *, delimiter: str = ";", encoding: str = "utf-8-sig"
) -> int:
    """Write rows, the header among them, to a binary stream, which stays open; return their number.

    Characters the encoding does not have are written as ``?``.
    """
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    count = 0
    try:
        for row in rows:
            writer.writerow([_csv_cell(value) for value in row])
            count += 1
        text.flush()
    finally:
        text.detach()
    return count


def _csv_cell(value: Value) -> str:
    if isinstance(value, str):
        return neutralise(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def write_xlsx(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
    kinds: Sequence[ColumnKind],
    *,
    sheet: str = "Sheet1",
) -> list[TableProblem]:
    """Write a workbook of one sheet with flat memory; return what had to be shortened (cell_shortened).

    Moments are written as their clock shows (convert them before). Numbers of more than 15 digits become
    text, since a workbook would round them. A text that looks like a formula is a text all the same, and marked as such,
    so that it stays one when somebody edits its cell. Raises TableProblem (too_many_rows); the file is then incomplete.
    """
    from xlsxwriter import Workbook  # a seventh of a second, in processes that mostly never write one

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    with Workbook(str(path), options) as workbook:
        page = _Page(workbook.add_worksheet(sheet), [], workbook.add_format({"quote_prefix": True}))
        bold = workbook.add_format({"bold": True})
        number = 0
        formats = [_number_format(workbook, kind) for kind in kinds]
        page.worksheet.freeze_panes(1, 0)
        for column, title in enumerate(header):
            page.write_text(0, column, title, bold)
        for number, row in enumerate(rows, 1):
            if number >= MAX_XLSX_ROWS:
                raise TableProblem("too_many_rows", number)
            for column, value in enumerate(row):
                if value is not None and value != "":
                    page.write(number, column, value, formats[column] if column < len(formats) else None)
        if header:
            page.worksheet.autofilter(0, 0, number, len(header) - 1)
    return page.problems


def _number_format(workbook: "Workbook", kind: ColumnKind) -> "Format | None":
    code = _NUMBER_FORMATS.get(kind)
    return workbook.add_format({"num_format": code}) if code else None


class _Page(NamedTuple):
    worksheet: "Worksheet"
    problems: list[TableProblem]
    quoted: "Format"

    def write(self, row: int, column: int, value: Value, cell_format: "Format | None") -> None:
        if isinstance(value, bool):
            self.worksheet.write_boolean(row, column, value)
        elif isinstance(value, int | float | Decimal) and _is_exact(value):
            self.worksheet.write_number(row, column, value, cell_format)
        elif isinstance(value, date) and value.year >= _FIRST_YEAR:
            self.worksheet.write_datetime(row, column, value, cell_format)
        else:
            self.write_text(row, column, value if isinstance(value, str) else _csv_cell(value))

    def write_text(self, row: int, column: int, text: str, cell_format: "Format | None" = None) -> None:
        if is_dangerous(text):
            cell_format = cell_format or self.quoted
        if restore(text) != text:
            text = neutralise(text)  # an apostrophe of its own would be lost when the file is brought back
        text = _SURROGATE.sub("\ufffd", text)
        if len(text) > MAX_XLSX_TEXT:
            self.problems.append(TableProblem("cell_shortened", row + 1, column + 1, str(len(text))))
            text = text[:MAX_XLSX_TEXT]
        self.worksheet.write_string(row, column, text, cell_format)


def _is_exact(value: float | Decimal) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    number = Decimal(value)
    digits = number.normalize().as_tuple().digits if number.is_finite() else ()
    return number.is_finite() and len(digits) <= _EXACT_DIGITS and abs(number.adjusted()) < _LARGEST_EXPONENT
