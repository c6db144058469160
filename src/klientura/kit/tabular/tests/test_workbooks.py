import datetime as dt
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from klientura.kit.tabular import workbook_reader
from klientura.kit.tabular.model import TableProblem
from klientura.kit.tabular.reading import read_rows, sniff


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        first = book.add_worksheet("Клиенты")
        first.write_row(2, 1, ["Имя", "Сумма"])
        first.write_row(3, 1, ["Анна", 5])
        first.write_row(6, 1, ["Пётр", 0.5])
        book.add_worksheet("Пусто")
    return path


def test_rows_keep_the_numbers_and_columns_of_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx")
    info = sniff(path)
    assert (info.sheets, info.sheet, info.header_row, info.header) == (
        ["Клиенты", "Пусто"],
        "Клиенты",
        3,
        ["", "Имя", "Сумма"],
    )
    rows = list(read_rows(path, info.options()))
    assert [(row.number, list(row.cells)) for row in rows] == [(4, ["", "Анна", 5]), (7, ["", "Пётр", 0.5])]


def test_another_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx")
    info = sniff(path, sheet="Пусто")
    assert (info.header, [warning.code for warning in info.warnings]) == ([], ["no_header", "no_rows"])
    with pytest.raises(TableProblem, match="sheet_not_found"):
        sniff(path, sheet="Нет")


def test_times_and_other_types(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["время", "дата", "момент", "да", "ошибка"])
        sheet.write_datetime(1, 0, dt.time(9, 30), book.add_format({"num_format": "hh:mm"}))
        sheet.write_datetime(1, 1, dt.date(2026, 11, 20), book.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.write_datetime(
            1, 2, dt.datetime(2026, 11, 20, 9), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        )
        sheet.write_boolean(1, 3, True)
        sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!")
    (row,) = read_rows(path, sniff(path).options())
    assert list(row.cells[:4]) == [dt.time(9, 30), dt.date(2026, 11, 20), dt.datetime(2026, 11, 20, 9), True]


def test_open_document(tmp_path: Path) -> None:
    path = tmp_path / "t.ods"
    namespace = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
    names = "".join(f'xmlns:{name}="{namespace.format(name)}" ' for name in ("office", "table", "text"))
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Лист"><table:table-row>{cell.format("Имя")}{cell.format("Город")}'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    info = sniff(path)
    assert (info.kind, info.sheets, info.header) == ("ods", ["Лист"], ["Имя", "Город"])


def sheet_xml(tmp_path: Path, name: str, sheet: str, strings: str | None = None) -> Path:
    """Write a workbook whose sheet and shared strings are replaced by the given XML."""
    source = workbook(tmp_path / "source.xlsx")
    path = tmp_path / name
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            data = old.read(member)
            if member == "xl/worksheets/sheet1.xml":
                data = sheet.encode()
            if member == "xl/sharedStrings.xml" and strings is not None:
                data = strings.encode()
            new.writestr(member, data)
    return path


HEAD = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"


def test_a_cell_at_the_far_corner_ends_no_process_of_ours(tmp_path: Path) -> None:
    row = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
    path = sheet_xml(tmp_path, "corner.xlsx", HEAD + row.format(1, "A") + row.format(1_048_576, "XFD") + TAIL)
    with pytest.raises(TableProblem) as caught:
        sniff(path)
    assert caught.value.code == "too_large"


def test_one_text_used_a_million_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_reader, "MEMORY_LIMIT", 400 * 1024 * 1024)
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{namespace}"><si><t>{"x" * 1_000_000}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 3000))
    path = sheet_xml(tmp_path, "strings.xlsx", HEAD + rows + TAIL, strings)
    with pytest.raises(TableProblem) as caught:
        list(read_rows(path, sniff(path).options()))
    assert caught.value.code == "too_large"


def long_texts(path: Path, rows: int, columns: int) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row in range(rows):
            sheet.write_row(row, 0, ["x" * 32_000] * columns)
    return path


def test_rows_of_long_texts_come_in_short_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_reader, "MAX_LINE", 6 * 1024 * 1024)
    path = long_texts(tmp_path / "t.xlsx", 400, 1)
    with workbook_reader.open_workbook(path, "") as (_sheets, _sheet, rows):
        assert sum(1 for _row in rows) == 400


def test_a_row_of_enormous_texts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_reader, "MAX_LINE", 1024 * 1024)
    path = long_texts(tmp_path / "t.xlsx", 2, 40)
    with (
        workbook_reader.open_workbook(path, "") as (_sheets, _sheet, rows),
        pytest.raises(TableProblem, match="line_too_long"),
    ):
        list(rows)


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in range(11):
            archive.writestr(f"xl/{name}.xml", b"\0" * 100_000_000)
    started = time.monotonic()
    with pytest.raises(TableProblem) as caught:
        sniff(path)
    assert caught.value.code == "too_large"
    assert time.monotonic() - started < 2


def test_too_many_members(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name in range(workbook_reader.MAX_MEMBERS + 1):
            archive.writestr(str(name), b"")
    with pytest.raises(TableProblem, match="too_large"):
        sniff(path)


def test_a_cut_workbook_is_damaged(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "t.xlsx").read_bytes()
    for length in (200, len(whole) // 2, len(whole) - 30):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[:length])
        with pytest.raises(TableProblem, match="damaged"):
            sniff(path)


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_column(0, 0, ["строка"] * 30_000)
    with workbook_reader.open_workbook(path, "") as (_, _, rows):
        assert next(rows).number == 1
    with pytest.raises(ValueError, match="closed"):
        list(rows)


def test_the_format_before_2007() -> None:
    """clients.xls was written in BIFF8, as 1C and old Excel still do; numbers typed as numbers stay whole."""
    table = sniff(Path(__file__).parent / "data" / "clients.xls")
    assert table.kind == "xls"
    assert table.header == ["Наименование", "ИНН", "Телефон", "Дата первого контакта", "Оборот"]
    assert [row.cells for row in table.sample] == [
        ["ООО «Ромашка»", 7707083893, "8 (495) 123-45-67", dt.date(2024, 5, 17), 1234567.5],
        ["ИП Сидоров", "500100732259", "89031234567", dt.date(2023, 2, 1), ""],
    ]
