"""What sales does when deals, tasks, assignments and interactions change."""

import orjson
from django.utils import timezone, translation

from klientura.kernel.events.outbox import Delivered, subscribe
from klientura.kernel.settings.installation import current
from klientura.modules.sales.services.around import plan_returns
from klientura.modules.sales.services.next_steps import refresh_next_steps
from klientura.modules.sales.services.responses import note_first_responses, note_talks
from klientura.modules.sales.services.scoring import reckon
from klientura.modules.sales.services.stage_tasks import make_tasks


def task_moved(event: Delivered) -> None:
    """Keep the next step of deals and parties current."""
    refresh_next_steps("task", event.record_ids)


def assignment_moved(event: Delivered) -> None:
    """Keep the next step of deals and parties current."""
    refresh_next_steps("assignment", event.record_ids)


def event_moved(event: Delivered) -> None:
    """Keep the next step of deals and parties current."""
    refresh_next_steps("event", event.record_ids)


def interaction_moved(event: Delivered) -> None:
    """Keep the first answer to leads current."""
    note_first_responses(event.record_ids)
    reckon(note_talks(event.record_ids))


def lead_moved(event: Delivered) -> None:
    """Keep the score of leads current."""
    reckon(event.record_ids)


def deal_came(event: Delivered) -> None:
    """Make the tasks that the stages ask for to which deals have come."""
    touched = orjson.loads(event.payload) if isinstance(event.payload, str) else event.payload or {}
    if event.kind == "opportunity.created" or "stage_id" in touched.get("columns", ()):
        make_tasks(event.record_ids, event.operation_id, timezone.now())
    if "winback_on" in touched.get("columns", ()):
        with translation.override(current().language):
            plan_returns(event.record_ids)


def attach() -> None:
    """Subscribe to the events of deals, tasks, assignments and interactions."""
    subscribe("opportunity.created", deal_came)
    subscribe("opportunity.changed", deal_came)
    for what in ("created", "changed", "trashed", "restored", "undone"):
        subscribe(f"task.{what}", task_moved)
        subscribe(f"assignment.{what}", assignment_moved)
        subscribe(f"event.{what}", event_moved)
        subscribe(f"interaction.{what}", interaction_moved)
        subscribe(f"lead.{what}", lead_moved)
