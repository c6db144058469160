"""What a stranger may send: forms of a few lines. Anything larger is refused before a byte of it is read or kept."""

from typing import ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import KernelError, Text
from klientura.kernel.web.requests import number

STRANGERS_LIMIT = 64 * 1024
API_PREFIX = "/api/"


class TooLarge(KernelError):
    """More was sent than this reader may send."""

    status = 413
    code = "too_large"
    default_message: ClassVar[Text] = _("More was sent than is accepted without signing in.")


def is_too_much(request: HttpRequest) -> bool:
    """Whether a request brings more than its sender may, or does not say how much, by its head alone.

    The check of forms reads a whole body, files to the disk, before any view is asked: so this comes before it.
    A program with a token is left to the API, which reads no files and has a limit of its own.
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
