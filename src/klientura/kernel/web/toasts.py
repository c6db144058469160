"""Short messages that the page shows after an htmx answer."""

import json
from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from klientura.kernel.errors import FieldError


def toast(response: HttpResponse, text: str, *, kind: str = "success", undo_url: str = "") -> HttpResponse:
    """Have the page show a message, with an Undo button when there is an address for it."""
    event = {"toast": {"text": text, "kind": kind, "undoUrl": undo_url}}
    known = json.loads(response.get("HX-Trigger", "{}"))
    response["HX-Trigger"] = json.dumps({**known, **event})
    return response


def refused(errors: Iterable[FieldError]) -> HttpResponse:
    """Say why a verb without a form was refused; what the page shows stays as it is."""
    response = HttpResponse(status=422)
    response["HX-Reswap"] = "none"
    return toast(response, " ".join(str(e.message) for e in errors), kind="error")


def work_begun() -> HttpResponse:
    """Close the dialog and show the tray of background work, where what was asked for has begun."""
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"closeDialog": True, "workBegun": True})
    return toast(
        response, _("This takes a while. How far it is stands below; you can go on working."), kind="info"
    )
