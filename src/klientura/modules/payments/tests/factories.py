"""What valid payments, terms of credit and permissions are made of beyond the types of their fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def payment(world: "World", number: int) -> dict[str, Any]:
    """Money of a client that nobody has allocated yet."""
    return {
        "number": str(100 + number),
        "company": world.reference("own_company"),
        "party": world.reference("organisation", number),
        "invoice": None,
        "amount": f"{1000 + number}.50",
        "currency": "RUB",
        "purpose": f"Оплата по договору {number}",
    }


def credit_terms(world: "World", number: int) -> dict[str, Any]:
    """The limit of a client who has none yet."""
    return {
        "party": world.create("organisation", 700 + number),
        "credit_limit": f"{number % 50 + 1}000",
        "stopped": False,
        "reason": f"решение {number}",
    }


def credit_release(world: "World", number: int) -> dict[str, Any]:
    """A permission for an invoice."""
    return {
        "invoice": world.reference("invoice", number),
        "closing_paper": None,
        "reason": f"Слово директора {number}",
    }


FACTORIES: Final[Mapping[str, "Factory"]] = {
    "payment": payment,
    "credit_terms": credit_terms,
    "credit_release": credit_release,
}
