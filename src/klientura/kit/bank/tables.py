"""A statement as a table (CSV, XLSX): columns found by their names, or as somebody has said."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from klientura.kit.bank.papers import BadValue, Paper, Statement, Trouble, read_amount, read_date
from klientura.kit.tabular.model import Cell, RawRow

COLUMNS: Final = (
    "day",
    "number",
    "came",
    "went",
    "amount",
    "name",
    "inn",
    "kpp",
    "account",
    "bic",
    "purpose",
)
"""What a column may mean; a statement has either what came and what went, or one amount (below zero: went)."""
NEEDED: Final = ("day",)
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("дата операции", "дата проводки", "дата", "date"),
    "number": ("номер документа", "номер", "№ документа", "№ док", "№", "number"),
    "came": ("поступление", "поступило", "приход", "кредит", "сумма по кредиту", "зачислено", "credit"),
    "went": ("списание", "списано", "расход", "дебет", "сумма по дебету", "debit"),
    "amount": ("сумма операции", "сумма", "amount"),
    "name": (
        "наименование контрагента",
        "контрагент",
        "плательщик",
        "корреспондент",
        "payer",
        "counterparty",
    ),
    "inn": ("инн контрагента", "инн плательщика", "инн корреспондента", "инн", "inn", "tax id"),
    "kpp": ("кпп контрагента", "кпп плательщика", "кпп", "kpp"),
    "account": ("счет контрагента", "счет плательщика", "счет корреспондента", "счет", "account"),
    "bic": ("бик банка", "бик", "bic"),
    "purpose": ("назначение платежа", "основание платежа", "назначение", "purpose", "details"),
}


def guess_columns(header: Sequence[str]) -> dict[str, int]:
    """What the columns of a table probably mean, by their names: the fullest name wins, each column is taken once."""
    named = [" ".join(h.casefold().replace("ё", "е").split()) for h in header]
    found: dict[str, int] = {}
    for wide in (False, True):
        for meaning, words in _WORDS.items():
            if meaning in found:
                continue
            places = [
                n
                for word in words
                for n, name in enumerate(named)
                if n not in found.values() and (name.startswith(word) if wide else name == word)
            ]
            if places:
                found[meaning] = places[0]
    return found


def read_table(rows: Iterable[RawRow], columns: Mapping[str, int], account: str) -> Statement:
    """The papers of a table; rows that cannot be read stand among the troubles."""
    made = Statement((account,))
    for row in rows:
        cells = {meaning: _cell(row.cells, place) for meaning, place in columns.items()}
        if not any(text for text in cells.values()):
            continue
        try:
            made.papers.append(_paper(row.number, cells, account))
        except BadValue as bad:
            wrong = (
                cells.get("day", "")
                if str(bad) == "date"
                else " ".join(cells.get(k, "") for k in ("came", "went", "amount"))
            )
            made.troubles.append(Trouble(row.number, str(bad), wrong.strip()[:120]))
    days = [p.paid_on for p in made.papers]
    made.first, made.last = (min(days), max(days)) if days else (None, None)
    return made


def _paper(line: int, cells: Mapping[str, str], account: str) -> Paper:
    day = read_date(cells.get("day", ""))
    amount, incoming = _sum(cells)
    return Paper(
        line, account, cells.get("number", "")[:40], day, day, amount, "in" if incoming else "out",
        other_name=cells.get("name", "")[:255],
        other_inn="".join(c for c in cells.get("inn", "") if c.isdecimal() and c.isascii())[:12],
        other_kpp=cells.get("kpp", "")[:9],
        other_account="".join(cells.get("account", "").split())[:34],
        other_bic=cells.get("bic", "")[:11],
        purpose=cells.get("purpose", "").replace("\x00", "")[:2000],
    )  # fmt: skip


def _sum(cells: Mapping[str, str]) -> tuple[Decimal, bool]:
    """How much, and whether it came."""
    for meaning, incoming in (("came", True), ("went", False)):
        text = cells.get(meaning, "").strip().lstrip("+-")
        if text and text.strip("0.,- "):
            return read_amount(text), incoming
    text = cells.get("amount", "").strip()
    return read_amount(text.lstrip("+-−")), not text.startswith(("-", "−"))


def _cell(cells: Sequence[Cell], place: int) -> str:
    value: Any = cells[place] if 0 <= place < len(cells) else ""
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, float):
        return format(Decimal(str(value)), "f")
    return str(value).strip()
