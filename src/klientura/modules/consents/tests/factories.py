"""What a valid consent and its text are made of beyond the types of their fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def consent_text(_world: "World", number: int) -> dict[str, Any]:
    """A text that has been in force for long, under a name of its own."""
    return {
        "name": f"Согласие на обработку {number}",
        "text": f"Я согласен. {number}",
        "edition": None,  # the next of its purpose
        "in_force_from": "2020-01-01",
    }


def consent(world: "World", number: int) -> dict[str, Any]:
    """A consent to a text, whose purpose it has."""
    return {
        "person": world.reference("person", number),
        "text": world.reference("consent_text", number),
        "purpose": None,
        "given_at": f"2025-03-{number % 28 + 1:02d}T12:00:00+03:00",
        "valid_until": "2099-12-31" if number % 2 else None,
        "ip": "203.0.113.7" if number % 2 else None,
    }


FACTORIES: Final[Mapping[str, "Factory"]] = {"consent_text": consent_text, "consent": consent}
