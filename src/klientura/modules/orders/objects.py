"""The objects of papers of sales."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Beginning, Field, ObjectSpec, Section
from klientura.modules.catalog.services.parts import priced_lines
from klientura.modules.documents.queries.companies import main_company
from klientura.modules.orders.models import Invoice, InvoiceLine
from klientura.modules.orders.services import checks, invoices

INVOICE = ObjectSpec(
    key="invoice",
    model=Invoice,
    label=_("Invoice"),
    plural=_("Invoices"),
    new_label=_("New invoice"),
    icon="receipt",
    title=("number",),
    fields={
        "number": Field(read_only=True, contains=True),
        "company": Field(target="own_company"),
        "party": Field(target="party", related=_("Invoices"), required=True),
        "person": Field(target="person", within=("party", "employer")),
        "opportunity": Field(target="opportunity", related=_("Invoices")),
        "status": Field(
            read_only=True,
            hues={
                "draft": "gray",
                "issued": "blue",
                "part_paid": "yellow",
                "paid": "green",
                "cancelled": "red",
            },
        ),
        "price_list": Field(target="price_list"),
        "amount": Field(read_only=True),
        "tax_total": Field(read_only=True),
        "paid": Field(read_only=True),
        "paid_on": Field(read_only=True),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("number", "status", "company", "party", "person", "opportunity", "issued_on", "due_on", "owner"),
        ),
        Section(
            "sums",
            _("Sums"),
            ("amount", "tax_total", "paid", "paid_on", "currency", "price_list", "tax_mode"),
        ),
        Section("note", _("Note"), ("note",)),
    ),
    columns=("number", "issued_on", "party", "amount", "paid", "status", "due_on", "owner"),
    sort="-issued_on",
    calendar="due_on",
    search=("number",),
    parts=(priced_lines(InvoiceLine, "invoice", renewed_by=("currency", "price_list", "tax_mode")),),
    before_write=checks.before_write_invoice,
    before_trash=invoices.before_trash_invoice,
    prefill=main_company,
    begun_from={"opportunity": Beginning(_("Invoice"), invoices.from_opportunity)},
    actions=(
        Action(key="issue", label=_("Issue"), run=invoices.issue, icon="stamp", fits=invoices.is_draft),
        Action(
            key="cancel",
            label=_("Cancel the invoice"),
            run=invoices.cancel,
            icon="circle-x",
            fits=invoices.is_issued,
        ),
    ),
    current={"field": "status", "op": "in", "value": ["draft", "issued", "part_paid"]},
    goes_with="party",
    together=(("number", "status", "issued_on"),),
    indexes=(("owner_id", "status", "due_on"),),
    empty_text=_("Open a deal and press “Invoice”, or make one here."),
)
