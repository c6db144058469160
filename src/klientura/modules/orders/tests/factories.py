"""What valid papers are made of beyond the types of their fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def _paper(world: "World", number: int) -> dict[str, Any]:
    """A draft for a client."""
    return {
        "company": world.reference("own_company"),
        "party": world.reference("organisation"),
        "person": None,
        "issued_on": "2026-11-02",
        "currency": "RUB",
    }


def invoice(world: "World", number: int) -> dict[str, Any]:
    """Dated before it is due."""
    return {
        **_paper(world, number),
        "order": None,
        "due_on": f"2026-12-{number % 28 + 1:02}",
        "note": f"Счёт действителен {number} дней",
    }


def offer(world: "World", number: int) -> dict[str, Any]:
    """The first edition, dated before it ends."""
    return {
        **_paper(world, number),
        "previous": None,
        "valid_until": f"2026-12-{number % 28 + 1:02}",
        "intro": f"Предложение {number}",
    }


def order(world: "World", number: int) -> dict[str, Any]:
    """Without an offer before it."""
    return {
        **_paper(world, number),
        "offer": None,
        "wanted_on": f"2026-12-{number % 28 + 1:02}",
        "client_number": f"З-{number}",
    }


def closing_paper(world: "World", number: int) -> dict[str, Any]:
    """Without an order before it."""
    return {**_paper(world, number), "order": None, "consignee": None, "basis": f"Договор {number}"}


def contract(world: "World", number: int) -> dict[str, Any]:
    """A draft for a client."""
    return {
        "company": world.reference("own_company"), "party": world.reference("organisation"), "person": None, "currency": "RUB",
        "starts_on": "2026-11-02", "renews": False, "ends_on": f"2027-11-{number % 28 + 1:02}",
    }  # fmt: skip


FACTORIES: Final[Mapping[str, "Factory"]] = {
    "invoice": invoice,
    "contract": contract,
    "offer": offer,
    "order": order,
    "closing_paper": closing_paper,
}
