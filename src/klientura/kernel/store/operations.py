"""Beginning and ending an operation."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.store.models import Operation


def start(
    actor: Actor, kind: str, object_key: str, *, undoes_id: int | None = None, **details: Any
) -> Operation:
    """Note that an operation begins."""
    return Operation.objects.create(
        kind=kind,
        object=object_key,
        actor_id=actor.user_id,
        started_at=timezone.now(),
        undoes_id=undoes_id,
        details=details,
    )


def finish(
    operation: Operation, *, records: int, state: str = "done", details: Mapping[str, Any] | None = None
) -> None:
    """Note how an operation ended."""
    operation.state = state
    operation.records = records
    operation.finished_at = timezone.now()
    operation.details = {**operation.details, **(details or {})}
    operation.save(update_fields=["state", "records", "finished_at", "details"])


def broke_off(operation_id: int, *, records: int, message: str) -> None:
    """Note that the work of an operation has failed for good: what it did until then can be undone."""
    operation = Operation.objects.filter(pk=operation_id, state="running").first()
    if operation is not None:
        finish(operation, records=records, state="failed", details={"message": message})
