"""What an act in the calendar answers: the dialog closes, the calendar shows how it stands now."""

import json

from django.http import HttpResponse

from klientura.kernel.web.toasts import toast


def done(text: str, undo_url: str = "") -> HttpResponse:
    """Close the dialog, have the calendar read anew, say what was done."""
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"closeDialog": True, "listChanged": True})
    return toast(response, text, undo_url=undo_url)
