"""Verbs of a deal's way through its pipeline."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import writable
from klientura.kernel.errors import Denied, FieldError, Invalid
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.drafts import parse, parse_for_verb
from klientura.modules.sales.models import Stage


def is_open(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a deal is under way; whoever does not see its status is offered every verb."""
    return bool(row.get("status", "open") == "open")


def is_closed(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a deal is won or lost."""
    return row.get("status") in {"won", "lost"} or "status" not in row


def move_stage(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Move a deal to another stage; return its version. Losing it needs `loss_reason`.

    The deal's outcome, probability and dates follow the stage. Raises Invalid, Conflict, NotFound, Denied.
    """
    shape = shape_of("opportunity")
    if not writable(actor, shape, "stage"):
        raise Denied(_("Your role may not move deals from stage to stage."))
    given = dict(values or {})
    wanted = _stage(given.pop("stage", None))
    draft = Draft(values={})
    loss: dict[str, Any] = {k: given.pop(k) for k in ("loss_reason", "loss_note") if k in given}
    parse(actor, shape, given, draft, creating=False)
    errors = list(draft.errors)
    changes = dict(draft.values, stage=wanted.pk)
    if wanted.kind == "lost":
        said, wrong = parse_for_verb(actor, shape, loss, loss)
        changes |= said
        errors += wrong
    if errors:
        raise Invalid(errors)
    return write.set_by_verb(actor, shape, record_id, changes, expected_version=expected_version)


def win(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Mark a deal as won: move it to the won stage of its pipeline."""
    return _close(actor, record_id, "won", values, expected_version)


def lose(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Mark a deal as lost, saying why."""
    return _close(actor, record_id, "lost", values, expected_version)


def reopen(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Take a closed deal up again at the first stage of its pipeline."""
    return _close(actor, record_id, "open", values, expected_version)


def _close(
    actor: Actor, record_id: int, kind: str, values: Mapping[str, Any] | None, expected_version: int | None
) -> int:
    row = read.get(actor, shape_of("opportunity"), record_id, keys=["pipeline"])
    stage = (
        Stage.objects.filter(pipeline_id=row["pipeline"].id, kind=kind, deleted_at=None)
        .order_by("place", "id")
        .first()
    )
    if stage is None:
        raise Invalid(
            [FieldError("stage", "missing", _("The pipeline has no such stage. Add one in the settings."))]
        )
    return move_stage(
        actor, record_id, {**(values or {}), "stage": stage.pk}, expected_version=expected_version
    )


def _stage(raw: Any) -> Stage:
    if isinstance(raw, Mapping):
        raw = raw.get("id")
    number = int(raw) if str(raw or "").isascii() and str(raw or "").isdigit() and len(str(raw)) < 19 else 0
    stage = Stage.objects.filter(pk=number, deleted_at=None).first()
    if stage is None:
        raise Invalid([FieldError("stage", "reference", _("There is no such stage."))])
    return stage
