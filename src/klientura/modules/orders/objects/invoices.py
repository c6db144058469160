"""Invoices for payment."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Beginning, Field, ObjectSpec, Part, ReadyView, Section
from klientura.modules.orders.models import Invoice, InvoiceDue, InvoiceLine
from klientura.modules.orders.objects.papers import AREA, lines_of, paper_fields, sums
from klientura.modules.orders.queries.naming import draft_of
from klientura.modules.orders.services import beginnings, checks, invoices, papers

UNPAID = {"field": "status", "op": "in", "value": ["issued", "part_paid"]}

INVOICE = ObjectSpec(
    key="invoice",
    model=Invoice,
    label=_("Invoice"),
    plural=_("Invoices"),
    new_label=_("New invoice"),
    icon="receipt",
    title=("number",),
    fields={
        **paper_fields(_("Invoices"), {"part_paid": "yellow", "paid": "green"}),
        "number": Field(read_only=True, contains=True, label=_("invoice number")),
        "issued_on": Field(label=_("date of the invoice"), copied=False),
        "contract": Field(target="contract", related=_("Invoices")),
        "order": Field(target="order", related=_("Invoices"), copied=False),
        "due_on": Field(not_before="issued_on", copied=False),
        "paid": Field(read_only=True),
        "paid_on": Field(read_only=True),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("number", "status", "company", "party", "person", "opportunity", "contract", "order", "issued_on", "due_on", "owner"),
        ),
        sums("paid", "paid_on"),
        Section("note", _("Note"), ("note",)),
    ),
    columns=("number", "issued_on", "party", "amount", "paid", "status", "due_on", "owner"),
    sort="-issued_on",
    calendar="due_on",
    search=("number",),
    parts=(
        lines_of(InvoiceLine, "invoice"),
        Part(
            key="dues", model=InvoiceDue, parent="invoice", label=_("Payment schedule"),
            fields={"due_on": Field(copied=False), "percent": Field(type="percent", trimmed=True)},
            columns=("due_on", "percent", "amount", "name"), inputs=("due_on", "percent", "amount", "name"), totals=("amount",),
        ),
    ),
    before_write=checks.before_write_invoice,
    before_trash=papers.before_trash("invoice"),
    settled=papers.numbered("invoice"),
    prefill=papers.prefill,
    begun_from={
        "opportunity": Beginning(_("Invoice"), beginnings.from_opportunity),
        "offer": Beginning(_("Invoice"), beginnings.from_offer, papers.is_in_force),
        "order": Beginning(_("Invoice"), beginnings.invoice_of_order, papers.is_in_work),
    },
    actions=(
        Action(key="issue", label=_("Issue"), run=invoices.issue, icon="stamp", fits=papers.is_draft),
        Action(
            key="cancel", label=_("Cancel the invoice"), run=invoices.cancel, icon="circle-x",
            fits=invoices.is_issued,
        ),
    ),
    current={"field": "status", "op": "in", "value": ["draft", "issued", "part_paid"]},
    ready_views=(
        ReadyView("unpaid", pgettext_lazy("invoices", "Unpaid"), UNPAID),
        ReadyView("overdue", pgettext_lazy("views", "Overdue"), {"and": [UNPAID, {"field": "due_on", "op": "before_days", "value": 0}]}),
    ),
    goes_with="party",
    together=(("number", "status", "issued_on"),),
    indexes=(("owner_id", "status", "due_on"),),
    completeness=False,
    area=AREA,
    heading=_("Invoice No. {title}"),
    dated="issued_on",
    nameless=draft_of("invoice"),
    empty_text=_("Open a deal and press “Invoice”, or make one here."),
)  # fmt: skip
