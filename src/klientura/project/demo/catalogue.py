"""What the demo company sells, its price lists and discounts, and the goods of the deals that are open."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any, Final

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read, write
from klientura.kit.sums import rounded
from klientura.project.demo.options import configured_deal, write_options

MAKER: Final = SystemActor("demo")
DEALS: Final = 12
"""Deals with goods."""

# Category → (name, kind, unit, price, cost) in Russian and in English.
WARES: Final = {
    ("Станки", "Machines"): (
        ("Токарный станок ТС-200", "Lathe TS-200", "goods", "pcs", 1_480_000, 1_060_000),
        ("Фрезерный станок ФС-320", "Milling machine FS-320", "goods", "pcs", 2_350_000, 1_720_000),
        ("Сверлильный станок СС-25", "Drill press SS-25", "goods", "pcs", 186_000, 121_000),
        ("Ленточная пила ЛП-400", "Band saw LP-400", "goods", "pcs", 412_500, 287_000),
        ("Компрессор винтовой К-15", "Screw compressor K-15", "goods", "pcs", 398_000, 290_000),
    ),
    ("Склад", "Storage"): (
        ("Стеллаж фронтальный 2700×1100", "Pallet rack 2700×1100", "goods", "pcs", 24_900, 16_300),
        ("Стеллаж полочный СП-5", "Shelving SP-5", "goods", "pcs", 9_850, 5_900),
        ("Тележка гидравлическая 2,5 т", "Pallet truck 2.5 t", "goods", "pcs", 31_200, 21_400),
        ("Поддон 1200×800", "Pallet 1200×800", "goods", "pcs", 690, 410),
    ),
    ("Расходные материалы", "Consumables"): (
        ("Масло индустриальное И-20А", "Industrial oil I-20A", "goods", "l", 168.5, 117),
        ("СОЖ концентрат", "Coolant concentrate", "goods", "l", 342, 230),
        ("Фреза концевая 12 мм", "End mill 12 mm", "goods", "pcs", 1_890, 1_120),
        ("Сверло спиральное 8 мм", "Twist drill 8 mm", "goods", "pcs", 215, 124),
        ("Лист стальной 3 мм", "Steel sheet 3 mm", "goods", "kg", 97.4, 81),
        ("Перчатки рабочие, пара", "Work gloves, pair", "goods", "pack", 58, 33),
    ),
    ("Услуги", "Services"): (
        ("Пусконаладка", "Commissioning", "service", "h", 4_200, 1_900),
        ("Доставка по городу", "Delivery in town", "service", "service", 6_500, 4_000),
        ("Монтаж стеллажей", "Rack assembly", "work", "m²", 1_150, 620),
        ("Сервисный договор, месяц", "Service contract, month", "service", "month", 38_000, 17_000),
        ("Обучение оператора", "Operator training", "service", "day", 27_000, 11_000),
    ),
}  # fmt: skip
UNITS: Final = {
    "ru": {"pcs": "шт", "l": "л", "kg": "кг", "pack": "упак", "h": "ч", "service": "усл", "m²": "м²", "month": "мес", "day": "дн"},
    "en": {},
}  # fmt: skip
WORDS: Final = {
    "ru": ("Оптовый", "Экспорт, доллары", "Весна: расходные материалы −7 %", "От 100 000 ₽ — 3 %", "Рабочее место токаря", "Поставка товаров"),
    "en": ("Wholesale", "Export, dollars", "Spring: consumables −7 %", "From 100,000 — 3 %", "Turner's workplace", "Supply of goods"),
}  # fmt: skip


def write_catalogue(operation_id: int, *, language: str, now: dt.datetime, seed: int) -> int:
    """Write products, price lists, discounts and rates, unless there are products already; return how many records."""
    if read.page(MAKER, shape_of("product"), sort="id", limit=1, keys=["id"]).rows:
        return 0
    tongue = "ru" if language == "ru" else "en"
    lists = _lists(tongue, now, operation_id)
    products = _products(tongue, lists[0], operation_id)
    alike = {
        "unit": _numbers_of("unit", "symbol").get(UNITS[tongue].get("pcs", "pcs")),
        "tax": min(_numbers_of("tax", "place").items())[1],
    }
    options = write_options(MAKER, tongue, products[0], alike, operation_id)
    rules = _discounts(tongue, operation_id) + _limits(tongue, operation_id)
    rates = _rates(now, operation_id)
    company = _own_company(tongue, operation_id)
    deals = _deals(tongue, products, now, Random(f"{seed}/goods"), operation_id)  # noqa: S311 - data to look at
    return len(WARES) + len(products) + options + len(lists) - 1 + rules + rates + deals + company


def _numbers_of(key: str, field: str) -> dict[Any, int]:
    rows = read.page(MAKER, shape_of(key), sort="id", limit=200, keys=[field]).rows
    return {row[field]: row["id"] for row in rows}


def _products(tongue: str, base: int, operation_id: int) -> list[int]:
    """Products with their prices: consumables are cheaper by the hundred."""
    units, tax = _numbers_of("unit", "symbol"), min(_numbers_of("tax", "place").items())[1]
    place = 0 if tongue == "ru" else 1
    categories = write.create_many(
        MAKER,
        shape_of("product_category"),
        [{"name": names[place]} for names in WARES],
        operation_id=operation_id,
    )
    made: list[dict[str, Any]] = []
    for number, (category, wares) in enumerate(zip(categories, WARES.values(), strict=True), start=1):
        for order, (*names, kind, unit, price, cost) in enumerate(wares, start=1):
            made.append({
                "name": names[place], "code": f"{number}{order:03}", "kind": kind, "category": category,
                "unit": units.get(UNITS[tongue].get(unit, unit)), "price": str(price), "cost": str(cost), "tax": tax,
                "currency": current().currency, "prices": _by_hundred(base, price) if number == 3 else [],
            })  # fmt: skip
    numbers = write.create_many(MAKER, shape_of("product"), made, operation_id=operation_id)
    known = {row["name"]: pk for row, pk in zip(made, numbers, strict=True)}
    return [*numbers, _kit(tongue, known, made[0]["unit"], tax, operation_id)]


def _by_hundred(base: int, price: float) -> list[dict[str, Any]]:
    exact = Decimal(str(price))
    return [
        {"price_list": base, "min_quantity": "0", "price": str(exact)},
        {"price_list": base, "min_quantity": "100", "price": str(rounded(exact * 9 / 10))},
    ]


def _kit(tongue: str, known: Mapping[Any, int], unit: int | None, tax: int, operation_id: int) -> int:
    place = 0 if tongue == "ru" else 1
    machines, _storage, consumables, services = WARES.values()
    parts = ((machines[0], 1), (consumables[2], 5), (consumables[0], 20), (services[0], 8))
    kit: Mapping[str, Any] = {
        "name": WORDS[tongue][4], "code": "9001", "kind": "kit", "kit_price": "sum", "unit": unit, "tax": tax,
        "currency": current().currency,
        "components": [{"component": known[ware[place]], "quantity": str(quantity)} for ware, quantity in parts],
    }  # fmt: skip
    return write.create(MAKER, shape_of("product"), kit, operation_id=operation_id)


def _lists(tongue: str, now: dt.datetime, operation_id: int) -> list[int]:
    base = min(_numbers_of("price_list", "place").items())[1]
    year = now.date().replace(month=1, day=1).isoformat()
    wholesale, export, *_more = WORDS[tongue]
    rows = [
        {"name": wholesale, "base": base, "markup": "-12", "roles": ["dealer"], "rounding": "1", "place": 2},
        {"name": export, "base": base, "markup": "8", "currency": "USD", "tax_mode": "on_top", "valid_from": year, "place": 3},
    ]  # fmt: skip
    rows[0]["currency"] = current().currency
    return [base, *write.create_many(MAKER, shape_of("price_list"), rows, operation_id=operation_id)]


LIMITS: Final = {
    "ru": ("Продавцы: до 10 %", "Руководители: до 20 %"),
    "en": ("Sellers: up to 10 %", "Heads: up to 20 %"),
}


def _discounts(tongue: str, operation_id: int) -> int:
    categories = sorted(_numbers_of("product_category", "name").values())
    rows = [
        {"name": WORDS[tongue][2], "percent": "7", "category": categories[2]},
        {"name": WORDS[tongue][3], "percent": "3", "min_total": "100000", "combines": True},
    ]
    return len(write.create_many(MAKER, shape_of("discount_rule"), rows, operation_id=operation_id))


def _limits(tongue: str, operation_id: int) -> int:
    """How far sellers and their heads go by themselves."""
    sellers, heads = LIMITS[tongue]
    rows = [
        {"name": sellers, "role": "employee", "on_line": "10", "on_whole": "7", "least_margin": "15"},
        {"name": heads, "role": "manager", "on_line": "20"},
    ]
    return len(write.create_many(MAKER, shape_of("discount_limit"), rows, operation_id=operation_id))


def _rates(now: dt.datetime, operation_id: int) -> int:
    if current().currency != "RUB":
        return 0
    day = now.date().replace(day=1).isoformat()
    rates = (("USD", 1, "80.9"), ("EUR", 1, "93.4"), ("CNY", 10, "113.8"))
    rows = [{"currency": c, "on": day, "nominal": n, "rate": rate} for c, n, rate in rates]
    return len(write.create_many(MAKER, shape_of("exchange_rate"), rows, operation_id=operation_id))


def _own_company(tongue: str, operation_id: int) -> int:
    """The company that invoices are from; its requisites belong to nobody, their check digits are right."""
    named = (
        "Демо-компания",
        "ООО «Демо-компания»",
        "Генеральный директор",
        "Ким А. С.",
        "Ладова Е. П.",
        "г. Москва, ул. Примерная, д. 1",
    )
    foreign = (
        "Demo company",
        "Demo company LLC",
        "Managing director",
        "A. Kim",
        "E. Ladova",
        "1 Example street, Moscow",
    )
    name, whole, position, director, accountant, address = named if tongue == "ru" else foreign
    account = {
        "bic": "044525225",
        "account": "40702810938000000001",
        "correspondent": "30101810400000000225",
        "bank": "ПАО Сбербанк",
    }
    company = {
        "name": name, "full_name": whole, "inn": "7700000016", "kpp": "770001001", "address": address, "is_main": True,
        "director_position": position, "director": director, "accountant": accountant, "accounts": [account],
    }  # fmt: skip
    write.create(MAKER, shape_of("own_company"), company, operation_id=operation_id)
    return 1


def _deals(tongue: str, products: list[int], now: dt.datetime, rng: Random, operation_id: int) -> int:
    """Open deals with goods, of the clients that there are."""
    clients = read.page(MAKER, shape_of("organisation"), sort="id", limit=DEALS, keys=["title", "owner"]).rows
    rows: list[dict[str, Any]] = []
    for client in clients:
        chosen = rng.sample(products, rng.randint(1, 5))
        lines: list[dict[str, Any]] = [
            {"product": pk, "quantity": str(rng.choice((1, 1, 2, 5, 10)))} for pk in chosen
        ]
        if rng.random() < 0.4:
            lines[0]["given_discount"] = str(rng.choice((3, 5, 10)))
        rows.append({
            "name": WORDS[tongue][5], "party": client["id"], "owner": client["owner"].id if client["owner"] else None,
            "close_date": (now.date() + dt.timedelta(days=rng.randint(5, 60))).isoformat(), "lines": lines,
        })  # fmt: skip
    if clients:
        rows.append(configured_deal(tongue, clients[0], products[0], now.date() + dt.timedelta(days=21)))
    return len(write.create_many(MAKER, shape_of("opportunity"), rows, operation_id=operation_id))
