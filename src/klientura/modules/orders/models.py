"""Tables of papers of sales."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.columns import MoneyColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Record
from klientura.modules.catalog.enums import TaxMode
from klientura.modules.catalog.models import PricedLine, PriceList
from klientura.modules.documents.models import OwnCompany
from klientura.modules.orders import enums
from klientura.modules.parties.models import Party
from klientura.modules.sales.models import Opportunity


class Invoice(Record):
    """An invoice for payment (счёт на оплату): numbered when it is issued, and not changed from then on."""

    number = models.CharField(_("invoice number"), max_length=40, null=True, blank=True)
    company = models.ForeignKey(
        OwnCompany, models.PROTECT, related_name="+", verbose_name=_("our company"), db_index=False
    )
    party = models.ForeignKey(
        Party, models.SET_NULL, null=True, related_name="+", verbose_name=_("client"), db_index=False
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
        verbose_name=_("deal"),
        db_index=False,
    )
    status = models.CharField(_("status"), max_length=9, choices=enums.InvoiceStatus, default="draft")
    issued_on = models.DateField(_("date of the invoice"), null=True, blank=True)
    due_on = models.DateField(_("to be paid by"), null=True, blank=True)
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
    amount = MoneyColumn(_("amount"), default=Decimal(0), currency_field="currency")
    tax_total = MoneyColumn(_("of it tax"), default=Decimal(0), currency_field="currency")
    paid = MoneyColumn(_("paid"), default=Decimal(0), currency_field="currency")
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    note = models.TextField(_("words below the table"), null=True, blank=True)

    class Meta:
        db_table = "invoice"


class InvoiceLine(PricedLine):
    """What an invoice is for."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "invoice_line"
