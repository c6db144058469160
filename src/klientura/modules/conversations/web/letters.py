"""One letter: its page, its HTML in a frame where nothing of it acts, its files."""

import html
import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from klientura.kernel.errors import NotFound
from klientura.kernel.fields.files import FileRef
from klientura.kernel.files.keeping import looked_up
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import answer
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_bytes, format_datetime
from klientura.modules.conversations.models import Letter, LetterFile
from klientura.modules.conversations.queries.access import open_letter, open_mailboxes, writable_mailboxes
from klientura.modules.conversations.queries.outgoing import outcomes
from klientura.modules.conversations.queries.threads import files_of
from klientura.modules.conversations.queries.told import opened_words
from klientura.modules.conversations.queries.tracking import Reading, readings
from klientura.modules.conversations.services.tracking import without_pictures
from klientura.modules.conversations.web.outgoing import outcome_described

_INLINE: Final = re.compile(r'src="cid:([^"]*)"')
PAGE: Final = (
    '<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    "<style>body{{font:15px/1.5 system-ui,sans-serif;margin:12px;color:#1b2422;background:#fff;overflow-wrap:anywhere}}"
    "img{{max-width:100%;height:auto}}blockquote{{margin:0 0 0 8px;padding-left:10px;border-left:2px solid #ccd5d2}}</style>"
    "</head><body>{body}</body></html>"
)
"""Letters are made for white paper, so their frame is white in the dark theme too."""


def described(letters: list[Letter], *, may_write: bool, inside: bool) -> list[dict[str, Any]]:
    """Letters for the reading pane; with the ways to answer them where the reader has a mailbox to write from. Those who do not
    read the mailbox itself (`inside`) are not told of hidden copies."""
    files = files_of(letters)
    sent = [each.pk for each in letters if each.direction == "outgoing"]
    ours, read = outcomes(sent), readings(sent)
    return [
        {
            "id": each.pk,
            "who": each.sender_name or each.sender,
            "address": each.sender,
            "to": ", ".join(name or address for name, address in (*each.to, *each.cc)),
            "time": format_datetime(timezone.localtime(each.at), lang()),
            "iso": each.at.isoformat(),
            "outgoing": each.direction == "outgoing",
            "subject": each.subject,
            "said": each.said,
            "more": each.text.strip() != each.said.strip(),
            "text": each.text,
            "failed_for": ", ".join(each.failed_for),
            "outcome": outcome_described(ours[each.pk], inside=inside) if each.pk in ours else None,
            "reading": _reading(read[each.pk]) if each.pk in read else None,
            "write_url": f"/mail/letters/{each.pk}" if may_write else "",
            "several": len({a for _n, a in (*each.to, *each.cc)}) > 1,
            "files": [
                {
                    "name": ref.name,
                    "size": format_bytes(ref.size, lang()),
                    "url": f"/mail/letters/{each.pk}/files/{int(ref)}",
                }
                for held, ref in files.get(each.pk, [])
            ],
        }
        for each in letters
    ]


def _reading(reading: Reading) -> dict[str, Any]:
    """How a letter was read, in words, and how often each of its links was followed."""
    links = [{"url": each.url, "count": each.followed} for each in reading.links if each.followed]
    return {"text": opened_words(reading.tracked), "links": links}


@open_to(Door.SIGNED_IN)
@require_GET
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """GET /mail/letters/{id}: one letter, for whoever may read it."""
    actor = of(request).actor
    found = open_letter(actor, letter_id)
    inside = open_mailboxes(actor).filter(pk=found.mailbox_id).exists()
    [shown] = described([found], may_write=writable_mailboxes(actor).exists(), inside=inside)
    shown["page"] = bool(found.html)
    return show(
        request, "conversations/letter.html", active="mail", subject=found.subject, letters=[shown],
        thread_url=f"/mail?thread={found.thread_id}" if inside else "",
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_GET
def page(request: HttpRequest, letter_id: int) -> HttpResponse:
    """GET /mail/letters/{id}/page: the letter as it was sent, for a frame. Pictures from elsewhere with ?pictures=1 only."""
    found = open_letter(of(request).actor, letter_id)
    inline = {h.content_id: h.file_id for h in LetterFile.objects.filter(letter=found).exclude(content_id="")}

    def own(match: re.Match[str]) -> str:
        number = inline.get(html.unescape(match[1]))
        return f'src="/mail/letters/{letter_id}/files/{number}"' if number else 'src=""'

    body = _INLINE.sub(own, without_pictures(found.html)) or f"<pre>{html.escape(found.text)}</pre>"
    response = HttpResponse(PAGE.format(body=body))
    pictures = " https: http:" if request.GET.get("pictures") == "1" else ""
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:{pictures}; form-action 'none'; base-uri 'none';"
        " frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@open_to(Door.SIGNED_IN)
@require_GET
def file(request: HttpRequest, letter_id: int, file_id: int) -> HttpResponseBase:
    """GET /mail/letters/{id}/files/{id}: a file of a letter."""
    found = open_letter(of(request).actor, letter_id)
    if not LetterFile.objects.filter(letter=found, file_id=file_id).exists():
        raise NotFound
    return answer(request, _kept(file_id))


@open_to(Door.SIGNED_IN)
@require_GET
def raw(request: HttpRequest, letter_id: int) -> HttpResponseBase:
    """GET /mail/letters/{id}/raw: the letter as it came, byte by byte."""
    found = open_letter(of(request).actor, letter_id)
    return answer(request, _kept(found.raw_id or 0))


def _kept(number: int) -> FileRef:
    found = looked_up([number]).get(number)
    if found is None:
        raise NotFound
    return found
