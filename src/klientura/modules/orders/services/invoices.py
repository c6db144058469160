"""Verbs of an invoice: issue it, cancel it."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.orders.services.issuing import issue_of_order
from klientura.modules.orders.services.orders import note_progress
from klientura.modules.orders.services.papers import in_state, move

CANCELLABLE: Final = ("issued", "part_paid")
is_issued = in_state(*CANCELLABLE)


def issue(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Give an invoice its number and settle it; return its version. Issuing it twice gives one number.

    Raises Invalid when it has no lines, no client or no sum, NotFound, Denied, Conflict.
    """
    return issue_of_order(actor, "invoice", record_id, expected_version=expected_version)


def cancel(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Cancel an invoice that nothing was paid on; its number stays with it and is never given again."""
    with transaction.atomic():
        before = write.lock(actor, shape_of("invoice"), record_id, "edit")
        if before["paid"]:
            raise Invalid(
                [FieldError("paid", "paid", _("Money has come for this invoice. Return it first."))]
            )
        version = move(
            actor,
            "invoice",
            record_id,
            CANCELLABLE,
            {"status": "cancelled"},
            expected_version=expected_version,
        )
        note_progress([before["order"]])
        return version
