"""Tables of payments, bank statements, and terms of credit."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.fields.columns import MoneyColumn
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store.record import Record
from klientura.modules.documents.models import OwnCompany
from klientura.modules.orders.models import ClosingPaper, Invoice
from klientura.modules.parties.models import Party
from klientura.modules.payments import enums


class Payment(Record):
    """Money that came in or went back. `allocated` and `rest` follow from its allocations and are kept by the product."""

    number = models.CharField(_("number of the paper"), max_length=40, null=True, blank=True)
    paid_on = models.DateField(_("date of payment"), null=True, blank=True)
    direction = models.CharField(_("direction"), max_length=3, choices=enums.Direction, default="in")
    kind = models.CharField(_("way of payment"), max_length=4, choices=enums.PaymentKind, default="bank")
    status = models.CharField(_("allocation"), max_length=8, choices=enums.PaymentStatus, default="free")
    company = models.ForeignKey(
        OwnCompany, models.PROTECT, related_name="+", verbose_name=_("our company"), db_index=False
    )
    account = models.CharField(_("our account"), max_length=20, null=True, blank=True)
    party = models.ForeignKey(
        Party, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("client"), db_index=False
    )  # fmt: skip
    invoice = models.ForeignKey(
        Invoice, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("for the invoice"), db_index=False
    )  # fmt: skip
    amount = MoneyColumn(_("sum"), currency_field="currency")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    allocated = MoneyColumn(_("allocated to invoices"), default=Decimal(0), currency_field="currency")
    rest = MoneyColumn(_("advance"), default=Decimal(0), currency_field="currency")
    payer_name = models.CharField(_("payer"), max_length=255, null=True, blank=True)
    payer_inn = models.CharField(_("payer's INN"), max_length=12, null=True, blank=True)
    payer_kpp = models.CharField(_("payer's KPP"), max_length=9, null=True, blank=True)
    payer_account = models.CharField(_("payer's account"), max_length=34, null=True, blank=True)
    payer_bic = models.CharField(_("BIC of the payer's bank"), max_length=11, null=True, blank=True)
    purpose = models.TextField(_("purpose of payment"), null=True, blank=True)
    reversal_reason = models.CharField(_("why it was reversed"), max_length=500, null=True, blank=True)
    note = models.TextField(_("note"), null=True, blank=True)
    statement = models.BigIntegerField(_("bank statement"), null=True, blank=True)
    bank_key = models.CharField(_("key of the bank's paper"), max_length=64, null=True, blank=True)

    class Meta:
        db_table = "payment"
        constraints = [
            models.UniqueConstraint(
                fields=["bank_key"],
                condition=models.Q(bank_key__isnull=False),
                name="payment_bank_key_unique",
            )
        ]


class Allocation(models.Model):
    """A part of a payment that pays a part of an invoice; of a refund the amount is negative. Undone ones stay as history.

    `day` is when it counts: that of the payment, or of the invoice when it was issued later.
    """

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="+")
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="+")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    day = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by_id = models.BigIntegerField(null=True)
    sure = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "payment_allocation"


class BankStatement(models.Model):
    """A file of a bank, kept whole, and what came of it."""

    name = models.CharField(max_length=255)
    content = models.BinaryField()
    layout = models.JSONField(null=True)  # of a table: what its columns mean
    company_id = models.BigIntegerField()
    account = models.CharField(max_length=20)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=enums.StatementState, default="preview")
    job_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    outcome = models.JSONField(default=dict)

    class Meta:
        db_table = "bank_statement"
        indexes = [models.Index(fields=["actor_id", "-id"], name="bank_statement_actor")]

    def __str__(self) -> str:
        return self.name


class CreditTerms(Record):
    """How far a client is trusted: a limit of what may be owed, and whether nothing more is sold for now."""

    party = models.ForeignKey(
        Party, models.CASCADE, null=True, related_name="+", verbose_name=_("client"), db_index=False
    )
    credit_limit = MoneyColumn(_("credit limit"), null=True, blank=True, currency_field="currency")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default="RUB")
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), null=True, blank=True)
    days_kind = models.CharField(_("counted in"), max_length=8, choices=enums.DaysKind, default="calendar")
    stopped = models.BooleanField(_("stop-list: nothing is sold"), default=False)
    reason = models.CharField(_("reason of the stop"), max_length=500, null=True, blank=True)

    class Meta:
        db_table = "credit_terms"


class CreditRelease(Record):
    """A permission to issue one invoice or closing paper although the client's terms are against it, with the reason."""

    invoice = models.ForeignKey(
        Invoice,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("invoice"),
        db_index=False,
    )
    closing_paper = models.ForeignKey(
        ClosingPaper, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("closing paper"),
        db_index=False,
    )  # fmt: skip
    reason = models.CharField(pgettext_lazy("release", "reason"), max_length=500)

    class Meta:
        db_table = "credit_release"
