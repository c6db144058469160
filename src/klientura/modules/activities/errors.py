"""Errors of the calendar."""

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import KernelError


class Moved(KernelError):
    """An event was changed by somebody else since the reader saw it."""

    status = 409
    code = "conflict"
    default_message = _("Somebody changed this event meanwhile. Look at it again before you change it.")
