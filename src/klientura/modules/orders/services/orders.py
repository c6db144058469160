"""Verbs of an order, and how much of it is invoiced, paid and delivered."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.orders.enums import IN_FORCE
from klientura.modules.orders.models import Offer, Order
from klientura.modules.orders.services.papers import OF_ORDER, give_number, in_state, move

is_done = in_state("done")

_PROGRESS = """
update sales_order o set invoiced = f.invoiced, paid = f.paid, delivered = f.delivered from (
  select n.id, coalesce((select sum(i.amount) from invoice i where i.order_id = n.id and i.deleted_at is null
      and i.status = any(%(invoice)s) and i.currency = n.currency), 0) as invoiced,
    coalesce((select sum(i.paid) from invoice i where i.order_id = n.id and i.deleted_at is null
      and i.currency = n.currency), 0) as paid,
    coalesce((select sum(d.amount) from closing_paper d where d.order_id = n.id and d.deleted_at is null
      and d.status = any(%(closing_paper)s) and d.currency = n.currency), 0) as delivered
  from sales_order n where n.id = any(%(orders)s) order by n.id for update) f
where o.id = f.id and (o.invoiced, o.paid, o.delivered) is distinct from (f.invoiced, f.paid, f.delivered)
"""


def note_progress(orders: Collection[int | None]) -> None:
    """Reckon anew how much of some orders is invoiced, paid and delivered, in their own currency.

    Written without a new version and without history: it follows from papers that have their own.
    """
    wanted = sorted({number for number in orders if number is not None})
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                _PROGRESS, {"orders": wanted, **{key: list(states) for key, states in IN_FORCE.items()}}
            )


def refuse_cancelled(order: int | None) -> None:
    """Lock the order that a paper is made of, and raise Invalid when it was cancelled: nothing is issued for it then."""
    if order is None:
        return
    found = Order.objects.select_for_update().values_list("status", flat=True).get(pk=order)
    if found == "cancelled":
        raise Invalid(
            [
                FieldError(
                    "order", "cancelled", _("This order was cancelled: nothing is issued for it any more.")
                )
            ]
        )


def confirm(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Take an order into work: it gets its number."""
    return give_number(
        actor, "order", record_id, "confirmed", expected_version=expected_version, look=_lock_offer
    )


def _lock_offer(draft: Mapping[str, Any]) -> None:
    """What an offer let out is taken once: of two of its orders taken into work at once, the second sees the first."""
    if draft["offer"] is not None:
        list(Offer.objects.select_for_update().filter(pk=draft["offer"]).values_list("pk"))


def fulfil(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """All of it is done."""
    done = {"status": "done", "done_on": timezone.localdate()}
    return move(actor, "order", record_id, ("confirmed",), done, expected_version=expected_version)


def reopen(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Something is left to do after all."""
    back = {"status": "confirmed", "done_on": None}
    return move(actor, "order", record_id, ("done",), back, expected_version=expected_version)


def cancel(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """The client does not want it any more. What was paid is returned first, what was delivered taken back."""
    with transaction.atomic():
        # Whoever issues a paper of this order locks it too: so each of us sees what the other has done.
        write.lock(actor, shape_of("order"), record_id, "edit")
        if any(
            OF_ORDER[key].objects.filter(order=record_id, deleted_at=None, status__in=states).exists()
            for key, states in IN_FORCE.items()
        ):
            raise Invalid(
                [
                    FieldError(
                        "status",
                        "held",
                        _("Invoices or closing papers of this order are in force. Cancel them first."),
                    )
                ]
            )
        return move(
            actor,
            "order",
            record_id,
            ("confirmed",),
            {"status": "cancelled"},
            expected_version=expected_version,
        )
