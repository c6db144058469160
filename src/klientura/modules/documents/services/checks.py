"""What must hold for our own companies."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.objects.batch import Batch
from klientura.modules.documents.models import OwnCompany
from klientura.modules.parties.services.checks import refuse_bad_accounts


def before_write_company(batch: Batch, _actor: Any) -> None:
    """Accounts fit their banks, and only one company is the main one."""
    for draft in batch:
        refuse_bad_accounts(draft, "accounts")
    claiming = [d for d in batch if d.changed("is_main") and d.get("is_main")]
    if not claiming:
        return
    others = OwnCompany.objects.filter(is_main=True, deleted_at=None).exclude(
        pk__in=[d.record_id for d in claiming if d.record_id]
    )
    if len(claiming) > 1 or others.exists():
        for draft in claiming:
            draft.refuse(
                "is_main", "second", _("Another company is the main one. Take the mark off there first.")
            )
