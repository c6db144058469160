"""Leads: demand that came in by whatever way."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Board, Field, ObjectSpec, Section
from klientura.modules.sales.models import Lead, ResponseTime
from klientura.modules.sales.objects.rights import SETTINGS_RIGHTS
from klientura.modules.sales.queries.lead_board import HUES, lead_columns
from klientura.modules.sales.services import conversion, leads, returning
from klientura.modules.sales.services.lead_checks import before_write_lead
from klientura.modules.sales.services.responses import MOST_MINUTES, OPEN

FILE_NAMES: Final = {
    "name": ("лид", "название лида", "интерес", "название", "тема", "заявка", "lead", "lead name", "subject", "name"),
    "company_name": ("организация", "компания", "название компании", "company", "company name", "organisation", "organization"),
    "person_name": ("фио", "имя", "контактное лицо", "контакт", "person", "contact", "contact name", "full name"),
    "phone": ("телефон", "мобильный", "номер телефона", "рабочий телефон", "phone", "mobile", "phone number"),
    "email": ("e-mail", "email", "почта", "электронная почта", "mail"),
    "city": ("город", "city", "town"),
    "channel": ("канал", "channel"),
    "source": ("источник", "рекламный источник", "откуда узнали", "source", "lead source"),
    "need": ("комментарий", "сообщение", "запрос", "примечание", "message", "comment", "note", "notes"),
    "amount": ("сумма", "бюджет", "возможная сумма", "amount", "budget", "value"),
    "utm_source": ("utm_source",),
    "utm_medium": ("utm_medium",),
    "utm_campaign": ("utm_campaign",),
    "utm_content": ("utm_content",),
    "utm_term": ("utm_term",),
}  # fmt: skip
TEMPERATURE_HUES: Final = {"hot": "red", "warm": "orange", "cold": "blue"}
BUDGET_HUES: Final = {"set": "green", "planned": "yellow", "none": "red"}
REASON: Final = {"unsuitable_reason": Field(required=True), "unsuitable_note": Field()}

LEAD = ObjectSpec(
    key="lead",
    model=Lead,
    label=_("Lead"),
    plural=_("Leads"),
    new_label=_("New lead"),
    icon="inbox",
    area=pgettext_lazy("navigation", "Sales"),
    completeness=True,
    title=("name",),
    fields={
        "name": Field(contains=True),
        "status": Field(by_verb="move", hues=HUES),
        "status_changed_at": Field(read_only=True),
        "closed_at": Field(read_only=True),
        "company_name": Field(contains=True),
        "person_name": Field(contains=True),
        "city": Field(grouped=True),
        "channel": Field(open_options=True),
        "source": Field(grouped=True),
        "utm_source": Field(grouped=True, counted=False),
        "utm_medium": Field(grouped=True, counted=False),
        "utm_campaign": Field(grouped=True, counted=False),
        "utm_content": Field(counted=False),
        "utm_term": Field(counted=False),
        "need": Field(contains=True),
        "amount": Field(minimum=0),
        "product": Field(target="product"),
        "budget_known": Field(open_options=True, hues=BUDGET_HUES),
        "clarified": Field(read_only=True, adds_up=False),
        "unsuitable_reason": Field(by_verb="unsuitable", open_options=True),
        "unsuitable_note": Field(by_verb="unsuitable"),
        "next_step_at": Field(read_only=True, tracked=False, due=True),
        "response_due_at": Field(read_only=True, counted=False),
        "first_response_at": Field(read_only=True, tracked=False, counted=False),
        "party": Field(target="party", read_only=True, related=_("Leads")),
        "person": Field(target="person", read_only=True, related=_("Leads of this person")),
        "opportunity": Field(target="opportunity", read_only=True, related=_("Leads")),
        "tags": Field(type="tags"),
        "score": Field(read_only=True, tracked=False, adds_up=False, counted=False),
        "temperature": Field(read_only=True, tracked=False, counted=False, hues=TEMPERATURE_HUES),
        "heard_at": Field(read_only=True, tracked=False, counted=False),
        "silent_since": Field(read_only=True, tracked=False, counted=False),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "name",
                "status",
                "need",
                "product",
                "amount",
                "currency",
                "score",
                "temperature",
                "tags",
                "owner",
                "team",
            ),
        ),
        Section(
            "who",
            pgettext_lazy("section", "Who it is"),
            ("company_name", "person_name", "phone", "email", "city"),
        ),
        Section(
            "needs",
            pgettext_lazy("section", "Needs"),
            ("budget_known", "decision_maker", "needed_by", "used_now", "clarified"),
        ),
        Section(
            "source",
            pgettext_lazy("section", "Where from"),
            ("channel", "source", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
        ),
        Section(
            "outcome",
            _("Outcome"),
            (
                "party",
                "person",
                "opportunity",
                "unsuitable_reason",
                "unsuitable_note",
                "response_due_at",
                "first_response_at",
                "heard_at",
                "silent_since",
                "status_changed_at",
                "next_step_at",
                "closed_at",
            ),
        ),
    ),
    quick=("name", "company_name", "person_name", "phone", "email", "channel", "source", "need", "owner"),
    columns=(
        "name",
        "status",
        "temperature",
        "score",
        "company_name",
        "person_name",
        "phone",
        "channel",
        "source",
        "owner",
        "created_at",
    ),
    calendar="needed_by",
    search=("name", "company_name", "person_name", "email", "city"),
    board=Board(
        group="status",
        total="amount",
        move="move",
        columns=lead_columns,
        aged="status_changed_at",
        next_step="next_step_at",
        closed="closed_at",
        badge=("temperature", "score"),
        card=("company_name", "person_name", "source", "amount", "owner"),
    ),
    file_names=FILE_NAMES,
    duplicates={"phone": "phone", "email": "email", "company_name": "name", "city": "city"},
    match_keys=(("email",), ("phone",)),
    before_write=before_write_lead,
    actions=(
        Action(key="take", label=_("Take up"), run=leads.take, icon="play", fits=leads.is_new),
        Action(
            key="qualify",
            label=_("Qualified"),
            run=leads.qualify,
            icon="badge-check",
            fits=leads.is_unqualified,
        ),
        Action(
            key="unsuitable",
            label=_("Not suitable"),
            run=leads.set_aside,
            fields=REASON,
            icon="circle-x",
            fits=leads.is_open,
        ),
        Action(
            key="convert",
            label=_("Convert"),
            run=conversion.convert,
            fields={
                k: Field() for k in conversion.ASKED
            },  # asked for in a dialog of its own: see web.converting
            icon="user-round-plus",
            fits=leads.is_open,
        ),
        Action(
            key="return",
            label=_("Return to leads"),
            run=returning.return_to_leads,
            icon="undo-2",
            fits=leads.is_converted,
        ),
        Action(
            key="reopen",
            label=_("Take up again"),
            run=leads.take,
            icon="rotate-ccw",
            fits=leads.is_unsuitable,
        ),
        Action(
            key="move",
            label=_("Change the status"),
            run=leads.move_lead,
            fields={"status": Field(required=True), **REASON},
            icon="milestone",
            fits=leads.is_open,
        ),
    ),
    current={"field": "status", "op": "in", "value": list(OPEN)},
    busy_with=("opportunity",),
    together=(("status", "status_changed_at", "closed_at", "unsuitable_reason", "unsuitable_note"),),
    indexes=(("owner_id", "status"), ("response_due_at", "status")),
    empty_text=_(
        "Leads come from forms, letters, calls and other programs. Enter the first one, or import a list."
    ),
)

RESPONSE_TIME = ObjectSpec(
    key="response_time",
    model=ResponseTime,
    label=_("Time to answer"),
    plural=_("Times to answer"),
    new_label=_("New time to answer"),
    icon="timer",
    title=("name",),
    fields={
        "channel": Field(
            options_of="lead.channel",
            hint=_(
                "Empty: leads of all channels without a time of their own. Of several times the shortest counts."
            ),
        ),
        "minutes": Field(minimum=1, maximum=MOST_MINUTES, adds_up=False),
    },
    sections=(Section("main", pgettext_lazy("section", "Main"), ("name", "channel", "minutes")),),
    columns=("name", "channel", "minutes"),
    sort="id",
    search=("name",),
    rights=SETTINGS_RIGHTS,
    subject=False,
    related=False,
    navigation=False,
    empty_text=_(
        "For example: leads from the form on the site within 15 minutes, all others within 2 hours."
    ),
)
