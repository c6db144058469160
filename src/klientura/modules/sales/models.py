"""Tables of sales."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.models import Team, User
from klientura.kernel.fields.columns import MoneyColumn, PhoneColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Line, Record
from klientura.modules.activities.enums import TaskKind
from klientura.modules.catalog.enums import TaxMode
from klientura.modules.catalog.models import PricedLine, PriceList, Product
from klientura.modules.parties.models import Party
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


class Lead(Record):
    """Demand that nobody has looked into yet: what somebody wants, with where it came from.

    Who it is stands here as it was typed; clients, people and deals are made of it when it is converted.
    """

    name = models.CharField(_("what they want"), max_length=255, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=enums.LeadStatus, default="new")
    status_changed_at = models.DateTimeField(_("in this status since"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    company_name = models.CharField(
        pgettext_lazy("lead", "organisation"), max_length=255, null=True, blank=True
    )
    person_name = models.CharField(pgettext_lazy("lead", "person"), max_length=200, null=True, blank=True)
    phone = PhoneColumn(_("phone"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    city = models.CharField(_("city"), max_length=120, null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=12, choices=enums.LeadChannel, default="hand")
    source = models.CharField(_("source"), max_length=120, null=True, blank=True)
    utm_source = models.CharField(_("UTM: source"), max_length=200, null=True, blank=True)
    utm_medium = models.CharField(_("UTM: channel"), max_length=200, null=True, blank=True)
    utm_campaign = models.CharField(_("UTM: campaign"), max_length=200, null=True, blank=True)
    utm_content = models.CharField(_("UTM: ad"), max_length=200, null=True, blank=True)
    utm_term = models.CharField(_("UTM: keyword"), max_length=200, null=True, blank=True)
    need = models.TextField(_("request in their words"), null=True, blank=True)
    amount = MoneyColumn(_("expected amount"), null=True, blank=True, currency_field="currency")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    product = models.ForeignKey(
        Product,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
        db_index=False,
    )
    budget_known = models.CharField(
        _("budget"), max_length=10, choices=enums.BudgetKnown, null=True, blank=True
    )
    decision_maker = models.CharField(_("who decides"), max_length=200, null=True, blank=True)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    used_now = models.CharField(_("what they use now"), max_length=300, null=True, blank=True)
    clarified = models.IntegerField(_("needs clarified, %"), default=0)
    unsuitable_reason = models.CharField(
        _("why not suitable"), max_length=12, choices=enums.UnsuitableReason, null=True, blank=True
    )
    unsuitable_note = models.CharField(_("what happened"), max_length=500, null=True, blank=True)
    next_step_at = models.DateTimeField(_("next step"), null=True, blank=True)
    response_due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    first_response_at = models.DateTimeField(_("first answer"), null=True, blank=True)
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
    opportunity = models.ForeignKey(
        Opportunity,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("lead", "deal"),
        db_index=False,
    )
    tags = ArrayField(models.CharField(max_length=63), null=True, blank=True, verbose_name=_("tags"))

    class Meta:
        db_table = "lead"


class ResponseTime(Record):
    """How soon leads of a channel are to be answered, in minutes of working time; without a channel: those of all others."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=12, choices=enums.LeadChannel, null=True, blank=True)
    minutes = models.IntegerField(_("answer within, working minutes"))

    class Meta:
        db_table = "lead_response_time"


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
        indexes = [models.Index(fields=["stage_id", "at"], name="opportunity_visit_entered")]


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
