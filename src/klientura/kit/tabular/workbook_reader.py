"""Reading of XLSX, XLS and ODS: sizes are checked first, then a limited process opens the file."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import orjson

from klientura.kit.tabular import workbook_child
from klientura.kit.tabular.formulas import restore
from klientura.kit.tabular.model import Cell, RawRow, ReadOptions, TableProblem

MAX_FILE = 200 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_MEMBERS = 10_000
MEMORY_LIMIT = 1536 * 1024 * 1024
CPU_SECONDS = 300
MAX_LINE = 64 * 1024 * 1024
"""Of one line of the child; only a single row of enormous texts is longer."""
_WHOLE_FLOATS = 2**53


@contextmanager
def open_workbook(path: Path, sheet: str) -> Iterator[tuple[list[str], str, Iterator[RawRow]]]:
    """Give the names of the sheets, the chosen one (the first when ``sheet`` is empty) and its rows.

    Raises TableProblem: not_found, damaged, too_large, line_too_long, password, sheet_not_found.
    """
    _check_size(path)
    script = str(Path(workbook_child.__file__))
    arguments = [str(path.absolute()), sheet, str(MEMORY_LIMIT), str(CPU_SECONDS)]
    with subprocess.Popen(  # noqa: S603 - our own script, no shell
        [sys.executable, "-P", script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        try:
            found = _next_line(child)
            yield found["sheets"], found["sheet"], _rows(child, found["margin"])
        finally:
            child.kill()


def read_workbook(path: Path, options: ReadOptions) -> Iterator[RawRow]:
    """Yield the rows of one sheet that hold anything, the header too, all of one width."""
    with open_workbook(path, options.sheet) as (_, _, rows):
        yield from rows


def _check_size(path: Path) -> None:
    try:
        if path.stat().st_size > MAX_FILE:
            raise TableProblem("too_large", detail=str(path.stat().st_size))
        with path.open("rb") as stream:
            if stream.read(2) != b"PK":
                return
            with ZipFile(stream) as archive:
                members = archive.infolist()
    except FileNotFoundError:
        raise TableProblem("not_found") from None
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        raise TableProblem("damaged") from None
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS:
        raise TableProblem("too_large", detail=str(unpacked))


def _next_line(child: subprocess.Popen[bytes]) -> Any:
    if child.stdout is None or child.stderr is None:
        raise TableProblem("damaged")
    line = child.stdout.readline(MAX_LINE)
    if len(line) >= MAX_LINE and not line.endswith(b"\n"):
        raise TableProblem("line_too_long")
    if not line.endswith(b"\n"):
        # The process ended without a word: it was refused memory or time, or the native reader broke.
        complaint = child.stderr.read(4000)
        out_of_memory = b"memory allocation" in complaint or b"capacity overflow" in complaint
        out_of_limits = out_of_memory or child.wait() in {-9, -24}
        raise TableProblem("too_large" if out_of_limits else "damaged")
    value = orjson.loads(line)
    if isinstance(value, dict) and "error" in value:
        raise TableProblem(value["error"], detail=value.get("detail", ""))
    return value


def _rows(child: subprocess.Popen[bytes], empty_columns: int) -> Iterator[RawRow]:
    number = 0
    margin: list[Cell] = [""] * empty_columns
    while isinstance(rows := _next_line(child), list):
        for row in rows:
            number += 1
            cells = [_decode(cell) for cell in row]
            if any(cell != "" for cell in cells):
                yield RawRow(number, margin + cells if margin else cells)


def _decode(value: Any) -> Cell:
    if isinstance(value, str):
        return restore(value) if value.startswith("'") else value
    if isinstance(value, float):
        # Workbooks keep whole numbers as floats; an INN must not come out as 7707083893.0.
        return int(value) if value.is_integer() and abs(value) < _WHOLE_FLOATS else value
    if isinstance(value, list):
        return _decode_time(value[0], value[1])
    return "" if value is None else value


def _decode_time(kind: str, value: Any) -> Cell:
    if kind == "datetime":
        moment = datetime.fromisoformat(value)
        return moment if moment.time() != time.min else moment.date()
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "time":
        return time.fromisoformat(value)
    return timedelta(seconds=value)
