"""What stands in a printed invoice, read with the rights of who prints it."""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import segno
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.amount_words import amount_in_words
from klientura.kit.formats import Language, format_date, format_decimal, format_money
from klientura.kit.payment_qr import Payee, payment_text


def invoice_data(actor: Actor, record_id: int, lang: Language) -> dict[str, Any]:
    """All texts of an invoice, ready to be set: the template reckons and translates nothing. Raises NotFound."""
    shape = shape_of("invoice")
    row = read.get(actor, shape, record_id)
    lines = read.named_parts_of(actor, shape, [record_id])[record_id].get("lines", [])
    company_id = row["company"].id
    company = read.get(actor, shape_of("own_company"), company_id)
    accounts = read.parts_of(actor, shape_of("own_company"), [company_id])[company_id].get("accounts", [])
    client = _client(actor, row)
    number, day = row["number"] or _("draft"), format_date(row["issued_on"], lang) if row["issued_on"] else ""
    title = _("Invoice No. {number} of {day}").format(number=number, day=day)
    purpose = _purpose(title, row, lines, lang)
    return {
        "lang": lang,
        "title": title,
        "labels": _labels(),
        "bank": _bank(company, accounts),
        "qr": _code(company, accounts, row, purpose) if row["currency"] == "RUB" else "",
        "seller": _party_words(company, company["address"]),
        "buyer": client,
        "basis": row["opportunity"].title if row["opportunity"] and row["opportunity"].title else "",
        "due": format_date(row["due_on"], lang) if row["due_on"] else "",
        "lines": [_line(number, line, lang) for number, line in enumerate(lines, start=1)],
        "total": format_decimal(row["amount"], lang, places=2),
        "taxes": _taxes(lines, lang),
        "to_pay": format_money(row["amount"], row["currency"], lang),
        "count": _("Items: {count}, in all {sum}").format(
            count=len(lines), sum=format_money(row["amount"], row["currency"], lang)
        ),
        "words": amount_in_words(row["amount"], row["currency"], lang),
        "note": row["note"] or "",
        "director": {
            "position": company["director_position"] or _("Head"),
            "name": company["director"] or "",
        },
        "accountant": company["accountant"] or "",
        "is_draft": row["status"] == "draft",
        "is_cancelled": row["status"] == "cancelled",
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
        "due": _("To be paid by"),
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
        "cancelled": _("CANCELLED"),
        "scan": _("Pay with the app of your bank"),
    }


def _client(actor: Actor, row: Row) -> str:
    if row["party"] is None or row["party"].title is None:
        return ""
    kind = read.get(actor, shape_of("party"), row["party"].id, keys=["kind"])["kind"]
    shape = shape_of(kind)
    client = read.get(actor, shape, row["party"].id)
    lines = read.parts_of(actor, shape, [row["party"].id])[row["party"].id].get("addresses", [])
    legal = next((a for a in lines if a["kind"] == "legal"), lines[0] if lines else None)
    keys = ("postcode", "region", "city", "street")
    return _party_words(client, ", ".join(str(legal[k]) for k in keys if legal.get(k)) if legal else None)


def _party_words(row: Mapping[str, Any], address: str | None) -> str:
    """A company as papers name it: full name, INN, KPP, address."""
    said = [row.get("full_name") or row["title"]]
    said += [f"{_('INN')} {row['inn']}"] if row.get("inn") else []
    said += [f"{_('KPP')} {row['kpp']}"] if row.get("kpp") else []
    said += [text for text in (address, row.get("phone")) if text]
    return ", ".join(said)


def _bank(company: Row, accounts: Sequence[Row]) -> dict[str, str] | None:
    if not accounts:
        return None
    main = accounts[0]
    return {
        "payee": company["full_name"] or company["title"],
        "inn": company["inn"] or "",
        "kpp": company["kpp"] or "",
        "bank": main["bank"] or "",
        "bic": main["bic"],
        "correspondent": main["correspondent"] or "",
        "account": main["account"],
    }


def _code(company: Row, accounts: Sequence[Row], row: Row, purpose: str) -> str:
    """The payment code as SVG; nothing where requisites are missing that a bank needs."""
    if not accounts:
        return ""
    main = accounts[0]
    payee = Payee(
        company["full_name"] or company["title"], main["account"], main["bank"] or "", main["bic"],
        main["correspondent"] or "", company["inn"] or "", company["kpp"] or "",
    )  # fmt: skip
    left = max(row["amount"] - row["paid"], Decimal(0))
    try:
        text = payment_text(payee, left, purpose)
    except ValueError:
        return ""
    drawn = io.BytesIO()
    code = segno.make(text, error="m", encoding="utf-8", micro=False)
    code.save(drawn, kind="svg", border=0, omitsize=True, xmldecl=False)
    return drawn.getvalue().decode()


def _purpose(title: str, row: Row, lines: Sequence[Row], lang: Language) -> str:
    """What a payer writes: the number and the tax, as Russian banks ask for it."""
    tax = _("including VAT {sum}").format(sum=format_money(row["tax_total"], row["currency"], lang))
    return f"{title}, {tax if row['tax_total'] else _('without VAT')}"


def _line(number: int, line: Row, lang: Language) -> dict[str, str]:
    quantity = line["quantity"]
    short = (
        quantity.quantize(Decimal(1)) if quantity == quantity.to_integral_value() else quantity.normalize()
    )
    return {
        "number": str(number),
        "name": line["name"] or "",
        "quantity": format_decimal(short, lang),
        "unit": (line["unit"].title or "") if line["unit"] else "",
        "price": format_decimal(line["price"], lang, places=2),
        "discount": f"{format_decimal(line['discount'].normalize() + 0, lang)} %" if line["discount"] else "",
        "sum": format_decimal(line["total"], lang, places=2),
    }


def _taxes(lines: Sequence[Row], lang: Language) -> list[dict[str, str]]:
    """The tax of each rate; of what is not taxed that it is not."""
    sums: dict[Decimal | None, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line["tax_rate"]] += line["tax_sum"] or 0
    made = []
    for rate, tax in sorted(sums.items(), key=lambda pair: -(pair[0] if pair[0] is not None else -1)):
        if rate is None:
            made.append({"label": _("Without VAT"), "sum": "—"})
        else:
            percent = format_decimal(rate.normalize() + 0, lang)
            made.append(
                {
                    "label": _("Of it VAT {percent} %:").format(percent=percent),
                    "sum": format_decimal(tax, lang, places=2),
                }
            )
    return made
