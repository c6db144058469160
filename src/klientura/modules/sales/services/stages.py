"""Verbs of a deal's way through its pipeline."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import writable
from klientura.kernel.errors import Denied, FieldError, Invalid
from klientura.kernel.fields.base import REQUIRED
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read, write
from klientura.kernel.store.drafts import parse, parse_for_verb
from klientura.modules.sales.models import Stage
from klientura.modules.sales.services.regulation import CHECKS
from klientura.modules.sales.services.ticking import items_of, ticks_of, with_ticks

NEXT_STEP: Final = ("next_step_at-name", "next_step_at-due")
"""What a move takes of a next step that is planned with it."""
MAY_NOT_MOVE: Final = _("Your role may not move deals from stage to stage.")


def is_open(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a deal is under way; whoever does not see its status is offered every verb."""
    return bool(row.get("status", "open") == "open")


def is_closed(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a deal is won or lost."""
    return row.get("status") in {"won", "lost"} or "status" not in row


@transaction.atomic
def move_stage(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Move a deal to another stage; return its version. Losing it needs `loss_reason`.

    Beside `stage` it takes what the stage asks for: fields of the deal, `checks` (numbers of checklist lines that are
    done), and a next step (`next_step_at-name`, `next_step_at-due`), which becomes a task. The deal's outcome,
    probability and dates follow the stage. Raises Invalid, Conflict, NotFound, Denied.
    """
    shape = shape_of("opportunity")
    if not writable(actor, shape, "stage"):
        raise Denied(MAY_NOT_MOVE)
    given = dict(values or {})
    wanted = _stage(given.pop("stage", None))
    done = given.pop(CHECKS, None) or []
    step: dict[str, Any] = {k: given.pop(k) for k in NEXT_STEP if k in given}
    changes, errors = _changes(actor, shape, wanted, given)
    if errors:
        raise Invalid(errors)
    before = write.lock(actor, shape, record_id, "edit")
    draft = Draft(values=changes, before=before, record_id=record_id, version=before["version"])
    if items := items_of(done if isinstance(done, list) else [done], before["pipeline"]):
        draft.parts[CHECKS] = with_ticks(actor, ticks_of([record_id])[record_id], items)
    if any(step.values()):
        draft.values["next_step_at"] = _plan(actor, record_id, before, step)
    return write.apply(actor, shape, draft, expected_version=expected_version)


def next_step_controls() -> list[dict[str, Any]]:
    """What the dialog of a move asks when the deal is to have a next step."""
    name, due = NEXT_STEP
    return [
        {"type": "text", "name": name, "label": str(_("Next step")), "required": True, "maxlength": 300},
        {"type": "datetime", "name": due, "label": str(_("When")), "required": True},
    ]


def moved_at_once(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a move to `stage` sets on each of many deals. Raises Invalid, Denied."""
    shape = shape_of("opportunity")
    if not writable(actor, shape, "stage"):
        raise Denied(MAY_NOT_MOVE)
    given = dict(values)
    changes, errors = _changes(actor, shape, _stage(given.pop("stage", None)), given)
    if errors:
        raise Invalid(errors)
    return changes


def _changes(
    actor: Actor, shape: Shape, wanted: Stage, given: dict[str, Any]
) -> tuple[dict[str, Any], list[FieldError]]:
    """The values of a move, read and checked."""
    loss: dict[str, Any] = {k: given.pop(k) for k in ("loss_reason", "loss_note", "winback_on") if k in given}
    draft = Draft(values={})
    parse(actor, shape, given, draft, creating=False)
    errors = list(draft.errors)
    changes = dict(draft.values, stage=wanted.pk)
    if wanted.kind == "lost":
        said, wrong = parse_for_verb(actor, shape, loss, loss)
        changes |= said
        errors += wrong
    return changes, errors


def _plan(actor: Actor, record_id: int, before: Mapping[str, Any], step: Mapping[str, Any]) -> Any:
    """Make a task of the next step that was told with a move; return when it is due."""
    name, due = NEXT_STEP
    task = {"name": step.get(name), "due_at": step.get(due), "owner": before["owner"]}
    if not task["due_at"]:
        raise Invalid([FieldError(due, "required", REQUIRED)])
    try:
        number = write.create(
            actor, shape_of("task"), {**task, "subject_object": "opportunity", "subject_id": record_id}
        )
    except Invalid as refused:
        names = {"name": name, "due_at": due}
        raise Invalid(
            [FieldError(names.get(e.field, "next_step_at"), e.code, e.message) for e in refused.errors]
        ) from None
    return read.get(SystemActor("the deal knows its next step"), shape_of("task"), number, keys=["due_at"])[
        "due_at"
    ]


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
