"""What holds for every paper of sales: it gets its number once, and what was numbered is never lost."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.approvals.standing import carried_on
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.documents.queries.companies import main_company, prefix_of
from klientura.modules.documents.services.numbering import next_number
from klientura.modules.orders.enums import IN_FORCE
from klientura.modules.orders.models import (
    ClosingPaper,
    ClosingPaperLine,
    Invoice,
    InvoiceLine,
    Offer,
    OfferLine,
    Order,
    OrderLine,
    Paper,
)
from klientura.modules.orders.services.limits import refuse_unapproved

OF_ORDER: Final[Mapping[str, type[Invoice] | type[ClosingPaper]]] = {
    "invoice": Invoice,
    "closing_paper": ClosingPaper,
}
"""What may be made of an order."""
PAPERS: Final[Mapping[str, type[Paper]]] = {"offer": Offer, "order": Order, **OF_ORDER}
LINES_OF: Final = {
    "offer": OfferLine,
    "order": OrderLine,
    "invoice": InvoiceLine,
    "closing_paper": ClosingPaperLine,
}

DEAD: Final = frozenset({"cancelled", "replaced"})
NOT_SO_ANY_MORE: Final = _("The paper is not in a state for this any more. Open it anew.")


def in_state(*states: str) -> Callable[[Actor, Mapping[str, Any]], bool]:
    """Whether a paper is in one of some states; whoever does not see that is offered every verb."""

    def fits(_actor: Actor, row: Mapping[str, Any]) -> bool:
        return row.get("status", states[0]) in states

    return fits


is_draft = in_state("draft")
is_issued = in_state("issued")
is_in_force = in_state("issued", "accepted")
is_in_work = in_state("confirmed")
was_issued = in_state(*IN_FORCE["invoice"])


def prefill(actor: Actor) -> dict[str, Any]:
    """What an empty paper begins with: our main company and today."""
    return {**main_company(actor), "issued_on": timezone.localdate()}


def was_numbered(row: Mapping[str, Any]) -> bool:
    """Whether a paper is no draft any more, so that its lines stay as they are."""
    return bool(row.get("status", "draft") != "draft")


def numbered(key: str) -> Callable[[Collection[int]], set[int]]:
    """Which of some papers of a kind have their number: no undo changes these."""

    def found(ids: Collection[int]) -> set[int]:
        return set(
            PAPERS[key]._default_manager.filter(pk__in=ids, number__isnull=False).values_list("pk", flat=True)
        )

    return found


def before_trash(key: str) -> Callable[[Sequence[int], Any], None]:
    """A number that was given is never lost: what has one is cancelled, not thrown away."""

    def refuse(ids: Sequence[int], _actor: Any) -> None:
        # Locked before it is looked at: whoever issues one of them at this moment is waited for.
        rows = PAPERS[key]._default_manager.select_for_update().filter(pk__in=ids).order_by("pk")
        if any(row.number is not None for row in rows):
            raise BadRequest(
                _("What was issued keeps its number for good: cancel it instead."), code="issued"
            )

    return refuse


def give_number(
    actor: Actor,
    key: str,
    record_id: int,
    status: str,
    *,
    expected_version: int | None = None,
    look: Callable[[Mapping[str, Any]], None] | None = None,
    name: Callable[[Mapping[str, Any]], str | None] | None = None,
) -> int:
    """Give a draft its number and settle it as `status`; return its version. Doing it twice gives one number.

    `look` has a say about the locked draft before anything else, and raises Invalid.
    `name`: of a paper whose number follows from another one; what answers None takes the next of its company and year.
    Raises Invalid when it has no client, no lines or no sum, needs an approval, or was cancelled, NotFound, Denied, Conflict.
    """
    shape = shape_of(key)
    with transaction.atomic():
        before = write.lock(actor, shape, record_id, "edit")
        if before["status"] in DEAD:
            raise Invalid([FieldError("status", "state", NOT_SO_ANY_MORE)])
        if before["status"] != "draft":
            return int(before["version"])
        if look:
            look(before)
        _refuse_unfinished(key, before, record_id)
        refuse_unapproved(actor, key, record_id)
        day = before["issued_on"] or timezone.localdate()
        number = name(before) if name else None
        if number is None:
            number = f"{prefix_of(before['company'])}{next_number(before['company'], key, day.year)}"
        settled = {"number": number, "status": status, "issued_on": day}
        with carried_on(shape, [record_id]):
            return write.set_by_verb(actor, shape, record_id, settled, expected_version=expected_version)


def _refuse_unfinished(key: str, before: Mapping[str, Any], record_id: int) -> None:
    errors = []
    if before["party"] is None:
        errors.append(FieldError("party", "required", _("Say whom the paper is for.")))
    parent = {f"{key}_id": record_id}
    if not LINES_OF[key]._default_manager.filter(**parent).exists():
        errors.append(FieldError("lines", "required", _("Add what the paper is about.")))
    elif before["amount"] <= 0:
        errors.append(FieldError("lines", "range", _("A paper for nothing cannot be issued.")))
    if errors:
        raise Invalid(errors)


def move(
    actor: Actor,
    key: str,
    record_id: int,
    states: Collection[str],
    values: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> int:
    """Take a paper that is in one of `states` on to what `values` say; return its version. What is there already stays.

    Raises Invalid when it is in another state, NotFound, Denied, Conflict.
    """
    shape = shape_of(key)
    with transaction.atomic():
        before = write.lock(actor, shape, record_id, "edit")
        if before["status"] == values["status"]:
            return int(before["version"])
        if before["status"] not in states:
            raise Invalid([FieldError("status", "state", NOT_SO_ANY_MORE)])
        return write.set_by_verb(actor, shape, record_id, values, expected_version=expected_version)
