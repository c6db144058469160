"""Orders of clients."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.objects.spec import Action, Beginning, Field, ObjectSpec, ReadyView, Section
from klientura.modules.orders.models import Order, OrderLine
from klientura.modules.orders.objects.papers import AREA, lines_of, paper_fields, sums
from klientura.modules.orders.queries.naming import draft_of
from klientura.modules.orders.services import beginnings, checks, contracts, orders, papers

IN_WORK = {"field": "status", "op": "eq", "value": "confirmed"}

ORDER = ObjectSpec(
    key="order",
    model=Order,
    label=pgettext_lazy("thing", "Order"),
    plural=_("Orders"),
    new_label=_("New order"),
    icon="shopping-cart",
    title=("number",),
    fields={
        **paper_fields(_("Orders"), {"confirmed": "blue", "done": "green"}),
        "contract": Field(target="contract", related=_("Orders")),
        "offer": Field(target="offer", related=_("Orders"), copied=False),
        "client_number": Field(copied=False),
        "wanted_on": Field(not_before="issued_on", copied=False),
        "done_on": Field(read_only=True),
        "invoiced": Field(read_only=True, tracked=False),
        "paid": Field(read_only=True, tracked=False),
        "delivered": Field(read_only=True, tracked=False),
    },
    sections=(
        Section(
            "main",
            pgettext_lazy("section", "Main"),
            (
                "number", "status", "company", "party", "person", "opportunity", "contract", "offer", "client_number", "issued_on",
                "wanted_on", "done_on", "owner",
            ),
        ),
        sums("invoiced", "paid", "delivered"),
        Section("terms", _("Terms"), ("payment_terms", "delivery_terms", "note")),
    ),
    columns=("number", "issued_on", "party", "amount", "paid", "delivered", "status", "wanted_on", "owner"),
    sort="-issued_on",
    calendar="wanted_on",
    search=("number", "client_number"),
    parts=(lines_of(OrderLine, "order"),),
    before_write=checks.before_write_order,
    before_trash=papers.before_trash("order"),
    settled=papers.numbered("order"),
    prefill=papers.prefill,
    begun_from={
        "contract": Beginning(pgettext_lazy("thing", "Order"), beginnings.order_of_contract, contracts.is_signed),
        "opportunity": Beginning(pgettext_lazy("thing", "Order"), beginnings.from_opportunity),
        "offer": Beginning(pgettext_lazy("thing", "Order"), beginnings.from_offer, papers.is_in_force),
    },
    actions=(
        Action(key="confirm", label=pgettext_lazy("order", "Take into work"), run=orders.confirm, icon="stamp", fits=papers.is_draft),
        Action(key="fulfil", label=pgettext_lazy("order", "Fulfilled"), run=orders.fulfil, icon="check-check", fits=papers.is_in_work),
        Action(key="reopen", label=_("Reopen"), run=orders.reopen, icon="rotate-ccw", fits=orders.is_done),
        Action(key="cancel", label=_("Cancel the order"), run=orders.cancel, icon="circle-x", fits=papers.is_in_work),
    ),
    current={"field": "status", "op": "in", "value": ["draft", "confirmed"]},
    ready_views=(
        ReadyView("overdue", pgettext_lazy("views", "Overdue"), {"and": [IN_WORK, {"field": "wanted_on", "op": "before_days", "value": 0}]}),
    ),
    goes_with="party",
    together=(("number", "status", "issued_on", "done_on"),),
    indexes=(("owner_id", "status", "wanted_on"),),
    completeness=False,
    area=AREA,
    heading=_("Order No. {title}"),
    dated="issued_on",
    nameless=draft_of("order"),
    empty_text=_("Open a deal or an accepted offer and press “Order”, or make one here."),
)  # fmt: skip
