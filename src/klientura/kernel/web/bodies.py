"""How much may be sent: forms of a few lines by a stranger, by all others what the view takes.

What is larger is refused by the head of the request, before a byte of its body is read or kept: the check of forms reads a
whole body, files to the disk, before any view is asked. A body whose length is not said is not read at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import KernelError, Text
from klientura.kernel.web.requests import number

STRANGERS_LIMIT = 64 * 1024
BESIDE = 64 * 1024
"""What a form with a file may bring besides the file."""
API_PREFIX = ("/api/", "/dav/")
"""Where programs are let in by something of their own instead of a session."""
TOO_MUCH = _("What was sent is too large.")


class TooLarge(KernelError):
    """More was sent than this reader may send."""

    status = 413
    code = "too_large"
    default_message: ClassVar[Text] = _("More was sent than is accepted without signing in.")


class NoLength(KernelError):
    """Nobody said how much is coming."""

    status = 411
    code = "length"
    default_message: ClassVar[Text] = _("Say how much you send: a Content-Length is needed.")


@dataclass(frozen=True, slots=True)
class Takes:
    """How large a file a view takes, what it says of a larger one, and how, where that is no page."""

    most: Callable[[], int]
    refusal: Callable[[], KernelError]
    shown: Callable[[KernelError], HttpResponseBase] | None = None

    def on[V](self, view: V) -> V:
        """Declare it for a view."""
        view.takes = self  # type: ignore[attr-defined]
        return view


def is_too_much(request: HttpRequest) -> bool:
    """Whether a request brings more than its sender may, or does not say how much, by its head alone.

    A program with a token is left to the API, which has limits of its own.
    """
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and not request.headers.get("Transfer-Encoding"):
        return False
    said = number(length)
    if said is not None and said <= STRANGERS_LIMIT:
        return False
    if request.path.startswith(API_PREFIX) and request.headers.get("Authorization"):
        return False
    return not request.user.is_authenticated


def refused(request: HttpRequest, view: Any) -> KernelError | None:
    """Why the body of a request is not for this view, by its head alone; None when it may be read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    takes: Takes | None = getattr(view, "takes", None)
    if not length:
        if not request.headers.get("Transfer-Encoding"):
            return None
        return NoLength(_("Say how long the file is.")) if takes is not None else NoLength()
    said = number(length)
    most = takes.most() + BESIDE if takes is not None else int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
    if said is not None and said <= most:
        return None
    return takes.refusal() if takes is not None else TooLarge(TOO_MUCH)
