"""Dates of one record that stand in an order: an end that never lies before its beginning."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import FieldShape

ORDERED = frozenset({"date", "datetime"})
TOO_EARLY = _("“%(later)s” cannot be before “%(earlier)s”.")


def pairs_of(fields: Mapping[str, FieldShape]) -> list[tuple[FieldShape, FieldShape]]:
    """The later and the earlier of the dates that stand in an order; a pair of unlike dates says nothing."""
    return [
        (later, earlier)
        for later in fields.values()
        if later.params.not_before
        and later.type.key in ORDERED
        and (earlier := fields.get(later.params.not_before)) is not None
        and earlier.type.key == later.type.key
    ]


def enforce(actor: Actor, batch: Batch) -> None:
    """Refuse dates that stand in the wrong order, where a write touches one of them.

    Whoever does not see both is not held to it: a refusal would tell them of the one they do not see.
    """
    if not actor.is_system:
        refuse_disorder(batch, readable(actor, batch.shape))


def refuse_disorder(batch: Batch, fields: Mapping[str, FieldShape]) -> None:
    """Refuse such dates, whoever writes, where both of a pair are among the fields."""
    pairs = pairs_of(fields)
    for draft in batch:
        for later, earlier in pairs:
            if not batch.creating and not draft.changed(later.key, earlier.key):
                continue
            end, start = (_as_it_will_be(batch, draft, f) for f in (later, earlier))
            if end is not None and start is not None and end < start:
                at_fault = later if later.key in draft.values else earlier
                said = {"later": later.heading, "earlier": earlier.heading}
                draft.refuse(at_fault.key, "before", TOO_EARLY % said)


def _as_it_will_be(batch: Batch, draft: Draft, field: FieldShape) -> Any:
    if batch.creating and field.key not in draft.values:
        return field.default
    return draft.get(field.key)
