"""Templates of users: values, words and cases in DOCX and Typst, and nothing that a template could do harm with."""

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from klientura.kit.filling.filler import BadTemplate, fill
from klientura.kit.filling.words import declined, read, texts

VALUES = {
    "number": {"text": "КЛ-15", "kind": "text"},
    "amount": {"text": "1 200,50 ₽", "kind": "decimal", "raw": "1200.50", "currency": "RUB"},
    "issued_on": {"text": "12.11.2026", "kind": "date", "raw": "2026-11-12"},
    "note": "",
    "party": {"title": "Альфа & <Бета>", "director": {"text": "Иванов Пётр Сергеевич", "kind": "text"}},
    "lines": [
        {"name": "Пила", "total": {"text": "700,00", "kind": "decimal", "raw": "700"}},
        {"name": "Клей «Момент»", "total": {"text": "500,50", "kind": "decimal", "raw": "500.5"}},
    ],
}


def docx(*paragraphs: str) -> bytes:
    paper = Document()
    for text in paragraphs:
        paper.add_paragraph(text)
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()


def filled(*paragraphs: str, values: dict[str, Any] | None = None) -> list[str]:
    made = fill("docx", docx(*paragraphs), values or VALUES, "ru")
    return [p.text for p in Document(io.BytesIO(made)).paragraphs]


def refused(kind: Any, template: bytes) -> str:
    with pytest.raises(BadTemplate) as wrong:
        fill(kind, template, VALUES, "ru")
    return wrong.value.code


def test_a_docx_is_filled_in():
    said = filled(
        "Договор № {{ number }} от {{ issued_on | long_date }} с {{ party }}",
        "в лице {{ 'генеральный директор' | genitive }} {{ party.director | genitive }}",
        "{% for line in lines %}{{ loop.index }}. {{ line.name }} — {{ line.total }}; {% endfor %}",
        "{{ amount }} ({{ amount | words }}){% if amount.raw > 1000 %} много{% endif %}{% if note %} есть{% endif %}",
    )
    assert said == [
        "Договор № КЛ-15 от 12\xa0ноября 2026\xa0г. с Альфа & <Бета>",
        "в лице генерального директора Иванова Петра Сергеевича",
        "1. Пила — 700,00; 2. Клей «Момент» — 500,50; ",
        "1 200,50 ₽ (Одна тысяча двести рублей 50 копеек) много",
    ]


def test_typst_becomes_a_pdf():
    source = "= Договор № #d.number\n#d.party.title, #for line in d.lines [#line.name: #line.total; ]"
    made = fill("typst", source.encode(), VALUES, "ru")
    assert made.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ number ", "syntax"),
        ("{% for x in lines %}", "syntax"),
        ("{{ нет_такого }}", "unknown"),
        ("{{ party.secret }}", "unknown"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "forbidden"),
        ("{{ party._held }}", "forbidden"),
        ("{{ lines.append(1) }}", "forbidden"),
        ("{{ amount.raw / 0 }}", "mistake"),
        ("{{ 'a' * 10000000000 }}", "too_large"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "too_long"),
    ],
)
def test_what_a_docx_may_not_is_told(text: str, code: str):
    assert refused("docx", docx(text)) == code


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("#let x = ", "typst"),
        ("#d.secret", "typst"),
        ('#read("/etc/passwd")', "typst"),
        ('#read("../../etc/passwd")', "typst"),
        ('#import "@preview/cetz:0.3.0"', "forbidden"),
        ("#while true {}", "typst"),
    ],
)
def test_what_typst_may_not_is_told(source: str, code: str):
    assert refused("typst", source.encode()) == code


def test_what_is_no_docx_is_told():
    assert refused("docx", b"not a zip") == "damaged"
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("x.txt", "x")
    assert refused("docx", empty.getvalue()) == "damaged"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (120 * 1024 * 1024))
    assert refused("docx", bomb.getvalue()) == "too_large"


@pytest.mark.parametrize(
    ("text", "case", "said"),
    [
        ("Петрова Анна Ивановна", "gent", "Петровой Анны Ивановны"),
        ("Сидоров А. П.", "datv", "Сидорову А. П."),
        ("Директор по продажам", "gent", "Директора по продажам"),
        ("Заместитель генерального директора", "ablt", "Заместителем генерального директора"),
        ("Head of sales", "gent", "Head of sales"),
        ("", "gent", ""),
    ],
)
def test_names_and_positions_are_declined(text: str, case: str, said: str):
    assert declined(text, case) == said


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["gent", "datv", "accs", "ablt", "loct"]))
def test_any_text_has_every_case(text: str, case: str):
    assert len(declined(text, case).split()) == len(text.split())


def test_values_are_texts_to_what_knows_no_values():
    assert texts(VALUES)["lines"][0] == {"name": "Пила", "total": "700,00"}
    assert str(read(VALUES["party"])) == "Альфа & <Бета>"
