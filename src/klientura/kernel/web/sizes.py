"""Before anything reads the body of a request: whether it is one that its view takes."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from klientura.kernel.web.bodies import API_PREFIX, refused
from klientura.kernel.web.errors import answer
from klientura.kernel.web.gate import recognise


class SizeMiddleware:
    """Stands before the check of forms, which would read a body of any length to its end to find its mark."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; its view is met in process_view."""
        response: HttpResponseBase = self.get_response(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse too large a body in the reader's language, or let it be read."""
        error = refused(request, view)
        if error is None:
            return None
        if not request.path.startswith(API_PREFIX):
            recognise(request)
        takes = getattr(view, "takes", None)
        return takes.shown(error) if takes is not None and takes.shown is not None else answer(request, error)
