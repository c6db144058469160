"""Answering a letter right where it stands on the timeline of a client's card."""

import secrets
from dataclasses import replace

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from klientura.kernel.errors import Invalid, KernelError
from klientura.kernel.screens.context import show
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.letters import writing
from klientura.kit.letters.words import kept
from klientura.modules.conversations.models import Letter, Outgoing
from klientura.modules.conversations.queries.access import open_letter, writable_mailboxes
from klientura.modules.conversations.services import drafts, sending
from klientura.modules.conversations.services.answering import opened
from klientura.modules.conversations.services.drafts import Typed


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, letter_id: int) -> HttpResponse:
    """GET /mail/letters/{id}/answer: a field under the letter. POST: send it, or with `full` go on in the whole form.

    The answer goes from the mailbox the letter came to, in its thread, with the signature and the quote.
    """
    asked = of(request)
    letter = open_letter(asked.actor, letter_id)
    if request.method == "GET":
        return _form(asked, letter)
    text, form_key = kept(request.POST.get("text", "")), kept(request.POST.get("form_key", ""))[:40]
    begun = opened(asked.actor, letter, "reply", everybody=False)
    typed = replace(begun, html=writing.of_text(text.replace("\r\n", "\n")), form_key=form_key)
    full = "full" in request.POST
    if not full and not text.strip():
        return _form(asked, letter, error=_("Write an answer first."))
    try:
        row = _kept(asked, typed, full=full)
    except Invalid as refused:
        return _form(asked, letter, text=text, error=" ".join(str(e.message) for e in refused.errors))
    except KernelError as moved:
        found = drafts.of_form(asked.actor, form_key) if moved.status == 409 else None
        if found is None:
            raise
        row = found  # the same form once more: it is on its way already
    if full:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = f"/mail/drafts/{row.pk}"
        return response
    return show(asked, "conversations/answered.html", row=row)


@transaction.atomic
def _kept(asked: Request, typed: Typed, *, full: bool) -> Outgoing:
    """The answer as a draft, and sent unless it is to be written on; of what is refused nothing stays but the form."""
    row = drafts.keep_draft(asked.actor, typed)
    return row if full else sending.send(asked.actor, row)


def _form(asked: Request, letter: Letter, *, text: str = "", error: str = "") -> HttpResponse:
    mailbox = writable_mailboxes(asked.actor).filter(pk=letter.mailbox_id).first()
    to = opened(asked.actor, letter, "reply", everybody=False).to
    return show(
        asked, "conversations/answer.html", status=422 if error else 200, letter=letter, mailbox=mailbox, to=", ".join(to), text=text,
        error=error, form_key=secrets.token_urlsafe(16),
    )  # fmt: skip
