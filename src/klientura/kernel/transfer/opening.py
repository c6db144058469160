"""Opening a file that somebody brought: what it is, in words for people; its limits; its place on the disk."""

import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest, Text
from klientura.kernel.transfer.cells import text_of
from klientura.kit.tabular.model import TableInfo, TableProblem
from klientura.kit.tabular.reading import sniff
from klientura.kit.tabular.vcard import VCARD_COLUMNS

MAX_FILE = 600 * 1024 * 1024
MAX_COLUMNS = 1000
MAX_SAMPLE_CELL = 200
KEPT_DAYS = 30
SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".vcf"})

SENTENCES: Mapping[str, Text] = {
    "not_found": _("The file is gone. Choose it again."),
    "empty": _("The file is empty. Choose another, or save it anew from the program it comes from."),
    "binary": _(
        "This is not a table but a file of another kind. Save the list as CSV or XLSX and choose that file."
    ),
    "html": _(
        "This is a web page under the name of a table. Open it in a spreadsheet and save it as XLSX or CSV."
    ),
    "xml": _("This is an XML file. Open it in the program it comes from and save the list as XLSX or CSV."),
    "damaged": _("The file is damaged and cannot be opened. Save it anew from the program it comes from."),
    "password": _("The file is protected by a password. Save it without a password and choose it again."),
    "too_large": _("The file is too large. Save it as CSV, or split it into parts below 600 MB."),
    "too_many_columns": _("There are too many columns. Leave no more than 1,000 and choose the file again."),
    "too_many_rows": _("There are too many rows for a workbook. Save the list as CSV."),
    "line_too_long": _("A line of the file is endlessly long: this is hardly a table. Check the file."),
    "cell_too_large": _("A cell of the file is larger than 16 MB. Shorten it and choose the file again."),
    "quote_not_closed": _("A quotation mark is opened in row %(row)s and never closed. Correct the row."),
    "encoding_unknown": _("There is no such encoding: %(detail)s."),
    "encoding": _("The file cannot be read in the encoding %(detail)s. Choose another."),
    "sheet_not_found": _("There is no such sheet in the workbook."),
}
WARNINGS: Mapping[str, Text] = {
    "encoding_guessed": _(
        "The encoding was guessed (%(detail)s). If the letters below look wrong, choose another."
    ),
    "duplicate_header": _("Two columns have the same title «%(detail)s»."),
    "empty_header": _("A column with values has no title."),
    "no_header": _("There is no row of titles, so the columns are named A, B, C…"),
    "no_rows": _("There are no rows under the titles."),
}
VCARD_LABELS: Mapping[str, Text] = {
    "full_name": _("Full name"), "last_name": _("Last name"), "first_name": _("First name"),
    "middle_name": _("Patronymic"), "organisation": _("Organisation"), "department": _("Department"),
    "position": _("Position"), "phones": _("Phones"), "emails": _("E-mail addresses"), "sites": _("Sites"),
    "address": _("Address"), "birthday": _("Birthday"), "note": _("Note"),
}  # fmt: skip


def sentence(problem: TableProblem) -> str:
    """What is wrong with a file, and what to do."""
    text = SENTENCES.get(problem.code, WARNINGS.get(problem.code, SENTENCES["damaged"]))
    return str(text) % {"row": problem.row or "?", "detail": problem.detail[:80]}


def open_table(path: Path, reading: Mapping[str, Any] | None = None) -> TableInfo:
    """Look into a file; `reading` holds what the user has set: encoding, delimiter, sheet, header_row.

    Raises BadRequest with a sentence when it cannot become a list of records.
    """
    given = reading or {}
    header_row = given.get("header_row")
    try:
        if path.stat().st_size > MAX_FILE:
            raise TableProblem("too_large")
        table = sniff(
            path,
            encoding=given.get("encoding") or None,
            delimiter=given.get("delimiter") or None,
            sheet=given.get("sheet") or "",
            header_row=int(header_row) if header_row not in (None, "") else None,
        )
        if len(table.header) > MAX_COLUMNS:
            raise TableProblem("too_many_columns")
    except FileNotFoundError:
        raise BadRequest(str(SENTENCES["not_found"]), code="not_found") from None
    except TableProblem as problem:
        raise BadRequest(sentence(problem), code=problem.code) from problem
    if table.kind == "vcard":
        return replace(table, header=[str(VCARD_LABELS[column]) for column in VCARD_COLUMNS])
    return table


def root() -> Path:
    """Where files of imports lie: never below a directory that the web server shows."""
    return Path(settings.DATA_DIR) / "imports"


def new_folder() -> Path:
    """A new directory that nobody else may read."""
    folder = root() / secrets.token_hex(16)
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    return folder


def keep(title: str, pieces: Iterable[bytes]) -> tuple[Path, int]:
    """Write a file into a folder of its own; its name there has nothing of the user's but the ending.

    Raises BadRequest when it grows over the limit; nothing of it stays then.
    """
    suffix = Path(title).suffix.lower()
    folder = new_folder()
    path = folder / f"source{suffix if suffix in SUFFIXES else '.csv'}"
    size = 0
    try:
        with path.open("wb") as stream:
            for piece in pieces:
                size += len(piece)
                if size > MAX_FILE:
                    raise BadRequest(str(SENTENCES["too_large"]), code="too_large")
                stream.write(piece)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return path, size


def sweep() -> int:
    """Delete the folders that are older than 30 days; return how many."""
    limit = time.time() - KEPT_DAYS * 86_400
    gone = 0
    for folder in root().glob("*") if root().is_dir() else ():
        if folder.is_dir() and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


def sample_rows(table: TableInfo, number: int = 8) -> list[list[str]]:
    """The first rows as a preview shows them."""
    width = len(table.header)
    rows = []
    for raw in table.sample[:number]:
        texts = [text_of(cell)[:MAX_SAMPLE_CELL] for cell in raw.cells[:width]]
        rows.append(texts + [""] * (width - len(texts)))
    return rows


def warnings_of(table: TableInfo) -> list[str]:
    """What the user should look at before going on."""
    return [sentence(w) for w in table.warnings] or ([_now("Nothing to import.")] if not table.header else [])
