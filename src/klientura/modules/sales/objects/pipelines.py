"""Pipelines and their stages, with what is asked of a deal at each."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Field, ObjectSpec, Part, Section
from klientura.modules.sales.models import (
    Pipeline,
    PipelineAccess,
    Stage,
    StageCheck,
    StageMover,
    StageNeed,
    StageTask,
)
from klientura.modules.sales.objects.rights import SETTINGS_RIGHTS
from klientura.modules.sales.services import checks, stage_checks

PIPELINE: Final = ObjectSpec(
    key="pipeline",
    model=Pipeline,
    label=_("Pipeline"),
    plural=_("Pipelines"),
    new_label=_("New pipeline"),
    icon="filter",
    title=("name",),
    fields={"backward": Field(counted=False), "skipping": Field(counted=False)},
    sections=(
        Section("main", pgettext_lazy("section", "Main"), ("name", "place")),
        Section("rules", pgettext_lazy("section", "How deals go"), ("skipping", "backward")),
    ),
    columns=("name", "place"),
    sort="place",
    search=("name",),
    parts=(
        Part(
            key="access", model=PipelineAccess, parent="pipeline", label=_("Who works in it"),
            columns=("role", "team"), inputs=("role", "team"),
        ),
    ),
    before_write=stage_checks.before_write_pipeline,
    before_trash=checks.before_trash_pipeline,
    rights=SETTINGS_RIGHTS,
    subject=False,
    related=False,
    navigation=False,
)  # fmt: skip

STAGE: Final = ObjectSpec(
    key="stage",
    model=Stage,
    label=_("Stage"),
    plural=_("Stages"),
    new_label=_("New stage"),
    icon="milestone",
    title=("name",),
    fields={
        "probability": Field(minimum=0, maximum=100),
        "days": Field(
            minimum=0,
            hint=_("A deal that stays longer is marked on the board; one that stays twice as long, in red."),
        ),
        "pipeline": Field(target="pipeline"),
        "at_most": Field(
            minimum=1, adds_up=False, hint=_("Open deals that may stand here at the same time.")
        ),
        "expire_days": Field(
            minimum=1,
            maximum=stage_checks.MOST_DAYS,
            adds_up=False,
            hint=_("A deal that comes here waits for so long; its day can be moved on the deal."),
        ),
        "warn_days": Field(minimum=0, maximum=stage_checks.MOST_DAYS, adds_up=False),
        "expiry_stage": Field(target="stage"),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("pipeline", "name", "place", "kind", "probability", "forecast", "days", "hue", "guide"),
        ),
        Section("limit", pgettext_lazy("section", "How many deals at once"), ("at_most", "at_limit")),
        Section(
            "expiry",
            pgettext_lazy("section", "How long a deal waits"),
            ("expire_days", "warn_days", "on_expiry", "expiry_stage"),
        ),
    ),
    quick=("pipeline", "name", "kind", "probability", "forecast", "days", "hue", "place"),
    columns=("pipeline", "place", "name", "kind", "probability", "days"),
    sort="place",
    search=("name",),
    parts=(
        Part(
            key="needs", model=StageNeed, parent="stage", label=_("Filled in before a deal comes here"),
            fields={"field": Field(type="option", fields_of="opportunity")},
            columns=("field",), inputs=("field",),
        ),
        Part(
            key="checklist", model=StageCheck, parent="stage", label=_("Done before a deal goes on"),
            columns=("name", "mandatory"), inputs=("name", "mandatory"),
        ),
        Part(
            key="tasks", model=StageTask, parent="stage", label=_("Tasks made when a deal comes here"),
            fields={"days": Field(minimum=0, maximum=stage_checks.MOST_DAYS, adds_up=False)},
            columns=("name", "kind", "days", "who", "user"), inputs=("name", "kind", "days", "who", "user"),
        ),
        Part(
            key="movers", model=StageMover, parent="stage", label=_("Who may move deals"),
            columns=("way", "role", "team"), inputs=("way", "role", "team"),
        ),
    ),
    before_write=stage_checks.before_write_stage,
    before_trash=checks.before_trash_stage,
    rights=SETTINGS_RIGHTS,
    subject=False,
    related=False,
    navigation=False,
)  # fmt: skip
