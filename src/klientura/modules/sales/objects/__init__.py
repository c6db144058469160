"""The objects of sales."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Board, Field, ObjectSpec, Part, ReadyView, Section
from klientura.modules.catalog.services.parts import priced_lines
from klientura.modules.sales.models import Opportunity, OpportunityCheck, OpportunityLine
from klientura.modules.sales.objects.around import AROUND
from klientura.modules.sales.queries.access import open_pipelines
from klientura.modules.sales.queries.board import first_pipeline, stage_columns
from klientura.modules.sales.services import checks, stages, ticking

OPEN: Final = {"field": "status", "op": "eq", "value": "open"}

FILE_NAMES: Final = {
    "name": ("сделка", "название сделки", "название", "наименование", "deal", "deal name", "opportunity", "name"),
    "amount": ("сумма", "сумма сделки", "бюджет", "amount", "value", "deal value", "budget"),
    "stage": ("этап", "стадия", "этап сделки", "stage"),
    "pipeline": ("воронка", "воронка продаж", "pipeline"),
    "close_date": ("дата закрытия", "ожидаемая дата", "планируемая дата", "close date", "expected close"),
    "party": ("клиент", "контрагент", "компания", "организация", "client", "customer", "company", "account"),
    "source": ("источник", "рекламный источник", "откуда узнали", "source", "lead source"),
    "description": ("описание", "примечание", "комментарий", "description", "note", "notes", "comment"),
}  # fmt: skip
INSTEAD: Final = {"next_step_at": stages.next_step_controls}
LOSS_FIELDS = {"loss_reason": Field(required=True), "loss_note": Field(), "winback_on": Field()}

OPPORTUNITY = ObjectSpec(
    key="opportunity",
    model=Opportunity,
    label=pgettext_lazy("opportunity", "Deal"),
    plural=_("Deals"),
    new_label=_("New deal"),
    icon="handshake",
    area=pgettext_lazy("navigation", "Sales"),
    title=("name",),
    fields={
        "name": Field(contains=True),
        "party": Field(target="party", related=_("Deals")),
        "person": Field(
            target="person", within=("party", "employer"), related=_("Deals with this contact person")
        ),
        "pipeline": Field(target="pipeline"),
        "stage": Field(target="stage", by_verb="move"),
        "status": Field(read_only=True, hues={"open": "blue", "won": "green", "lost": "red"}),
        "stage_changed_at": Field(read_only=True),
        "closed_at": Field(read_only=True),
        "loss_reason": Field(by_verb="lose", open_options=True),
        "loss_note": Field(by_verb="lose"),
        "winback_on": Field(by_verb="lose"),
        "rating": Field(hues={"high": "green", "middle": "blue", "low": "gray"}),
        "monthly": Field(minimum=0),
        "months": Field(minimum=1, maximum=600, adds_up=False),
        "next_step_at": Field(read_only=True, tracked=False, due=True),
        "probability": Field(minimum=0, maximum=100, copied=False),
        "close_date": Field(copied=False),
        "expires_on": Field(copied=False),
        "forecast": Field(
            hues={"omitted": "gray", "pipeline": "blue", "best": "teal", "commit": "green"},
            hint=_("Empty: as its stage says."),
            counted=False,
            copied=False,
        ),
        "amount": Field(minimum=0, hint=_("With goods in the deal it is their sum.")),
        "price_list": Field(target="price_list"),
        "source": Field(grouped=True),
        "competitor": Field(grouped=True),
        "description": Field(contains=True),
        "tags": Field(type="tags"),
        "helpers": Field(type="users", hint=_("They see the deal and work on it as its owner does.")),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "name",
                "party",
                "person",
                "pipeline",
                "stage",
                "amount",
                "currency",
                "probability",
                "close_date",
                "forecast",
                "expires_on",
                "rating",
                "monthly",
                "months",
            ),
        ),
        Section(
            "source",
            pgettext_lazy("section", "Where from"),
            ("source", "competitor", "tags", "owner", "helpers", "team"),
        ),
        Section(
            "outcome",
            _("Outcome"),
            (
                "status",
                "stage_changed_at",
                "next_step_at",
                "closed_at",
                "loss_reason",
                "loss_note",
                "winback_on",
            ),
        ),
        Section("prices", _("Prices"), ("price_list", "tax_mode")),
        Section("description", _("Description"), ("description",)),
    ),
    parts=(
        priced_lines(OpportunityLine, "opportunity", renewed_by=("currency", "price_list", "tax_mode")),
        Part(
            key="checks",
            model=OpportunityCheck,
            parent="opportunity",
            label=_("Checklist"),
            by_verb="check",
            fields={"check_number": Field(adds_up=False)},
            columns=("name", "done_at", "done_by"),
        ),
        *AROUND,
    ),
    quick=("name", "party", "person", "pipeline", "amount", "currency", "close_date", "owner"),
    columns=("name", "party", "stage", "amount", "close_date", "next_step_at", "owner"),
    calendar="close_date",
    search=("name",),
    board=Board(
        group="stage",
        total="amount",
        move="move",
        columns=stage_columns,
        chooser="pipeline",
        open_to=open_pipelines,
        aged="stage_changed_at",
        next_step="next_step_at",
        closed="closed_at",
        expires="expires_on",
        card=("party", "amount", "close_date", "owner"),
    ),
    file_names=FILE_NAMES,
    before_write=checks.before_write_opportunity,
    prefill=first_pipeline,
    actions=(
        Action(
            key="win",
            label=_("Won"),
            run=stages.win,
            icon="trophy",
            fits=stages.is_open,
            asks_missing=True,
            instead=INSTEAD,
        ),
        Action(
            key="lose",
            label=_("Lost"),
            run=stages.lose,
            fields=LOSS_FIELDS,
            icon="circle-x",
            fits=stages.is_open,
            asks_missing=True,
            instead=INSTEAD,
        ),
        Action(
            key="reopen",
            label=_("Reopen"),
            run=stages.reopen,
            icon="rotate-ccw",
            fits=stages.is_closed,
            asks_missing=True,
            instead=INSTEAD,
        ),
        Action(
            key="move",
            label=_("Move to a stage"),
            run=stages.move_stage,
            fields={"stage": Field(required=True), **LOSS_FIELDS},
            icon="milestone",
            fits=stages.is_open,
            many=stages.moved_at_once,
            asks_missing=True,
            instead=INSTEAD,
        ),
        Action(
            key="check",
            label=_("Tick off"),
            run=ticking.tick,
            fields={"item": Field(), "done": Field()},  # ticked on the card, without a form
            icon="list-checks",
            fits=ticking.by_its_own_box,
        ),
    ),
    current=OPEN,
    ready_views=(
        ReadyView("mine", pgettext_lazy("deals", "Mine"), {"and": [OPEN, {"field": "owner", "op": "me"}]}),
        ReadyView(
            "helped", pgettext_lazy("deals", "In the team"), {"and": [OPEN, {"field": "helpers", "op": "me"}]}
        ),
        ReadyView(
            "idle", _("Without a next step"), {"and": [OPEN, {"field": "next_step_at", "op": "empty"}]}
        ),
    ),
    goes_with="party",
    members={"helpers": ("read", "edit")},
    together=(
        (
            "pipeline",
            "stage",
            "status",
            "stage_changed_at",
            "closed_at",
            "loss_reason",
            "loss_note",
            "winback_on",
        ),
    ),
    indexes=(
        ("owner_id", "status", "next_step_at"),
        ("owner_id", "status", "close_date"),
    ),
    empty_text=_("Open your first deal: from here or from the card of a client."),
)
