"""What must hold for papers of sales: sums follow from lines, and what was numbered is not changed any more."""

from collections.abc import Callable
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.settings.installation import current
from klientura.kit.sums import rounded
from klientura.modules.catalog.services.lines import LINES, whole_sum
from klientura.modules.orders.models import Contract, Offer, Order
from klientura.modules.orders.services.due import fill_due
from klientura.modules.orders.services.schedules import fill_schedules

FROZEN: Final = ("company", "party", "issued_on", "currency", "tax_mode", "price_list")
"""What stands in every paper: it is settled when the number is given."""
type BeforeWrite = Callable[[Batch, Any], None]


def _before_write(*more: str) -> BeforeWrite:
    """Sums follow from the lines; what was numbered keeps what it says, `more` of its own kind included."""

    def check(batch: Batch, _actor: Any) -> None:
        for draft in batch:
            if batch.creating and draft.values.get("currency") is None:
                draft.values["currency"] = current().currency
            if not batch.creating and draft.before.get("status") != "draft":
                _refuse_changes(draft, (*FROZEN, *more))
            elif draft.get("issued_on") is None:  # never without a day: taxes are those of the day
                draft.values["issued_on"] = timezone.localdate()
            if LINES in draft.parts and not draft.errors:
                lines = draft.parts[LINES]
                draft.values["amount"] = whole_sum(lines)
                draft.values["tax_total"] = rounded(
                    sum((line["tax_sum"] for line in lines), start=0 * whole_sum(lines))
                )

    return check


def _refuse_changes(draft: Draft, frozen: tuple[str, ...]) -> None:
    message = _("This paper was issued: it stays as the client has it. Make another one, or a new edition.")
    for key in frozen:
        if draft.changed(key):
            draft.refuse(key, "issued", message)
    if LINES in draft.parts:
        draft.refuse(LINES, "issued", message)


_write_invoice = _before_write("contract", "order")
_write_order = _before_write("contract", "payment_terms", "delivery_terms")
_write_closing = _before_write("contract", "order", "kind", "consignee", "basis", "payment_paper")
_write_offer = _before_write("intro", "payment_terms", "delivery_terms", "valid_until")


def before_write_invoice(batch: Batch, actor: Any) -> None:
    """As every paper; it is to be paid by the terms of its client, unless somebody says otherwise."""
    _write_invoice(batch, actor)
    _refuse_anothers(batch, "contract", Contract)
    _refuse_anothers(batch, "order", Order)
    fill_due(batch)
    fill_schedules(batch)


def before_write_closing(batch: Batch, actor: Any) -> None:
    """As every paper; its order is its client's."""
    _write_closing(batch, actor)
    _refuse_anothers(batch, "contract", Contract)
    _refuse_anothers(batch, "order", Order)


def before_write_order(batch: Batch, actor: Any) -> None:
    """As every paper; its offer is its client's."""
    _write_order(batch, actor)
    _refuse_anothers(batch, "contract", Contract)
    _refuse_anothers(batch, "offer", Offer)


def _refuse_anothers(batch: Batch, key: str, model: type[Order] | type[Offer] | type[Contract]) -> None:
    """The paper that one is made of is for the same client; told where either is said, one query for all."""
    drafts = [d for d in batch if d.get(key) is not None and (batch.creating or d.changed(key, "party"))]
    if not drafts:
        return
    parties = dict(model.objects.filter(pk__in={d.get(key) for d in drafts}).values_list("pk", "party_id"))
    for draft in drafts:
        whose, mine = parties.get(draft.get(key)), draft.get("party")
        if whose is not None and mine is not None and whose != mine:
            draft.refuse(key, "other", _("This is a paper of another client. Choose one of this client."))


def before_write_offer(batch: Batch, actor: Any) -> None:
    """As every paper; an edition counts on from the one it follows."""
    _write_offer(batch, actor)
    if not batch.creating:
        return
    following = [d.values["previous"] for d in batch if d.values.get("previous") is not None]
    known = dict(Offer.objects.filter(pk__in=following).values_list("pk", "edition")) if following else {}
    for draft in batch:
        if (before := known.get(draft.values.get("previous") or 0)) is not None:
            draft.values["edition"] = before + 1
