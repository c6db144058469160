"""Writing a letter: the form, its saving by itself, whom it may go to, its files, sending it."""

import datetime as dt
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid, KernelError, NotFound
from klientura.kernel.files import keeping
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import FILE, described
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_bytes
from klientura.kit.letters.words import kept
from klientura.modules.conversations.enums import Manner
from klientura.modules.conversations.models import Outgoing
from klientura.modules.conversations.queries.access import open_letter, writable_mailboxes
from klientura.modules.conversations.queries.people import (
    Addressee,
    addressee_of,
    addressees,
    lately_written_to,
)
from klientura.modules.conversations.queries.tracking import addresses_of, tracking_of
from klientura.modules.conversations.services import drafts, sending
from klientura.modules.conversations.services.answering import opened, shown
from klientura.modules.conversations.services.drafts import Typed
from klientura.modules.conversations.web.form import compose_form, tracking_words
from klientura.modules.conversations.web.mail import mail_page

NINE: Final = dt.time(9)


@open_to(Door.SIGNED_IN)
@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """GET /mail/new: the form of a new letter; ?about=person-5 fills in whom it goes to, ?to= an address."""
    asked = of(request)
    about, to = request.GET.get("about", ""), [kept(text) for text in request.GET.getlist("to")]
    key, _line, text = about.partition("-")
    if about and (key not in all_shapes() or number(text) is None):
        raise NotFound
    if about and not to and (whom := addressee_of(asked.actor, key, number(text) or 0)):
        to = [shown(whom.name, whom.address)]
    return _form(asked, Typed(mailbox_id=number(request.GET.get("mailbox")), to=to, about=about))


@open_to(Door.SIGNED_IN)
@require_GET
def reply(request: HttpRequest, letter_id: int) -> HttpResponse:
    """GET /mail/letters/{id}/reply: the form of an answer; ?all=1 to all whom the letter names."""
    asked = of(request)
    everybody = request.GET.get("all") == "1"
    found = open_letter(asked.actor, letter_id)
    return _form(asked, opened(asked.actor, found, "reply", everybody=everybody))


@open_to(Door.SIGNED_IN)
@require_GET
def forward(request: HttpRequest, letter_id: int) -> HttpResponse:
    """GET /mail/letters/{id}/forward: the form of a letter that passes this one on, with its files."""
    asked = of(request)
    return _form(asked, opened(asked.actor, open_letter(asked.actor, letter_id), "forward", everybody=False))


@open_to(Door.SIGNED_IN)
@require_GET
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """GET /mail/drafts/{id}: a draft, to be written on."""
    asked = of(request)
    row = drafts.own_outgoing(asked.actor, draft_id)
    if row.state != "draft":
        return HttpResponseRedirect(f"/mail/outgoing/{row.pk}")
    return _form(asked, typed_of(row), row)


@open_to(Door.SIGNED_IN)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """POST /mail/drafts: keep what stands in the form; answers the draft's number and version, or that another window was faster."""
    asked = of(request)
    try:
        row = drafts.keep_draft(asked.actor, typed_in(asked), *_which(asked))
    except KernelError as refused:
        return JsonResponse({"message": str(refused.message), "code": refused.code}, status=refused.status)
    size = sum(each.size for each in sending.files_of(row))
    too_large = size > sending.MOST_ATTACHED
    return JsonResponse({
        "id": row.pk,
        "version": row.version,
        "saved": _("Saved at {time}").format(time=timezone.localtime().strftime("%H:%M")),
        "files": _("Files: {size} of {most}").format(
            size=format_bytes(size, lang()), most=format_bytes(sending.MOST_ATTACHED, lang())
        ) if size else "",
        "too_large": too_large,
        "tracking": tracking_words(tracking_of(row.mailbox, addresses_of(row))),
        "signature": sending.signature_of(row.mailbox, row.author_id).html,
    })  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def drop(request: HttpRequest, draft_id: int) -> HttpResponse:
    """POST /mail/drafts/{id}/drop: throw a draft away."""
    asked = of(request)
    row = drafts.own_outgoing(asked.actor, draft_id)
    drafts.drop_draft(asked.actor, draft_id)
    return HttpResponseRedirect(f"/mail?mailbox={row.mailbox_id}&show=drafts")


@open_to(Door.SIGNED_IN)
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """POST /mail/send: keep what stands in the form and have it sent; the form again with what is wrong."""
    asked = of(request)
    typed = typed_in(asked)
    row = None
    try:
        row = drafts.keep_draft(asked.actor, typed, *_which(asked))
        row = sending.send(asked.actor, row, _when(asked))
    except Invalid as refused:
        return _form(asked, typed, row, errors=refused.errors, status=422)
    except Denied:
        raise
    except KernelError as moved:
        if moved.status != 409:
            raise
        row = drafts.of_form(asked.actor, typed.form_key) if _which(asked)[0] is None else None
        if row is None:
            wrong = (FieldError("", moved.code, moved.message),)
            return _form(asked, replace(typed, form_key=""), None, errors=wrong, status=409)
    if row.thread_id is None:
        return HttpResponseRedirect(f"/mail/outgoing/{row.pk}?sent={row.pk}")
    return HttpResponseRedirect(f"/mail?thread={row.thread_id}&sent={row.pk}")


@open_to(Door.SIGNED_IN)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """GET /mail/people?q=: whom a letter may go to, for the fields of the form."""
    actor = of(request).actor
    text = kept(request.GET.get("q", "")).strip()[:100]
    writes = writable_mailboxes(actor).exists()  # who writes to nobody is offered nobody
    found = [] if not writes else addressees(actor, text) if text else lately_written_to(actor)
    return show(request, "screens/options.html", items=[_option(each) for each in found], query=text)


def _option(each: Addressee) -> dict[str, Any]:
    fails = _("letters do not arrive")
    return {
        "id": shown(each.name, each.address),
        "title": each.name or each.address,
        "sub": f"{each.address} — {fails}" if each.fails else each.address,
        "icon": "triangle-alert" if each.fails else "",
    }


def _told(refused: KernelError) -> HttpResponse:
    return JsonResponse({"message": str(refused.message), "code": refused.code}, status=refused.status)


@replace(FILE, shown=_told).on
@open_to(Door.SIGNED_IN)
@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """POST /mail/files: keep a file for a letter that is being written; answers its number, name and size."""
    actor = of(request).actor
    try:
        if not writable_mailboxes(actor).exists():
            raise Denied
        upload = request.FILES.get("file")
        if upload is None:
            raise BadRequest(_("Choose a file."), code="file")
        found = keeping.bring(actor, upload.name or "", upload)
    except KernelError as refused:
        return _told(refused)
    return JsonResponse({**described(found), "shown_size": format_bytes(found.size, lang())}, status=201)


def typed_in(asked: Request) -> Typed:
    """What stands in the form."""
    given = asked.POST
    manner = given.get("manner", "new")
    return Typed(
        mailbox_id=number(given.get("mailbox")),
        to=[kept(text) for text in given.getlist("to")],
        cc=[kept(text) for text in given.getlist("cc")],
        bcc=[kept(text) for text in given.getlist("bcc")],
        subject=kept(given.get("subject", "")),
        html=kept(given.get("html", "")),
        quoting=given.get("quoting") == "1",
        files=[n for text in given.getlist("files") if (n := number(text))],
        manner=manner if manner in Manner.values else "new",
        answered_id=number(given.get("answered")),
        about=given.get("about", "")[:100],
        form_key=kept(given.get("form_key", ""))[:40],
    )


def typed_of(row: Outgoing) -> Typed:
    """A draft as it stands in the form."""
    return Typed(
        mailbox_id=row.mailbox_id,
        to=[shown(n, a) for n, a in row.to],
        cc=[shown(n, a) for n, a in row.cc],
        bcc=[shown(n, a) for n, a in row.bcc],
        subject=row.subject,
        html=row.html,
        quoting=row.quoting,
        files=[int(each) for each in sending.files_of(row)],
        manner=row.manner,
        answered_id=row.answered_id,
    )


def _which(asked: Request) -> tuple[int | None, int | None]:
    """Which draft the form is of, and which version of it was seen."""
    return number(asked.POST.get("draft")), number(asked.POST.get("version"))


def _when(asked: Request) -> dt.datetime | None:
    """The moment that was chosen, in the writer's own time; None: at once. Raises Invalid."""
    zone = ZoneInfo(asked.actor.time_zone)
    today = timezone.now().astimezone(zone).date()
    when = asked.POST.get("when", "")
    if when == "tomorrow":
        return dt.datetime.combine(today + dt.timedelta(days=1), NINE, zone)
    if when == "monday":
        return dt.datetime.combine(today + dt.timedelta(days=7 - today.weekday()), NINE, zone)
    if when != "at":
        return None
    try:
        chosen = dt.datetime.fromisoformat(asked.POST.get("send_at", ""))
        return chosen.replace(tzinfo=zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Invalid([FieldError("when", "when", _("Choose a day and a time."))]) from None


def _form(
    asked: Request, typed: Typed, row: Outgoing | None = None, *, errors: tuple[FieldError, ...] = (), status: int = 200
) -> HttpResponse:  # fmt: skip
    form = compose_form(asked, typed, row, errors)
    return mail_page(asked, mailbox_id=form["mailbox_id"], compose=form, status=status)
