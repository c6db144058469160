"""The process in which a workbook is opened, under limits of memory and time.

A workbook can make any reader ask for terabytes (one cell at the far corner, one text used a million
times), and the native reader then ends its process. Run as a script with the arguments path, sheet name,
memory limit in bytes, seconds of processor time.
It writes lines of JSON: the description, then lists of rows, or ``{"error": code}``.
"""

import sys
from datetime import date, datetime, time, timedelta

import orjson
import python_calamine

from klientura.kit.limits import limit

ROWS_PER_LINE = 500
CHARACTERS_PER_LINE = 4 * 1024 * 1024
"""Rows of long texts come in shorter lines, so that the other side never has to hold much at once."""


def _encode(value: object) -> list[str | float]:
    if isinstance(value, datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, time):
        return ["time", value.isoformat()]
    if isinstance(value, timedelta):
        return ["timedelta", value.total_seconds()]
    raise TypeError(type(value).__name__)


def _write(value: object) -> None:
    option = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_APPEND_NEWLINE
    sys.stdout.buffer.write(orjson.dumps(value, default=_encode, option=option))


def _send(path: str, sheet_name: str) -> None:
    workbook = python_calamine.load_workbook(path)
    sheets = workbook.sheet_names
    if not sheets or (sheet_name and sheet_name not in sheets):
        _write({"error": "sheet_not_found"})
        return
    sheet = workbook.get_sheet_by_name(sheet_name or sheets[0])
    # iter_rows gives the empty rows above the data, but not the empty columns before them.
    margin = sheet.start[1] if sheet.start else 0
    _write({"sheets": sheets, "sheet": sheet.name, "margin": margin})
    # Flushed at once: who only wants the sheets and the head need not wait for the rest.
    sys.stdout.buffer.flush()
    rows, characters = [], 0
    for row in sheet.iter_rows():
        rows.append(row)
        characters += sum(len(cell) for cell in row if isinstance(cell, str))
        if len(rows) == ROWS_PER_LINE or characters > CHARACTERS_PER_LINE:
            _write(rows)
            rows, characters = [], 0
    _write(rows)
    _write({"end": True})


def main() -> int:
    """Send the sheet named in the arguments; the exit code tells nothing, the last line does."""
    path, sheet_name, memory, seconds = sys.argv[1:5]
    limit(int(memory), int(seconds), 5)
    try:
        _send(path, sheet_name)
    except python_calamine.PasswordError:
        _write({"error": "password"})
    except MemoryError:
        _write({"error": "too_large"})
    except BrokenPipeError:
        return 1
    except Exception as error:  # noqa: BLE001 - whatever the native reader raises means one thing
        _write({"error": "damaged", "detail": str(error)[:200]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
