"""What valid records of the catalogue are made of beyond the types of their fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def unit(_world: "World", number: int) -> dict[str, Any]:
    """A unit with a symbol of its own."""
    return {"symbol": f"единиц{number}", "name": f"единица {number}", "places": number % 4}


def product(_world: "World", number: int) -> dict[str, Any]:
    """A product that is no kit and a variant of none."""
    return {
        "name": f"Станок {number}",
        "kind": "goods",
        "price": f"{number * 100}.10",
        "cost": f"{number * 60}.00",
        "duty": "5",
        "currency": "RUB",
        "kit_price": None,
        "barcode": None,
        "variant_of": None,
    }


def price_list(_world: "World", number: int) -> dict[str, Any]:
    """A list in the company's currency, based on none."""
    return {"name": f"Прайс {number}", "currency": "RUB", "base": None, "markup": number % 30, "rounding": "0.01", "valid_from": None}  # fmt: skip


def discount_rule(_world: "World", number: int) -> dict[str, Any]:
    """A discount of some per cent."""
    return {"name": f"Скидка {number}", "percent": number % 50, "valid_from": None, "valid_until": None}


def exchange_rate(_world: "World", number: int) -> dict[str, Any]:
    """A rate of a foreign currency."""
    return {
        "currency": ("USD", "EUR", "CNY")[number % 3],
        "nominal": 1,
        "rate": f"{70 + number % 30}.5",
        "source": f"Банк {number}",
    }


def product_category(_world: "World", number: int) -> dict[str, Any]:
    """A category at the top."""
    return {"name": f"Раздел {number}", "parent": None}


def discount_limit(world: "World", number: int) -> dict[str, Any]:
    """A limit for a role and a category of its own."""
    return {
        "name": f"Предел {number}",
        "role": ("manager", "employee", "observer")[number % 3],
        "category": world.reference("product_category", number),
        "on_line": number % 50,
        "on_whole": None,
        "least_margin": None,
    }


def option_group(world: "World", number: int) -> dict[str, Any]:
    """A group of a product of its own, from which nothing has to be chosen."""
    return {
        "product": world.reference("product", number),
        "name": f"Группа {number}",
        "place": number,
        "at_least": 0,
        "at_most": number % 5 + 1,
    }


FACTORIES: Final[Mapping[str, "Factory"]] = {
    "unit": unit,
    "product": product,
    "product_category": product_category,
    "option_group": option_group,
    "price_list": price_list,
    "discount_rule": discount_rule,
    "discount_limit": discount_limit,
    "exchange_rate": exchange_rate,
}
