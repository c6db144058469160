"""Words of printed papers: companies, lines, taxes, sums, as they stand in every one of them."""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from typing import Any, Final, NamedTuple

import segno
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable_parts
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kit.formats import Language, format_decimal, format_money
from klientura.kit.payment_qr import Payee, payment_text
from klientura.kit.phones import parse_phone
from klientura.modules.catalog.queries.book import tax_rates


class Source(NamedTuple):
    """A paper with all that is printed of it, read with the rights of who prints it."""

    row: Row
    lines: Sequence[Row]
    company: Row
    accounts: Sequence[Row]
    calculated: Set[int] = frozenset()
    """The taxes of its lines whose rate is a calculated one: 22/122."""
    dues: Sequence[Row] = ()
    """The stages of its payment."""


NEEDED: Final = (
    "number", "status", "company", "party", "issued_on", "currency", "amount", "tax_total", "kind", "paid",
)  # fmt: skip
"""Without these a paper would say something else than it does; what else is hidden from the reader is left out of it."""


def source_of(actor: Actor, key: str, record_id: int) -> Source:
    """Read a paper. Raises NotFound; Denied for whoever does not see what it cannot be printed without."""
    shape, own = shape_of(key), shape_of("own_company")
    row = read.get(actor, shape, record_id)
    parts = read.named_parts_of(actor, shape, [record_id])[record_id]
    if "lines" not in parts or any(field in shape.fields and field not in row for field in NEEDED):
        raise Denied(
            _("Your role does not see all that stands in this paper. Ask somebody who does for the PDF.")
        )
    company_id = row["company"].id
    company = read.get(actor, own, company_id)
    accounts = read.parts_of(actor, own, [company_id])[company_id].get("accounts", [])
    taxes = tax_rates({line["tax"].id for line in parts["lines"] if line.get("tax")})
    calculated = {number for number, (is_so, _rates) in taxes.items() if is_so}
    return Source(
        _whole(shape, row), parts["lines"], _whole(own, company), accounts, calculated, parts.get("dues", ())
    )


def rate_words(line: Row, calculated: Set[int], lang: Language) -> str:
    """A rate as papers say it: «22 %»; a calculated one «22/122», article 164 (4) of the Russian tax code."""
    percent = percent_words(line["tax_rate"], lang)
    if line["tax"] is not None and line["tax"].id in calculated:
        return f"{percent}/{percent_words(line['tax_rate'] + 100, lang)}"
    return f"{percent} %"


def may_be_printed(actor: Actor, shape: Shape, row: Mapping[str, Any]) -> bool:
    """Whether the reader sees all that the paper cannot be printed without: what `source_of` would refuse."""
    return (
        "lines" in readable_parts(actor, shape)
        and all(field in row for field in NEEDED if field in shape.fields)
        and may(actor, shape_of("own_company"), "read")
    )


def _whole(shape: Shape, row: Row) -> Row:
    """A record with nothing in the fields that are hidden from the reader."""
    return {**dict.fromkeys(shape.fields), **row}


class Side(NamedTuple):
    """A company as papers need it in pieces; empty where nothing is known, or nothing is open to the reader."""

    name: str
    inn: str
    kpp: str
    address: str
    words: str


NOBODY: Final = Side("", "", "", "", "")


def side_of_client(actor: Actor, reference: read.Ref | None) -> Side:
    """A client with requisites and legal address."""
    if reference is None or reference.title is None:
        return NOBODY
    kind = read.get(actor, shape_of("party"), reference.id, keys=["kind"])["kind"]
    shape = shape_of(kind)
    client = read.get(actor, shape, reference.id)
    lines = read.parts_of(actor, shape, [reference.id])[reference.id].get("addresses", [])
    legal = next((a for a in lines if a["kind"] == "legal"), lines[0] if lines else None)
    keys = ("postcode", "region", "city", "street")
    return _side(client, ", ".join(str(legal[k]) for k in keys if legal.get(k)) if legal else "")


def side_of_own(company: Row) -> Side:
    """A company of ours."""
    return _side(company, company["address"] or "")


def _side(row: Mapping[str, Any], address: str) -> Side:
    name = row.get("full_name") or row["title"]
    return Side(name, row.get("inn") or "", row.get("kpp") or "", address, party_words(row, address))


def party_words(row: Mapping[str, Any], address: str | None) -> str:
    """A company as papers name it: full name, INN, KPP, address."""
    said = [row.get("full_name") or row["title"]]
    said += [f"{_('INN')} {row['inn']}"] if row.get("inn") else []
    said += [f"{_('KPP')} {row['kpp']}"] if row.get("kpp") else []
    said += [address] if address else []
    said += [parse_phone(row["phone"]).display] if row.get("phone") else []
    return ", ".join(said)


def bank_words(company: Row, accounts: Sequence[Row]) -> dict[str, str] | None:
    """The requisites of the first account; None without one."""
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


def payment_code(company: Row, accounts: Sequence[Row], row: Row, purpose: str) -> str:
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


def payment_purpose(title: str, row: Row, lang: Language) -> str:
    """What a payer writes: the number and the tax, as Russian banks ask for it."""
    tax = _("including VAT {sum}").format(sum=format_money(row["tax_total"], row["currency"], lang))
    return f"{title}, {tax if row['tax_total'] else _('without VAT')}"


def quantity_words(quantity: Decimal, lang: Language) -> str:
    """How much, without zeros at its end."""
    whole = quantity == quantity.to_integral_value()
    return format_decimal(quantity.quantize(Decimal(1)) if whole else quantity.normalize(), lang)


def percent_words(percent: Decimal, lang: Language) -> str:
    """A rate or a discount, without zeros at its end and without its sign."""
    return format_decimal(percent.normalize() + 0, lang)


def line_words(number: int, line: Row, lang: Language) -> dict[str, str]:
    """A line in words and figures."""
    return {
        "number": str(number),
        "name": line["name"] or "",
        "quantity": quantity_words(line["quantity"], lang),
        "unit": (line["unit"].title or "") if line["unit"] else "",
        "price": format_decimal(line["price"], lang, places=2),
        "discount": f"{percent_words(line['discount'], lang)} %" if line["discount"] else "",
        "sum": format_decimal(line["total"], lang, places=2),
    }


def tax_words(
    lines: Sequence[Row], lang: Language, calculated: Set[int] = frozenset()
) -> list[dict[str, str]]:
    """The tax of each rate; of what is not taxed that it is not."""
    sums: dict[tuple[Decimal, str] | None, Decimal] = defaultdict(Decimal)
    for line in lines:
        rate = line["tax_rate"]
        sums[None if rate is None else (-rate, rate_words(line, calculated, lang))] += line["tax_sum"] or 0
    made = [
        {
            "label": _("Of it VAT {percent}:").format(percent=key[1]),
            "sum": format_decimal(sums[key], lang, places=2),
        }
        for key in sorted(key for key in sums if key is not None)
    ]
    return made + ([{"label": _("Without VAT"), "sum": "—"}] if None in sums else [])
