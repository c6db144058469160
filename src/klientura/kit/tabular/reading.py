"""One way to read any table: ``sniff`` tells what a file is, ``read_rows`` streams its rows."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from klientura.kit.tabular.csv_reader import read_csv, sniff_delimiter
from klientura.kit.tabular.encodings import detect_encoding, sample_of
from klientura.kit.tabular.model import Cell, Kind, RawRow, ReadOptions, TableInfo, TableProblem
from klientura.kit.tabular.vcard import VCARD_COLUMNS, read_vcards
from klientura.kit.tabular.workbook_reader import open_workbook, read_workbook

SAMPLE_ROWS = 20
_HEADER_SEARCH = 20
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_NUMBER_OR_DATE = re.compile(r"[+-]?[0-9][0-9\s.,:/\-]*")
_BINARY_STARTS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ\x90",
)


def sniff(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str = "",
    header_row: int | None = None,
) -> TableInfo:
    """Tell the kind, encoding, delimiter, sheets, header and first rows of a file.

    What is given is taken as it is, the rest is found out. Raises TableProblem when the file is no table.
    """
    kind = _kind(path)
    if kind == "vcard":
        return _sniff_vcards(path, encoding)
    if kind == "csv":
        return _sniff_csv(path, encoding, delimiter, header_row)
    with open_workbook(path, sheet) as (sheets, chosen, rows):
        head = list(islice(rows, _HEADER_SEARCH + SAMPLE_ROWS))
    return _describe(ReadOptions(kind, "", "", chosen), sheets, head, header_row, [])


def read_rows(path: Path, options: ReadOptions) -> Iterator[RawRow]:
    """Yield the rows under the header, empty ones left out; bad rows carry their problems.

    Raises TableProblem when reading cannot go on.
    """
    if options.kind == "vcard":
        yield from read_vcards(path, options.encoding)
        return
    rows = read_csv(path, options) if options.kind == "csv" else read_workbook(path, options)
    for row in rows:
        if row.number > options.header_row:
            yield row


def _kind(path: Path) -> Kind:
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError:
        raise TableProblem("not_found") from None
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise TableProblem("empty")
    if head.startswith(b"PK"):
        return "ods" if b"opendocument.spreadsheet" in head or path.suffix.lower() == ".ods" else "xlsx"
    if head.startswith(_OLD_OFFICE):
        return "xls"
    if head.startswith(_BINARY_STARTS):
        raise TableProblem("binary")
    text = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if text.startswith((b"<html", b"<!doctype", b"<table", b"<meta")):
        raise TableProblem("html")
    if text.startswith(b"<?xml"):
        raise TableProblem("xml")
    return "vcard" if text.startswith(b"begin:vcard") else "csv"


def _encoding(pieces: list[bytes], given: str | None) -> tuple[str, list[TableProblem]]:
    if given:
        return given, []
    found, certain = detect_encoding(pieces)
    return found, [] if certain else [TableProblem("encoding_guessed", detail=found)]


def _sniff_vcards(path: Path, given: str | None) -> TableInfo:
    encoding, warnings = _encoding(sample_of(path), given)
    sample = list(islice(read_vcards(path, encoding), SAMPLE_ROWS))
    return TableInfo("vcard", encoding, "", [], "", 0, list(VCARD_COLUMNS), sample, warnings)


def _sniff_csv(path: Path, given: str | None, delimiter: str | None, header_row: int | None) -> TableInfo:
    pieces = sample_of(path)
    encoding, warnings = _encoding(pieces, given)
    if not delimiter:
        try:
            delimiter = sniff_delimiter(pieces[0].decode(encoding, "replace"))
        except LookupError:
            raise TableProblem("encoding_unknown", detail=encoding) from None
    options = ReadOptions("csv", encoding, delimiter, header_row=0)
    head = list(islice(read_csv(path, options), _HEADER_SEARCH + SAMPLE_ROWS))
    return _describe(options, [], head, header_row, warnings)


def _describe(
    options: ReadOptions,
    sheets: list[str],
    head: list[RawRow],
    header_row: int | None,
    warnings: list[TableProblem],
) -> TableInfo:
    if not head and options.kind == "csv":
        raise TableProblem("empty")
    place = _find_header(head) if header_row is None else header_row
    titles = next((row.cells for row in head if row.number == place), None)
    sample = [row for row in head if row.number > place][:SAMPLE_ROWS]
    width = max([len(titles or ()), *(len(row.cells) for row in sample if titles is None)], default=0)
    if titles is None:
        place = 0 if header_row is None else place
        header = [_column_letters(number) for number in range(1, width + 1)]
        warnings = [*warnings, TableProblem("no_header")]
    else:
        header = [" ".join(str(cell).removeprefix("\ufeff").split()) for cell in titles]
        warnings = warnings + _header_warnings(header, place, sample)
    if not sample:
        warnings = [*warnings, TableProblem("no_rows")]
    return TableInfo(
        options.kind,
        options.encoding,
        options.delimiter,
        sheets,
        options.sheet,
        place,
        header,
        sample,
        warnings,
    )


def _find_header(head: list[RawRow]) -> int:
    """Return the number of the first row that is filled as widely as the data and holds names only, or 0."""
    widest = max((_filled(row.cells) for row in head), default=0)
    for row in head[:_HEADER_SEARCH]:
        if _filled(row.cells) * 10 >= widest * 6:
            only_names = all(
                isinstance(cell, str) and not _NUMBER_OR_DATE.fullmatch(cell) for cell in row.cells
            )
            return row.number if only_names else 0
    return 0


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell != "" for cell in cells)


def _header_warnings(header: list[str], place: int, sample: list[RawRow]) -> list[TableProblem]:
    warnings: list[TableProblem] = []
    seen: set[str] = set()
    for column, title in enumerate(header, 1):
        if not title:
            if any(len(row.cells) >= column and row.cells[column - 1] != "" for row in sample):
                warnings.append(TableProblem("empty_header", place, column))
        elif title.lower() in seen:
            warnings.append(TableProblem("duplicate_header", place, column, title))
        seen.add(title.lower())
    return warnings


def _column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
