"""What stands in a printed paper, read with the rights of who prints it: templates reckon and translate nothing."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref
from klientura.kit.amount_words import amount_in_words
from klientura.kit.formats import Language, format_date, format_decimal, format_money, format_paper_date
from klientura.modules.orders.queries.naming import contract_words
from klientura.modules.orders.queries.wording import (
    Source,
    bank_words,
    line_words,
    payment_code,
    payment_purpose,
    side_of_client,
    side_of_own,
    source_of,
    tax_words,
)


def invoice_data(actor: Actor, record_id: int, lang: Language) -> dict[str, Any]:
    """All texts of an invoice. Raises NotFound."""
    source = source_of(actor, "invoice", record_id)
    row = source.row
    data = _common(actor, source, _("Invoice No. {number} of {day}"), lang)
    purpose = payment_purpose(data["title"], row, lang)
    return {
        **data,
        "bank": bank_words(source.company, source.accounts),
        "qr": payment_code(source.company, source.accounts, row, purpose) if row["currency"] == "RUB" else "",
        "basis": contract_words(actor, row["contract"], lang) or _order_words(actor, row["order"], lang),
        "facts": _dues(source, lang) or _facts((_("To be paid by"), _day(row["due_on"], lang))),
    }


def offer_data(actor: Actor, record_id: int, lang: Language) -> dict[str, Any]:
    """All texts of an offer. Raises NotFound."""
    source = source_of(actor, "offer", record_id)
    row = source.row
    return {
        **_common(actor, source, _("Offer No. {number} of {day}"), lang),
        "intro": row["intro"] or "",
        "person": row["person"].title if row["person"] and row["person"].title else "",
        "contacts": [text for text in (source.company["phone"], source.company["email"]) if text],
        "manager": row["owner"].title if row["owner"] and row["owner"].title else "",
        "facts": _facts(
            (_("Payment"), row["payment_terms"]),
            (_("Delivery"), row["delivery_terms"]),
            (_("The offer holds until"), _day(row["valid_until"], lang)),
        ),
    }


def order_data(actor: Actor, record_id: int, lang: Language) -> dict[str, Any]:
    """All texts of an order, as a client confirms it. Raises NotFound."""
    source = source_of(actor, "order", record_id)
    row = source.row
    return {
        **_common(actor, source, _("Order No. {number} of {day}"), lang),
        "facts": _facts(
            (_("Basis"), contract_words(actor, row["contract"], lang)),
            (_("Number at the buyer"), row["client_number"]),
            (_("To be delivered by"), _day(row["wanted_on"], lang)),
            (_("Payment"), row["payment_terms"]),
            (_("Delivery"), row["delivery_terms"]),
        ),
    }


def act_data(actor: Actor, record_id: int, lang: Language) -> dict[str, Any]:
    """All texts of an act or a waybill. Raises NotFound."""
    source = source_of(actor, "closing_paper", record_id)
    row = source.row
    is_act = row["kind"] == "act"
    title = _("Act No. {number} of {day}") if is_act else _("Waybill No. {number} of {day}")
    words = _(
        "The services listed above were rendered in full and in time. The buyer has no claims as to their volume, quality and time."
    )
    data = _common(actor, source, title, lang)
    labels = {
        "gives": _("Contractor") if is_act else _("Handed over"),
        "takes": _("Customer") if is_act else _("Received"),
        "seller": _("Contractor") if is_act else _("Supplier"),
        "buyer": _("Customer") if is_act else _("Buyer"),
    }
    return {
        **data,
        "labels": {**data["labels"], **labels},
        "said": words if is_act else "",
        "facts": _facts((_("Basis"), row["basis"]), (_("Transport and cargo"), row["transport"])),
    }


def _facts(*facts: tuple[str, str | None]) -> list[dict[str, str]]:
    """What stands beside the table, as far as it is known."""
    return [{"label": label, "text": text} for label, text in facts if text]


def _dues(source: Source, lang: Language) -> list[dict[str, str]]:
    """The stages of payment, the first day in front."""
    return [
        {
            "label": each["name"] or _("Payment"),
            "text": _("{sum} by {day}").format(
                sum=format_money(each["amount"], source.row["currency"], lang), day=_day(each["due_on"], lang)
            ),
        }
        for each in sorted(source.dues, key=lambda x: x["due_on"])
        if each["amount"] is not None
    ]


def _day(day: dt.date | None, lang: Language) -> str:
    return format_date(day, lang) if day else ""


def _order_words(actor: Actor, order: Ref | None, lang: Language) -> str:
    """The order as papers name it; nothing of one that has no number or is closed to the reader."""
    if order is None or order.title is None:
        return ""
    row = read.get(actor, shape_of("order"), order.id, keys=["number", "issued_on"])
    if not row["number"] or not row["issued_on"]:
        return ""
    return _("Order No. {number} of {day}").format(
        number=row["number"], day=format_paper_date(row["issued_on"], lang)
    )


def _common(actor: Actor, source: Source, title: str, lang: Language) -> dict[str, Any]:
    row, lines, company = source.row, source.lines, source.company
    day = format_paper_date(row["issued_on"], lang) if row["issued_on"] else ""
    to_pay = format_money(row["amount"], row["currency"], lang)
    return {
        "lang": lang,
        "title": title.format(number=row["number"] or _("draft"), day=day),
        "labels": _labels(),
        "seller": side_of_own(company).words,
        "seller_name": company["full_name"] or company["title"],
        "buyer": side_of_client(actor, row["party"]).words,
        "lines": [line_words(number, line, lang) for number, line in enumerate(lines, start=1)],
        "total": format_decimal(row["amount"], lang, places=2),
        "taxes": tax_words(lines, lang, source.calculated),
        "to_pay": to_pay,
        "count": _("Items: {count}, in all {sum}").format(count=len(lines), sum=to_pay),
        "words": amount_in_words(row["amount"], row["currency"], lang),
        "note": row["note"] or "",
        "director": {
            "position": company["director_position"] or _("Head"),
            "name": company["director"] or "",
        },
        "accountant": company["accountant"] or "",
        "is_draft": row["status"] == "draft",
        "is_cancelled": row["status"] in {"cancelled", "replaced"},
    }


def _labels() -> dict[str, str]:
    return {
        "payee": _("Payee"),
        "bank": _("Bank of the payee"),
        "bic": _("BIC"),
        "account": pgettext("short", "Acc. No."),
        "inn": _("INN"),
        "kpp": _("KPP"),
        "seller": _("Supplier"),
        "buyer": _("Buyer"),
        "basis": _("Basis"),
        "number": pgettext("column", "No."),
        "name": _("Goods (works, services)"),
        "quantity": pgettext("column", "Qty"),
        "unit": pgettext("column", "Unit"),
        "price": _("Price"),
        "discount": pgettext("column", "Disc."),
        "sum": _("Sum"),
        "total": pgettext("paper", "Total:"),
        "to_pay": _("To pay:"),
        "accountant": _("Accountant"),
        "draft": _("DRAFT"),
        "facing": pgettext("paper", "To"),
        "manager": _("Your manager"),
        "cancelled": _("CANCELLED"),
        "scan": _("Pay with the app of your bank"),
    }
