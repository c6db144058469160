"""What must hold for our own companies."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.batch import Batch
from klientura.modules.documents.models import OwnCompany, PaperCounter
from klientura.modules.parties.services.checks import refuse_bad_accounts

IN_USE: Final = _("Papers or payments of this company are kept with it. Take off its mark “in use” instead.")


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


def refuse_with_papers(ids: Sequence[int], _actor: Any) -> None:
    """Papers and payments are of a company for good: without it they could be neither printed nor added up."""
    for link in OwnCompany._meta.get_fields(include_hidden=True):
        if not isinstance(link, models.ManyToOneRel) or link.on_delete is not models.PROTECT:
            continue
        held = {f"{link.field.name}__in": ids, "deleted_at": None}
        if link.related_model._default_manager.filter(**held).exists():
            raise BadRequest(IN_USE, code="in_use")


def refuse_with_numbers(ids: Sequence[int], _actor: Any) -> None:
    """What was issued says whose it is, and its number would stand twice among those of another company."""
    if PaperCounter.objects.filter(company_id__in=ids).exists():
        raise BadRequest(IN_USE, code="in_use")
