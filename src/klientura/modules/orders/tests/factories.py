"""What a valid invoice is made of beyond the types of its fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def invoice(world: "World", number: int) -> dict[str, Any]:
    """A draft for a client, dated before it is due."""
    return {
        "company": world.reference("own_company"),
        "party": world.reference("organisation", number),
        "person": None,
        "issued_on": "2026-11-02",
        "due_on": f"2026-12-{number % 28 + 1:02}",
        "currency": "RUB",
        "note": f"Счёт действителен {number} дней",
    }


FACTORIES: Final[Mapping[str, "Factory"]] = {"invoice": invoice}
