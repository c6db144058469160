"""Bank statements as banks write them, broken ones, and what payers write."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.bank.client_bank import read_client_bank
from klientura.kit.bank.invoice_numbers import named_invoices
from klientura.kit.bank.papers import BadStatement, BadValue, Paper, keys_of, read_amount, read_date
from klientura.kit.bank.tables import guess_columns, read_table
from klientura.kit.tabular.model import RawRow

OURS, THEIRS = "40702810938000000001", "40702810400000000777"
HEAD = f"""1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
Отправитель=СберБизнес
ДатаНачала=01.11.2026
ДатаКонца=22.11.2026
РасчСчет={OURS}
СекцияРасчСчет
ДатаНачала=01.11.2026
РасчСчет={OURS}
НачальныйОстаток=0.00
КонецРасчСчет
"""


def document(**more: str) -> str:
    values = {
        "Номер": "15", "Дата": "12.11.2026", "Сумма": "1000.50", "ПлательщикСчет": THEIRS, "Плательщик": "ИНН 7707083893 ООО «Ромашка»",
        "Плательщик1": "ООО «Ромашка»", "ПлательщикИНН": "7707083893", "ПлательщикКПП": "770701001", "ПолучательСчет": OURS,
        "ДатаПоступило": "13.11.2026", "НазначениеПлатежа": "Оплата по счёту № Н-1 от 02.11.2026", **more,
    }  # fmt: skip
    lines = [f"{k}={v}" for k, v in values.items()]
    return "\n".join(["СекцияДокумент=Платежное поручение", *lines, "КонецДокумента", ""])


def statement(*documents: str) -> str:
    return HEAD + "".join(documents) + "КонецФайла\n"


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8", "utf-8-sig"])
def test_a_statement_in_every_encoding(encoding: str) -> None:
    # cp866 has no № and no «»: what a bank of the time of DOS would not write either
    text = statement(document()).replace("№", "N").replace("«", '"').replace("»", '"')
    found = read_client_bank(text.replace("\n", "\r\n").encode(encoding))
    assert (found.accounts, found.first, found.last) == ((OURS,), dt.date(2026, 11, 1), dt.date(2026, 11, 22))
    assert found.troubles == []
    assert found.papers == [
        Paper(
            13, OURS, "15", dt.date(2026, 11, 12), dt.date(2026, 11, 13), Decimal("1000.50"), "in", 'ООО "Ромашка"', "7707083893",
            "770701001", THEIRS, "", "Оплата по счёту N Н-1 от 02.11.2026",
        )
    ]  # fmt: skip


def test_what_is_broken_is_told_by_its_line_and_the_rest_goes_on() -> None:
    raw = statement(
        document(Сумма="тысяча"), document(Дата="32.11.2026"), document(ПолучательСчет="1"), document(Сумма="0.00"),
        document(ПлательщикСчет=OURS), document(Номер="16", Сумма="7"),
    )  # fmt: skip
    cut = raw.removesuffix("КонецФайла\n") + document(Номер="17").replace("КонецДокумента\n", "")
    found = read_client_bank(cut.encode("cp1251"))
    assert [p.number for p in found.papers] == ["16"]
    assert [t.code for t in found.troubles] == ["amount", "date", "account", "amount", "between", "cut_off"]
    assert found.troubles[0].line == 16
    assert found.troubles[0].detail == "тысяча"


def test_money_that_went() -> None:
    back = document(
        ПлательщикСчет=OURS,
        ПолучательСчет=THEIRS,
        ДатаСписано="14.11.2026",
        Получатель1="ООО «Ромашка»",
        ПолучательИНН="7707083893",
    )
    paper = read_client_bank(statement(back).encode("cp1251")).papers[0]
    assert (paper.direction, paper.other_account, paper.paid_on.day, paper.other_inn) == (
        "out",
        THEIRS,
        14,
        "7707083893",
    )


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"a;b\n1;2", "not_a_statement"),
        ("1CClientBankExchange\nВерсияФормата=1.02\n".encode(), "no_account"),
        (b"1CClientBankExchange\n", "not_a_statement"),
    ],
)
def test_what_is_no_statement(raw: bytes, code: str) -> None:
    with pytest.raises(BadStatement) as caught:
        read_client_bank(raw)
    assert caught.value.code == code


def test_equal_papers_are_told_apart_and_known_again() -> None:
    twice = read_client_bank(statement(document(), document(), document(Номер="16")).encode())
    keys = keys_of(twice.papers)
    assert len(set(keys)) == 3
    assert keys_of(twice.papers[1:])[0] == keys[0]  # a statement that begins later knows the first of them
    assert (
        keys_of(read_client_bank(statement(document(НазначениеПлатежа="иначе")).encode()).papers) == keys[:1]
    )


@given(
    st.binary(max_size=400),
    st.lists(
        st.sampled_from(
            [
                "Номер=1",
                "СекцияДокумент=",
                "КонецДокумента",
                f"РасчСчет={OURS}",
                "Сумма=5",
                "Дата=01.01.2026",
                f"ПолучательСчет={OURS}",
                "=",
                "СекцияРасчСчет",
                "\x00",
            ]
        ),
        max_size=30,
    ),
)
def test_no_file_breaks_the_reader(tail: bytes, lines: Sequence[str]) -> None:
    raw = "\n".join(["1CClientBankExchange", "Кодировка=Windows", *lines]).encode("cp1251") + tail
    try:
        found = read_client_bank(raw)
    except BadStatement:
        return
    assert all(p.amount > 0 and p.account in found.accounts for p in found.papers)


@given(st.decimals(min_value="0.01", max_value="999999999999", places=2), st.sampled_from([".", ",", "-"]))
def test_sums(amount: Decimal, sign: str) -> None:
    assert read_amount(str(amount).replace(".", sign)) == amount
    assert read_amount(f"{amount:,}".replace(",", "\u00a0")) == amount
    assert read_amount(f"{amount:,}") == amount


@pytest.mark.parametrize("text", ["", "-5", "0", "1.234", "1e5", "nan", "١٢", "5 руб"])
def test_no_sums(text: str) -> None:
    with pytest.raises(BadValue):
        read_amount(text)


@given(
    st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 12, 31)),
    st.sampled_from(["%d.%m.%Y", "%Y-%m-%d"]),
)
def test_days(day: dt.date, form: str) -> None:
    assert read_date(day.strftime(form)) == day


NOV = dt.date(2026, 11, 12)


@pytest.mark.parametrize(
    ("purpose", "named"),
    [
        ("Оплата по счету № 15 от 12.11.2026 за материалы, в т.ч. НДС 22% 180.33", [("15", NOV)]),
        ("Опл. сч.15 от 12.11.26г.", [("15", NOV)]),
        ("оплата счёта №Н-15 от 12.11.2026, НДС нет", [("Н-15", NOV)]),
        ("Оплата по счету на оплату N H-15", [("Н-15", None)]),
        ("По счетам № 15, 16 и 17 от 12.11.2026", [("15", None), ("16", None), ("17", NOV)]),
        ("сч. 15 от 12.11.2026, сч. 16 от 12.11.2026", [("15", NOV), ("16", NOV)]),
        ("Payment of invoice No. 15 dated 12.11.2026", [("15", NOV)]),
        ("СЧЕТ: KL/2026-15", [("КL/2026-15", None)]),
        ("Оплата по счет-фактуре № 15 от 12.11.2026", []),
        ("Оплата по сч-ф 15", []),
        ("По счету-договору № 15", []),
        ("Оплата по договору № 15 от 12.11.2026", []),
        ("На расчетный счет 40702810938000000001", []),
        ("перевод на счет 15", []),
        ("счет 40702810938000000001", []),
        ("За 15 дней по счету", []),
        ("Счетчик 15 штук", []),
        ("Без НДС", []),
        ("", []),
    ],
)
def test_what_a_payer_names(purpose: str, named: list[tuple[str, dt.date | None]]) -> None:
    assert [tuple(n) for n in named_invoices(purpose)] == named


@given(st.text(max_size=300))
def test_no_purpose_breaks_the_reader(purpose: str) -> None:
    assert all(n.number and len(n.number) <= 16 for n in named_invoices(f"счет {purpose}"))


def test_a_table() -> None:
    header = [
        "Дата операции",
        "№ док",
        "Контрагент",
        "ИНН контрагента",
        "Дебет",
        "Кредит",
        "Назначение платежа",
    ]
    columns = guess_columns(header)
    assert columns == {"day": 0, "number": 1, "name": 2, "inn": 3, "went": 4, "came": 5, "purpose": 6}
    rows = [
        RawRow(2, ["12.11.2026", "15", "ООО «Ромашка»", "7707083893", "", "1 000,50", "Счет 15"]),
        RawRow(3, ["12.11.2026", "16", "Аренда", "", "500", "", "Аренда"]),
        RawRow(4, ["вчера", "17", "", "", "", "5", ""]),
        RawRow(5, [dt.date(2026, 11, 13), 18, "", "", "0,00", 7.5, ""]),
        RawRow(6, ["", "", "", "", "", "", ""]),
        RawRow(7, ["13.11.2026", "Итого", "", "", "", "", ""]),
    ]
    found = read_table(rows, columns, OURS)
    assert [(p.number, p.direction, p.amount) for p in found.papers] == [
        ("15", "in", Decimal("1000.50")),
        ("16", "out", Decimal(500)),
        ("18", "in", Decimal("7.5")),
    ]
    assert [(t.line, t.code) for t in found.troubles] == [(4, "date"), (7, "amount")]
    one = read_table(
        [RawRow(1, ["12.11.2026", "-5,00"]), RawRow(2, ["12.11.2026", "5"])], {"day": 0, "amount": 1}, OURS
    )
    assert [p.direction for p in one.papers] == ["out", "in"]
