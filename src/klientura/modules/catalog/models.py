"""Tables of the catalogue."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.fields.columns import MoneyColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Line, Record
from klientura.modules.catalog import enums
from klientura.modules.parties.enums import PartyRole
from klientura.modules.parties.models import Party


class Unit(Record):
    """A unit of measure; `code` by ОКЕИ, as Russian papers print it."""

    symbol = models.CharField(_("symbol"), max_length=60)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    code = models.CharField(_("code (OKEI)"), max_length=4, null=True, blank=True)
    places = models.IntegerField(_("decimal places"), default=0)

    class Meta:
        db_table = "unit"


class Tax(Record):
    """A kind of tax whose rate changes with time: VAT at the standard rate, at 10 %, none."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    place = models.IntegerField(_("order"), default=0)
    calculated = models.BooleanField(_("calculated rate (of an advance)"), default=False)

    class Meta:
        db_table = "tax"


class TaxRate(Line):
    """The rate of a tax from a day on; without a percentage: not taxed."""

    tax = models.ForeignKey(Tax, models.CASCADE, related_name="+", db_index=False)
    valid_from = models.DateField(_("from"))
    percent = models.DecimalField(_("rate, %"), max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        db_table = "tax_rate"


class ProductCategory(Record):
    """A branch of the catalogue."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=200)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("within"), db_index=False
    )  # fmt: skip

    class Meta:
        db_table = "product_category"


class Product(Record):
    """What is sold: goods, a service, work, a kit."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=300)
    code = models.CharField(_("article"), max_length=60, null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=enums.ProductKind, default="goods")
    category = models.ForeignKey(
        ProductCategory, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("category"),
        db_index=False,
    )  # fmt: skip
    unit = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("unit"), db_index=False
    )
    tax = models.ForeignKey(
        Tax, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("tax"), db_index=False
    )
    price = MoneyColumn(_("base price"), null=True, blank=True, currency_field="currency")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    cost = MoneyColumn(_("cost"), null=True, blank=True, currency_field="currency")
    duty = models.DecimalField(_("duty, %"), max_digits=5, decimal_places=2, null=True, blank=True)
    kit_price = models.CharField(
        _("price of the kit"), max_length=4, choices=enums.KitPrice, null=True, blank=True
    )
    variant_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("variant of"),
        db_index=False,
    )  # fmt: skip
    variant = models.CharField(_("variant"), max_length=120, null=True, blank=True)
    barcode = models.CharField(_("barcode"), max_length=14, null=True, blank=True)
    brand = models.CharField(_("brand"), max_length=120, null=True, blank=True)
    funnel_role = models.CharField(
        _("role in selling"), max_length=8, choices=enums.FunnelRole, null=True, blank=True
    )
    is_active = models.BooleanField(_("on sale"), default=True)
    pictures = ArrayField(models.BigIntegerField(), null=True, blank=True, verbose_name=_("pictures"))
    tags = ArrayField(models.CharField(max_length=63), null=True, blank=True, verbose_name=_("tags"))
    description = models.TextField(_("description"), null=True, blank=True)

    class Meta:
        db_table = "product"


class ProductCost(Line):
    """What a product costs us from a day on; without a day: always, until a later one begins. Duty and delivery come on top."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="+", db_index=False)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    cost = MoneyColumn(_("cost"), null=True, blank=True, currency_field="currency")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    duty = models.DecimalField(_("duty, %"), max_digits=5, decimal_places=2, null=True, blank=True)
    delivery = models.DecimalField(_("delivery, %"), max_digits=5, decimal_places=2, null=True, blank=True)
    supplier = models.ForeignKey(
        Party, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("supplier"),
        db_index=False,
    )  # fmt: skip

    class Meta:
        db_table = "product_cost"


class Component(Line):
    """What a kit holds."""

    kit = models.ForeignKey(Product, models.CASCADE, related_name="+", db_index=False)
    component = models.ForeignKey(
        Product, models.CASCADE, related_name="+", verbose_name=_("product"), db_index=False
    )
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=3, default=Decimal(1))
    optional = models.BooleanField(_("by choice"), default=False)

    class Meta:
        db_table = "product_component"


class Companion(Line):
    """Which product another one needs, or does not go with."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=8, choices=enums.Compatibility, default="requires")
    other = models.ForeignKey(
        Product, models.CASCADE, related_name="+", verbose_name=_("product"), db_index=False
    )

    class Meta:
        db_table = "product_companion"


class OptionGroup(Record):
    """Options of a product of which some are chosen: one of the motors, any of the covers."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="+", verbose_name=_("for the product"), db_index=False
    )
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    place = models.IntegerField(_("order"), default=0)
    at_least = models.IntegerField(_("choose at least"), default=0)
    at_most = models.IntegerField(_("choose at most"), null=True, blank=True)

    class Meta:
        db_table = "option_group"


class Option(Line):
    """A product that may be chosen in a group. Its price is added to that of the whole; empty: that of the catalogue."""

    option_group = models.ForeignKey(OptionGroup, models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(
        Product, models.CASCADE, related_name="+", verbose_name=_("option"), db_index=False
    )
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=3, default=Decimal(1))
    most = models.DecimalField(_("quantity up to"), max_digits=15, decimal_places=3, null=True, blank=True)
    price = MoneyColumn(_("surcharge"), null=True, blank=True)
    by_default = models.BooleanField(_("chosen to begin with"), default=False)

    class Meta:
        db_table = "product_option"


class OptionRule(Line):
    """Which option of a product requires another one, or excludes it; for one variant alone, if that is said."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="+", db_index=False)
    option = models.ForeignKey(
        Product, models.CASCADE, related_name="+", verbose_name=_("option"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=enums.Compatibility, default="requires")
    other = models.ForeignKey(
        Product, models.CASCADE, related_name="+", verbose_name=_("other option"), db_index=False
    )
    variant = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("only in the variant"),
    )  # fmt: skip

    class Meta:
        db_table = "product_option_rule"


class PriceList(Record):
    """Prices for some clients, in a currency, for a time; what it does not name comes from its base with a mark-up."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    base = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("based on"),
        db_index=False,
    )  # fmt: skip
    markup = models.DecimalField(_("mark-up, %"), max_digits=6, decimal_places=2, null=True, blank=True)
    rounding = models.DecimalField(_("rounded to"), max_digits=8, decimal_places=2, null=True, blank=True)
    tax_mode = models.CharField(_("tax"), max_length=8, choices=enums.TaxMode, default="included")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    roles = ArrayField(
        models.CharField(max_length=12, choices=PartyRole), null=True, blank=True, verbose_name=_("for clients that are"),
    )  # fmt: skip
    place = models.IntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        db_table = "price_list"


class Price(Line):
    """What a product costs by a price list, from a quantity on, for a time."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="+", db_index=False)
    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="+", verbose_name=_("price list"), db_index=False
    )
    min_quantity = models.DecimalField(
        _("from quantity"), max_digits=15, decimal_places=3, default=Decimal(0)
    )
    price = MoneyColumn(_("price"))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        db_table = "product_price"


class DiscountRule(Record):
    """When a line costs less: what is bought, by whom, how much, when."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=200)
    percent = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2)
    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
        db_index=False,
    )
    category = models.ForeignKey(
        ProductCategory, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("category"),
        db_index=False,
    )  # fmt: skip
    price_list = models.ForeignKey(
        PriceList, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("price list"),
        db_index=False,
    )  # fmt: skip
    roles = ArrayField(
        models.CharField(max_length=12, choices=PartyRole), null=True, blank=True, verbose_name=_("for clients that are"),
    )  # fmt: skip
    min_quantity = models.DecimalField(
        _("from quantity"), max_digits=15, decimal_places=3, null=True, blank=True
    )
    min_total = MoneyColumn(_("from a sum of the whole"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    combines = models.BooleanField(_("adds to other discounts"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        db_table = "discount_rule"


class DiscountLimit(Record):
    """How much somebody of a role may take off by themselves; beyond it a paper does not go out without approval."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=120)
    role = models.CharField(_("role"), max_length=16, choices=enums.LimitedRole)
    category = models.ForeignKey(
        ProductCategory, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("category"),
        db_index=False,
    )  # fmt: skip
    on_line = models.DecimalField(
        _("discount on a line up to, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    on_whole = models.DecimalField(
        _("discount on the whole paper up to, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    least_margin = models.DecimalField(
        _("least margin, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        db_table = "discount_limit"


class ExchangeRate(Record):
    """What so many units of a currency cost in the company's currency from a day on."""

    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    on = models.DateField(_("from"))
    nominal = models.IntegerField(_("units"), default=1)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=6)
    source = models.CharField(_("source"), max_length=120, null=True, blank=True)

    class Meta:
        db_table = "exchange_rate"


class PricedLine(Line):
    """A line of anything that is sold by: deal, offer, order, invoice. `given_…` is what people say themselves.

    The columns that follow from it (`services.lines`) are kept as they were reckoned, so that a paper never changes by itself.
    """

    product = models.ForeignKey(
        Product,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
        db_index=False,
    )
    name = models.CharField(_("in the paper"), max_length=500, null=True, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=3, default=Decimal(1))
    unit = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("unit"), db_index=False
    )
    given_price = MoneyColumn(_("price"), null=True, blank=True, currency_field="currency")
    given_discount = models.DecimalField(
        _("discount, %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    price = MoneyColumn(_("price"), null=True, blank=True, currency_field="currency")
    discount = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, null=True, blank=True)
    reason = models.CharField(_("how the price came about"), max_length=500, null=True, blank=True)
    tax = models.ForeignKey(
        Tax, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("tax"), db_index=False
    )
    tax_rate = models.DecimalField(_("tax, %"), max_digits=5, decimal_places=2, null=True, blank=True)
    net = MoneyColumn(_("without tax"), null=True, blank=True, currency_field="currency")
    tax_sum = MoneyColumn(_("tax, sum"), null=True, blank=True, currency_field="currency")
    total = MoneyColumn(_("sum"), null=True, blank=True, currency_field="currency")
    configuration = models.CharField(_("configuration"), max_length=4000, null=True, blank=True)

    class Meta:
        abstract = True
