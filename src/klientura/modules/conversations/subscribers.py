"""What mail does when clients change."""

from klientura.kernel.events.outbox import Delivered, subscribe
from klientura.kernel.notify.payloads import payload_of
from klientura.modules.conversations.services.rebinding import bind_known

CLIENTS = ("organisation", "person")


def client_made(event: Delivered) -> None:
    """Letters that came before their client was in the base find it now."""
    bind_known(event.record_ids)


def client_changed(event: Delivered) -> None:
    """So do those of an address that was added to a client."""
    said = payload_of(event)
    if "contact_points" in said.get("parts", ()) or "email" in (said.get("columns") or ()):
        bind_known(event.record_ids)


def attach() -> None:
    """Subscribe to the events of clients."""
    for kind in CLIENTS:
        for verb in ("created", "restored", "undone"):
            subscribe(f"{kind}.{verb}", client_made)
        subscribe(f"{kind}.changed", client_changed)
