"""Which invoices a payer names in the purpose of a payment: «по счетам № 15, 16 от 12.11.2026».

Only what stands after the word for an invoice counts: numbers of contracts, tax invoices, accounts and sums do not.
"""

import datetime as dt
import re
from typing import Final, NamedTuple

from klientura.kit.bank.papers import BadValue, read_date

_LOOKALIKES: Final = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
_NUMBER: Final = r"[A-Za-zА-Яа-яЁё]{0,10}[-/]?\d[\dA-Za-zА-Яа-яЁё]*(?:[-/][\dA-Za-zА-Яа-яЁё]+)*"
_SIGN: Final = r"(?:№|N[oо]?\.?|#|ном(?:ер|\.)?)?"
_DAY: Final = r"(?:\s*(?:от|dated|of)\s*(?P<day>\d{1,2}[./]\d{1,2}[./](?:20)?\d{2}|\d{4}-\d\d-\d\d))?"
_HEAD: Final = re.compile(
    r"(?<![а-яёa-z])(?:сч[её]т(?:а|у|ом|е|ов|ам|ами|ах)?|сч\.?|invoices?|inv\.?)(?![а-яё])"
    r"(?!\s*[-–—]?\s*(?:ф\b|ф-|ф\.|фак|\bс/ф|договор))"
    r"(?:\s+на\s+(?:предоплату|оплату|опл\.?))?\s*[:.]?\s*",
    re.IGNORECASE,
)
_ONE: Final = re.compile(rf"{_SIGN}\s*(?P<number>{_NUMBER})(?![.,:]\d|\d){_DAY}", re.IGNORECASE)
_NEXT: Final = re.compile(r"\s*(?:,|;|\+|и\b|and\b|&)\s*", re.IGNORECASE)
_BEFORE: Final = re.compile(
    r"(?:расч[её]тн\w*|лицев\w*|р/|л/|кор\w*|банковск\w*|транзитн\w*|на|со)\s*$", re.IGNORECASE
)
LONGEST: Final = 16
"""Longer ones are numbers of accounts."""
MOST: Final = 50


class Named(NamedTuple):
    """An invoice as a payer names it: its number, and its day if he says so."""

    number: str
    day: dt.date | None


def same_number(text: str) -> str:
    """A number as it is compared: in capitals, without spaces, letters that look alike as one."""
    return "".join(text.split()).upper().replace("Ё", "Е").translate(_LOOKALIKES)


def named_invoices(purpose: str) -> tuple[Named, ...]:
    """The invoices that a purpose names, each once, in their order."""
    text = " ".join(purpose.split())
    found: dict[str, Named] = {}
    for head in _HEAD.finditer(text):
        if _BEFORE.search(text[: head.start()]):
            continue
        place = head.end()
        while len(found) < MOST and (one := _ONE.match(text, place)) is not None:
            number = same_number(one["number"])
            if len(number) > LONGEST:
                break
            found.setdefault(number, Named(number, _day(one["day"])))
            further = _NEXT.match(text, one.end())
            if further is None:
                break
            place = further.end()
    return tuple(found.values())


def _day(text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        return read_date(text.replace("/", "."))
    except BadValue:
        return None
