"""What reading a table gives: rows, a description of the file, and problems with their place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

type Kind = Literal["csv", "xlsx", "xls", "ods", "vcard"]
type Cell = str | int | float | bool | date | datetime | time | timedelta


class TableProblem(Exception):
    """Something wrong in a file: raised when reading cannot go on, attached to the row when it can.

    ``row`` and ``column`` count from 1 as a spreadsheet shows them; ``detail`` is data, not a text to show.
    Codes of files: not_found, empty, binary, html, xml, damaged, password, too_large, too_many_columns,
    too_many_rows, line_too_long, cell_too_large, quote_not_closed, encoding_unknown, sheet_not_found.
    Codes of rows: ragged, nul, encoding, broken_card, cell_shortened.
    Warnings of a file: encoding_guessed, duplicate_header, empty_header, no_header, no_rows.
    """

    def __init__(
        self, code: str, row: int | None = None, column: int | None = None, detail: str = ""
    ) -> None:
        super().__init__(code, row, column, detail)
        self.code = code
        self.row = row
        self.column = column
        self.detail = detail


class RawRow(NamedTuple):
    """One row with its number in the file (the first line is 1; a quoted line break does not count)."""

    number: int
    cells: Sequence[Cell]
    problems: tuple[TableProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file; ``header_row`` 0 means that data begin in the first row."""

    kind: Kind
    encoding: str = "utf-8"
    delimiter: str = ";"
    sheet: str = ""
    header_row: int = 1
    width: int = 0


@dataclass(frozen=True, slots=True)
class TableInfo:
    """What a file turned out to be. Without a header row the header is A, B, C…"""

    kind: Kind
    encoding: str
    delimiter: str
    sheets: list[str]
    sheet: str
    header_row: int
    header: list[str]
    sample: list[RawRow]
    warnings: list[TableProblem] = field(default_factory=list)

    def options(self) -> ReadOptions:
        """Return the options with which read_rows reads the file as it was sniffed."""
        return ReadOptions(
            self.kind, self.encoding, self.delimiter, self.sheet, self.header_row, len(self.header)
        )
