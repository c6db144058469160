"""Leads, and how soon they are answered."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.fields.columns import MoneyColumn, PhoneColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Record
from klientura.modules.catalog.models import Product
from klientura.modules.parties.models import Party
from klientura.modules.sales import enums
from klientura.modules.sales.models.deals import Opportunity


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
    score = models.IntegerField(_("score"), default=0)
    temperature = models.CharField(
        _("temperature"), max_length=4, choices=enums.Temperature, null=True, blank=True
    )
    heard_at = models.DateTimeField(_("last heard from them"), null=True, blank=True)
    silent_since = models.DateTimeField(_("has not answered since"), null=True, blank=True)

    class Meta:
        db_table = "lead"


class ScoreRule(models.Model):
    """So many points for a lead that a filter finds."""

    name = models.CharField(max_length=120)
    points = models.IntegerField()
    filter = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "lead_score_rule"


class ScoreLimits(models.Model):
    """From how many points a lead is hot or warm; one row. `reckoned_on`: the day for which all leads were scored."""

    hot = models.IntegerField(default=60)
    warm = models.IntegerField(default=30)
    reckoned_on = models.DateField(null=True)

    class Meta:
        db_table = "lead_score_limits"


class ResponseTime(Record):
    """How soon leads of a channel are to be answered, in minutes of working time; without a channel: those of all others."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    channel = models.CharField(_("channel"), max_length=12, choices=enums.LeadChannel, null=True, blank=True)
    minutes = models.IntegerField(_("answer within, working minutes"))

    class Meta:
        db_table = "lead_response_time"
