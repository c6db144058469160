"""Owners of invoices are told that these were paid."""

from collections.abc import Sequence
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.notify.kinds import Kind, register_kind
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.store.read import Row

KIND: Final = "paid"


def _said(number: int) -> str:
    if number == 1:
        return gettext("The invoice is paid in full")
    return ngettext("{n} invoice is paid in full", "{n} invoices are paid in full", number).format(n=number)


def register() -> None:
    """Make the kind of notification known."""
    register_kind(KIND, Kind(_("An invoice of mine is paid"), "wallet", mail="digest", push=True, said=_said))


def tell_paid(actor: Actor, invoices: Sequence[Row]) -> None:
    """Tell the owners of invoices that became paid in full, but whoever did it; once for each invoice and moment."""
    if actor.user_id is None:
        return  # the product itself, for a demo
    now = timezone.now()
    tell([
        Told(row["owner"], KIND, f"paid:{row['id']}:{row['version']}", now, "invoice", [row["id"]], actor.user_id)
        for row in invoices
        if row["owner"] is not None and row["owner"] != actor.user_id
    ])  # fmt: skip
