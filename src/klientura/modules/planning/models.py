"""Tables of plans."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.fields.columns import MoneyColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Record
from klientura.modules.catalog.models import Product, ProductCategory
from klientura.modules.planning import enums


class Quota(Record):
    """A plan of sales: one target of one measure for a stretch of the calendar. The owner is the person whose plan it is.

    One target for the same has its place in the unique index `quota_cell`.
    """

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=200, null=True, blank=True)
    level = models.CharField(_("whose plan"), max_length=7, choices=enums.Level, default="person")
    measure = models.CharField(_("what is planned"), max_length=9, choices=enums.Measure, default="won_sum")
    period = models.CharField(
        pgettext_lazy("plan", "for"), max_length=7, choices=enums.Period, default="month"
    )
    starts_on = models.DateField(_("begins on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    amount = MoneyColumn(_("plan, sum"), null=True, blank=True, currency_field="currency")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    number = models.IntegerField(_("plan, number"), null=True, blank=True)
    product = models.ForeignKey(
        Product, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("product"), db_index=False
    )  # fmt: skip
    category = models.ForeignKey(
        ProductCategory, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("product group"), db_index=False
    )  # fmt: skip
    city = models.CharField(_("city of clients"), max_length=120, null=True, blank=True)
    note = models.TextField(_("note"), null=True, blank=True)

    class Meta:
        db_table = "quota"


class Judgement(Record):
    """What a head expects of a person, a team or the company in a month, whatever the deals come to; and why."""

    level = models.CharField(_("whose forecast"), max_length=7, choices=enums.Level, default="person")
    starts_on = models.DateField(pgettext_lazy("forecast", "month"))
    amount = MoneyColumn(_("expected sum"), null=True, blank=True, currency_field="currency")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    reason = models.CharField(_("why"), max_length=500, null=True, blank=True)

    class Meta:
        db_table = "forecast_judgement"


class ForecastShot(models.Model):
    """What was expected of a month on a day, by whose it is: kept as it was said then. Sums in the company's currency of that day."""

    day = models.DateField()
    month = models.DateField()
    owner_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    won = models.DecimalField(max_digits=18, decimal_places=2)
    committed = models.DecimalField(max_digits=18, decimal_places=2)
    best = models.DecimalField(max_digits=18, decimal_places=2)
    pipeline = models.DecimalField(max_digits=18, decimal_places=2)
    weighted = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        db_table = "forecast_shot"
        indexes = [
            models.Index(fields=["month", "day"], name="forecast_shot_month"),
            models.Index(fields=["day"], name="forecast_shot_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.month}"


class ModelRun(models.Model):
    """One reckoning of the models: of what, up to which month, when; what was left out. One is kept for each last month."""

    through = models.DateField(unique=True)
    currency = models.CharField(max_length=3)
    library = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    seconds = models.IntegerField()
    left_out = models.JSONField(default=dict)

    class Meta:
        db_table = "forecast_model_run"

    def __str__(self) -> str:
        return f"{self.through}"


class ModelSeries(models.Model):
    """What was forecast in a run: of whom or what, by which model, how it did on the past. Without a model: why there is no number."""

    run = models.ForeignKey(ModelRun, models.CASCADE, related_name="+")
    dimension = models.CharField(max_length=8, choices=enums.Dimension)
    key = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    months = models.IntegerField()
    state = models.CharField(max_length=6, choices=enums.SeriesState)
    model = models.CharField(max_length=8, choices=enums.ForecastModel, null=True)
    season = models.IntegerField(null=True)
    trials = models.IntegerField(null=True)
    horizon = models.IntegerField(null=True)
    cut = models.BooleanField(default=False)
    learnt = models.JSONField(default=dict)
    tried = models.JSONField(default=list)

    class Meta:
        db_table = "forecast_model_series"
        constraints = [
            models.UniqueConstraint(
                "run", "dimension", "key", "currency", name="forecast_model_series_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.key}"


class ModelValue(models.Model):
    """What a model says of a month, and its bounds."""

    series = models.ForeignKey(ModelSeries, models.CASCADE, related_name="+")
    month = models.DateField()
    mean = models.DecimalField(max_digits=20, decimal_places=2)
    low = models.DecimalField(max_digits=20, decimal_places=2)
    high = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        db_table = "forecast_model_value"
        constraints = [
            models.UniqueConstraint("series", "month", name="forecast_model_value_once"),
            models.CheckConstraint(
                condition=models.Q(low__lte=models.F("mean"), high__gte=models.F("mean")),
                name="forecast_model_value_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.mean}"
