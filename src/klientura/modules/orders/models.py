"""Tables of papers of sales: offer, order, invoice, closing paper. What they have in common stands in Paper."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.fields.columns import MoneyColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Line, Record
from klientura.modules.catalog.enums import TaxMode
from klientura.modules.catalog.models import PricedLine, PriceList
from klientura.modules.documents.models import OwnCompany
from klientura.modules.orders import enums
from klientura.modules.parties.models import Party
from klientura.modules.sales.models import Opportunity


def _link(target: Any, label: Any) -> Any:
    """A reference that falls away with what it points at; its index is made by the store."""
    return models.ForeignKey(
        target, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=label, db_index=False
    )


class Paper(Record):
    """A numbered paper of sales: it gets its number when it is issued, and what it says is not changed from then on."""

    number = models.CharField(_("number"), max_length=40, null=True, blank=True)
    company = models.ForeignKey(
        OwnCompany, models.PROTECT, related_name="+", verbose_name=_("our company"), db_index=False
    )
    party = _link(Party, _("client"))
    person = _link(Party, _("contact person"))
    opportunity = _link(Opportunity, _("deal"))
    issued_on = models.DateField(_("date"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    price_list = _link(PriceList, _("price list"))
    tax_mode = models.CharField(_("tax"), max_length=8, choices=TaxMode, default="included")
    amount = MoneyColumn(_("amount"), default=Decimal(0), currency_field="currency")
    tax_total = MoneyColumn(_("of it tax"), default=Decimal(0), currency_field="currency")
    note = models.TextField(_("words below the table"), null=True, blank=True)

    class Meta:
        abstract = True


class Contract(Record):
    """A contract with a client: orders, invoices and closing papers stand on it."""

    number = models.CharField(_("number"), max_length=60, null=True, blank=True)
    name = models.CharField(_("subject of the contract"), max_length=255)
    kind = models.CharField(_("kind of contract"), max_length=8, choices=enums.ContractKind, default="supply")
    status = models.CharField(_("status"), max_length=6, choices=enums.ContractStatus, default="draft")
    company = models.ForeignKey(
        OwnCompany, models.PROTECT, related_name="+", verbose_name=_("our company"), db_index=False
    )
    party = _link(Party, _("client"))
    person = _link(Party, _("who signs for the client"))
    opportunity = _link(Opportunity, _("deal"))
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    starts_on = models.DateField(_("holds from"), null=True, blank=True)
    ends_on = models.DateField(_("holds until"), null=True, blank=True)
    renews = models.BooleanField(_("goes on by itself"), default=False)
    renewal_months = models.PositiveSmallIntegerField(_("goes on for, months"), default=12)
    notice_days = models.PositiveSmallIntegerField(_("remind before its end, days"), default=30)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    amount = MoneyColumn(_("sum of the contract"), null=True, blank=True, currency_field="currency")
    payment_terms = models.CharField(_("payment terms"), max_length=500, null=True, blank=True)
    delivery_terms = models.CharField(_("delivery terms"), max_length=500, null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.TextField(_("why it ended"), null=True, blank=True)
    files = ArrayField(models.BigIntegerField(), null=True, blank=True, verbose_name=_("the contract itself"))
    note = models.TextField(_("note"), null=True, blank=True)

    class Meta:
        db_table = "contract"


class Offer(Paper):
    """A priced proposal (коммерческое предложение), in editions: a new one replaces the one before it."""

    status = models.CharField(_("status"), max_length=9, choices=enums.OfferStatus, default="draft")
    valid_until = models.DateField(_("holds until"), null=True, blank=True)
    intro = models.TextField(_("words above the table"), null=True, blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=500, null=True, blank=True)
    delivery_terms = models.CharField(_("delivery terms"), max_length=500, null=True, blank=True)
    previous = _link("self", _("edition before"))
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    answer = models.TextField(_("what the client said"), null=True, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)

    class Meta:
        db_table = "offer"


class OfferLine(PricedLine):
    """What an offer proposes."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "offer_line"


class Order(Paper):
    """What a client ordered: invoices and closing papers are made of it, and it knows how much of it is done."""

    status = models.CharField(_("status"), max_length=9, choices=enums.OrderStatus, default="draft")
    offer = _link(Offer, _("offer"))
    contract = _link(Contract, pgettext_lazy("thing", "contract"))
    client_number = models.CharField(_("number at the client"), max_length=60, null=True, blank=True)
    wanted_on = models.DateField(_("to be delivered by"), null=True, blank=True)
    done_on = models.DateField(_("fulfilled on"), null=True, blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=500, null=True, blank=True)
    delivery_terms = models.CharField(_("delivery terms"), max_length=500, null=True, blank=True)
    invoiced = MoneyColumn(_("invoiced"), default=Decimal(0), currency_field="currency")
    paid = MoneyColumn(_("paid"), default=Decimal(0), currency_field="currency")
    delivered = MoneyColumn(pgettext_lazy("sum", "delivered"), default=Decimal(0), currency_field="currency")

    class Meta:
        db_table = "sales_order"


class OrderLine(PricedLine):
    """What was ordered."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "sales_order_line"


class Invoice(Paper):
    """An invoice for payment (счёт на оплату)."""

    status = models.CharField(_("status"), max_length=9, choices=enums.InvoiceStatus, default="draft")
    contract = _link(Contract, pgettext_lazy("thing", "contract"))
    order = _link(Order, pgettext_lazy("thing", "order"))
    due_on = models.DateField(_("to be paid by"), null=True, blank=True)
    paid = MoneyColumn(_("paid"), default=Decimal(0), currency_field="currency")
    paid_on = models.DateField(_("paid on"), null=True, blank=True)

    class Meta:
        db_table = "invoice"


class InvoiceLine(PricedLine):
    """What an invoice is for."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "invoice_line"


class InvoiceDue(Line):
    """A stage of the payment of an invoice: so much by such a day."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="+", db_index=False)
    due_on = models.DateField(_("to be paid by"))
    percent = models.DecimalField(_("share, %"), max_digits=5, decimal_places=2, null=True, blank=True)
    amount = MoneyColumn(_("amount"), null=True, blank=True, currency_field="currency")
    name = models.CharField(pgettext_lazy("payment stage", "what for"), max_length=120, null=True, blank=True)

    class Meta:
        db_table = "invoice_due"


class ClosingPaper(Paper):
    """A closing paper: that goods were handed over or work was done (УПД, накладная, акт)."""

    kind = models.CharField(_("kind of paper"), max_length=8, choices=enums.ClosingKind, default="upd")
    status = models.CharField(_("status"), max_length=9, choices=enums.ClosingStatus, default="draft")
    contract = _link(Contract, pgettext_lazy("thing", "contract"))
    order = _link(Order, pgettext_lazy("thing", "order"))
    consignee = _link(Party, _("consignee, if not the client"))
    basis = models.CharField(_("basis: contract, order"), max_length=255, null=True, blank=True)
    payment_paper = models.CharField(_("payment papers"), max_length=255, null=True, blank=True)
    transport = models.CharField(_("transport and cargo"), max_length=500, null=True, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)

    class Meta:
        db_table = "closing_paper"


class ClosingPaperLine(PricedLine):
    """What was handed over or done."""

    closing_paper = models.ForeignKey(ClosingPaper, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "closing_paper_line"


class SaleToClient(models.Model):
    """What was sold to a client on a day: a sum of orders in force. Kept by the database alone, as what is added (ADR 28).

    A change adds a row (what is taken back: with minus), so only sums of rows say anything; `folded` rows are sums already.
    Sums are in hundredths of the currency. `month` counts from the year 0: 24322 is November 2026.
    """

    month = models.IntegerField()
    day = models.DateField()
    company_id = models.BigIntegerField(null=True)
    party_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    net = models.BigIntegerField()
    orders = models.IntegerField()
    folded = models.BooleanField()

    class Meta:
        db_table = "sale_to_client"
        indexes = [
            models.Index(fields=["day"], name="sale_to_client_day"),
            models.Index(fields=["day"], condition=models.Q(folded=False), name="sale_to_client_new"),
        ]


class SaleOfProduct(models.Model):
    """What was sold of a product in a month: a sum of lines of orders in force. Kept as `SaleToClient` is."""

    month = models.IntegerField()
    company_id = models.BigIntegerField(null=True)
    product_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    net = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=18, decimal_places=3)
    lines = models.IntegerField()
    folded = models.BooleanField()

    class Meta:
        db_table = "sale_of_product"
        indexes = [
            models.Index(fields=["month"], name="sale_of_product_month"),
            models.Index(fields=["month"], condition=models.Q(folded=False), name="sale_of_product_new"),
        ]


class PaperLink(models.Model):
    """A way for a client to a paper without signing in. Of its token only a hash is kept: nobody here can make it out again."""

    object = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    token_hash = models.CharField(max_length=64, unique=True)
    whom = models.CharField(max_length=255, blank=True, default="")
    language = models.CharField(max_length=2)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by_id = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    viewed = models.IntegerField(default=0)
    first_viewed_at = models.DateTimeField(null=True)
    last_viewed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "paper_link"
        indexes = [models.Index(fields=["object", "record_id", "-id"], name="paper_link_paper")]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id}"
