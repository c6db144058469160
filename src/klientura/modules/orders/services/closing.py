"""Verbs of a closing paper: issue it, note that it was signed, cancel it. Its order knows what was delivered."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.modules.orders.models import ClosingPaper
from klientura.modules.orders.queries.wording import side_of_client
from klientura.modules.orders.services.issuing import issue_of_order
from klientura.modules.orders.services.orders import note_progress
from klientura.modules.orders.services.papers import move

NAMELESS: Final = _(
    "A UPD with the tax invoice needs the INN and the legal address of the buyer. "
    "Fill them in on the client's card, or choose another kind of paper."
)


def issue(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Give a closing paper its number."""
    return issue_of_order(
        actor, "closing_paper", record_id, expected_version=expected_version,
        look=lambda _draft: _refuse_nameless(actor, record_id),
    )  # fmt: skip


def _refuse_nameless(actor: Actor, record_id: int) -> None:
    """A tax invoice names its buyer by INN and address (НК РФ, 169): without them it is worth nothing, and it cannot be changed later."""
    row = read.get(actor, shape_of("closing_paper"), record_id, keys=["kind", "party"])
    client = row["party"]
    if row["kind"] != "upd" or client is None or client.title is None:
        return
    if read.get(actor, shape_of("party"), client.id, keys=["kind"])["kind"] == "person":
        return
    side = side_of_client(actor, client)
    if not side.inn or not side.address:
        raise Invalid([FieldError("party", "requisites", NAMELESS)])


def sign(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """The client's copy came back signed."""
    signed = {"status": "signed", "signed_on": timezone.localdate()}
    return move(actor, "closing_paper", record_id, ("issued",), signed, expected_version=expected_version)


def cancel(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """It does not hold; its number stays with it and is never given again."""
    with transaction.atomic():
        version = move(
            actor,
            "closing_paper",
            record_id,
            ("issued",),
            {"status": "cancelled"},
            expected_version=expected_version,
        )
        note_progress(ClosingPaper.objects.filter(pk=record_id).values_list("order_id", flat=True))
        return version
