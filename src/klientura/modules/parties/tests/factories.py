"""What a valid organisation, person and relation are made of beyond the types of their fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World

WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)


def inn(number: int) -> str:
    """A valid INN of a company."""
    head = f"77{number:07d}"
    check = sum(int(d) * w for d, w in zip(head, WEIGHTS, strict=True)) % 11 % 10
    return f"{head}{check}"


def ogrn(number: int) -> str:
    """A valid OGRN."""
    head = f"1027700{number:05d}"
    return f"{head}{int(head) % 11 % 10}"


def organisation(_world: "World", number: int) -> dict[str, Any]:
    """An organisation with its requisites; the main phone, e-mail and site follow from its contact points."""
    return {
        "name": f"Ромашка {number}",
        "inn": inn(number),
        "kpp": "770101001",
        "ogrn": ogrn(number),
        "city": "Казань" if number % 2 else None,
        "addresses": [{"kind": "legal", "city": "Казань", "street": f"улица Баумана, {number}"}],
    }


def person(_world: "World", number: int) -> dict[str, Any]:
    """A person with a name."""
    return {"last_name": f"Ёлкин{'а' if number % 2 else ''} {number}", "first_name": "Саша"}


def relation(world: "World", number: int) -> dict[str, Any]:
    """A tie between an organisation and a person, whose end does not lie before its beginning."""
    return {
        "party": world.reference("organisation", number),
        "to_party": world.reference("person", number),
        "since": f"2024-01-{number % 28 + 1:02d}",
        "until": f"2025-02-{number % 28 + 1:02d}" if number % 2 else None,
    }


FACTORIES: Final[Mapping[str, "Factory"]] = {
    "organisation": organisation,
    "person": person,
    "relation": relation,
}
