"""problem+json (RFC 9457): the one shape of every refusal of the API."""

from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _

from klientura.kernel.errors import Conflict, Invalid, KernelError

CONTENT_TYPE = "application/problem+json"


def problem(error: KernelError | None, reference: str = "") -> HttpResponse:
    """The answer for an error; None stands for a fault of ours, which names nothing but its reference."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(error.message) if error else _("Internal error."),
        "status": error.status if error else 500,
        "code": error.code if error else "fault",
    }
    if reference:
        body["reference"] = reference
    if isinstance(error, Invalid):
        body["errors"] = [{"field": e.field, "code": e.code, "message": str(e.message)} for e in error.errors]
    if isinstance(error, Conflict):
        body["version"] = error.version
        body["conflicts"] = [
            {"field": c.field, "theirs": c.theirs, "yours": c.yours} for c in error.conflicts
        ]
    if error and error.details:
        body["details"] = {k: str(v) for k, v in error.details.items()}
    return HttpResponse(orjson.dumps(body), status=body["status"], content_type=CONTENT_TYPE)
