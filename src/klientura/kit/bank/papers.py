"""What a bank statement is made of."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal

type Direction = Literal["in", "out"]

LARGEST = Decimal(10) ** 15


class BadStatement(Exception):
    """A file that is no statement. Codes: not_a_statement, empty, no_account."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadValue(ValueError):
    """A value that cannot be read; the code says what was meant to stand there: date, amount."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a statement, seen from our account: `other_…` is whoever paid, or was paid. `line` is where it begins."""

    line: int
    account: str
    number: str
    day: dt.date
    paid_on: dt.date
    amount: Decimal
    direction: Direction
    other_name: str = ""
    other_inn: str = ""
    other_kpp: str = ""
    other_account: str = ""
    other_bic: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something of a file was left out. Codes: date, amount, number, account, between, section, cut_off."""

    line: int
    code: str
    detail: str = ""


@dataclass(slots=True)
class Statement:
    """A whole statement: of which accounts, for which days, its papers, and what could not be read."""

    accounts: tuple[str, ...]
    first: dt.date | None = None
    last: dt.date | None = None
    papers: list[Paper] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def keys_of(papers: Iterable[Paper]) -> list[str]:
    """What tells each paper from all others: account, day, number, sum, other account, direction.

    The second of two papers that are equal in all of these is the second each time the file is read.
    """
    seen: dict[str, int] = {}
    keys = []
    for paper in papers:
        way = "+" if paper.direction == "in" else "-"
        base = "|".join(
            (
                paper.account[-20:],
                f"{paper.day:%y%m%d}",
                paper.number[:8],
                f"{way}{paper.amount}",
                paper.other_account[-20:],
            )
        )
        seen[base] = seen.get(base, 0) + 1
        keys.append(f"{digest(base)}.{seen[base]}")
    return keys


def digest(text: str) -> str:
    """A short name for a long one."""

    return hashlib.sha256(text.encode()).hexdigest()[:40]


def read_date(text: str) -> dt.date:
    """A day as banks write it: 22.11.2026, 2026-11-22. Raises BadValue."""
    for form in ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y"):
        try:
            found = dt.datetime.strptime(text.strip()[:10], form).date()
        except ValueError:
            continue
        if 1990 <= found.year <= 2100:
            return found
    raise BadValue("date")


def read_amount(text: str) -> Decimal:
    """A sum as banks write it: 1234.56, 1 234,56, 1234-56. Raises BadValue; a sum is more than zero."""
    bare = "".join(text.split()).replace("\u00a0", "").replace("\u202f", "")
    if bare.count("-") == 1 and not bare.startswith("-"):
        bare = bare.replace("-", ".")
    if "," in bare and "." in bare:  # the last sign is that of the kopecks
        bare = bare.replace("," if bare.rindex(".") > bare.rindex(",") else ".", "")
    bare = bare.replace(",", ".")
    if not bare.isascii() or not bare.replace(".", "", 1).isdigit():
        raise BadValue("amount")
    try:
        found = Decimal(bare)
    except InvalidOperation:
        raise BadValue("amount") from None
    if not 0 < found < LARGEST or found != round(found, 2):
        raise BadValue("amount")
    return found.quantize(Decimal("0.01"))
