"""Rounds of approval in words, as pages show them."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.approvals.models import APPROVED, LAPSED, PENDING, REFUSED, REWORK, WITHDRAWN
from klientura.kernel.approvals.reading import RoundView, StepView
from klientura.kernel.screens.language import lang
from klientura.kit.formats import format_datetime

HUES: Final = {
    PENDING: "blue",
    APPROVED: "green",
    REFUSED: "red",
    REWORK: "orange",
    WITHDRAWN: "gray",
    LAPSED: "yellow",
}
VERDICT_HUES: Final = {"agreed": "green", "remarked": "teal", "refused": "red", "rework": "orange"}
MARKS: Final = {"agreed": "circle-check", "refused": "circle-x", "open": "hourglass", "waiting": "circle"}


def shown(view: RoundView, *, stale: bool = False) -> dict[str, Any]:
    """One round for a template."""
    approval = view.approval
    state = LAPSED if stale else approval.state
    label = _("Changed since: approval does not hold") if stale else str(approval.get_state_display())
    late = view.due_at is not None and view.due_at < timezone.now()
    return {
        "id": approval.pk, "title": view.title, "url": view.url, "kind": str(view.shape.label), "icon": view.shape.spec.icon,
        "state": state, "label": label, "hue": HUES[state], "mine": view.mine and not stale, "author": view.author,
        "route": approval.route_name, "words": approval.words, "reason": view.reason, "digest": approval.digest,
        "sent": moment(approval.sent_at), "ended": moment(approval.ended_at) if approval.ended_at else "",
        "due": moment(view.due_at) if view.due_at else "", "late": late,
        "steps": [_step(s) for s in view.steps],
    }  # fmt: skip


def _step(step: StepView) -> dict[str, Any]:
    many = len(step.asked) > 1
    asked = ", ".join(step.asked)
    count = (
        ngettext("{n} of them has to agree", "{n} of them have to agree", step.needed).format(n=step.needed)
        if many
        else ""
    )
    return {
        "name": step.name, "state": step.state, "icon": MARKS[step.state], "group": step.group,
        "asked": asked if asked != step.name else "", "count": count, "silent": ", ".join(step.silent) if many else "",
        "due": moment(step.due_at) if step.due_at and step.state == "open" else "",
        "said": [
            {
                "who": _("{name} for {absent}").format(name=s.who, absent=s.instead_of) if s.instead_of else s.who,
                "label": s.label, "hue": VERDICT_HUES[s.verdict], "words": s.words, "at": moment(s.at),
            }
            for s in step.said
        ],
    }  # fmt: skip


def lines_of(told: Mapping[str, Any]) -> list[dict[str, str]]:
    """The lines of an approval sheet: each decision of each step, and whoever has not been heard."""
    lines = []
    for step in told["steps"]:
        made = [
            {
                "step": step["name"],
                "who": d["who"],
                "label": d["label"],
                "hue": d["hue"],
                "at": d["at"],
                "words": d["words"],
            }
            for d in step["said"]
        ]
        waits = step["silent"] or step["asked"]
        if step["state"] == "open" or not made:
            made.append({"step": step["name"], "who": waits, "label": "", "hue": "", "at": "", "words": ""})
        lines += made
    return lines


def moment(at: Any) -> str:
    """A moment by the reader's clock."""
    return format_datetime(timezone.localtime(at), lang())
