"""What a valid pipeline, stage and deal are made of beyond the types of their fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from klientura.kernel.testing.factories import Factory, World


def stage(_world: "World", number: int) -> dict[str, Any]:
    """An open stage: won and lost ones set their own probability."""
    return {
        "name": f"Этап {number}",
        "kind": "open",
        "place": number,
        "on_expiry": "tell",
        "expire_days": None,
        "at_limit": "warn",
    }


def opportunity(world: "World", number: int) -> dict[str, Any]:
    """A deal on the first stage of a pipeline."""
    world.reference("stage")
    pipeline = world.reference("pipeline")
    return {
        "name": f"Поставка {number}",
        "pipeline": pipeline,
        "amount": f"{number * 1000}.50" if number % 3 else None,
        "person": world.reference("person", number) if number % 2 else None,
        "probability": number % 101,
        "winback_on": None,
        "helpers": None,
    }


def lead(_world: "World", number: int) -> dict[str, Any]:
    """A lead in work: only what is set aside has a reason for it."""
    return {
        "name": f"Нужны станки {number}",
        "status": ("new", "in_work", "qualified")[number % 3],
        "unsuitable_reason": None,
        "unsuitable_note": None,
        "amount": f"{number * 100}.50" if number % 3 else None,
    }


def response_time(_world: "World", number: int) -> dict[str, Any]:
    """How soon leads are answered."""
    return {"name": f"Срок {number}", "channel": "form" if number % 3 else None, "minutes": 10 + number}


FACTORIES: Final[Mapping[str, "Factory"]] = {
    "stage": stage,
    "opportunity": opportunity,
    "lead": lead,
    "response_time": response_time,
}
