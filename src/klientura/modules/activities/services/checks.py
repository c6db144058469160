"""What must hold for interactions and tasks."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.gate import may
from klientura.kernel.errors import KernelError
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.store.read import titles
from klientura.modules.activities.services.repeating import complete_rule

FUTURE = dt.timedelta(minutes=5)


def before_write_interaction(batch: Batch, actor: Any) -> None:
    """An interaction has a moment in the past and is about something."""
    check_subjects(batch, actor)
    for draft in batch:
        if draft.get("at") is None:
            draft.values["at"] = timezone.now()
        if draft.changed("at") and draft.values["at"] > timezone.now() + FUTURE:
            draft.refuse("at", "future", _("This has not happened yet. Plan a task instead."))
        if draft.get("minutes") is not None and draft.get("minutes") < 0:
            draft.refuse("minutes", "range", _("A duration cannot be negative."))
        if batch.creating and not (draft.get("subject") or draft.get("body")):
            draft.refuse("body", "required", _("Write what it was about."))


def before_write_task(batch: Batch, actor: Any) -> None:
    """A closed task knows when it was closed."""
    check_subjects(batch, actor)
    for draft in batch:
        complete_rule(draft)
        if draft.changed("status"):
            draft.values["done_at"] = timezone.now() if draft.values["status"] == "done" else None


def check_subjects(batch: Batch, actor: Any) -> None:
    """The record an activity is about exists and is open to the writer; one query per kind of record."""
    wanted: dict[str, list[Draft]] = {}
    for draft in batch:
        if draft.changed("subject_object", "subject_id") and (
            draft.get("subject_object") or draft.get("subject_id")
        ):
            wanted.setdefault(str(draft.get("subject_object")), []).append(draft)
    for key, drafts in wanted.items():
        shape = all_shapes().get(key)
        known: set[int] = set()
        if shape is not None and shape.spec.subject and may(actor, shape, "read"):
            try:
                known = set(titles(actor, shape, [d.get("subject_id") or 0 for d in drafts]))
            except KernelError:
                known = set()
        for draft in drafts:
            if draft.get("subject_id") not in known:
                draft.refuse(
                    "subject_id",
                    "reference",
                    _("This record does not exist or is not open to you. Choose another."),
                )
