"""Errors as people and programs get them: what happened, what to do, a reference to quote; never a stack trace."""

import logging
import secrets
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import activate, get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest, Conflict, Denied, Invalid, KernelError, NotFound
from klientura.kernel.web.languages import language_of
from klientura.kernel.web.problems import problem
from klientura.kernel.web.toasts import toast

log = logging.getLogger("klientura.errors")
PAGES = frozenset({400, 403, 404, 409, 413, 429, 500, 503})
API_PREFIX = "/api/"


class ErrorMiddleware:
    """Turns what views raise into answers."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on, with a language for what is refused before anybody knows who asks."""
        activate(language_of(request))
        response: HttpResponseBase = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase:
        """Answer an exception of a view."""
        return answer(request, as_kernel_error(error), cause=error)


def as_kernel_error(error: Exception) -> KernelError | None:
    """What an exception means to a person; None for a fault of ours."""
    if isinstance(error, KernelError):
        return error
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, RequestDataTooBig):
        return BadRequest(_("What was sent is too large."), code="too_large")
    if isinstance(error, SuspiciousOperation):
        return BadRequest(_("The address or the form is damaged. Reload the page and try again."))
    if isinstance(error, DataError) or (isinstance(error, ValueError) and "NUL" in str(error)):
        return BadRequest(
            _("A value cannot be stored: a number out of range or an invisible character."), code="value"
        )
    if isinstance(error, IntegrityError):
        return BadRequest(
            _("This contradicts other data that was saved meanwhile. Reload the page."), code="integrity"
        )
    return None


def answer(
    request: HttpRequest, error: KernelError | None, *, cause: Exception | None = None
) -> HttpResponseBase:
    """The response for an error: problem+json for programs, a fragment for htmx, a page for people."""
    reference = secrets.token_hex(4)
    if error is None:
        log.error("fault %s at %s", reference, request.path, exc_info=cause)
    if request.path.startswith(API_PREFIX):
        return problem(error, reference)
    status = error.status if error else 500
    message = str(error.message) if error else _now("Internal error. Nothing you saved before is lost.")
    if request.headers.get("HX-Request") == "true":
        return _fragment(request, error, status, message, reference)
    page = status if status in PAGES else 400
    context = {
        "message": message,
        "reference": reference,
        "status": status,
        "error": error,
        "errors": error.errors if isinstance(error, Invalid) else (),
        "lang": get_language(),
        "theme": getattr(getattr(request, "actor", None), "theme", "auto"),
    }
    return render(request, f"ui/errors/{page}.html", context, status=status)


def _fragment(
    request: HttpRequest, error: KernelError | None, status: int, message: str, reference: str
) -> HttpResponse:
    """htmx shows it as a toast; the form stays as it was, so that nothing typed is lost."""
    details = [str(e.message) for e in error.errors] if isinstance(error, Invalid) else []
    text = " ".join([message, *details[:3]]) if error else f"{message} {reference}"
    response = HttpResponse(status=status)
    response["HX-Reswap"] = "none"
    return toast(response, text, kind="error" if not isinstance(error, Conflict | Denied) else "warning")
