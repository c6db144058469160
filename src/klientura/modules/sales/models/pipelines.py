"""Pipelines, their stages, and what is asked of a deal at each."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.models import Team, User
from klientura.kernel.store.record import Line, Record
from klientura.modules.activities.enums import TaskKind
from klientura.modules.sales import enums


class Pipeline(Record):
    """A way of selling: a sequence of stages."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    place = models.IntegerField(_("order"), default=0)
    skipping = models.BooleanField(_("stages may be skipped"), default=True)
    backward = models.CharField(
        _("who moves deals back"), max_length=6, choices=enums.Backward, default="anyone"
    )

    class Meta:
        db_table = "pipeline"


class PipelineAccess(Line):
    """Who works in a pipeline: a role, a team, or those of a role in a team. Without lines everybody does."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="+", db_index=False)
    role = models.CharField(_("role"), max_length=40, choices=enums.Role, null=True, blank=True)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team"), db_index=False
    )

    class Meta:
        db_table = "pipeline_access"


class Stage(Record):
    """A step of a pipeline."""

    pipeline = models.ForeignKey(
        Pipeline, models.CASCADE, related_name="+", verbose_name=_("pipeline"), db_index=False
    )
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    place = models.IntegerField(_("order"), default=0)
    kind = models.CharField(_("meaning"), max_length=5, choices=enums.StageKind, default="open")
    probability = models.IntegerField(_("probability, %"), default=0)
    forecast = models.CharField(
        _("in the forecast"), max_length=8, choices=enums.Forecast, default="pipeline"
    )
    days = models.IntegerField(_("usual time, days"), null=True, blank=True)
    hue = models.CharField(_("colour"), max_length=8, choices=enums.Hue, default="gray")
    guide = models.TextField(_("what is done here"), null=True, blank=True)
    at_most = models.IntegerField(_("deals at once, at most"), null=True, blank=True)
    at_limit = models.CharField(_("when there are more"), max_length=6, choices=enums.AtLimit, default="warn")
    expire_days = models.IntegerField(_("deals expire after, days"), null=True, blank=True)
    warn_days = models.IntegerField(_("warn so many days before"), null=True, blank=True)
    on_expiry = models.CharField(
        _("when a deal has expired"), max_length=6, choices=enums.OnExpiry, default="tell"
    )
    expiry_stage = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("stage for expired deals"),
        db_index=False,
    )

    class Meta:
        db_table = "pipeline_stage"


class StageNeed(Line):
    """What has to be filled in before a deal comes to a stage: a field of the deal, or lines of it."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="+", db_index=False)
    field = models.CharField(_("field of the deal"), max_length=63)

    class Meta:
        db_table = "stage_need"


class StageCheck(Line):
    """Something that is ticked on a deal while it is at a stage."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("what is to be done"), max_length=200)
    mandatory = models.BooleanField(_("must be done"), default=True)

    class Meta:
        db_table = "stage_check"


class StageTask(Line):
    """A task that is made when a deal comes to a stage."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("task"), max_length=300)
    kind = models.CharField(
        pgettext_lazy("task", "kind"), max_length=8, choices=TaskKind, default=TaskKind.TASK
    )
    days = models.IntegerField(_("due in, working days"), default=1)
    who = models.CharField(_("for whom"), max_length=7, choices=enums.TaskFor, default="owner")
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("who"), db_index=False
    )

    class Meta:
        db_table = "stage_task"


class StageMover(Line):
    """Who may move deals to a stage, or away from it: a role, a team, or those of a role in a team."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="+", db_index=False)
    way = models.CharField(_("which way"), max_length=5, choices=enums.Way, default="enter")
    role = models.CharField(_("role"), max_length=40, choices=enums.Role, null=True, blank=True)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("team"), db_index=False
    )

    class Meta:
        db_table = "stage_mover"
