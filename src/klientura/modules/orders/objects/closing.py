"""Closing papers: universal transfer documents, waybills, acts."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Beginning, Field, ObjectSpec, ReadyView, Section
from klientura.modules.orders.models import ClosingPaper, ClosingPaperLine
from klientura.modules.orders.objects.papers import AREA, lines_of, paper_fields, sums
from klientura.modules.orders.queries.naming import draft_of
from klientura.modules.orders.services import beginnings, checks, closing, papers

UNSIGNED = {"field": "status", "op": "eq", "value": "issued"}

CLOSING_PAPER = ObjectSpec(
    key="closing_paper",
    model=ClosingPaper,
    label=_("Closing paper"),
    plural=_("Closing papers"),
    new_label=_("New closing paper"),
    icon="truck",
    title=("number",),
    fields={
        **paper_fields(_("Closing papers"), {"signed": "green"}),
        "contract": Field(target="contract", related=_("Closing papers")),
        "order": Field(target="order", related=_("Closing papers"), copied=False),
        "consignee": Field(target="organisation"),
        "signed_on": Field(read_only=True),
        **{key: Field(copied=False) for key in ("payment_paper", "transport")},
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("kind", "number", "status", "company", "party", "person", "opportunity", "contract", "order", "issued_on", "signed_on", "owner"),
        ),
        sums(),
        Section("shipping", _("Handing over"), ("basis", "payment_paper", "consignee", "transport", "note")),
    ),
    columns=("number", "kind", "issued_on", "party", "amount", "status", "owner"),
    sort="-issued_on",
    calendar="issued_on",
    search=("number",),
    parts=(lines_of(ClosingPaperLine, "closing_paper"),),
    before_write=checks.before_write_closing,
    before_trash=papers.before_trash("closing_paper"),
    settled=papers.numbered("closing_paper"),
    prefill=papers.prefill,
    begun_from={
        "order": Beginning(_("Closing paper"), beginnings.closing_of_order, papers.is_in_work),
        "invoice": Beginning(_("Closing paper"), beginnings.closing_of_invoice, papers.was_issued),
    },
    actions=(
        Action(key="issue", label=pgettext_lazy("closing paper", "Issue"), run=closing.issue, icon="stamp", fits=papers.is_draft),
        Action(key="sign", label=pgettext_lazy("closing paper", "Signed"), run=closing.sign, icon="badge-check", fits=papers.is_issued),
        Action(key="cancel", label=_("Cancel the paper"), run=closing.cancel, icon="circle-x", fits=papers.is_issued),
    ),
    current={"field": "status", "op": "in", "value": ["draft", "issued"]},
    ready_views=(ReadyView("unsigned", _("Not signed"), UNSIGNED),),
    goes_with="party",
    together=(("number", "status", "issued_on", "signed_on"),),
    indexes=(("owner_id", "status", "issued_on"),),
    completeness=False,
    area=AREA,
    heading=_("Closing paper No. {title}"),
    dated="issued_on",
    nameless=draft_of("closing_paper"),
    empty_text=_("Open an order or an invoice and press “Closing paper”, or make one here."),
)  # fmt: skip
