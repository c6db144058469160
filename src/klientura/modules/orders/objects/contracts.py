"""Contracts with clients."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Beginning, Field, ObjectSpec, ReadyView, Section
from klientura.modules.orders.models import Contract
from klientura.modules.orders.objects.papers import AREA
from klientura.modules.orders.services import contracts

SIGNED = {"field": "status", "op": "eq", "value": "signed"}

CONTRACT = ObjectSpec(
    key="contract",
    model=Contract,
    label=pgettext_lazy("thing", "Contract"),
    plural=_("Contracts"),
    new_label=_("New contract"),
    icon="signature",
    title=("number", "name"),
    fields={
        "number": Field(contains=True, copied=False, hint=_("Empty: the next number of our company is given when it is signed.")),
        "name": Field(contains=True),
        "status": Field(
            read_only=True, hues={"draft": "gray", "signed": "green", "over": "yellow", "ended": "red"}
        ),
        "company": Field(target="own_company"),
        "party": Field(target="party", related=_("Contracts"), required=True),
        "person": Field(target="person", within=("party", "employer")),
        "opportunity": Field(target="opportunity", related=_("Contracts"), copied=False),
        "signed_on": Field(read_only=True),
        "starts_on": Field(copied=False),
        "ends_on": Field(not_before="starts_on", copied=False),
        "renewal_months": Field(minimum=1, maximum=120),
        "notice_days": Field(maximum=365),
        "amount": Field(minimum=0),
        "files": Field(type="file", copied=False),
        "ended_on": Field(read_only=True, rare=True),
        "end_reason": Field(read_only=True, rare=True),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("number", "name", "kind", "status", "company", "party", "person", "opportunity", "signed_on", "owner"),
        ),
        Section(
            "term",
            pgettext_lazy("contract", "Term"),
            ("starts_on", "ends_on", "renews", "renewal_months", "notice_days", "ended_on", "end_reason"),
        ),
        Section("terms", _("Terms"), ("amount", "currency", "payment_terms", "delivery_terms")),
        Section("files", _("Files"), ("files", "note")),
    ),
    columns=("number", "name", "party", "kind", "status", "signed_on", "ends_on", "amount", "owner"),
    sort="-created_at",
    calendar="ends_on",
    search=("number", "name"),
    before_write=contracts.before_write,
    before_trash=contracts.before_trash,
    settled=contracts.settled,
    prefill=contracts.prefill,
    begun_from={"opportunity": Beginning(pgettext_lazy("thing", "Contract"), contracts.from_opportunity)},
    actions=(
        Action(
            key="sign", label=pgettext_lazy("contract", "Signed"), run=contracts.sign, icon="badge-check",
            fields={"signed_on": Field(required=True), "number": Field()}, fits=contracts.is_draft,
        ),
        Action(
            key="prolong", label=pgettext_lazy("contract", "Prolong"), run=contracts.prolong, icon="calendar-plus",
            fields={"ends_on": Field(required=True)}, fits=contracts.may_be_prolonged, anew=True,
        ),
        Action(
            key="terminate", label=pgettext_lazy("contract", "Terminate"), run=contracts.terminate, icon="circle-x",
            fields={"ended_on": Field(required=True), "end_reason": Field(required=True)}, fits=contracts.is_signed,
        ),
    ),
    current={"field": "status", "op": "in", "value": ["draft", "signed"]},
    ready_views=(
        ReadyView("in-force", pgettext_lazy("contracts", "In force"), SIGNED),
        ReadyView("ending", _("End within a month"), {"and": [SIGNED, {"field": "ends_on", "op": "next_days", "value": 30}]}),
    ),
    goes_with="party",
    together=(("number", "status", "signed_on"), ("status", "ended_on", "end_reason")),
    indexes=(("owner_id", "status", "ends_on"),),
    completeness=False,
    area=AREA,
    empty_text=_("Keep contracts here: what they are about, until when they hold, and what was sold on them."),
)  # fmt: skip
