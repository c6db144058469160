import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kit.tabular.model import ReadOptions, TableProblem
from klientura.kit.tabular.reading import read_rows, sniff

TEXT = (
    'Организация;ИНН;Телефон\r\n"ООО ""Альфа""";7707083893;"8 902\r\n927"\r\nПрестиж-снаб;5500000000;\r\n'
    "Новороссийский завод;2312107666;57-39-00\r\n"
)
ROWS = [
    ["ООО \"Альфа\"", "7707083893", "8 902\r\n927"],
    ["Престиж-снаб", "5500000000", ""],
    ["Новороссийский завод", "2312107666", "57-39-00"],
]  # fmt: skip


def write(tmp_path: Path, content: bytes | str, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, **given: str | int) -> list[list[object]]:
    info = sniff(path, **given)  # type: ignore[arg-type]
    return [list(row.cells) for row in read_rows(path, info.options())]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1251", "cp1251"),
        ("cp866", "cp866"),
        ("koi8-r", "koi8-r"),
    ],
)
@pytest.mark.parametrize("upper", [False, True])
def test_encodings(tmp_path: Path, encoding: str, found: str, upper: bool) -> None:
    path = write(tmp_path, (TEXT.upper() if upper else TEXT).encode(encoding))
    info = sniff(path)
    assert (info.kind, info.encoding, info.delimiter, info.header_row) == ("csv", found, ";", 1)
    assert [title.lower() for title in info.header] == ["организация", "инн", "телефон"]
    assert [row.number for row in info.sample] == [2, 3, 4]
    expected = [[cell.upper() if upper else cell for cell in row] for row in ROWS]
    assert [list(row.cells) for row in read_rows(path, info.options())] == expected


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    lines = ["Имя", "Сумма"], ["Анна", "1"], ["Пётр", "2"]
    path = write(tmp_path, "\n".join(delimiter.join(line) for line in lines))
    assert sniff(path).delimiter == delimiter
    assert read(path) == [["Анна", "1"], ["Пётр", "2"]]


def test_commas_inside_cells_do_not_win(tmp_path: Path) -> None:
    path = write(tmp_path, "Имя;Оборот, руб.\nАнна;1 000,00\nПётр;2 000,50\n")
    assert sniff(path).delimiter == ";"


def test_excels_own_separator_line(tmp_path: Path) -> None:
    path = write(tmp_path, "sep=|\nИмя|Город\nАнна|Омск\n")
    info = sniff(path)
    assert (info.delimiter, info.header_row, info.header) == ("|", 2, ["Имя", "Город"])
    assert read(path) == [["Анна", "Омск"]]


def test_one_column(tmp_path: Path) -> None:
    path = write(tmp_path, "E-mail\na@b.ru\nc@d.ru\n")
    assert sniff(path).header == ["E-mail"]
    assert read(path) == [["a@b.ru"], ["c@d.ru"]]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, "Отчёт по клиентам;;\n;;\nИмя;Город;Сумма\nАнна;Омск;5\n")
    info = sniff(path)
    assert (info.header_row, info.header) == (3, ["Имя", "Город", "Сумма"])
    assert [row.number for row in read_rows(path, info.options())] == [4]


def test_a_table_without_header(tmp_path: Path) -> None:
    path = write(tmp_path, "7707083893;Анна\n2312107666;Пётр\n")
    info = sniff(path)
    assert (info.header_row, info.header) == (0, ["A", "B"])
    assert "no_header" in {warning.code for warning in info.warnings}
    assert len(read(path)) == 2


def test_header_warnings(tmp_path: Path) -> None:
    path = write(tmp_path, "Имя;имя;;Г\nа;б;в;г\n")
    warnings = {(warning.code, warning.column) for warning in sniff(path).warnings}
    assert warnings == {("duplicate_header", 2), ("empty_header", 3)}


def test_ragged_rows_are_reported_and_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b;c\n1;2\n1;2;3\n1;2;3;4\n1;2;3;;\n")
    rows = list(read_rows(path, sniff(path).options()))
    assert [list(row.cells) for row in rows] == [
        ["1", "2", ""],
        ["1", "2", "3"],
        ["1", "2", "3", "4"],
        ["1", "2", "3"],
    ]
    assert [[(problem.code, problem.row, problem.detail) for problem in row.problems] for row in rows] == [
        [("ragged", 2, "2")], [], [("ragged", 4, "4")], [],
    ]  # fmt: skip


def test_bad_bytes_and_zeros_are_problems_of_their_row(tmp_path: Path) -> None:
    path = write(tmp_path, "имя;город\n".encode() * 2 + b"\xff\xfe;x\nok;a\x00b\nok;ok\n")
    rows = list(read_rows(path, ReadOptions("csv", "utf-8", ";", width=2)))
    found = [[(problem.code, problem.row, problem.column) for problem in row.problems] for row in rows]
    assert found == [[], [("encoding", 3, 1)], [("nul", 4, 2)], []]


def test_an_open_quote_is_reported_after_the_good_rows(tmp_path: Path) -> None:
    path = write(tmp_path, 'a;b\n1;2\n"3;4\n5;6\n')
    rows = read_rows(path, ReadOptions("csv", "utf-8", ";", width=2))
    assert list(next(rows).cells) == ["1", "2"]
    with pytest.raises(TableProblem, match="quote_not_closed"):
        list(rows)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary"),
        (bytes(range(256)) * 20, "binary"),
        (b"<html><table></table>", "html"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>', "xml"),
        (b"PK\x03\x04broken", "damaged"),
        (b"\xd0\xcf\x11\xe0broken", "damaged"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(TableProblem) as caught:
        sniff(write(tmp_path, content))
    assert caught.value.code == code


def test_missing_files_and_encodings(tmp_path: Path) -> None:
    with pytest.raises(TableProblem, match="not_found"):
        sniff(tmp_path / "none.csv")
    path = write(tmp_path, "a;b\n1;2\n")
    with pytest.raises(TableProblem, match="encoding_unknown"):
        sniff(path, encoding="klingon")
    with pytest.raises(TableProblem, match="not_found"):
        list(read_rows(tmp_path / "none.csv", ReadOptions("csv")))


def test_huge_cells_and_many_columns(tmp_path: Path) -> None:
    wide = write(tmp_path, ";".join(f"c{n}" for n in range(3000)) + "\n" + ";".join(["x"] * 3000) + "\n")
    assert len(read(wide)[0]) == 3000
    tall = write(tmp_path, "a;b\n" + "x" * 10_000_000 + ";1\n")
    assert [len(str(cell)) for cell in read(tall)[0]] == [10_000_000, 1]
    endless = write(tmp_path, "x" * 17_000_000)
    with pytest.raises(TableProblem, match="line_too_long"):
        list(read_rows(endless, ReadOptions("csv")))
    too_wide = write(tmp_path, ";" * 20_000 + "x")
    with pytest.raises(TableProblem, match="too_many_columns"):
        list(read_rows(too_wide, ReadOptions("csv", header_row=0)))


def test_a_quoted_cell_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path, 'a;b\n1;"' + ("x" * 1000 + "\n") * 18_000)
    with pytest.raises(TableProblem) as caught:
        list(read_rows(path, ReadOptions("csv", "utf-8", ";")))
    assert (caught.value.code, caught.value.row) == ("cell_too_large", 2)


CONTENT = st.binary(max_size=200) | st.text("аб;,\t|\"'\n\r=\x00 1", max_size=80).map(str.encode)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(CONTENT, st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"BEGIN:VCARD\n"]))
def test_no_content_raises_anything_but_table_problem(tmp_path: Path, content: bytes, mark: bytes) -> None:
    path = write(tmp_path, mark + content)
    try:
        info = sniff(path)
        rows = list(read_rows(path, info.options()))
    except TableProblem as problem:
        assert problem.code
        return
    assert all(row.number >= 1 for row in rows)
