"""Contracts, offers and orders of the demo's deals with goods: drafted, with the client, accepted and in work, declined."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from django.db import transaction

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.drafts import parse
from klientura.modules.documents.queries.companies import main_company, prefix_of
from klientura.modules.documents.services.numbering import next_number
from klientura.modules.orders.services.beginnings import from_opportunity

MAKER: Final = SystemActor("demo")
DEALS: Final = 8
STATES: Final = ("accepted", "issued", "draft", "accepted", "declined", "issued", "accepted", "issued")
WORDS: Final = {
    "ru": (
        "Благодарим за обращение и предлагаем поставку на следующих условиях.",
        "50 % предоплата, остальное в течение 10 дней",
        "Доставка до склада покупателя",
        "Дороже, чем у конкурента",
        "Рамочный договор поставки",
    ),
    "en": (
        "Thank you for your request. We offer the following.",
        "50 % in advance, the rest within 10 days",
        "Delivered to the buyer's warehouse",
        "Dearer than a competitor",
        "Framework contract of supply",
    ),
}


@transaction.atomic
def write_papers(operation_id: int, *, language: str, now: dt.datetime) -> int:
    """Write offers, and contracts and orders of those that were accepted, as a part of the operation of the demo; return how many records."""
    company = main_company(MAKER).get("company")
    if company is None:
        return 0
    words, today = WORDS["ru" if language == "ru" else "en"], now.date()
    deals = read.page(MAKER, shape_of("opportunity"), sort="-id", limit=DEALS, keys=["title", "owner"]).rows
    offers: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for state, deal in zip(STATES, deals, strict=False):
        begun = _begun(deal, company.id)
        if not begun["lines"]:
            continue
        day = today - dt.timedelta(days=3 * len(offers) + 1)
        until = (day + dt.timedelta(days=14)).isoformat()
        terms = {
            "intro": words[0],
            "payment_terms": words[1],
            "delivery_terms": words[2],
            "valid_until": until,
        }
        offers.append({**begun, **terms, "issued_on": day.isoformat()})
        answer = {"answered_on": today, "answer": words[3] if state == "declined" else None}
        answers.append({"status": state, **(answer if state in {"accepted", "declined"} else {})})
    made = settled("offer", offers, answers, operation_id)
    accepted = [
        (offer, number)
        for offer, answer, number in zip(offers, answers, made, strict=True)
        if answer["status"] == "accepted"
    ]
    days = [today - dt.timedelta(days=n) for n in (345, 200, 12)][: len(accepted)]
    contracts = [_contract(offer, words[4], day) for (offer, _n), day in zip(accepted, days, strict=False)]
    signed = [{"status": "signed", "signed_on": day} for day in days]
    held = settled("contract", contracts, signed, operation_id)
    orders = [
        {**_order(offer, number, today), "contract": contract}
        for (offer, number), contract in zip_longest(accepted, held)
    ]
    confirmed = settled("order", orders, [{"status": "confirmed"}] * len(orders), operation_id)
    return len(made) + len(held) + len(confirmed)


def settled(
    key: str, rows: Sequence[Mapping[str, Any]], states: Sequence[Mapping[str, Any]], operation_id: int
) -> list[int]:
    """Papers as they stand once they were issued: made so at once, the whole demo is one operation that can be taken back."""
    shape, drafts = shape_of(key), []
    for row, state in zip(rows, states, strict=True):
        draft = Draft(values={})
        parse(MAKER, shape, row, draft, creating=True)
        draft.values |= state
        if state["status"] != "draft":
            day = draft.values.get("signed_on") or draft.values["issued_on"]
            number = next_number(row["company"], key, day.year)
            draft.values["number"] = f"{prefix_of(row['company'])}{number}"
        drafts.append(draft)
    return write.insert_batch(MAKER, Batch(shape, drafts, creating=True), operation_id=operation_id)


def _begun(deal: read.Row, company: int) -> dict[str, Any]:
    """A paper as somebody begins it from a deal."""
    values, lines = from_opportunity(MAKER, deal["id"])
    return {
        **{key: _plain(value) for key, value in values.items()},
        "company": company,
        "owner": deal["owner"].id if deal["owner"] else None,
        "lines": [{key: _plain(value) for key, value in line.items()} for line in lines["lines"]],
    }


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, read.Ref) else value


def _contract(offer: Mapping[str, Any], name: str, day: dt.date) -> dict[str, Any]:
    kept = {
        k: offer[k]
        for k in ("company", "party", "opportunity", "owner", "payment_terms", "delivery_terms")
        if k in offer
    }
    until = day + dt.timedelta(days=365)
    return {
        **kept,
        "name": name,
        "starts_on": day.isoformat(),
        "ends_on": until.isoformat(),
        "renews": day.month % 2 == 0,
    }


def _order(offer: Mapping[str, Any], number: int, today: dt.date) -> dict[str, Any]:
    kept = {key: value for key, value in offer.items() if key not in {"intro", "valid_until"}}
    wanted = today + dt.timedelta(days=14)
    return {**kept, "offer": number, "issued_on": today.isoformat(), "wanted_on": wanted.isoformat()}
