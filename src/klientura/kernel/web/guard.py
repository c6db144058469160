"""The input layer's first fence: addresses that no page of ours makes are refused before anything reads them."""

from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.web.errors import answer

MAX_QUERY = 16_000


class InputGuardMiddleware:
    """Refuses NUL, broken UTF-8 and over-long addresses with a clear message."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Check the address, then pass on."""
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path or "\ufffd" in request.path or _is_bad(query):
            return answer(
                request,
                BadRequest(
                    _("The address holds invalid characters. Open the page from the menu."), code="address"
                ),
            )
        if len(query) > MAX_QUERY:
            return answer(
                request, BadRequest(_("The address is too long. Use fewer conditions."), code="address")
            )
        response: HttpResponseBase = self.get_response(request)
        return response


def _is_bad(query: str) -> bool:
    if "%" not in query and query.isascii() and "\x00" not in query:
        return False
    raw = unquote_to_bytes(query.encode("latin-1", "replace"))
    if b"\x00" in raw:
        return True
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
