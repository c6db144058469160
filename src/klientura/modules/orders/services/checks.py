"""What must hold for invoices: sums follow from lines, and what was issued is not changed any more."""

from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.settings.installation import current
from klientura.kit.sums import rounded
from klientura.modules.catalog.services.lines import LINES, whole_sum

FROZEN: Final = ("company", "party", "issued_on", "currency", "tax_mode", "price_list")
"""What stands in the paper: it is settled when the number is given."""


def before_write_invoice(batch: Batch, _actor: Any) -> None:
    """Sums follow from the lines; an issued invoice keeps what it says; it is due no earlier than it is dated."""
    for draft in batch:
        if batch.creating:
            if draft.values.get("currency") is None:
                draft.values["currency"] = current().currency
            if draft.values.get("issued_on") is None:
                draft.values["issued_on"] = timezone.localdate()
        elif draft.before.get("status") != "draft":
            _refuse_changes(draft)
        if LINES in draft.parts and not draft.errors:
            lines = draft.parts[LINES]
            draft.values["amount"] = whole_sum(lines)
            draft.values["tax_total"] = rounded(
                sum((line["tax_sum"] for line in lines), start=0 * whole_sum(lines))
            )
        due, issued = draft.get("due_on"), draft.get("issued_on")
        if due and issued and due < issued and draft.changed("due_on", "issued_on"):
            draft.refuse("due_on", "backwards", _("An invoice is not due before its own date."))


def _refuse_changes(draft: Draft) -> None:
    message = _("This invoice was issued: it stays as the client has it. Cancel it and issue another one.")
    for key in FROZEN:
        if draft.changed(key):
            draft.refuse(key, "issued", message)
    if LINES in draft.parts:
        draft.refuse(LINES, "issued", message)
