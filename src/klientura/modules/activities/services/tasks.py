"""Verbs of tasks."""

from collections.abc import Mapping
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write


def is_open(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a task is still to be done."""
    return row.get("status") != "done"


def complete_task(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Mark a task as done, with an optional result; return its version. Doing it twice changes nothing."""
    return write.update(
        actor,
        shape_of("task"),
        record_id,
        {"status": "done", **{k: v for k, v in (values or {}).items() if k == "result" and v}},
        expected_version=expected_version,
    )
