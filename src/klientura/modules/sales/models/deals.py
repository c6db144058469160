"""Deals with what belongs to them, and the facts of their way."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.models import User
from klientura.kernel.fields.columns import MoneyColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Line, Record
from klientura.modules.catalog.enums import TaxMode
from klientura.modules.catalog.models import PricedLine, PriceList
from klientura.modules.parties.models import Party
from klientura.modules.sales import enums
from klientura.modules.sales.models.pipelines import Pipeline, Stage, StageTask


class Opportunity(Record):
    """A qualified chance of a sale."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=255)
    party = models.ForeignKey(
        Party,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("client"),
        db_index=False,
    )
    person = models.ForeignKey(
        Party,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact person"),
        db_index=False,
    )
    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, blank=True, related_name="+", verbose_name=_("pipeline"), db_index=False
    )
    stage = models.ForeignKey(
        Stage, models.PROTECT, blank=True, related_name="+", verbose_name=_("stage"), db_index=False
    )
    status = models.CharField(
        pgettext_lazy("deal", "outcome"), max_length=5, choices=enums.StageKind, default="open"
    )
    amount = MoneyColumn(_("amount"), null=True, blank=True, currency_field="currency")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    price_list = models.ForeignKey(
        PriceList,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("price list"),
        db_index=False,
    )
    tax_mode = models.CharField(_("tax"), max_length=8, choices=TaxMode, default="included")
    probability = models.IntegerField(_("probability, %"), null=True, blank=True)
    close_date = models.DateField(_("expected close"), null=True, blank=True)
    forecast = models.CharField(
        _("in the forecast"), max_length=8, choices=enums.Forecast, null=True, blank=True
    )
    tags = ArrayField(models.CharField(max_length=63), null=True, blank=True, verbose_name=_("tags"))
    source = models.CharField(_("source"), max_length=120, null=True, blank=True)
    competitor = models.CharField(_("competitor"), max_length=200, null=True, blank=True)
    description = models.TextField(_("description"), null=True, blank=True)
    stage_changed_at = models.DateTimeField(_("in this stage since"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    loss_reason = models.CharField(
        _("loss reason"), max_length=12, choices=enums.LossReason, null=True, blank=True
    )
    loss_note = models.CharField(_("what happened"), max_length=500, null=True, blank=True)
    next_step_at = models.DateTimeField(_("next step"), null=True, blank=True)
    expires_on = models.DateField(_("waits until"), null=True, blank=True)
    rating = models.CharField(_("rating"), max_length=6, choices=enums.Rating, null=True, blank=True)
    monthly = MoneyColumn(_("each month"), null=True, blank=True, currency_field="currency")
    months = models.IntegerField(_("for so many months"), null=True, blank=True)
    winback_on = models.DateField(_("take up again on"), null=True, blank=True)
    helpers = ArrayField(
        models.BigIntegerField(), verbose_name=_("deal team"), null=True, blank=True, default=None
    )

    class Meta:
        db_table = "opportunity"


class OpportunityCheck(Line):
    """A line of a stage's checklist that is done for a deal, as it was worded then."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("what is done"), max_length=200)
    check_number = models.BigIntegerField(_("line of the checklist"))
    done_at = models.DateTimeField(pgettext_lazy("checklist", "when"))
    done_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("checklist", "who"),
        db_index=False,
    )

    class Meta:
        db_table = "opportunity_check"
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "check_number"], name="opportunity_check_once")
        ]


class StageTaskMade(models.Model):
    """That a task of a stage was made for a deal that came there: it is made once, whatever is repeated."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+", db_index=False)
    template = models.ForeignKey(StageTask, models.CASCADE, related_name="+", db_index=False)
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "stage_task_made"
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "template", "entered_at"], name="stage_task_made_once"
            )
        ]


class OpportunityLine(PricedLine):
    """What a deal is about: a product or a service, how much of it and for how much."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "opportunity_line"


class StageVisit(models.Model):
    """A stay of a deal at a stage: when it came, from where, how it stood then, when it left. Kept by the database alone (ADR 25).

    Facts of the past, so they point at nothing: the names of stages and people may change or go.
    """

    opportunity_id = models.BigIntegerField()
    number = models.IntegerField()
    pipeline_id = models.BigIntegerField()
    from_stage_id = models.BigIntegerField(null=True)
    stage_id = models.BigIntegerField()
    status = models.CharField(max_length=5)
    at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    actor_id = models.BigIntegerField(null=True)
    operation_id = models.BigIntegerField(null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)

    class Meta:
        db_table = "opportunity_visit"
        constraints = [
            models.UniqueConstraint(fields=["opportunity_id", "number"], name="opportunity_visit_number")
        ]
        # By what a stage was entered when; and what stood at a moment, or changed in a stretch of days: stays that ended
        # after it, that last, that are an end.
        indexes = [
            models.Index(fields=["stage_id", "at"], name="opportunity_visit_entered"),
            models.Index(
                fields=["left_at"], condition=models.Q(left_at__isnull=False), name="opportunity_visit_left"
            ),
            models.Index(
                fields=["at"],
                condition=models.Q(left_at__isnull=True, status="open"),
                name="opportunity_visit_open",
            ),
            models.Index(
                fields=["at"],
                condition=models.Q(("left_at__isnull", True), ("status__in", ["won", "lost"])),
                name="opportunity_visit_ended",
            ),
        ]


class Worth(models.Model):
    """What a deal was worth, and when it was to be closed, from one moment to another. Kept by the database alone."""

    opportunity_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    close_date = models.DateField(null=True)

    class Meta:
        db_table = "opportunity_worth"
        indexes = [models.Index(fields=["opportunity_id", "since"], name="opportunity_worth_since")]


class Course(models.Model):
    """All that a funnel asks of a deal, in one narrow row: how it stands, and which stages it has ever reached.

    `came_from` is the stage it left last: where a lost deal was lost. Kept by the database alone.
    """

    opportunity_id = models.BigIntegerField(primary_key=True)
    live = models.BooleanField()
    pipeline_id = models.BigIntegerField()
    stage_id = models.BigIntegerField()
    status = models.CharField(max_length=5)
    owner_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    loss_reason = models.CharField(max_length=63, null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    probability = models.IntegerField(null=True)
    came_from_id = models.BigIntegerField(null=True)
    reached = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "opportunity_course"
        indexes = [models.Index(fields=["created_at"], name="opportunity_course_created")]
