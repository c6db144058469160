from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kit.tabular.model import TableProblem
from klientura.kit.tabular.reading import read_rows, sniff
from klientura.kit.tabular.vcard import VCARD_COLUMNS

VERSION_3 = """BEGIN:VCARD
VERSION:3.0
FN:Иванов Иван
N:Иванов;Иван;Иванович;;
ORG:ООО «Альфа»;Продажи
TITLE:Директор
item1.TEL;TYPE=cell:+7 902 927-35-77
TEL;TYPE=work,voice:57-39-00
EMAIL;TYPE="a:b":i@alfa.ru
URL:alfa.ru
ADR;TYPE=work:;;ул. Ленина\\, 5;Омск;;644000;Россия
NOTE:первая\\nвторая строка\\; и дл
 инная
BDAY:1980-01-02
END:VCARD
"""
QUOTED = b"""BEGIN:VCARD
VERSION:2.1
N;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=CF=E5=F2=F0=EE=E2;=CF=\r
=B8=F2=F0
TEL;CELL:89029273577
END:VCARD
"""


def read(tmp_path: Path, content: bytes) -> list[tuple[int, dict[str, object], list[str]]]:
    path = tmp_path / "t.vcf"
    path.write_bytes(content)
    info = sniff(path)
    assert info.kind == "vcard"
    assert info.header == list(VCARD_COLUMNS)
    return [
        (
            row.number,
            {column: cell for column, cell in zip(info.header, row.cells, strict=True) if cell},
            [problem.code for problem in row.problems],
        )
        for row in read_rows(path, info.options())
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-16"])
def test_a_card_of_version_3(tmp_path: Path, encoding: str) -> None:
    rows = read(tmp_path, VERSION_3.encode(encoding))
    assert rows == [
        (
            1,
            {
                "full_name": "Иванов Иван",
                "last_name": "Иванов",
                "first_name": "Иван",
                "middle_name": "Иванович",
                "organisation": "ООО «Альфа»",
                "department": "Продажи",
                "position": "Директор",
                "phones": "+7 902 927-35-77, 57-39-00",
                "emails": "i@alfa.ru",
                "sites": "alfa.ru",
                "address": "Россия, 644000, Омск, ул. Ленина, 5",
                "birthday": "1980-01-02",
                "note": "первая\nвторая строка; и длинная",
            },
            [],
        )
    ]


def test_quoted_printable_of_old_phones(tmp_path: Path) -> None:
    rows = read(tmp_path, QUOTED)
    assert rows == [(1, {"last_name": "Петров", "first_name": "Пётр", "phones": "89029273577"}, [])]


def test_version_4_telephone_uris(tmp_path: Path) -> None:
    rows = read(tmp_path, b"BEGIN:VCARD\nVERSION:4.0\nFN:A\nTEL;VALUE=uri:tel:+7-902-927-35-77\nEND:VCARD\n")
    assert rows[0][1]["phones"] == "+7-902-927-35-77"


def test_base64_charsets_and_photos(tmp_path: Path) -> None:
    content = (
        b"BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=BASE64:0JDQvdC90LA=\n"
        b"NOTE;CHARSET=cp1251:\xc0\xed\xed\xe0\nPHOTO;ENCODING=B;TYPE=JPEG:/9j/4AAQ\nEND:VCARD\n"
    )
    ((_, row, problems),) = read(tmp_path, content)
    assert (row, problems) == ({"full_name": "Анна", "note": "Анна"}, [])


def test_broken_cards_become_rows_with_problems(tmp_path: Path) -> None:
    content = (
        b"BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nno colon here\nEND:VCARD\n"
        b"BEGIN:VCARD\nEND:VCARD\n"
        b"BEGIN:VCARD\nN;CHARSET=klingon;ENCODING=QUOTED-PRINTABLE:=FF\nFN:C\nEND:VCARD\n"
        b"BEGIN:VCARD\nFN:D\n"
    )
    rows = read(tmp_path, content)
    assert [(number, row.get("full_name"), problems) for number, row, problems in rows] == [
        (1, None, ["broken_card"]),
        (3, "B", ["broken_card"]),
        (7, None, ["broken_card"]),
        (9, "C", ["broken_card"]),
        (13, None, ["broken_card"]),
    ]


LINES = st.sampled_from(
    [
        *(
            "BEGIN:VCARD",
            "END:VCARD",
            "N;ENCODING=QUOTED-PRINTABLE:=D0=",
            "PHOTO;ENCODING=B:%%%",
            "TEL:1",
            " x",
            ":",
        ),
        *(
            "FN;CHARSET=:я",
            "ORG:;;",
            "ADR:;",
            "AGENT:",
            "FN;CHARSET=utf-16:аб",
            "X;ENCODING=BASE64;CHARSET=hex:YQ==",
        ),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(LINES | st.text(max_size=20), max_size=12))
def test_no_card_raises_anything_but_table_problem(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "t.vcf"
    path.write_bytes("\n".join(["BEGIN:VCARD", *lines]).encode("utf-8", "surrogatepass"))
    try:
        rows = list(read_rows(path, sniff(path).options()))
    except TableProblem as problem:
        assert problem.code
        return
    for row in rows:
        assert len(row.cells) == len(VCARD_COLUMNS)
        "".join(map(str, row.cells)).encode()
