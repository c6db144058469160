"""What events say of themselves."""

from typing import Any

import orjson

from klientura.kernel.events.outbox import Delivered


def payload_of(event: Delivered) -> dict[str, Any]:
    """The payload of an event; the driver hands JSON over as it is written."""
    said = orjson.loads(event.payload) if isinstance(event.payload, str | bytes) else event.payload
    return said if isinstance(said, dict) else {}
