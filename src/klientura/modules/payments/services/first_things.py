"""The reminder of overdue invoices that every installation starts with, switched off."""

from typing import Final

from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.rules import keeping
from klientura.kernel.rules.models import Rule

DAYS: Final = 5


def ensure_reminder(actor: Actor) -> None:
    """Make the rule that tells owners of invoices overdue for some days, where there is none; an administrator switches it on."""
    if actor.user_id is None or Rule.objects.filter(object="invoice", trigger__kind="due").exists():
        return
    keeping.create(
        actor,
        {
            "name": _("Overdue invoice: remind after {days} days").format(days=DAYS),
            "object": "invoice",
            "trigger": {
                "kind": "due",
                "field": "due_on",
                "amount": DAYS,
                "unit": "days",
                "when": "after",
                "at": "09:00",
            },
            "filter": {"field": "status", "op": "in", "value": ["issued", "part_paid"]},
            "steps": [
                {
                    "kind": "notify",
                    "to": ["owner"],
                    "text": _("The invoice has been overdue since {due_on}: {amount}"),
                }
            ],
            "active": False,
        },
    )
