"""The mail page: the threads of a mailbox, and the one that is read."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import number, of
from klientura.modules.conversations.enums import State
from klientura.modules.conversations.models import Letter, Mailbox, Thread
from klientura.modules.conversations.queries.access import may_answer, open_mailboxes, open_thread
from klientura.modules.conversations.queries.threads import SHOWN, letters_of, threads_of
from klientura.modules.conversations.services.binding import keep_private
from klientura.modules.conversations.services.marking import mark_read
from klientura.modules.conversations.web.letters import described


@open_to(Door.SIGNED_IN)
@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    """GET /mail: the threads of one of the reader's mailboxes; ?thread= shows one beside them."""
    actor = of(request).actor
    boxes = list(open_mailboxes(actor).order_by("owner_id", "address"))
    chosen = next(
        (b for b in boxes if b.pk == number(request.GET.get("mailbox"))), boxes[0] if boxes else None
    )
    thread = open_thread(actor, wanted) if (wanted := number(request.GET.get("thread"))) else None
    if thread is not None:
        chosen = next(b for b in boxes if b.pk == thread.mailbox_id)
        mark_read(thread)
    shown = request.GET.get("show", "all") if request.GET.get("show") in SHOWN else "all"
    listed = threads_of(chosen, shown, request.GET.get("after", "")) if chosen else None
    address = {"mailbox": chosen.pk if chosen else "", "show": shown}
    return show(
        request, "conversations/mail.html", active="mail", main_width="full", boxes=_tabs(boxes, chosen),
        ways=_ways(address, shown), mailbox=_state(chosen), thread=_thread(actor, thread) if thread else None,
        back_url=f"/mail?{urlencode(address)}",
        threads=[_line(t, address, thread) for t in listed.rows] if listed else [],
        more_url=f"/mail?{urlencode({**address, 'after': listed.next})}" if listed and listed.next else "",
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def private(request: HttpRequest, thread_id: int) -> HttpResponse:
    """POST /mail/threads/{id}/private: show a thread to its mailbox's users only (private=1), or to those who see the client."""
    actor = of(request).actor
    thread = open_thread(actor, thread_id)
    if not may_answer(actor, thread.mailbox):
        raise Denied
    keep_private(thread, is_private=request.POST.get("private") == "1")
    return HttpResponseRedirect(f"/mail?thread={thread.pk}")


def _tabs(boxes: list[Mailbox], chosen: Mailbox | None) -> list[dict[str, Any]]:
    return [
        {"label": b.name or b.address, "url": f"/mail?mailbox={b.pk}", "active": b == chosen, "icon": "user" if b.owner_id else "users"}
        for b in boxes
    ]  # fmt: skip


def _ways(address: dict[str, Any], shown: str) -> list[dict[str, Any]]:
    labels = {"all": _("All"), "unread": _("Unread"), "unbound": _("Without a client")}
    return [
        {"label": labels[key], "url": f"/mail?{urlencode({**address, 'show': key})}", "active": key == shown}
        for key in SHOWN
    ]


def _state(mailbox: Mailbox | None) -> dict[str, Any] | None:
    if mailbox is None:
        return None
    trouble = mailbox.state in {"refused", "broken"}
    text = str(State(mailbox.state).label)
    return {"id": mailbox.pk, "address": mailbox.address, "text": text, "said": mailbox.said, "trouble": trouble,
            "loading": mailbox.state in {"new", "loading"}}  # fmt: skip


def _line(thread: Thread, address: dict[str, Any], opened: Thread | None) -> dict[str, Any]:
    at = timezone.localtime(thread.last_at)
    today = at.date() == timezone.localdate()
    return {
        "id": thread.pk,
        "url": f"/mail?{urlencode({**address, 'thread': thread.pk})}",
        "people": thread.people,
        "subject": thread.subject or _("A letter without a subject"),
        "preview": thread.preview,
        "letters": thread.letters,
        "unread": bool(thread.unread),
        "time": at.strftime("%H:%M") if today else date_format(at, "j M"),
        "iso": at.isoformat(),
        "bound": thread.party_id is not None,
        "active": opened is not None and opened.pk == thread.pk,
    }


def _thread(actor: Actor, thread: Thread) -> dict[str, Any]:
    letters = letters_of(thread)
    with_page = set(Letter.objects.filter(thread=thread).exclude(html="").values_list("pk", flat=True))
    return {
        "id": thread.pk,
        "subject": thread.subject or _("A letter without a subject"),
        "letters": [{**each, "page": each["id"] in with_page} for each in described(letters)],
        "client": _named(actor, "party", thread.party_id),
        "about": _named(actor, thread.subject_object or "", thread.subject_id),
        "private": thread.is_private,
        "may_hide": may_answer(actor, thread.mailbox) and thread.mailbox.open_to_clients,
    }


def _named(actor: Actor, key: str, record_id: int | None) -> dict[str, str] | None:
    """What a thread is bound to, for those who may see it."""
    if record_id is None or key not in all_shapes() or not may(actor, shape_of(key), "read"):
        return None
    title = read.titles(actor, shape_of(key), [record_id]).get(record_id)
    return {"title": title, "url": f"/{key}/{record_id}"} if title else None
