"""Reading of delimited text as a stream: memory stays flat however long the file is."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from klientura.kit.tabular.formulas import restore
from klientura.kit.tabular.model import RawRow, ReadOptions, TableProblem

DELIMITERS = ";\t,|"
MAX_CELL = 16 * 1024 * 1024
MAX_COLUMNS = 16_384
_SNIFFED_ROWS = 60
_SEPARATOR_LINE = "sep="

csv.field_size_limit(MAX_CELL)


class _Lines:
    """Lines of a stream, noting what the reader of rows has to look at."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.special = False
        self.quotes = 0

    def __iter__(self) -> Iterator[str]:
        readline = self._stream.readline
        while line := readline(MAX_CELL):
            if len(line) >= MAX_CELL and line[-1] not in "\r\n":
                raise TableProblem("line_too_long")
            if "'" in line or "\ufffd" in line or "\x00" in line:
                self.special = True
            self.quotes += line.count('"')
            yield line


def read_csv(path: Path, options: ReadOptions) -> Iterator[RawRow]:
    """Yield the rows that hold anything, the header too; numbers count empty rows.

    A row of another width than ``options.width`` (when given) is filled up or kept long, and says ``ragged``.
    Raises TableProblem.
    """
    try:
        # Undecodable bytes become U+FFFD and a problem of their row; they must not stop the other rows.
        with path.open(encoding=options.encoding, errors="replace", newline="") as stream:
            yield from _rows(_Lines(stream), options)
    except FileNotFoundError:
        raise TableProblem("not_found") from None
    except LookupError:
        raise TableProblem("encoding_unknown", detail=options.encoding) from None
    except UnicodeError:
        raise TableProblem("encoding", detail=options.encoding) from None


def _rows(lines: _Lines, options: ReadOptions) -> Iterator[RawRow]:
    reader = csv.reader(lines, delimiter=options.delimiter)
    width = options.width
    number = first_line = 0
    try:
        for cells in reader:
            number += 1
            if number == 1 and _is_separator_line(cells, options.delimiter):
                continue
            problems: tuple[TableProblem, ...] = ()
            if lines.special:
                lines.special = False
                cells, problems = _mend(cells, number)
            if any(cells):
                if len(cells) > MAX_COLUMNS:
                    raise TableProblem("too_many_columns", number, detail=str(len(cells)))
                if width and len(cells) != width and number != options.header_row:
                    cells, problems = _fit(cells, width, number, problems)
                yield RawRow(number, cells, problems)
            last_row_lines, first_line = reader.line_num - first_line, reader.line_num
        if number and lines.quotes % 2 and last_row_lines > 1:
            raise TableProblem("quote_not_closed", number)
    except csv.Error as error:
        raise TableProblem("cell_too_large", number + 1, detail=str(error)) from None


def _is_separator_line(cells: list[str], delimiter: str) -> bool:
    """Excel's own first line ``sep=;`` says which delimiter follows."""
    return bool(cells) and delimiter.join(cells).lower().removeprefix("\ufeff") == _SEPARATOR_LINE + delimiter


def _mend(cells: list[str], number: int) -> tuple[list[str], tuple[TableProblem, ...]]:
    problems: list[TableProblem] = []
    for place, cell in enumerate(cells):
        if cell.startswith("'"):
            cells[place] = restore(cell)
        if "\ufffd" in cell:
            problems.append(TableProblem("encoding", number, place + 1))
        if "\x00" in cell:
            problems.append(TableProblem("nul", number, place + 1))
    return cells, tuple(problems)


def _fit(
    cells: list[str], width: int, number: int, problems: tuple[TableProblem, ...]
) -> tuple[list[str], tuple[TableProblem, ...]]:
    found = len(cells)
    if found > width and not any(cells[width:]):
        return cells[:width], problems
    cells += [""] * (width - found)
    return cells, (*problems, TableProblem("ragged", number, detail=str(found)))


def sniff_delimiter(text: str) -> str:
    """Return the delimiter that splits the text into the most even columns; a semicolon for one column."""
    declared = text.partition("\n")[0].strip().lower().removeprefix("\ufeff")
    if declared.startswith(_SEPARATOR_LINE) and declared[len(_SEPARATOR_LINE) :] in set(DELIMITERS):
        return declared[len(_SEPARATOR_LINE) :]
    best, best_score = DELIMITERS[0], 0.0
    for delimiter in DELIMITERS:
        score = _evenness(text, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _evenness(text: str, delimiter: str) -> float:
    try:
        rows = list(islice(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), _SNIFFED_ROWS))
    except csv.Error:
        return 0.0
    # The last row of a piece of a file may be cut.
    widths = Counter(len(row) for row in (rows[:-1] or rows) if any(row))
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda item: (item[1] * min(item[0], 8), item[0]))
    return 0.0 if width < 2 else count / widths.total() * (1 + min(width, 8) / 8)
