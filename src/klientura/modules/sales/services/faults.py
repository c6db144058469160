"""What counts as a fault in a deal or a lead. An administrator may change each of these."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.quality.faults import Fault, declare

OPEN: Final = {"field": "status", "op": "in", "value": ["open"]}
FAULTS: Final = (
    Fault(
        key="opportunity_no_next_step",
        object="opportunity",
        name=_("An open deal without a next step"),
        severity="serious",
        tree={"and": [OPEN, {"field": "next_step_at", "op": "empty"}]},
    ),
    Fault(
        key="opportunity_overdue",
        object="opportunity",
        name=_("The expected close is past, the deal still open"),
        severity="warning",
        tree={"and": [OPEN, {"field": "close_date", "op": "before_days", "value": 0}]},
    ),
    Fault(
        key="lead_unanswered",
        object="lead",
        name=_("A lead that was not answered in time"),
        severity="serious",
        tree={
            "and": [
                {"field": "status", "op": "in", "value": ["new", "in_work", "qualified"]},
                {"field": "first_response_at", "op": "empty"},
                {"field": "response_due_at", "op": "before_days", "value": 0},
            ]
        },
    ),
    Fault(
        key="opportunity_no_amount",
        object="opportunity",
        name=_("An open deal without an amount"),
        severity="note",
        tree={"and": [OPEN, {"field": "amount", "op": "empty"}]},
    ),
)


def attach() -> None:
    """Make the rules known."""
    declare(*FAULTS)
