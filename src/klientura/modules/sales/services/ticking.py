"""Ticking off what is to be done with a deal at its stage."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.modules.sales.models import StageCheck
from klientura.modules.sales.services.regulation import CHECKS

YES = (True, 1, "1", "true", "on", "yes")


def by_its_own_box(_actor: Actor, _row: Mapping[str, Any]) -> bool:
    """A line is ticked where it stands: no card offers a button for it."""
    return False


@transaction.atomic
def tick(
    actor: Actor,
    record_id: int,
    values: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
) -> int:
    """Tick `item` of the checklist of a deal's pipeline, or with `done` false take the tick off; return the version.

    Raises Invalid, NotFound, Denied, Conflict.
    """
    given = values or {}
    shape = shape_of("opportunity")
    before = write.lock(actor, shape, record_id, "edit")
    item = _item(given.get("item"), before["pipeline"])
    lines = ticks_of([record_id])[record_id]
    if given.get("done", True) in YES:
        lines = with_ticks(actor, lines, [item])
    else:
        lines = [line for line in lines if line["check_number"] != item.pk]
    draft = Draft(
        values={}, before=before, parts={CHECKS: lines}, record_id=record_id, version=before["version"]
    )
    return write.apply(actor, shape, draft, expected_version=expected_version)


def ticks_of(ids: Sequence[int]) -> Mapping[int, list[dict[str, Any]]]:
    """The ticked lines of some deals."""
    found = read.parts_of(write.THE_RULES, shape_of("opportunity"), list(ids))
    return {number: [dict(line) for line in found[number][CHECKS]] for number in ids}


def with_ticks(
    actor: Actor, lines: Sequence[dict[str, Any]], items: Collection[StageCheck]
) -> list[dict[str, Any]]:
    """Ticked lines with further ones, each once."""
    known = {line["check_number"] for line in lines}
    now = timezone.now()
    return [
        *lines,
        *(
            {"name": item.name, "check_number": item.pk, "done_at": now, "done_by": actor.user_id}
            for item in items
            if item.pk not in known
        ),
    ]


def _item(raw: Any, pipeline_id: int) -> StageCheck:
    found = items_of([raw], pipeline_id)
    if not found:
        raise Invalid([FieldError("item", "reference", _("There is no such line in the checklist."))])
    return found[0]


def items_of(raw: Sequence[Any], pipeline_id: int) -> list[StageCheck]:
    """Lines of the checklists of a pipeline, by their numbers as they came."""
    numbers = [int(str(n)) for n in raw if str(n).isascii() and str(n).isdigit() and len(str(n)) < 19]
    return list(
        StageCheck.objects.filter(
            pk__in=numbers, stage__pipeline_id=pipeline_id, stage__deleted_at=None
        ).order_by("stage__place", "position")
    )
