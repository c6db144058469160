"""Finding the invoices of many payments: read in a few queries, whatever their number, and judged by the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from klientura.kernel.access.actor import Actor
from klientura.kit.bank.invoice_numbers import named_invoices
from klientura.kit.bank.papers import Paper
from klientura.modules.payments.queries.candidates import (
    Client,
    Free,
    bills_of,
    clients_by_inn,
    clients_by_name,
)
from klientura.modules.payments.rules import Book, Found, Money

CURRENCIES: Final = {
    "810": "RUB",
    "643": "RUB",
    "840": "USD",
    "978": "EUR",
    "156": "CNY",
    "398": "KZT",
    "933": "BYN",
    "974": "BYN",
}
"""Digits 6 to 8 of a Russian account say its currency."""
BACK: Final = ("возврат", "refund")


@dataclass(frozen=True, slots=True)
class Judged:
    """A paper of a statement with what was found for it."""

    paper: Paper
    client: Client | None
    found: Found


def currency_of(account: str) -> str:
    """The currency of an account by its number."""
    return CURRENCIES.get(account[5:8], "RUB")


def is_refund(paper: Paper) -> bool:
    """Whether money that went is money given back; all else that a company pays is no business of its clients."""
    return paper.direction == "out" and any(word in paper.purpose.casefold() for word in BACK)


def judge_papers(actor: Actor, papers: Sequence[Paper], companies: dict[str, int]) -> list[Judged]:
    """The clients of papers and the invoices they surely pay. `companies`: ours by account."""
    clients = clients_by_inn(actor, {p.other_inn for p in papers if p.other_inn})
    named = [named_invoices(p.purpose) if p.direction == "in" else () for p in papers]
    seen = {c.id for found in clients.values() for c in found if c.seen}
    book = Book(bills_of(actor, seen, {n.number for each in named for n in each}))
    judged = []
    for paper, numbers in zip(papers, named, strict=True):
        known = clients.get(paper.other_inn, []) if paper.other_inn else []
        client = known[0] if len(known) == 1 and known[0].seen else None
        found = Found(client.id if client else None)
        if client is not None and paper.direction == "in":
            found = book.match(
                Money(
                    companies[paper.account], currency_of(paper.account), paper.amount, (client.id,), numbers
                ),
                suggest=False,
            )
        judged.append(Judged(paper, client, found))
    return judged


def suggest(actor: Actor, payments: Sequence[Free]) -> dict[int, Found]:
    """What may be paid by payments that are not allocated in whole, by payment. A chosen client comes before the payer's INN.

    Where no client has that INN, the payer may be whoever is called so, or whose invoice he names.
    """
    clients = clients_by_inn(actor, {p.payer_inn for p in payments if p.payer_inn and p.party is None})
    parties = {
        p.id: (p.party,)
        if p.party is not None
        else tuple(c.id for c in clients.get(p.payer_inn or "", []) if c.seen)
        for p in payments
    }
    unknown = [p for p in payments if p.party is None and not clients.get(p.payer_inn or "")]
    called = clients_by_name(actor, {p.payer_name for p in unknown if p.payer_name})
    parties |= {p.id: tuple(c.id for c in called.get(p.payer_name or "", [])) for p in unknown}
    named = {p.id: named_invoices(p.purpose or "") for p in payments}
    numbers = {n.number for each in named.values() for n in each}
    bills = bills_of(
        actor,
        {party for each in parties.values() for party in each},
        numbers,
        anybodys={n.number for p in unknown for n in named[p.id]},
    )
    found = {}
    strangers = {p.id for p in unknown}
    for payment in payments:
        # Each is judged by itself: nothing is taken away before somebody has accepted it.
        said, own = {n.number for n in named[payment.id]}, set(parties[payment.id])
        open_bills = [
            b
            for b in bills
            if b.party in own or (payment.id in strangers and b.number in said and b.paid < b.amount)
        ]
        whose = tuple(dict.fromkeys([*parties[payment.id], *(b.party for b in open_bills)]))
        money = Money(payment.company, payment.currency, payment.rest, whose, named[payment.id])
        sure_or_not = Book(open_bills).match(money)
        if sure_or_not.sure:
            sure_or_not.suggested = [tuple(sure_or_not.sure)]
        found[payment.id] = sure_or_not
    return found
