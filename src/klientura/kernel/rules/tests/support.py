"""Making rules and records, and letting everything that waits happen."""

from typing import Any

from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules import keeping, running
from klientura.kernel.rules.models import Rule, Run
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company

PRODUCT = SystemActor("test")
NOTE = {"kind": "set", "values": {"note": {"from": "value", "value": "по правилу"}}}


def made(company: Company, **more: Any) -> Rule:
    """A rule of the administrator's, switched on."""
    values: dict[str, Any] = {
        "name": "Правило", "object": "organisation", "trigger": {"kind": "created"}, "steps": [NOTE], "active": True, **more,
    }  # fmt: skip
    return keeping.create(company.actor("administrator"), values)


def organisation(company: Company, name: str = "Альфа", **more: Any) -> int:
    """An organisation of the employee's, made by the manager."""
    values = {"name": name, "owner": company.users["employee"].pk, "team": company.teams["near"].pk, **more}
    return write.create(company.actor("administrator"), shape_of("organisation"), values)


def stored(key: str, record_id: int) -> dict[str, Any]:
    """A record as it stands."""
    return read.get(PRODUCT, shape_of(key), record_id)


def settle(turns: int = 30) -> int:
    """Deliver events and carry out runs until nothing is due; return how many runs were carried out."""
    done = 0
    for _turn in range(turns):
        deliver()
        due = Run.objects.filter(state="waiting", due_at__lte=timezone.now()).values_list(
            "rule_id", flat=True
        )
        ids = sorted(set(due))
        if not ids:
            return done
        done += sum(running.run_due(rule_id) for rule_id in ids)
    raise AssertionError("the rules do not come to rest")


def last(rule: Rule) -> Run:
    """The last run of a rule."""
    return Run.objects.filter(rule_id=rule.pk).latest("pk")
