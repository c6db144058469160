"""Approval at the head of a card: where it stands, who said what, and the way to send it or to decide."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klientura.kernel.access.gate import may
from klientura.kernel.approvals.demands import is_gated
from klientura.kernel.approvals.gate import reasons_left
from klientura.kernel.approvals.models import APPROVED, PENDING
from klientura.kernel.approvals.reading import rounds_of
from klientura.kernel.approvals.routes import is_concerned
from klientura.kernel.approvals.standing import digest_of, is_stale
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.approvals.words import shown
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request


def _concerns(asked: Request, shape: Shape) -> bool:
    return is_gated(shape) or is_concerned(shape, asked.installation.access_version)


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    if not _concerns(asked, shape):
        return {}
    rounds = rounds_of(asked.actor, shape, row["id"])
    needed = _needed(asked, shape, row)
    if not rounds and not needed:
        return {}
    digest = digest_of(shape, row["id"]) if rounds and rounds[0].approval.state in {PENDING, APPROVED} else ""
    made = [shown(v, stale=n == 0 and is_stale(v.approval, digest)) for n, v in enumerate(rounds)]
    current = made[0] if made else None
    holds = current is not None and current["state"] == APPROVED and not needed
    return {
        "current": current, "earlier": made[1:], "reasons": needed,
        "may_withdraw": bool(
            current and rounds[0].approval.state == PENDING
            and (rounds[0].approval.author_id == asked.actor.user_id or asked.actor.is_admin)
        ),
        "send_url": _send_url(asked, shape, row, pending=bool(rounds) and rounds[0].approval.state == PENDING, holds=holds),
    }  # fmt: skip


def _needed(asked: Request, shape: Shape, row: Row) -> list[str]:
    """Why the record does not go out as it is, told to those who could send it."""
    if not is_gated(shape) or row.get("status", "draft") != "draft" or not _may_edit(asked, shape, row):
        return []
    return [str(reason) for reason in reasons_left(asked.actor, shape, row["id"])]


def _may_edit(asked: Request, shape: Shape, row: Row) -> bool:
    return "edit" in read.verbs_on(asked.actor, shape, row["id"], ("edit",))


def _send_url(asked: Request, shape: Shape, row: Row, *, pending: bool, holds: bool) -> str:
    return (
        f"/{shape.key}/{row['id']}/approval"
        if not pending and not holds and _may_edit(asked, shape, row)
        else ""
    )


APPROVAL_PANEL: Final = MainPanel(
    key="approval",
    label=gettext_lazy("Approval"),
    template="approvals/panel.html",
    fits=lambda _shape: True,
    context=_context,
    sheets=("approval",),
)


def send_way(asked: Request, shape: Shape, row: Row) -> Mapping[str, Any] | None:
    """The line of the card's menu that sends a record for approval, where there is a route or something demands one."""
    if not _concerns(asked, shape) or asked.actor.user_id is None or not may(asked.actor, shape, "edit"):
        return None
    return {
        "label": _("Send for approval…"), "icon": "stamp", "quiet": True,
        "dialog": f"/{shape.key}/{row['id']}/approval", "url": "",
    }  # fmt: skip
