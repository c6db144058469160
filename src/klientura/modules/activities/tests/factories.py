"""What a valid interaction, task and assignment are made of beyond the types of their fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def interaction(_world: "World", number: int) -> dict[str, Any]:
    """A call, a meeting… of the past that says what it was about."""
    return {
        "kind": "call",  # of which every outcome below is one
        "outcome": ("agreed", "interested", "call_back", "no_answer", "refused", "wrong")[number % 6],
        "body": f"Говорили о поставке {number}",
        "at": f"2025-0{number % 9 + 1}-11T10:{number % 60:02d}:00Z",
        "minutes": number % 90,
        "subject_object": None,
        "subject_id": None,
    }


def task(_world: "World", number: int) -> dict[str, Any]:
    """A task that is not about a record above its module."""
    return {"name": f"Позвонить {number}", "subject_object": None, "subject_id": None}


def assignment(_world: "World", number: int) -> dict[str, Any]:
    """Something given by whoever makes it, in their own name, that is not about a record above its module."""
    return {
        "name": f"Собрать отзывы {number}",
        "issuer": None,
        "helpers": None,
        "controller": None,
        "subject_object": None,
        "subject_id": None,
    }


def event(_world: "World", number: int) -> dict[str, Any]:
    """A meeting of an hour that is nobody else's and not about a record above its module."""
    return {
        "name": f"Встреча {number}",
        "starts_at": f"2025-0{number % 9 + 1}-11T10:{number % 60:02d}:00Z",
        "ends_at": f"2025-0{number % 9 + 1}-11T11:{number % 60:02d}:00Z",
        "all_day": False,
        "repeats": None,
        "zone": "Europe/Moscow",
        "attendees": None,
        "guest_addresses": f"guest{number}@example.org",
        "private": False,
        "subject_object": None,
        "subject_id": None,
    }


FACTORIES: Final[Mapping[str, "Factory"]] = {
    "interaction": interaction,
    "task": task,
    "assignment": assignment,
    "event": event,
}
