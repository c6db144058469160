"""Letters of ours on their way: how they are, taking them back, deciding what nobody else can; and how one signs."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.leading import lead_to
from klientura.kernel.web.requests import of
from klientura.kernel.web.toasts import toast
from klientura.kit.formats import format_datetime
from klientura.kit.letters import words
from klientura.kit.letters.cleaning import text_of
from klientura.modules.conversations.enums import Outcome
from klientura.modules.conversations.errors import OnItsWay
from klientura.modules.conversations.models import Mailbox, Outgoing
from klientura.modules.conversations.queries.access import writable_mailboxes
from klientura.modules.conversations.services import sending
from klientura.modules.conversations.web.form import editable

HUES: Final = {"draft": "gray", "waiting": "blue", "sending": "blue", "handing": "blue", "sent": "green", "refused": "red",
               "unsure": "orange"}  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def undo(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    """POST /mail/outgoing/{id}/undo: take a letter back that waits, and go on writing it."""
    asked = of(request)
    try:
        row = sending.take_back(asked.actor, outgoing_id)
    except OnItsWay as late:
        if not asked.htmx:
            raise
        return toast(HttpResponse(status=200), str(late.message), kind="warning")
    return lead_to(asked, f"/mail/drafts/{row.pk}")


@open_to(Door.SIGNED_IN)
@require_POST
def settle(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    """POST /mail/outgoing/{id}/settle: send once more (again=1) what may have been sent, or take it for sent."""
    row = sending.settle(of(request).actor, outgoing_id, again=request.POST.get("again") == "1")
    return HttpResponseRedirect(f"/mail/outgoing/{row.pk}")


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def signature(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """GET /mail/mailboxes/{id}/signature: how the reader signs in a mailbox. POST: sign so from now on."""
    actor = of(request).actor
    mailbox = writable_mailboxes(actor).filter(pk=mailbox_id).first()
    if mailbox is None:
        raise NotFound
    if request.method == "POST":
        name, html = words.kept(request.POST.get("name", "")), request.POST.get("html", "")
        try:
            sending.keep_signature(actor, mailbox, name=name, html=html)
        except Invalid as refused:
            return _signature(request, mailbox, name, html, wrong=str(refused.errors[0].message))
        return HttpResponseRedirect(f"/mail?mailbox={mailbox.pk}")
    kept = sending.signature_of(mailbox, actor.user_id or 0)
    return _signature(request, mailbox, kept.name, kept.html)


def _signature(
    request: HttpRequest, mailbox: Mailbox, name: str, html: str, *, wrong: str = ""
) -> HttpResponse:
    return show(
        request, "conversations/signature.html", active="mail", mailbox={"id": mailbox.pk, "address": mailbox.address}, name=name,
        html=editable(html), wrong=wrong, status=422 if wrong else 200,
    )  # fmt: skip


def outgoing_line(row: Outgoing) -> dict[str, Any]:
    """A letter of ours in the list."""
    moment = row.updated_at if row.state == "draft" or row.send_at is None else row.send_at
    own = "drafts" if row.state == "draft" else "outgoing"
    return {
        "id": row.pk,
        "url": f"/mail/{own}/{row.pk}",
        "people": _to(row) or _("To nobody yet"),
        "subject": row.subject or _("A letter without a subject"),
        "preview": text_of(row.html)[:120],
        "letters": 1,
        "unread": False,
        "time": format_datetime(timezone.localtime(moment), lang()),
        "iso": moment.isoformat(),
        "active": False,
        "state": "" if row.state == "draft" else str(Outcome(row.state).label),
        "hue": HUES[row.state],
    }


def going_described(actor: Actor, row: Outgoing) -> dict[str, Any]:
    """A letter of ours that is not in its thread yet, for the reading pane."""
    own = row.author_id == actor.user_id
    at = row.next_at if row.state == "waiting" and row.attempts else row.send_at
    return {
        "id": row.pk,
        "subject": row.subject or _("A letter without a subject"),
        "who": row.author.name,
        "to": _to(row),
        "time": format_datetime(timezone.localtime(at), lang()) if at else "",
        "iso": at.isoformat() if at else "",
        "text": text_of(row.html),
        "state": str(Outcome(row.state).label),
        "hue": HUES[row.state],
        "said": row.said,
        "refused": _by_address(row.refused, set()),
        "may_undo": own and row.state in {"waiting", "refused"} and not row.reached,
        "undo_label": _("Take it back") if row.state == "waiting" else _("Write on"),
        "may_settle": own and row.state == "unsure",
    }


def outcome_described(row: Outgoing, *, inside: bool) -> dict[str, Any]:
    """What became of a letter that was sent from here; hidden copies are told `inside` the mailbox only."""
    hidden: set[str] = set() if inside else {address for _name, address in row.bcc}
    return {
        "text": str(Outcome(row.state).label),
        "hue": HUES[row.state],
        "by": row.author.name,
        "hidden": ", ".join(name or address for name, address in row.bcc) if inside else "",
        "refused": _by_address(row.refused, hidden),
        "bounced": _by_address(row.bounced, hidden),
    }


def _by_address(said: Mapping[str, str], hidden: Collection[str]) -> str:
    """What servers said of some addresses, in one line."""
    return "; ".join(f"{a}: {text}" if text else a for a, text in said.items() if a not in hidden)


def _to(row: Outgoing) -> str:
    return ", ".join(name or address for name, address in (*row.to, *row.cc, *row.bcc))
