"""What is asked of a deal where it stands: what is done there, what is ticked, and what the next stage needs."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import readable, readable_parts
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.modules.sales.models import OpportunityCheck, Stage, StageCheck, StageNeed

JUDGE: Final = SystemActor("what a stage asks for may hang on a field that the reader does not see")


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the checklist, with who has done it and when."""

    id: int
    name: str
    mandatory: bool
    done_at: dt.datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a deal at its stage. `missing` names what is not there yet, with the field to fill in."""

    guide: str
    items: tuple[Item, ...]
    next_stage: str
    missing: tuple[tuple[str, str], ...]
    expires_on: dt.date | None
    hue: str

    @property
    def is_empty(self) -> bool:
        """Whether the regulation asks for nothing."""
        return not (self.guide or self.items or self.missing)


def asked_of(actor: Actor, row: Row) -> Asked | None:
    """What is asked of an open deal as the reader sees it; None for one that is closed, or whose stage they do not see."""
    stage_ref = row.get("stage")
    if stage_ref is None or row.get("status") != "open":
        return None
    stages = list(
        Stage.objects.filter(
            pipeline__in=Stage.objects.filter(pk=stage_ref.id).values("pipeline"), deleted_at=None
        ).order_by("place", "id")
    )
    here = next((s for s in stages if s.pk == stage_ref.id), None)
    if here is None:
        return None
    later = [s for s in stages if s.kind == "open" and s.place > here.place]
    following = later[0] if later else next((s for s in stages if s.kind == "won"), None)
    expires = row.get("expires_on")
    return Asked(
        guide=here.guide or "",
        items=_items(here.pk, row["id"]),
        next_stage=following.name if following else "",
        missing=_missing(actor, following.pk, row["id"]) if following else (),
        expires_on=expires,
        hue=here.hue,
    )


def _items(stage_id: int, deal_id: int) -> tuple[Item, ...]:
    lines = list(StageCheck.objects.filter(stage_id=stage_id).order_by("position", "id"))
    if not lines:
        return ()
    found = OpportunityCheck.objects.filter(opportunity_id=deal_id, check_number__in=[x.pk for x in lines])
    ticks = {t.check_number: t for t in found}
    names = dict(
        User.objects.filter(pk__in=[t.done_by_id for t in ticks.values() if t.done_by_id]).values_list(
            "pk", "name"
        )
    )
    return tuple(
        Item(
            line.pk,
            line.name,
            line.mandatory,
            ticks[line.pk].done_at if line.pk in ticks else None,
            names.get(ticks[line.pk].done_by_id or 0, "") if line.pk in ticks else "",
        )
        for line in lines
    )


def _missing(actor: Actor, stage_id: int, deal_id: int) -> tuple[tuple[str, str], ...]:
    shape = shape_of("opportunity")
    fields, parts = readable(actor, shape), readable_parts(actor, shape)
    wanted = [
        key
        for key in StageNeed.objects.filter(stage_id=stage_id)
        .order_by("position")
        .values_list("field", flat=True)
        if key in fields or key in parts
    ]
    if not wanted:
        return ()
    values: dict[str, Any] = read.get(JUDGE, shape, deal_id, keys=["id", *(k for k in wanted if k in fields)])
    if any(k in parts for k in wanted):
        values |= read.parts_of(JUDGE, shape, [deal_id])[deal_id]
    return tuple(
        (key, fields[key].heading if key in fields else str(shape.parts[key].label))
        for key in wanted
        if values.get(key) in (None, "", [], False)
    )
