"""Verbs of consents: withdrawn, replaced by another, past its day. None of them changes what was said before."""

from collections.abc import Mapping
from itertools import batched
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import Invalid, KernelError
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import write
from klientura.kernel.store.drafts import parse_for_verb
from klientura.modules.consents.models import Consent

AT_ONCE: Final = 500
CLOCK: Final = SystemActor("a consent is past its last day")


class Over(KernelError):
    """The consent does not hold any more."""

    status = 409
    code = "over"
    default_message = _("This consent does not hold any more.")


def holds(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a consent can still be withdrawn or replaced; whoever does not see its state is offered both."""
    return row.get("status", "given") in {"given", "expired"}


def withdraw(
    actor: Actor, record_id: int, values: Mapping[str, Any] | None = None, *, expected_version: int | None = None
) -> int:  # fmt: skip
    """Note that a person takes a consent back, from now or from the moment given; return its version. Raises Over, Invalid."""
    shape, raw = shape_of("consent"), dict(values or {})
    said, wrong = parse_for_verb(
        actor, shape, raw, [k for k in ("withdrawn_at", "withdrawn_how") if k in raw]
    )
    if wrong:
        raise Invalid(wrong)
    said.setdefault("withdrawn_at", timezone.now())
    said.setdefault("withdrawn_how", "word")
    with transaction.atomic():
        if write.lock(actor, shape, record_id, "edit")["status"] not in {"given", "expired"}:
            raise Over
        return write.set_by_verb(actor, shape, record_id, said, expected_version=expected_version)


def replace(
    actor: Actor, record_id: int, values: Mapping[str, Any] | None = None, *, expected_version: int | None = None
) -> int:  # fmt: skip
    """Write down a new consent of the same person to the same purpose in the place of this one; return this one's version.

    What is not given anew (the channel, how) is as it was; the moment is now. Raises Over, Invalid, Denied.
    """
    shape = shape_of("consent")
    with transaction.atomic():
        stored = write.lock(actor, shape, record_id, "edit")
        if stored["status"] not in {"given", "expired"}:
            raise Over
        same = {
            "person": stored["person"],
            "purpose": stored["purpose"],
            "channel": stored["channel"],
            "how": stored["how"],
        }
        made = write.create(actor, shape, {**same, **(values or {})})
        return write.set_by_verb(
            actor, shape, record_id, {"replaced_by": made}, expected_version=expected_version
        )


def expire() -> int:
    """Mark the consents whose last day is over; return how many. The gate needs no mark: it reads the day itself."""
    shape = shape_of("consent")
    over = Consent.objects.filter(status="given", valid_until__lt=company_today(), deleted_at=None)
    ids = list(over.order_by("pk").values_list("pk", flat=True))
    for some in batched(ids, AT_ONCE):
        with transaction.atomic():
            rows = [r for r in write.lock_rows(shape, some) if r["status"] == "given"]
            drafts = [
                Draft({"status": "expired"}, before=r, record_id=r["id"], version=r["version"]) for r in rows
            ]
            write.write_drafts(CLOCK, Batch(shape, drafts, creating=False))
    return len(ids)
