"""Issuing invoices and closing papers, and what others have against it: the registry keeps orders free of their nouns."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from klientura.kernel.access.actor import Actor
from klientura.modules.orders.services.orders import note_progress, refuse_cancelled
from klientura.modules.orders.services.papers import OF_ORDER, give_number

type Look = Callable[[Actor, str, Mapping[str, Any]], None]
"""(who issues, the kind of paper, the draft as it stands): raises Invalid when it may not be issued as things are."""

_looks: list[Look] = []


def register_look(look: Look) -> None:
    """Have drafts looked at before they are issued, in the transaction of the issue."""
    if look not in _looks:
        _looks.append(look)


def issue_of_order(
    actor: Actor,
    key: str,
    record_id: int,
    *,
    expected_version: int | None,
    look: Callable[[Mapping[str, Any]], None] | None = None,
) -> int:
    """Give a paper that may be made of an order its number, unless somebody has a say against it; its order knows of it.

    Returns its version. Raises Invalid, NotFound, Denied, Conflict.
    """

    def ask(draft: Mapping[str, Any]) -> None:
        refuse_cancelled(draft["order"])
        for each in _looks:
            each(actor, key, draft)
        if look:
            look(draft)

    with transaction.atomic():
        version = give_number(actor, key, record_id, "issued", expected_version=expected_version, look=ask)
        note_progress(OF_ORDER[key].objects.filter(pk=record_id).values_list("order_id", flat=True))
        return version
