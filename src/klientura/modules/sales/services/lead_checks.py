"""What must hold for leads: a name to find them by, the status with its dates and reasons, how much is known of the need."""

from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import Shape
from klientura.modules.sales.services.responses import promise

CLOSED: Final = frozenset({"converted", "unsuitable"})
NEEDS: Final = "needs"
CORE_NEEDS: Final = ("budget_known", "decision_maker", "needed_by", "used_now")


def before_write_lead(batch: Batch, _actor: Any) -> None:
    """Name leads that came without a name, keep status, reason and dates in step, count what is known of their needs."""
    needs = _needs(batch.shape)
    promise([d for d in batch if not d.record_id or d.changed("channel")])
    for draft in batch:
        _name(draft)
        _status(draft)
        amount = draft.values.get("amount")
        if amount is not None and amount < 0:
            draft.refuse("amount", "range", _("An amount cannot be negative."))
        known = sum(1 for key in needs if draft.get(key) not in (None, "", []))
        draft.values["clarified"] = round(100 * known / len(needs)) if needs else 0


def _needs(shape: Shape) -> list[str]:
    """The questions about needs: those of the section, with what an administrator has put there."""
    section = next((s for s in shape.sections_for("") if s.key == NEEDS), None)
    asked = [k for k in section.fields if k in shape.fields] if section else list(CORE_NEEDS)
    return [k for k in asked if shape.fields[k].writable]


def _name(draft: Draft) -> None:
    if draft.get("name"):
        return
    said = next((v for k in ("company_name", "person_name", "phone", "email") if (v := draft.get(k))), None)
    if said is None:
        draft.refuse("name", "required", _("Say what they want, or at least who they are."))
    else:
        draft.values["name"] = _("Request: {who}").format(who=said)[:255]


def _status(draft: Draft) -> None:
    if draft.record_id and not draft.changed("status"):
        return
    status, now = draft.get("status") or "new", timezone.now()
    draft.values["status_changed_at"] = now
    draft.values["closed_at"] = now if status in CLOSED else None
    if status != "unsuitable":
        draft.values.update(unsuitable_reason=None, unsuitable_note=None)
    elif not draft.get("unsuitable_reason"):
        draft.refuse(
            "unsuitable_reason",
            "required",
            _("Say why: this is how advertising that brings nothing is found."),
        )
