"""What stands in a universal transfer document (УПД): the columns of a Russian tax invoice with the handing over below.

The form is Russian by law (постановление 1137, приложение 1; письмо ФНС ММВ-20-3/96@), so its words stand in the template,
and its figures are written the Russian way whatever language the reader works in. Columns 12 to 14 (traceable goods) are
left out, as they may be where there are none.
"""

from collections.abc import Mapping, Set
from decimal import Decimal
from typing import Any, Final

from klientura.kernel.access.actor import Actor
from klientura.kernel.store.read import Row
from klientura.kit.formats import format_date, format_decimal
from klientura.kit.sums import rounded
from klientura.modules.catalog.queries.codes import articles, unit_codes
from klientura.modules.orders.queries.wording import (
    Side,
    quantity_words,
    rate_words,
    side_of_client,
    side_of_own,
    source_of,
)

DASH: Final = "—"
NUMBERS: Final = {
    "RUB": "Российский рубль, 643",
    "USD": "Доллар США, 840",
    "EUR": "Евро, 978",
    "CNY": "Юань, 156",
    "KZT": "Тенге, 398",
    "BYN": "Белорусский рубль, 933",
}


def transfer_data(actor: Actor, record_id: int) -> dict[str, Any]:
    """All texts of a universal transfer document. Raises NotFound."""
    source = source_of(actor, "closing_paper", record_id)
    row, company = source.row, source.company
    seller, buyer = side_of_own(company), side_of_client(actor, row["party"])
    consignee = side_of_client(actor, row["consignee"]) if row["consignee"] else buyer
    codes = unit_codes({line["unit"].id for line in source.lines if line["unit"]})
    known = articles({line["product"].id for line in source.lines if line["product"]})
    day = format_date(row["issued_on"], "ru") if row["issued_on"] else DASH
    number = row["number"] or "черновик"
    return {
        "lang": "ru",
        "title": f"УПД № {number} от {day}",
        "status": "1" if row["kind"] == "upd" else "2",
        "number": number,
        "day": day,
        "seller": _side(seller),
        "buyer": _side(buyer),
        "consignor": f"{seller.name}, {seller.address}" if seller.address else seller.name,
        "consignee": f"{consignee.name}, {consignee.address}"
        if consignee.address
        else consignee.name or DASH,
        "payment": row["payment_paper"] or DASH,
        "shipping": f"№ п/п 1–{len(source.lines)} № {number} от {day}"
        if len(source.lines) > 1
        else f"№ п/п 1 № {number} от {day}",
        "currency": NUMBERS.get(row["currency"], row["currency"]),
        "lines": [
            _line(place, line, codes, known, source.calculated)
            for place, line in enumerate(source.lines, start=1)
        ],
        "net": _sum(sum((line["net"] or Decimal(0) for line in source.lines), Decimal(0))),
        "tax": _sum(row["tax_total"])
        if any(line["tax_rate"] is not None for line in source.lines)
        else "без НДС",
        "total": _sum(row["amount"]),
        "basis": row["basis"] or DASH,
        "transport": row["transport"] or DASH,
        "director": {"position": company["director_position"] or "", "name": company["director"] or ""},
        "accountant": company["accountant"] or "",
        "is_draft": row["status"] == "draft",
        "is_cancelled": row["status"] == "cancelled",
        "labels": {"draft": "ЧЕРНОВИК", "cancelled": "АННУЛИРОВАН"},
    }


def _side(side: Side) -> dict[str, str]:
    inn = f"{side.inn}/{side.kpp}" if side.kpp else side.inn
    return {"name": side.name or DASH, "address": side.address or DASH, "inn": inn or DASH}


def _sum(value: Decimal) -> str:
    return format_decimal(rounded(value), "ru", places=2)


def _line(
    place: int, line: Row, codes: Mapping[int, str], known: Mapping[int, str], calculated: Set[int]
) -> dict[str, str]:
    quantity, net = line["quantity"], line["net"] or Decimal(0)
    rate = line["tax_rate"]
    return {
        "article": known.get(line["product"].id, DASH) if line["product"] else DASH,
        "place": str(place),
        "name": line["name"] or "",
        "unit_code": codes.get(line["unit"].id, DASH) if line["unit"] else DASH,
        "unit": (line["unit"].title or DASH) if line["unit"] else DASH,
        "quantity": quantity_words(quantity, "ru"),
        "price": _sum(net / quantity) if quantity else DASH,
        "net": _sum(net),
        "rate": "без НДС" if rate is None else rate_words(line, calculated, "ru").replace(" %", "%"),
        "tax": "без НДС" if rate is None else _sum(line["tax_sum"] or Decimal(0)),
        "total": _sum(line["total"] or Decimal(0)),
    }
