import io
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kit.tabular import writing
from klientura.kit.tabular.formulas import neutralise, restore
from klientura.kit.tabular.model import ReadOptions, TableProblem
from klientura.kit.tabular.reading import read_rows, sniff
from klientura.kit.tabular.writing import Value, write_csv, write_xlsx


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x")',
        "+1+cmd|' /C calc'!A0",
        "-2+3+cmd",
        "@SUM(A1)",
        "  =1+1",
        "\ufeff=1",
        "\u200b=1",
        "＝1+1",
        "\t=1",
        "\rx",
        "'=1",
        "=",
        "-",
        "+79959190732, =1+1",
        "+7 916 406-73-53;+cmd|' /C calc'!A0",
        "+7 916 406-73-53+1",
    ],
)
def test_formulas_are_neutralised(text: str) -> None:
    assert neutralise(text) == "'" + text
    assert restore(neutralise(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "+7 (902) 927-35-77",
        "+7 4012 61-71-99 доб. 12",
        "+79959190732, +7 (916) 406-73-53",
        "+7 938 033-66-18 доб. 994; 8 401 249-91-29;+7 495 1",
        "-1 839,50",
        "O'Neil",
        "'so",
        "",
    ],
)
def test_numbers_phones_and_other_texts_stay(text: str) -> None:
    assert neutralise(text) == text
    assert restore(text) == text


@pytest.mark.parametrize("piece", ["1; ", "1 ,", "1, +", "1;;+ ", "1 доб. 1, +", "((", " , "])
def test_long_lists_are_looked_at_in_no_time(piece: str) -> None:
    begun = time.process_time()
    assert neutralise("+1" + piece * 3_000 + "x").startswith("'")
    assert time.process_time() - begun < 1


@given(st.text("'=+-@1 a\t\r", max_size=8) | st.text(max_size=20))
def test_neutralised_texts_come_back(text: str) -> None:
    assert restore(neutralise(text)) == text
    assert not neutralise(text).startswith(("=", "@", "\t"))


def test_csv_has_a_mark_and_is_read_back(tmp_path: Path) -> None:
    stream = io.BytesIO()
    rows: list[list[Value]] = [
        ["Имя", "Сумма"],
        ["=1+1", Decimal("1E+3")],
        ['a;b\n"c"', None],
        ["x", True],
        [date(2026, 1, 2), datetime(2026, 1, 2, 3)],
    ]
    assert write_csv(rows, stream) == 5
    assert not stream.closed
    assert stream.getvalue().startswith("\ufeffИмя;Сумма\r\n'=1+1;1000\r\n".encode())
    path = tmp_path / "t.csv"
    path.write_bytes(stream.getvalue())
    read = [list(row.cells) for row in read_rows(path, sniff(path).options())]
    assert read == [["=1+1", "1000"], ['a;b\n"c"', ""], ["x", "1"], ["2026-01-02", "2026-01-02 03:00:00"]]


def test_characters_a_code_page_lacks_become_question_marks() -> None:
    stream = io.BytesIO()
    write_csv([["Ж😀"]], stream, encoding="cp1251")
    assert stream.getvalue() == "Ж?\r\n".encode("cp1251")


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.lists(CELLS | st.text("'=+-@\"; \n\r", max_size=5), min_size=3, max_size=3), max_size=5),
    st.sampled_from(";,\t|"),
)
def test_any_texts_survive_csv(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    stream = io.BytesIO()
    write_csv([["a", "b", "c"], *rows], stream, delimiter=delimiter)
    path = tmp_path / "t.csv"
    path.write_bytes(stream.getvalue())
    options = ReadOptions("csv", "utf-8-sig", delimiter, width=3)
    read = [list(row.cells) for row in read_rows(path, options)]
    assert read == [row for row in rows if any(row)]


def test_xlsx_keeps_types_and_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    rows: list[list[Value]] = [
        ["=1+1", 5, Decimal("1234.50"), date(2026, 11, 20), datetime(2026, 11, 20, 9, 5), True],
        ["Пётр 😀\n2", 7707083893, None, date(1800, 1, 1), None, False],
    ]
    problems = write_xlsx(
        path,
        ["a", "=b", "c", "d", "e", "f"],
        rows,
        ["text", "integer", "decimal", "date", "datetime", "bool"],
    )
    assert problems == []
    info = sniff(path)
    assert (info.kind, info.sheets, info.header) == ("xlsx", ["Sheet1"], ["a", "=b", "c", "d", "e", "f"])
    read = [list(row.cells) for row in read_rows(path, info.options())]
    assert read == [
        ["=1+1", 5, 1234.5, date(2026, 11, 20), datetime(2026, 11, 20, 9, 5), True],
        ["Пётр 😀\n2", 7707083893, "", "1800-01-01", "", False],
    ]
    assert type(read[1][1]) is int


def test_a_text_like_a_formula_stays_as_it_is_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    texts = ['=HYPERLINK("http://x")', "@SUM(A1)", "'=1", "+79959190732", "Альфа"]
    write_xlsx(path, ["Имя", "Число"], [[text, 1] for text in texts], ["text", "integer"])
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert "<t>=HYPERLINK(&quot;http://x&quot;)</t>" in sheet or '<t>=HYPERLINK("http://x")</t>' in sheet
    assert 'quotePrefix="1"' in styles
    assert '<autoFilter ref="A1:B6"/>' in sheet
    read = [row.cells[0] for row in read_rows(path, sniff(path).options())]
    assert read == texts


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_XLSX_ROWS", 3)
    with pytest.raises(TableProblem) as caught:
        write_xlsx(tmp_path / "t.xlsx", ["a"], [["1"], ["2"], ["3"]], ["text"])
    assert (caught.value.code, caught.value.row) == ("too_many_rows", 3)


def test_xlsx_does_not_round_and_tells_what_it_shortens(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    problems = write_xlsx(
        path, ["a"], [["x" * 40_000], [Decimal("12345678901234567.89")], [float("nan")]], ["text"]
    )
    assert [(problem.code, problem.row, problem.column, problem.detail) for problem in problems] == [
        ("cell_shortened", 2, 1, "40000")
    ]
    cells = [row.cells[0] for row in read_rows(path, sniff(path).options())]
    assert cells == ["x" * 32_767, "12345678901234567.89", "nan"]
