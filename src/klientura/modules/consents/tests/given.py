"""People, texts and consents to test with."""

import datetime as dt
from typing import Any

from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write

ACTOR = SystemActor("test")


def ago(**span: float) -> str:
    """A moment before now, as the API takes it."""
    return (timezone.now() - dt.timedelta(**span)).isoformat()


def person(name: str = "Ёлкина", **more: Any) -> int:
    """A person."""
    return write.create(ACTOR, shape_of("person"), {"last_name": name, **more})


def text(purpose: str = "advertising", **more: Any) -> int:
    """A text of consent."""
    values = {"name": f"Согласие: {purpose}", "purpose": purpose, "text": "Я согласен."}
    return write.create(ACTOR, shape_of("consent_text"), {**values, **more})


def consent(person_id: int, purpose: str | None = "advertising", **more: Any) -> int:
    """A consent of a person."""
    return write.create(ACTOR, shape_of("consent"), {"person": person_id, "purpose": purpose, **more})
