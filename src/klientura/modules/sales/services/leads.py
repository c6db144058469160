"""Verbs of a lead's way: taken up, qualified, set aside as not suitable, taken up again."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import writable
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.store.drafts import parse_for_verb
from klientura.modules.sales.services.lead_checks import CLOSED
from klientura.modules.sales.services.responses import OPEN

BY_CONVERSION: Final = _("Use «Convert»: it makes the client and the deal as well.")


def is_new(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether nobody has taken the lead up; whoever does not see its status is offered every verb."""
    return bool(row.get("status", "new") == "new")


def is_unqualified(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether the lead is at work and not yet known to be worth it."""
    return row.get("status", "new") in {"new", "in_work"}


def is_open(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether the lead is still work in hand."""
    return row.get("status", "new") in OPEN


def is_unsuitable(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether the lead was set aside."""
    return bool(row.get("status", "unsuitable") == "unsuitable")


def is_converted(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a client or a deal was made of the lead."""
    return bool(row.get("status", "converted") == "converted")


def move_lead(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Give a lead another status; return its version. What is not suitable needs `unsuitable_reason`.

    A converted lead is moved by nobody: that is taken back. Raises Invalid, BadRequest, Conflict, NotFound, Denied.
    """
    shape, given = shape_of("lead"), dict(values or {})
    if not writable(actor, shape, "status"):
        raise Denied(_("Your role may not move leads."))
    status = given.pop("status", None)
    if status == "converted":
        raise Invalid([FieldError("status", "by_verb", BY_CONVERSION)])
    if status not in (*OPEN, *CLOSED):
        raise Invalid([FieldError("status", "option", _("Choose one from the list."))])
    keys = ("unsuitable_reason", "unsuitable_note") if status == "unsuitable" else ()
    said, wrong = parse_for_verb(actor, shape, given, keys)
    if wrong:
        raise Invalid(wrong)
    with transaction.atomic():
        # Locked before it is looked at: whoever converts it at this moment is waited for.
        if write.lock(actor, shape, record_id, "edit")["status"] == "converted":
            raise BadRequest(
                _("This lead was converted. Take the conversion back first, with «Return to leads»."),
                code="converted",
            )
        return write.set_by_verb(
            actor, shape, record_id, {"status": status, **said}, expected_version=expected_version
        )


def take(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Begin to work on a lead."""
    return move_lead(
        actor, record_id, {**(values or {}), "status": "in_work"}, expected_version=expected_version
    )


def qualify(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Note that a lead is worth a deal."""
    return move_lead(
        actor, record_id, {**(values or {}), "status": "qualified"}, expected_version=expected_version
    )


def set_aside(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Note that a lead is not suitable, saying why."""
    return move_lead(
        actor, record_id, {**(values or {}), "status": "unsuitable"}, expected_version=expected_version
    )
