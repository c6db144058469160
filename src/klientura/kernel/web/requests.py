"""The request as our views see it."""

from typing import cast

from django.http import HttpRequest as DjangoRequest
from django_htmx.middleware import HtmxDetails

from klientura.kernel.access.actor import Actor
from klientura.kernel.settings.installation import Current


class Request(DjangoRequest):
    """What the gate adds: who acts, and the installation's settings."""

    actor: Actor
    installation: Current
    htmx: HtmxDetails


def of(request: DjangoRequest) -> Request:
    """Tell the type checker what the gate has already done."""
    return cast("Request", request)
