"""Short messages that the page shows after an htmx answer."""

import json

from django.http import HttpResponse


def toast(response: HttpResponse, text: str, *, kind: str = "success", undo_url: str = "") -> HttpResponse:
    """Have the page show a message, with an Undo button when there is an address for it."""
    event = {"toast": {"text": text, "kind": kind, "undoUrl": undo_url}}
    known = json.loads(response.get("HX-Trigger", "{}"))
    response["HX-Trigger"] = json.dumps({**known, **event})
    return response
