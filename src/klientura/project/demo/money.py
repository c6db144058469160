"""Invoices of some clients of the demo, and what was paid of them: in whole, in part, in advance, late or not at all."""

import datetime as dt
from random import Random
from typing import Any, Final

from django.db import transaction

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read, write
from klientura.modules.documents.queries.companies import companies_by_account
from klientura.modules.payments.services.allocating import Share, allocate_shares
from klientura.project.demo.papers import settled, write_papers
from klientura.project.demo.sold import write_sold

MAKER: Final = SystemActor("demo")
CLIENTS: Final = 12
SUMS: Final = (18_500, 42_000, 96_300, 150_000, 240_800)
WORDS: Final = {
    "ru": ("Поставка по заявке", "Оплата по счёту № {number} от {day:%d.%m.%Y}", "Предоплата по договору"),
    "en": (
        "Delivery on request",
        "Payment of invoice No. {number} of {day:%d.%m.%Y}",
        "Advance under the contract",
    ),
}
LIMIT: Final = "300000"


def write_sales(operation_id: int, *, language: str, now: dt.datetime, seed: int) -> int:
    """Write the papers of deals, invoices and payments as a part of the operation of the demo; return how many records."""
    papers = write_sold(operation_id, now=now, seed=seed) + write_papers(
        operation_id, language=language, now=now
    )
    return papers + write_money(operation_id, language=language, now=now, seed=seed)


@transaction.atomic
def write_money(operation_id: int, *, language: str, now: dt.datetime, seed: int) -> int:
    """Write invoices and payments as a part of the operation of the demo; return how many records."""
    accounts = companies_by_account(MAKER)
    if not accounts:
        return 0
    account, company = next(iter(accounts.items()))
    rng = Random(f"{seed}/money")  # noqa: S311 - data to look at, not secrets
    words = WORDS["ru" if language == "ru" else "en"]
    keys = ["title", "owner", "inn"]
    clients = read.page(MAKER, shape_of("organisation"), sort="-id", limit=CLIENTS, keys=keys).rows
    bills = [_bill(client, company.id, words[0], now.date(), rng) for client in clients for _n in range(2)]
    numbers = _issued(bills, operation_id)
    paid = 0
    known = {client["id"]: client for client in clients}
    for place, number in enumerate(numbers):
        if place % 3 == 2:
            continue  # nothing has come for it
        paid += _pay(number, known, account, company.id, words, place, operation_id, now.date())
    terms = [{"party": c["id"], "credit_limit": LIMIT, "currency": current().currency} for c in clients[:3]]
    write.create_many(MAKER, shape_of("credit_terms"), terms, operation_id=operation_id)
    return len(numbers) + paid + len(terms)


def _issued(bills: list[dict[str, Any]], operation_id: int) -> list[int]:
    """Invoices as they stand once they were issued, in the order of their days."""
    rows = sorted(bills, key=lambda b: str(b["issued_on"]))
    return settled("invoice", rows, [{"status": "issued"}] * len(rows), operation_id)


def _bill(client: read.Row, company: int, what: str, today: dt.date, rng: Random) -> dict[str, Any]:
    issued = today - dt.timedelta(days=rng.randint(5, 120))
    return {
        "company": company, "party": client["id"], "owner": client["owner"].id if client["owner"] else None,
        "issued_on": issued.isoformat(), "due_on": (issued + dt.timedelta(days=rng.choice((5, 10, 30)))).isoformat(),
        "lines": [{"name": what, "quantity": "1", "given_price": str(rng.choice(SUMS))}],
    }  # fmt: skip


def _pay(
    number: int,
    known: dict[int, read.Row],
    account: str,
    company: int,
    words: tuple[str, ...],
    place: int,
    operation_id: int,
    today: dt.date,
) -> int:
    """What came for an invoice: the whole, a half, or more than was billed; some of it nobody has allocated yet."""
    bill = read.get(MAKER, shape_of("invoice"), number)
    client = known[bill["party"].id]
    share = (1, 0.5, 1, 1.25)[place % 4]
    free = place % 5 == 4
    payment = {
        "number": str(200 + place), "paid_on": min(bill["due_on"], today).isoformat(), "company": company, "account": account,
        "party": client["id"], "owner": bill["owner"].id if bill["owner"] else None, "amount": str(round(float(bill["amount"]) * share, 2)),
        "currency": bill["currency"], "payer_name": client["title"], "payer_inn": client["inn"],
        "purpose": words[2] if free else words[1].format(number=bill["number"], day=bill["issued_on"]),
    }  # fmt: skip
    made = write.create(MAKER, shape_of("payment"), payment, operation_id=operation_id)
    if not free:
        allocate_shares(MAKER, [Share(made, number)], operation_id=operation_id)
    return 1
