"""The regulation of a sale: who may move a deal, what it needs before a stage, and how many may stand there.

Every way of moving a deal (board, verb, group, program, rule, import) writes through `before_write`, and so comes by here.
What the product itself does by its own rules is not held to those of people.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Team
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import Shape
from klientura.modules.sales import enums
from klientura.modules.sales.models import (
    OpportunityCheck,
    Pipeline,
    Stage,
    StageCheck,
    StageMover,
    StageNeed,
)
from klientura.modules.sales.queries.access import is_meant, open_pipelines

CHECKS: Final = "checks"
BY_OTHERS: Final = frozenset({"next_step_at"})
"""What comes of other records, so that a deal that is being made cannot have it yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """One deal on its way from a stage (None: it is being made) to another."""

    draft: Draft
    old: Stage | None
    new: Stage

    @property
    def forward(self) -> bool:
        """Whether the deal goes on in its pipeline: to a later stage, or to being won."""
        if self.old is None or self.old.pipeline_id != self.new.pipeline_id or self.old.kind != "open":
            return False
        return self.new.kind == "won" or (self.new.kind == "open" and self.new.place > self.old.place)

    @property
    def backward(self) -> bool:
        """Whether the deal goes back among the open stages of its pipeline."""
        return (
            self.old is not None
            and self.old.pipeline_id == self.new.pipeline_id
            and self.old.kind == self.new.kind == "open"
            and self.new.place < self.old.place
        )


def enforce(batch: Batch, actor: Actor, stages: Mapping[int, Stage]) -> None:
    """Refuse in drafts what the rules of stages do not allow. A few statements for all deals, none where nothing moves."""
    if actor.is_system:
        return
    steps = [
        Step(d, stages.get(d.before.get("stage") or 0), stages[d.values["stage"]])
        for d in batch
        if not _refused(d, "stage", "pipeline") and d.changed("stage") and d.values["stage"] in stages
    ]
    if not steps:
        return
    _let_pass(steps, actor, stages)
    free = [s for s in steps if not _refused(s.draft, "stage")]
    _ask_needs(batch.shape, free, stages)
    _ask_checks(free)
    _hold_limits([s for s in free if not s.draft.errors])


def _refused(draft: Draft, *keys: str) -> bool:
    return any(e.field in keys for e in draft.errors)


def _let_pass(steps: Sequence[Step], actor: Actor, stages: Mapping[int, Stage]) -> None:
    """Who may: the pipeline is theirs, the stages let them in and out, and neither is gone over nor gone back against the rules."""
    pipelines = {p.pk: p for p in Pipeline.objects.filter(pk__in={s.new.pipeline_id for s in steps})}
    places = {s.new.pk for s in steps} | {s.old.pk for s in steps if s.old}
    movers = list(StageMover.objects.filter(stage_id__in=places).order_by("position"))
    open_to = open_pipelines(actor, {stage.pipeline_id for s in steps for stage in (s.old, s.new) if stage})
    for step in steps:
        pipeline = pipelines[step.new.pipeline_id]
        if not open_to >= {stage.pipeline_id for stage in (step.old, step.new) if stage}:
            text = _("The pipeline «%(name)s» is worked in by others.") % {"name": pipeline.name}
            step.draft.refuse("stage", "pipeline_closed", text)
        elif actor.is_admin:
            continue
        elif step.backward and not _may_go_back(actor, pipeline):
            text = _("Deals of this pipeline are moved back by managers only.")
            if pipeline.backward == enums.Backward.NOBODY:
                text = _("Deals of this pipeline are moved back by administrators only.")
            step.draft.refuse("stage", "backward", text)
        elif barred := _barred(step, actor, movers):
            step.draft.refuse("stage", "not_allowed", barred)
    for step in steps:
        skipped = _between(step, stages)
        if skipped and step.forward and not pipelines[step.new.pipeline_id].skipping:
            text = _("First comes «%(name)s»: no stage of this pipeline is skipped.")
            step.draft.refuse("stage", "skips", text % {"name": skipped[0].name})


def _may_go_back(actor: Actor, pipeline: Pipeline) -> bool:
    return pipeline.backward == enums.Backward.ANYONE or (
        pipeline.backward == enums.Backward.HEADS and actor.role == enums.Role.MANAGER
    )


def _barred(step: Step, actor: Actor, movers: Sequence[StageMover]) -> str:
    """Why an actor may not move a deal away from its stage, or to the other; empty when they may."""
    ways = ((step.old, "leave", _("Deals are moved away from «%(stage)s» only by: %(who)s.")),
            (step.new, "enter", _("Deals are moved to «%(stage)s» only by: %(who)s.")))  # fmt: skip
    for stage, way, text in ways:
        lines = [m for m in movers if stage and m.stage_id == stage.pk and m.way == way]
        if stage and lines and not any(is_meant(actor, line) for line in lines):
            return text % {"stage": stage.name, "who": "; ".join(_named(lines))}
    return ""


def _named(lines: Sequence[StageMover]) -> list[str]:
    teams = dict(
        Team.objects.filter(pk__in=[m.team_id for m in lines if m.team_id]).values_list("pk", "name")
    )
    roles = dict(enums.Role.choices)
    return [
        ", ".join(str(t) for t in (roles.get(m.role or "", ""), teams.get(m.team_id or 0, "")) if t)
        for m in lines
    ]


def _between(step: Step, stages: Mapping[int, Stage]) -> list[Stage]:
    """The open stages that a deal on its way on passes over."""
    if not step.forward or step.old is None:
        return []
    last = step.new.place if step.new.kind == "open" else None
    old = step.old
    return [
        s
        for s in stages.values()
        if s.kind == "open"
        and s.pipeline_id == step.new.pipeline_id
        and s.place > old.place
        and (last is None or s.place < last)
    ]


def _ask_needs(shape: Shape, steps: Sequence[Step], stages: Mapping[int, Stage]) -> None:
    """What a stage needs is there, and what the stages need that were passed over."""
    passed = {id(s.draft): [*_between(s, stages), s.new] for s in steps if not s.backward}
    needs: dict[int, list[str]] = defaultdict(list)
    wanted = {stage.pk for some in passed.values() for stage in some}
    for need in StageNeed.objects.filter(stage_id__in=wanted).order_by("position"):
        if need.field in shape.fields or need.field in shape.parts:
            needs[need.stage_id].append(need.field)
    lines = {key for keys in needs.values() for key in keys} & set(shape.parts)
    held = {key: _with_lines(shape, key, [s.draft.record_id for s in steps]) for key in lines}
    for step in steps:
        for stage in passed.get(id(step.draft), ()):
            for key in needs.get(stage.pk, ()):
                if _refused(step.draft, key) or (key in BY_OTHERS and not step.draft.record_id):
                    continue
                if key in shape.parts:
                    given = step.draft.parts.get(key)
                    there = bool(given) if given is not None else step.draft.record_id in held[key]
                else:
                    there = step.draft.get(key) not in (None, "", [], False)
                if not there:
                    label = str(shape.parts[key].label if key in shape.parts else shape.fields[key].label)
                    text = _("Needed for the stage «%(stage)s»: %(field)s.")
                    step.draft.refuse(
                        key, "stage_needs", text % {"stage": stage.name, "field": label.lower()}
                    )


def _with_lines(shape: Shape, part: str, ids: Sequence[int | None]) -> set[int]:
    """Those of some deals that have lines of a part."""
    known = [i for i in ids if i]
    if not known:
        return set()
    own = shape.parts[part]
    column = sql.Identifier(own.parent_column)
    text = sql.SQL("select distinct {} from {} where {} = any(%s)").format(
        column, sql.Identifier(own.table), column
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [known])
        return {row[0] for row in cursor.fetchall()}


def _ask_checks(steps: Sequence[Step]) -> None:
    """What has to be done at a stage is ticked before a deal goes on from there."""
    going = [s for s in steps if s.forward and s.old]
    left = {s.old.pk for s in going if s.old}
    if not left:
        return
    items: dict[int, list[StageCheck]] = defaultdict(list)
    for item in StageCheck.objects.filter(stage_id__in=left, mandatory=True).order_by("position"):
        items[item.stage_id].append(item)
    if not items:
        return
    ids = [s.draft.record_id or 0 for s in going]
    ticked = set(
        OpportunityCheck.objects.filter(opportunity_id__in=ids).values_list("opportunity_id", "check_number")
    )
    for step in going:
        now = {line.get("check_number") for line in step.draft.parts.get(CHECKS, ())}
        for item in items[step.old.pk] if step.old else ():
            if item.pk not in now and (step.draft.record_id, item.pk) not in ticked:
                step.draft.refuse(f"{CHECKS}.{item.pk}", "unticked", item.name)


def _hold_limits(steps: Sequence[Step]) -> None:
    """No more deals than a stage takes, however many people move deals there at once: they come one after the other."""
    held = sorted({s.new.pk for s in steps if s.new.at_most and s.new.at_limit == enums.AtLimit.REFUSE})
    if not held:
        return
    with connection.cursor() as cursor:
        # The lock is on the stage, so that whoever comes second counts what the first has written.
        cursor.execute(
            "select id from pipeline_stage where id = any(%s) order by id for no key update", [held]
        )
        cursor.execute(
            "select stage_id, count(*) from opportunity where stage_id = any(%s) and deleted_at is null group by 1",
            [held],
        )
        there = dict(cursor.fetchall())
    for step in steps:
        if step.new.pk not in held:
            continue
        number, most = there.get(step.new.pk, 0), step.new.at_most or 0
        if number < most:
            there[step.new.pk] = number + 1
            continue
        text = ngettext(
            "«%(stage)s» takes %(count)s deal at once. Move one on first.",
            "«%(stage)s» takes %(count)s deals at once. Move one on first.",
            most,
        )
        step.draft.refuse("stage", "limit", text % {"stage": step.new.name, "count": most})
