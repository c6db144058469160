"""Verbs of an offer: issue it, note the client's answer, follow it with a new edition."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.drafts import given_to_verb
from klientura.modules.orders.models import Offer
from klientura.modules.orders.services.beginnings import begun, source_of
from klientura.modules.orders.services.papers import give_number, move
from klientura.modules.orders.services.papers import prefill as empty_paper

HOLDS: Final = dt.timedelta(days=14)
"""How long an offer holds unless something else is said."""
REPLACEABLE: Final = ("issued", "accepted", "declined")
WORDS: Final = ("intro", "payment_terms", "delivery_terms", "note")


def prefill(actor: Actor) -> dict[str, Any]:
    """What an empty offer begins with: our main company, and two weeks to think it over."""
    return {**empty_paper(actor), "valid_until": timezone.localdate() + HOLDS}


def may_be_replaced(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a new edition may follow: it has been with the client, and none has followed yet."""
    return row.get("status", "issued") in REPLACEABLE


def next_edition(actor: Actor, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a new edition of an offer begins with: all of the one before, at the prices offered there."""
    row, lines = source_of(actor, "offer", number)
    return begun(row, lines, "company", "opportunity", *WORDS, previous=read.Ref(number, row["title"]))


def issue(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Give an offer its number; an edition keeps the number of the first with its own behind, and replaces the one before."""
    with transaction.atomic():
        before = write.lock(actor, shape_of("offer"), record_id, "edit")
        previous = _previous(before) if before["status"] == "draft" else None
        version = give_number(
            actor,
            "offer",
            record_id,
            "issued",
            expected_version=expected_version,
            name=lambda _row: _edition_name(before, previous),
        )
        if previous is not None:
            move(actor, "offer", previous.pk, REPLACEABLE, {"status": "replaced"})
        return version


def _previous(before: Mapping[str, Any]) -> Offer | None:
    """The edition before, locked. Raises Invalid when it cannot be replaced by this one."""
    if before["previous"] is None:
        return None
    found = Offer.objects.select_for_update().get(pk=before["previous"])
    if found.status not in REPLACEABLE:
        raise Invalid(
            [FieldError("previous", "state", _("A new edition follows an offer that is in force."))]
        )
    if found.party_id != before["party"]:
        raise Invalid(
            [FieldError("party", "other", _("An edition is for the same client as the one before."))]
        )
    if found.company_id != before["company"]:
        raise Invalid(
            [
                FieldError(
                    "company", "other", _("An edition is of the same company of ours as the one before.")
                )
            ]
        )
    return found


def _edition_name(before: Mapping[str, Any], previous: Offer | None) -> str | None:
    """«15/2»: the number of the first edition and which one this is."""
    if previous is None:
        return None
    return f"{(previous.number or '').removesuffix(f'/{previous.edition}')}/{before['edition']}"


def accept(
    actor: Actor, record_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> int:
    """The client agrees."""
    given = given_to_verb(actor, shape_of("offer"), "accept", values)
    return answer(actor, record_id, "accepted", given["answer"], version=expected_version)


def decline(
    actor: Actor, record_id: int, values: Mapping[str, Any], *, expected_version: int | None = None
) -> int:
    """The client does not want it; what they said is kept."""
    given = given_to_verb(actor, shape_of("offer"), "decline", values)
    return answer(actor, record_id, "declined", given["answer"], version=expected_version)


def answer(
    actor: Actor, record_id: int, status: str, words: str | None, *, version: int | None = None
) -> int:
    """Note what the client said to an offer that is with them; the same answer twice is one. Raises Invalid, NotFound, Denied, Conflict."""
    said = {"status": status, "answer": words, "answered_on": timezone.localdate()}
    return move(actor, "offer", record_id, ("issued",), said, expected_version=version)


def cancel(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Take an offer back; its number stays with it."""
    return move(
        actor, "offer", record_id, ("issued",), {"status": "cancelled"}, expected_version=expected_version
    )
