"""The objects of planning."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Field, ObjectSpec, ReadyView, Scope, Section
from klientura.modules.planning.models import Judgement, Quota
from klientura.modules.planning.queries.naming import CALLED
from klientura.modules.planning.services import checks, judging

RIGHTS: Final[dict[str, dict[str, Scope]]] = {
    "employee": {"read": "own", "create": "none", "edit": "none", "delete": "none"},
}
"""A person sees what is planned for him; heads plan for their teams."""

QUOTA: Final = ObjectSpec(
    key="quota",
    model=Quota,
    label=_("Plan of sales"),
    plural=_("Plans of sales"),
    new_label=_("New plan of sales"),
    icon="target",
    area=pgettext_lazy("navigation", "Sales"),
    title=("name",),
    nameless=CALLED,
    fields={
        "level": Field(read_only=True, hues={"person": "blue", "team": "teal", "company": "violet"}),
        "owner": Field(label=pgettext_lazy("plans by", "Person"), hint=_("Empty: the plan of the team, and without a team that of the company.")),
        "starts_on": Field(hint=_("Any day of the month, the quarter or the year.")),
        "ends_on": Field(read_only=True),
        "amount": Field(minimum=0),
        "number": Field(minimum=0, hint=_("Of won deals, when their number is planned.")),
        "product": Field(target="product"),
        "category": Field(target="product_category"),
        "city": Field(grouped=True),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            ("owner", "team", "level", "measure", "period", "starts_on", "ends_on", "amount", "currency", "number"),
        ),
        Section("what", pgettext_lazy("plan", "For what"), ("product", "category", "city")),
        Section("note", _("Note"), ("name", "note")),
    ),
    quick=("owner", "team", "measure", "period", "starts_on", "amount", "currency", "number"),
    columns=("starts_on", "period", "level", "owner", "team", "measure", "amount", "number", "product", "category", "city"),
    sort="-starts_on",
    calendar="starts_on",
    search=("name",),
    before_write=checks.before_write_quota,
    one_for_the_same=True,
    rights=RIGHTS,
    ready_views=(
        ReadyView("mine", pgettext_lazy("plans", "Mine"), {"field": "owner", "op": "me"}),
        ReadyView("companys", pgettext_lazy("plans", "Of the company"), {"field": "level", "op": "eq", "value": "company"}),
    ),
    together=(
        ("level", "owner", "team"), ("measure", "amount", "number"), ("period", "starts_on", "ends_on"), ("product", "category"),
    ),
    indexes=(("starts_on", "measure", "level"),),
    facts=True,
    subject=False,
    completeness=False,
    related=False,
    in_menu=False,
    empty_text=_("Plan how much is to be sold, and by whom: what came of it stands beside the plan."),
)  # fmt: skip

JUDGEMENT: Final = ObjectSpec(
    key="forecast_judgement",
    model=Judgement,
    label=_("Head's forecast"),
    plural=_("Heads' forecasts"),
    new_label=_("New head's forecast"),
    icon="target",
    title=("reason",),
    fields={
        "level": Field(read_only=True, hues={"person": "blue", "team": "teal", "company": "violet"}),
        "owner": Field(label=pgettext_lazy("plans by", "Person"), hint=_("Empty: the forecast of the team, and without a team that of the company.")),
        "starts_on": Field(hint=_("Any day of the month.")),
        "amount": Field(minimum=0),
    },
    sections=(Section("main", pgettext_lazy("section", "Main"), ("owner", "team", "level", "starts_on", "amount", "currency", "reason")),),
    quick=("owner", "team", "starts_on", "amount", "currency", "reason"),
    columns=("starts_on", "level", "owner", "team", "amount", "reason", "created_by"),
    sort="-starts_on",
    calendar="starts_on",
    search=("reason",),
    before_write=judging.before_write_judgement,
    rights=RIGHTS,
    together=(("level", "owner", "team"),),
    indexes=(("starts_on", "level"),),
    facts=True,
    subject=False,
    completeness=False,
    related=False,
    in_menu=False,
    empty_text=_("Say on the page of the forecast what you expect, when you know better than the deals."),
)  # fmt: skip
