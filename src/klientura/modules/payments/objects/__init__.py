"""The objects of payments."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Beginning, Field, ObjectSpec, Scope, Section
from klientura.modules.documents.queries.companies import main_company
from klientura.modules.orders.services.invoices import is_issued
from klientura.modules.orders.services.papers import is_draft
from klientura.modules.payments.models import CreditRelease, CreditTerms, Payment
from klientura.modules.payments.queries.invoices import for_closing_paper, for_invoice, from_invoice
from klientura.modules.payments.services import allocating, checks


def only_digits(text: str) -> str:
    """A number as banks give it: what is not a digit is left out; foreign payers have others than ours."""
    return "".join(c for c in text if c in "0123456789")[:12]


READERS: Final[dict[str, dict[str, Scope]]] = {
    "employee": {"read": "parent", "create": "own", "edit": "own"},
}
"""Whoever sees a client sees what he has paid."""

PAYMENT = ObjectSpec(
    key="payment",
    model=Payment,
    label=_("Payment"),
    plural=_("Payments"),
    new_label=_("New payment"),
    icon="wallet",
    area=pgettext_lazy("navigation", "Sales"),
    title=("number", "payer_name"),
    fields={
        "number": Field(contains=True),
        "direction": Field(hues={"in": "green", "out": "orange"}),
        "status": Field(
            read_only=True, hues={"free": "yellow", "part": "blue", "done": "green", "reversed": "gray"}
        ),
        "company": Field(target="own_company"),
        "party": Field(target="party", related=_("Payments")),
        "invoice": Field(target="invoice", related=_("Payments"), once=True, within=("party", "party")),
        "allocated": Field(read_only=True),
        "rest": Field(read_only=True),
        "payer_name": Field(contains=True),
        "payer_inn": Field(normalise=only_digits),
        "payer_kpp": Field(normalise=only_digits),
        "reversal_reason": Field(by_verb="reverse"),
        "statement": Field(read_only=True, adds_up=False),
        "bank_key": Field(read_only=True, filterable=False, sortable=False, tracked=False, counted=False),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "number",
                "paid_on",
                "direction",
                "kind",
                "status",
                "party",
                "invoice",
                "amount",
                "currency",
                "allocated",
                "rest",
                "owner",
            ),
        ),
        Section("ours", _("Received by"), ("company", "account")),
        Section(
            "payer",
            _("Payer's requisites"),
            ("payer_name", "payer_inn", "payer_kpp", "payer_account", "payer_bic", "purpose"),
        ),
        Section("note", _("Note"), ("note", "reversal_reason", "statement")),
    ),
    quick=("direction", "amount", "paid_on", "party", "invoice", "company", "number"),
    columns=("number", "paid_on", "payer_name", "party", "amount", "rest", "status", "purpose"),
    sort="-paid_on",
    calendar="paid_on",
    search=("number", "payer_name", "payer_inn", "purpose"),
    parent="party",
    before_write=checks.before_write_payment,
    before_trash=checks.before_trash_payment,
    settled=checks.settled_payments,
    prefill=main_company,
    begun_from={"invoice": Beginning(_("Enter a payment"), from_invoice, is_issued)},
    actions=(
        Action(
            key="allocate",
            label=_("Allocate to an invoice"),
            run=allocating.allocate,
            icon="link",
            fields={"invoice": Field(required=True)},
            fits=allocating.has_rest,
        ),
        Action(
            key="release",
            label=_("Take off all invoices"),
            run=allocating.release,
            icon="undo-2",
            fits=allocating.is_allocated,
        ),
        Action(
            key="reverse",
            label=_("Reverse"),
            run=allocating.reverse,
            icon="circle-x",
            fields={"reversal_reason": Field(required=True)},
            fits=allocating.is_standing,
        ),
    ),
    rights=READERS,
    current={"field": "status", "op": "in", "value": ["free", "part"]},
    goes_with="party",
    completeness=False,
    facts=True,
    together=(("amount", "allocated", "rest", "status"),),
    indexes=(("party_id", "status"),),
    empty_text=_("Take in a bank statement, or enter a payment from the card of an invoice."),
)

CREDIT_TERMS = ObjectSpec(
    key="credit_terms",
    model=CreditTerms,
    label=_("Terms of credit"),
    plural=_("Terms of credit"),
    new_label=_("New terms of credit"),
    icon="shield-check",
    title=("credit_limit", "reason"),
    fields={
        "party": Field(target="party", related=_("Terms of credit"), required=True),
        "credit_limit": Field(hint=_("Empty: no limit. Zero: nothing without payment in advance.")),
        "payment_days": Field(
            hint=_("So many days after its date an invoice is to be paid. Empty: no term.")
        ),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("party", "credit_limit", "currency", "payment_days", "days_kind", "stopped", "reason"),
        ),
    ),
    columns=("party", "credit_limit", "currency", "payment_days", "stopped", "reason"),
    sort="-updated_at",
    search=("reason",),
    parent="party",
    before_write=checks.before_write_terms,
    rights={
        "manager": {"read": "all", "create": "tree", "edit": "all", "delete": "tree"},
        "employee": {"read": "parent", "create": "none", "edit": "none"},
    },
    goes_with="party",
    completeness=False,
    subject=False,
    in_menu=False,
)

CREDIT_RELEASE = ObjectSpec(
    key="credit_release",
    model=CreditRelease,
    label=_("Permission above the limit"),
    plural=_("Permissions above the limit"),
    new_label=_("New permission above the limit"),
    icon="key",
    title=("reason",),
    fields={
        "invoice": Field(target="invoice", related=_("Permissions above the limit"), once=True),
        "closing_paper": Field(target="closing_paper", related=_("Permissions above the limit"), once=True),
    },
    sections=(Section("main", pgettext_lazy("section", "Main"), ("invoice", "closing_paper", "reason")),),
    columns=("reason", "created_by", "created_at", "owner", "invoice", "closing_paper"),
    sort="-created_at",
    search=("reason",),
    before_write=checks.before_write_release,
    begun_from={
        "invoice": Beginning(_("Permit above the limit"), for_invoice, is_draft),
        "closing_paper": Beginning(_("Permit above the limit"), for_closing_paper, is_draft),
    },
    rights={
        "manager": {"read": "all", "create": "tree", "edit": "none", "delete": "none"},
        "employee": {"read": "all", "create": "none", "edit": "none"},
    },
    completeness=False,
    subject=False,
    in_menu=False,
)
