"""Offers, in editions."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Beginning, Field, ObjectSpec, ReadyView, Section
from klientura.modules.orders.models import Offer, OfferLine
from klientura.modules.orders.objects.papers import AREA, lines_of, paper_fields, sums
from klientura.modules.orders.queries.naming import draft_of
from klientura.modules.orders.services import beginnings, checks, offers, papers

WITH_CLIENT = {"field": "status", "op": "eq", "value": "issued"}

OFFER = ObjectSpec(
    key="offer",
    model=Offer,
    label=_("Offer"),
    plural=_("Offers"),
    new_label=_("New offer"),
    icon="file-text",
    title=("number",),
    fields={
        **paper_fields(_("Offers"), {"accepted": "green", "declined": "red", "replaced": "gray"}),
        "valid_until": Field(not_before="issued_on", copied=False),
        "previous": Field(target="offer", once=True, copied=False),
        "edition": Field(read_only=True),
        "answer": Field(read_only=True),
        "answered_on": Field(read_only=True),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("number", "status", "company", "party", "person", "opportunity", "issued_on", "valid_until", "owner"),
        ),
        sums(),
        Section("texts", _("Words of the paper"), ("intro", "payment_terms", "delivery_terms", "note")),
        Section("answer", _("Answer and editions"), ("answer", "answered_on", "previous", "edition")),
    ),
    columns=("number", "issued_on", "party", "amount", "status", "valid_until", "owner"),
    sort="-issued_on",
    calendar="valid_until",
    search=("number",),
    parts=(lines_of(OfferLine, "offer"),),
    before_write=checks.before_write_offer,
    before_trash=papers.before_trash("offer"),
    settled=papers.numbered("offer"),
    prefill=offers.prefill,
    begun_from={
        "opportunity": Beginning(_("Offer"), beginnings.from_opportunity),
        "offer": Beginning(_("New edition"), offers.next_edition, offers.may_be_replaced),
    },
    actions=(
        Action(key="issue", label=pgettext_lazy("offer", "Issue"), run=offers.issue, icon="stamp", fits=papers.is_draft),
        Action(
            key="accept", label=pgettext_lazy("offer", "Accepted"), run=offers.accept, icon="badge-check",
            fields={"answer": Field()}, fits=papers.is_issued,
        ),
        Action(
            key="decline", label=pgettext_lazy("offer", "Declined"), run=offers.decline, icon="circle-x",
            fields={"answer": Field(required=True)}, fits=papers.is_issued,
        ),
        Action(key="cancel", label=_("Cancel the offer"), run=offers.cancel, icon="ban", fits=papers.is_issued),
    ),
    current={"field": "status", "op": "in", "value": ["draft", "issued"]},
    ready_views=(
        ReadyView("with-client", _("With the client"), WITH_CLIENT),
        ReadyView("expired", pgettext_lazy("offers", "Expired"), {"and": [WITH_CLIENT, {"field": "valid_until", "op": "before_days", "value": 0}]}),
    ),
    goes_with="party",
    together=(("number", "status", "issued_on"), ("status", "answer", "answered_on")),
    indexes=(("owner_id", "status", "valid_until"),),
    completeness=False,
    area=AREA,
    heading=_("Offer No. {title}"),
    dated="issued_on",
    nameless=draft_of("offer"),
    empty_text=_("Open a deal and press “Offer”, or make one here."),
)  # fmt: skip
