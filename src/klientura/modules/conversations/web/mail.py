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
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_datetime
from klientura.kit.letters.words import kept
from klientura.modules.conversations.enums import State
from klientura.modules.conversations.models import Letter, Mailbox, Outgoing, Thread
from klientura.modules.conversations.queries.access import (
    may_answer,
    open_mailboxes,
    open_thread,
    writable_mailboxes,
)
from klientura.modules.conversations.queries.outgoing import (
    draft_in,
    drafts_and_going,
    drafts_of,
    going_in,
    going_of,
    open_going,
)
from klientura.modules.conversations.queries.threads import MOST_TEXT, SHOWN, letters_of, threads_of
from klientura.modules.conversations.services.binding import bind_thread, keep_private
from klientura.modules.conversations.services.marking import mark_read
from klientura.modules.conversations.services.sending import UNDO
from klientura.modules.conversations.services.ties import abouts, ties_of
from klientura.modules.conversations.web.letters import described
from klientura.modules.conversations.web.outgoing import going_described, outgoing_line


@open_to(Door.SIGNED_IN)
@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    """GET /mail: the threads of one of the reader's mailboxes; ?thread= shows one beside them."""
    asked = of(request)
    thread = open_thread(asked.actor, wanted) if (wanted := number(request.GET.get("thread"))) else None
    if thread is not None:
        mark_read(thread)
    mailbox_id = thread.mailbox_id if thread else number(request.GET.get("mailbox"))
    return mail_page(asked, mailbox_id=mailbox_id, thread=thread)


@open_to(Door.SIGNED_IN)
@require_GET
def outgoing(request: HttpRequest, outgoing_id: int) -> HttpResponse:
    """GET /mail/outgoing/{id}: a letter of ours that waits or did not go; one that is in its thread is shown there."""
    asked = of(request)
    if Outgoing.objects.filter(pk=outgoing_id, author_id=asked.actor.user_id or 0, state="draft").exists():
        return HttpResponseRedirect(f"/mail/drafts/{outgoing_id}")
    row = open_going(asked.actor, outgoing_id)
    if row.thread_id and open_mailboxes(asked.actor).filter(pk=row.mailbox_id).exists():
        return HttpResponseRedirect(f"/mail?thread={row.thread_id}")
    return mail_page(asked, mailbox_id=row.mailbox_id, going=row)


def mail_page(
    asked: Request, *, mailbox_id: int | None, thread: Thread | None = None, compose: dict[str, Any] | None = None,
    going: Outgoing | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """What lies in a mailbox, and beside it a thread or the form of a letter."""
    actor = asked.actor
    boxes = list(open_mailboxes(actor).order_by("owner_id", "address"))
    chosen = next((b for b in boxes if b.pk == mailbox_id), boxes[0] if boxes else None)
    usual = "going" if going else "all"
    shown = asked.GET.get("show", usual) if asked.GET.get("show") in SHOWN else usual
    may_write = writable_mailboxes(actor).exists()
    text = kept(asked.GET.get("q", ""))[:MOST_TEXT].strip()
    address = {"mailbox": chosen.pk if chosen else "", "show": shown, **({"q": text} if text else {})}
    beside = thread.pk if thread else number(asked.GET.get("beside"))
    rows, more = _listed(
        actor, chosen, address, asked.GET.get("after", ""), beside, going.pk if going else None
    )
    return show(
        asked, "conversations/mail.html", active="mail", main_width="full", status=status, boxes=_tabs(boxes, chosen),
        ways=_ways(actor, chosen, address, shown), mailbox=_state(chosen), thread=_thread(actor, thread, may_write=may_write) if thread else None,
        back_url=f"/mail?{urlencode(address)}", threads=rows, more_url=more, compose=compose,
        may_write=may_write, going=going_described(actor, going) if going else None,
        q=text, refresh_url=f"/mail?{urlencode({**address, 'beside': beside or ''})}",
        fresh_url=_fresh(actor, number(asked.GET.get("beside"))), sent=_just_sent(actor, number(asked.GET.get("sent"))),
    )  # fmt: skip


def _listed(
    actor: Actor,
    mailbox: Mailbox | None,
    address: dict[str, Any],
    after: str,
    beside: int | None,
    going_id: int | None,
) -> tuple[list[dict[str, Any]], str]:
    """The lines of the list, and where further ones are; `beside` is the thread that is open beside it."""
    if mailbox is None:
        return [], ""
    if address["show"] == "drafts":
        return [outgoing_line(row) for row in drafts_of(actor, mailbox)], ""
    if address["show"] == "going":
        return [{**outgoing_line(row), "active": row.pk == going_id} for row in going_of(mailbox)], ""
    found = threads_of(mailbox, address["show"], after, address.get("q", ""))
    more = f"/mail?{urlencode({**address, 'after': found.next})}" if found.next else ""
    return [_line(t, address, beside) for t in found.rows], more


def _fresh(actor: Actor, thread_id: int | None) -> str:
    """The way to what is new in the thread that is open, when the list beside it is renewed; empty: nothing is."""
    unread = (
        Thread.objects.filter(pk=thread_id or 0, unread__gt=0, mailbox__in=open_mailboxes(actor))
        if thread_id
        else None
    )
    return f"/mail?thread={thread_id}" if unread is not None and unread.exists() else ""


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


@open_to(Door.SIGNED_IN)
@require_POST
def bind(request: HttpRequest, thread_id: int) -> HttpResponse:
    """POST /mail/threads/{id}/bind: bind a thread to a client and to a record about them; without either it is bound to nothing."""
    actor = of(request).actor
    thread = open_thread(actor, thread_id)
    if not may_answer(actor, thread.mailbox):
        raise Denied
    about = {key: found for key in abouts(actor) if (found := number(request.POST.get(key))) is not None}
    ties = ties_of(actor, number(request.POST.get("party")), *next(iter(about.items()), (None, None)))
    bind_thread(thread, **ties)
    return HttpResponseRedirect(f"/mail?thread={thread.pk}")


def _tabs(boxes: list[Mailbox], chosen: Mailbox | None) -> list[dict[str, Any]]:
    return [
        {"label": b.name or b.address, "url": f"/mail?mailbox={b.pk}", "active": b == chosen, "icon": "user" if b.owner_id else "users"}
        for b in boxes
    ]  # fmt: skip


def _ways(actor: Actor, mailbox: Mailbox | None, address: dict[str, Any], shown: str) -> list[dict[str, Any]]:
    drafts, going = drafts_and_going(actor, mailbox) if mailbox else (0, 0)
    labels = {
        "all": _("All"),
        "unread": _("Unread"),
        "unbound": _("Without a client"),
        "drafts": _("Drafts"),
        "going": _("On their way"),
    }
    counts = {"drafts": drafts, "going": going}
    return [
        {"label": labels[key], "url": f"/mail?{urlencode({**address, 'show': key})}", "active": key == shown,
         **({"count": counts[key]} if counts.get(key) else {})}
        for key in SHOWN
        if counts.get(key) != 0 or key == shown
    ]  # fmt: skip


def _state(mailbox: Mailbox | None) -> dict[str, Any] | None:
    if mailbox is None:
        return None
    trouble = mailbox.state in {"refused", "broken"}
    text = str(State(mailbox.state).label)
    return {"id": mailbox.pk, "address": mailbox.address, "text": text, "said": mailbox.said, "trouble": trouble,
            "loading": mailbox.state in {"new", "loading"}, "example": mailbox.state == "example"}  # fmt: skip


def _line(thread: Thread, address: dict[str, Any], beside: int | None) -> dict[str, Any]:
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
        "time": at.strftime("%H:%M") if today else date_format(at, "j E"),
        "iso": at.isoformat(),
        "bound": thread.party_id is not None,
        "active": thread.pk == beside,
    }


def _thread(actor: Actor, thread: Thread, *, may_write: bool) -> dict[str, Any]:
    letters = letters_of(thread)
    with_page = set(Letter.objects.filter(thread=thread).exclude(html="").values_list("pk", flat=True))
    return {
        "id": thread.pk,
        "subject": thread.subject or _("A letter without a subject"),
        "letters": [
            {**each, "page": each["id"] in with_page}
            for each in described(letters, may_write=may_write, inside=True)
        ],
        "client": _named(actor, "party", thread.party_id),
        "about": _named(actor, thread.subject_object or "", thread.subject_id),
        "private": thread.is_private,
        "may_hide": may_answer(actor, thread.mailbox) and thread.mailbox.open_to_clients,
        "bind": _binding(actor, thread) if may_answer(actor, thread.mailbox) else None,
        "going": [going_described(actor, row) for row in going_in(thread)],
        "draft_url": f"/mail/drafts/{draft.pk}" if (draft := draft_in(actor, thread)) else "",
    }


def _binding(actor: Actor, thread: Thread) -> list[dict[str, Any]]:
    """The fields by which a thread is bound: the client, and records of the kinds that are about one."""
    if not may(actor, shape_of("party"), "read"):
        return []
    client = _named(actor, "party", thread.party_id)
    fields: list[dict[str, Any]] = [
        {"type": "ref", "name": "party", "label": _("Client"), "url": "/search/reference/party?only=1",
         "value": thread.party_id if client else "", "display": client["title"] if client else ""}
    ]  # fmt: skip
    for key in abouts(actor):
        held = _named(actor, key, thread.subject_id) if thread.subject_object == key else None
        fields.append({
            "type": "ref", "name": key, "label": str(shape_of(key).label), "url": f"/search/reference/{key}?only=1", "within": "party",
            "within_key": "party", "value": thread.subject_id if held else "", "display": held["title"] if held else "",
        })  # fmt: skip
    return fields


def _just_sent(actor: Actor, outgoing_id: int | None) -> dict[str, str] | None:
    """What is said right after a letter was sent, with the way to take it back; nothing of letters of others."""
    row = Outgoing.objects.filter(pk=outgoing_id or 0, author_id=actor.user_id or 0, state="waiting").first()
    if row is None or row.send_at is None:
        return None
    at = format_datetime(timezone.localtime(row.send_at), lang())
    soon = row.send_at - timezone.now() <= UNDO
    text = _("The letter goes in a few seconds") if soon else _("The letter goes at {time}").format(time=at)
    return {"text": text, "undo_url": f"/mail/outgoing/{row.pk}/undo"}


def _named(actor: Actor, key: str, record_id: int | None) -> dict[str, str] | None:
    """What a thread is bound to, for those who may see it."""
    if record_id is None or key not in all_shapes() or not may(actor, shape_of(key), "read"):
        return None
    title = read.titles(actor, shape_of(key), [record_id]).get(record_id)
    return {"title": title, "url": f"/{key}/{record_id}"} if title else None
