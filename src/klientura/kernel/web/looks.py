"""Whether somebody looks at a page that is open to anybody, or only a program ahead of them, or one of us."""

from typing import Final

from django.http import HttpRequest, HttpResponse

AHEAD: Final = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
"""By these a program says that it fetches what nobody has asked for yet."""


def somebody_looks(request: HttpRequest) -> bool:
    """Whether somebody has opened what was sent to them: no look ahead of a program, and none of us."""
    ahead = any("pre" in request.headers.get(name, "").lower() for name in AHEAD)
    return request.method == "GET" and not ahead and not request.user.is_authenticated


def slower() -> HttpResponse:
    """The answer to whoever asks too often."""
    response = HttpResponse(status=429)
    response["Retry-After"] = "60"
    return quietly(response)


def quietly[Answer: HttpResponse](response: Answer) -> Answer:
    """An answer that is kept nowhere, found by no search, and whose address no other site is told."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
