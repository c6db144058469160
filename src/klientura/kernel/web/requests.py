"""The request as our views see it."""

from typing import cast

from django.http import HttpRequest as DjangoRequest
from django_htmx.middleware import HtmxDetails

from klientura.kernel.access.actor import Actor
from klientura.kernel.settings.installation import Current

LARGEST = 2**63 - 1


class Request(DjangoRequest):
    """What the gate adds: who acts, and the installation's settings."""

    actor: Actor
    installation: Current
    htmx: HtmxDetails


def of(request: DjangoRequest) -> Request:
    """Tell the type checker what the gate has already done."""
    return cast("Request", request)


def number(text: str | None) -> int | None:
    """A whole number of an address or a form (an id, a version) that a column can hold; None for anything else."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    value = int(text)
    return value if value <= LARGEST else None
