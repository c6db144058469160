"""What counts as a fault in the client base. An administrator may change each of these."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.quality.faults import Fault, declare

UNREACHABLE: Final = {
    "and": [{"field": "phone", "op": "empty"}, {"field": "email", "op": "empty"}],
}
FAULTS: Final = (
    Fault(
        key="organisation_unreachable",
        object="organisation",
        name=_("Neither phone nor e-mail"),
        severity="serious",
        tree=UNREACHABLE,
    ),
    Fault(
        key="organisation_no_tax_number",
        object="organisation",
        name=_("An active client without INN"),
        severity="warning",
        tree={"and": [{"field": "status", "op": "in", "value": ["active"]}, {"field": "inn", "op": "empty"}]},
    ),
    Fault(
        key="organisation_no_owner",
        object="organisation",
        name=_("Nobody is responsible"),
        severity="warning",
        tree={"field": "owner", "op": "empty"},
    ),
    Fault(
        key="person_unreachable",
        object="person",
        name=_("Neither phone nor e-mail"),
        severity="serious",
        tree=UNREACHABLE,
    ),
)


def attach() -> None:
    """Make the rules known."""
    declare(*FAULTS)
