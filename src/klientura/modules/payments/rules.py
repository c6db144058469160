"""Which invoices a payment pays: pure rules over what was read before, without any database.

Sure is only what leaves no other reading: the INN of exactly one client, every number that the payer names is exactly one
invoice of this client and our company, on the day that he says if he says one, and the payment is what is owed of them.
Everything else is a suggestion for people.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from klientura.kit.bank.invoice_numbers import Named, same_number

type Why = Literal["number", "part", "like_number", "sum", "all", "oldest", "owed"]

MOST_SUGGESTED: Final = 6
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as matching sees it; `number` is written as `same_number` writes it."""

    id: int
    party: int
    company: int
    currency: str
    number: str
    issued_on: dt.date | None
    due_on: dt.date | None
    amount: Decimal
    paid: Decimal
    title: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """A payment as matching sees it. `parties`: the clients it may be of, all with the payer's INN."""

    company: int
    currency: str
    amount: Decimal
    parties: tuple[int, ...]
    named: tuple[Named, ...]


class Share(NamedTuple):
    """So much for an invoice, and why."""

    bill: Bill
    amount: Decimal
    why: Why


@dataclass(slots=True)
class Found:
    """What came of one payment: whose it is, which invoices it surely pays, or else which it may pay, the likeliest first."""

    party: int | None = None
    sure: list[Share] = field(default_factory=list)
    suggested: list[tuple[Share, ...]] = field(default_factory=list)


class Book:
    """The invoices of some clients; what one payment surely pays is owed no more for the next."""

    def __init__(self, bills: Iterable[Bill]) -> None:
        self._bills: dict[tuple[int, int], list[Bill]] = defaultdict(list)
        self._numbers: dict[tuple[int, int, str], list[Bill]] = defaultdict(list)
        self.owed: dict[int, Decimal] = {}
        for bill in bills:
            self._bills[bill.party, bill.company].append(bill)
            self._numbers[bill.party, bill.company, bill.number].append(bill)
            self.owed[bill.id] = bill.amount - bill.paid

    def match(self, money: Money, *, suggest: bool = True) -> Found:
        """What a payment that came in pays."""
        found = Found(party=money.parties[0] if len(money.parties) == 1 else None)
        if found.party is not None:
            found.sure = self._sure(money, found.party)
            for share in found.sure:
                self.owed[share.bill.id] -= share.amount
        if not found.sure and suggest:
            found.suggested = self._suggested(money)
        return found

    def _sure(self, money: Money, party: int) -> list[Share]:
        if not money.named:
            return []
        shares = []
        for named in money.named:
            bills = self._numbers.get((party, money.company, named.number), [])
            if named.day is not None:
                bills = [b for b in bills if b.issued_on == named.day]
            if len(bills) != 1 or bills[0].currency != money.currency or self.owed[bills[0].id] <= 0:
                return []
            shares.append(Share(bills[0], self.owed[bills[0].id], "number"))
        if len({s.bill.id for s in shares}) < len(shares) or sum(s.amount for s in shares) != money.amount:
            return []
        return shares

    def _open(self, money: Money) -> list[Bill]:
        """What is owed by the clients that it may be of, what is due first in front."""
        bills = [b for p in money.parties for b in self._bills.get((p, money.company), [])]
        still = [b for b in bills if b.currency == money.currency and self.owed[b.id] > 0]
        return sorted(still, key=lambda b: (b.due_on or b.issued_on or dt.date.max, b.id))

    def _suggested(self, money: Money) -> list[tuple[Share, ...]]:
        owed = self._open(money)
        found: list[tuple[Share, ...]] = []
        numbers = {n.number for n in money.named}
        tails = {d for n in numbers if (d := _tail(n))}
        named = [b for b in owed if b.number in numbers]
        found += self._spread(money, named, "number", "part")
        found += [
            (s,)
            for b in owed
            if b not in named and _tail(b.number) in tails
            for s in self._one(money, b, "like_number")
        ]
        found += [(s,) for b in owed if self.owed[b.id] == money.amount for s in self._one(money, b, "sum")]
        whole = [b for b in owed if b.party == owed[0].party] if owed else []
        if len(whole) > 1 and sum(self.owed[b.id] for b in whole) == money.amount:
            found.append(tuple(Share(b, self.owed[b.id], "all") for b in whole))
        for place, bill in enumerate(owed[:3]):
            found += [(s,) for s in self._one(money, bill, "owed" if place else "oldest")]
        kept: dict[frozenset[int], tuple[Share, ...]] = {}
        for each in found:
            kept.setdefault(frozenset(s.bill.id for s in each), each)
        return [*kept.values()][:MOST_SUGGESTED]

    def _one(self, money: Money, bill: Bill, why: Why) -> list[Share]:
        return [Share(bill, min(self.owed[bill.id], money.amount), why)]

    def _spread(self, money: Money, bills: Sequence[Bill], whole: Why, part: Why) -> list[tuple[Share, ...]]:
        """The invoices that were named, paid in turn as far as the money reaches."""
        left, shares = money.amount, list[Share]()
        for bill in bills:
            amount = min(left, self.owed[bill.id])
            if amount > 0:
                shares.append(Share(bill, amount, whole if amount == self.owed[bill.id] else part))
            left -= amount
        return [tuple(shares)] if shares else []


def _tail(number: str) -> str:
    """The digits that a number ends with, as people write it who leave the prefix out."""
    digits = _DIGITS.findall(number)
    return digits[-1].lstrip("0") if digits else ""


def number_key(number: str | None) -> str:
    """A number of ours as it is compared with what payers write."""
    return same_number(number or "")
