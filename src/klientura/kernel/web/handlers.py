"""Where Django hands over what never reached a view: unknown addresses, stale forms, faults of its own."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.web.errors import answer, as_kernel_error
from klientura.kernel.web.gate import recognise


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form that was open too long, or came from elsewhere."""
    return answer(
        request, Denied(_("This form was open for too long. Reload the page and send it again."), code="csrf")
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's own 400."""
    return answer(request, as_kernel_error(exception) or BadRequest())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's own 403."""
    return answer(request, Denied())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """No such address; said in the language of the one who asks."""
    if hasattr(request, "user"):
        recognise(request)
    return answer(request, NotFound(_("The address is mistyped, or what stood there is gone.")))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """A fault outside the views."""
    return answer(request, None)
