"""What surrounds a deal: competitors, those who decide, and who has a share in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.models import User
from klientura.kernel.fields.columns import MoneyColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Line, Record
from klientura.modules.parties.models import Party
from klientura.modules.sales import enums
from klientura.modules.sales.models.deals import Opportunity


class Competitor(Record):
    """Somebody who sells what we sell."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=255)
    site = models.URLField(_("site"), max_length=500, null=True, blank=True)
    strengths = models.TextField(_("strengths"), null=True, blank=True)
    weaknesses = models.TextField(_("weaknesses"), null=True, blank=True)
    answer = models.TextField(_("what we say to it"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")

    class Meta:
        db_table = "competitor"


class CompetitorPrice(Line):
    """What a competitor asked for something on a day."""

    competitor = models.ForeignKey(Competitor, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("what for"), max_length=300)
    price = MoneyColumn(_("price"), null=True, blank=True, currency_field="currency")
    seen_on = models.DateField(_("seen on"), null=True, blank=True)
    note = models.CharField(_("where from"), max_length=300, null=True, blank=True)

    class Meta:
        db_table = "competitor_price"


class DealRival(Line):
    """A competitor in a deal, and how it ended against them."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+", db_index=False)
    competitor = models.ForeignKey(
        Competitor, models.CASCADE, related_name="+", verbose_name=_("competitor"), db_index=False
    )
    outcome = models.CharField(
        pgettext_lazy("rival", "outcome"), max_length=7, choices=enums.RivalOutcome, default="running"
    )
    note = models.CharField(_("note"), max_length=300, null=True, blank=True)

    class Meta:
        db_table = "opportunity_rival"


class DealPerson(Line):
    """Somebody on the client's side: what they decide, and how they stand to us."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(
        Party, models.CASCADE, related_name="+", verbose_name=_("person"), db_index=False
    )
    influence = models.CharField(
        _("part in the decision"), max_length=10, choices=enums.Influence, default="decides"
    )
    attitude = models.CharField(_("attitude"), max_length=8, choices=enums.Attitude, null=True, blank=True)
    note = models.CharField(_("what matters to them"), max_length=300, null=True, blank=True)

    class Meta:
        db_table = "opportunity_person"


class DealShare(Line):
    """Whose sale a deal is, in per cent."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("who"), db_index=False)
    percent = models.DecimalField(_("share, %"), max_digits=5, decimal_places=2)

    class Meta:
        db_table = "opportunity_share"
