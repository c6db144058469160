"""The form of a letter, as its template wants it."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from markupsafe import Markup

from klientura.kernel.errors import FieldError, NotFound
from klientura.kernel.files.keeping import looked_up, most_bytes, own_drafts
from klientura.kernel.screens.language import lang
from klientura.kernel.web.requests import Request
from klientura.kit.formats import format_bytes
from klientura.kit.letters import naming, writing
from klientura.kit.letters.cleaning import text_of
from klientura.modules.conversations.models import LetterFile, Outgoing, OutgoingFile
from klientura.modules.conversations.queries.access import open_letter, writable_mailboxes
from klientura.modules.conversations.queries.templates import templates_of
from klientura.modules.conversations.queries.tracking import Tracking, tracking_of
from klientura.modules.conversations.services.answering import quote_of
from klientura.modules.conversations.services.drafts import TYPED_MARK, Typed
from klientura.modules.conversations.services.sending import signature_of

NAMED = 5
"""So many of those without consent are named."""


def editable(text: str) -> Markup:
    """What was typed, as it stands in the editor: nothing but words, emphasis, lists and links."""
    return Markup(writing.tidy(text))  # noqa: S704 # nosec B704 - cleaned in this very line


def compose_form(
    asked: Request, typed: Typed, row: Outgoing | None, errors: Sequence[FieldError]
) -> dict[str, Any]:
    """All that the form shows."""
    mailboxes = list(writable_mailboxes(asked.actor))
    chosen = next((m for m in mailboxes if m.pk == typed.mailbox_id), mailboxes[0] if mailboxes else None)
    wrong = {e.field: str(e.message) for e in reversed(errors)}
    closed = row.mailbox.address if row and chosen and row.mailbox_id == typed.mailbox_id != chosen.pk else ""
    answered, quote = _quote(asked, typed)
    user_id = asked.actor.user_id or 0
    return {
        "mailbox_id": chosen.pk if chosen else None,
        "mailboxes": [{"value": m.pk, "label": m.address} for m in mailboxes],
        "from": chosen.address if chosen else "",
        "closed": closed,
        "draft": row.pk if row else "",
        "version": row.version if row else "",
        "manner": typed.manner,
        "answered": typed.answered_id or "",
        "about": typed.about,
        "form_key": typed.form_key or secrets.token_urlsafe(16),
        "people": [_people(key, getattr(typed, key), wrong) for key in ("to", "cc", "bcc")],
        "more_people": bool(typed.cc or typed.bcc or wrong.get("cc") or wrong.get("bcc")),
        "tracking": tracking_words(tracking_of(chosen, addresses_in((*typed.to, *typed.cc, *typed.bcc)))),
        "subject": typed.subject,
        "html": editable(typed.html),
        "quoting": typed.quoting,
        "quote": quote,
        "answered_subject": answered,
        "signature": editable(signature_of(chosen, user_id).html) if chosen else "",
        "files": _files(asked, typed, row, wrong),
        "wrong": wrong,
        "templates": [{"value": t.pk, "label": t.name} for t in templates_of(asked.actor)],
        "zone": asked.actor.time_zone,
        "title": {
            "reply": pgettext("manner of a letter", "Answer"),
            "forward": pgettext("manner of a letter", "Forwarded"),
        }.get(typed.manner, _("New letter")),
    }


def tracking_words(found: Tracking) -> str:
    """Whether it will be known that the letter was opened, and whose consent is missing; empty where nobody wants to know."""
    if not found.wanted:
        return ""
    if not found.site:
        return _(
            "Openings are not tracked: the address of the product is not set in the settings of letters."
        )
    if not found.without:
        return _("Openings and followed links of this letter are tracked.")
    names = ", ".join(found.without[:NAMED]) + ("…" if len(found.without) > NAMED else "")
    return _("Openings are not tracked: no consent of {names}").format(names=names)


def addresses_in(texts: Sequence[str]) -> list[str]:
    """The addresses that the fields of the form name."""
    named = [each for text in texts for each in naming.typed(text.removeprefix(TYPED_MARK))]
    return list(dict.fromkeys(each.address for each in named if each.address))


def _people(key: str, texts: Sequence[str], wrong: dict[str, str]) -> dict[str, Any]:
    labels = {"to": pgettext("letter", "To"), "cc": pgettext("letter", "Copy"), "bcc": _("Hidden copy")}
    return {
        "type": "picks", "name": key, "label": labels[key], "url": "/mail/people", "creates": True, "people": True,
        "placeholder": _("A name or an address"), "chosen": [_chip(text) for text in texts], "error": wrong.get(key, ""),
    }  # fmt: skip


def _chip(text: str) -> dict[str, str]:
    plain = text.removeprefix(TYPED_MARK)
    found = naming.typed(plain)
    good = bool(found) and all(each.address for each in found)
    label = found[0].name or found[0].address if good and len(found) == 1 else plain
    return {"value": text, "label": label, "hue": "gray" if good else "red"}


def _files(asked: Request, typed: Typed, row: Outgoing | None, wrong: dict[str, str]) -> dict[str, Any]:
    found = looked_up(_open_files(asked, typed, row))
    return {
        "type": "files", "name": "files", "label": _("Files"), "url": "/mail/files", "multiple": True, "most": most_bytes(),
        "error": wrong.get("files", ""),
        "chosen": [
            {"value": n, "label": found[n].name, "size": format_bytes(found[n].size, lang())} for n in typed.files if n in found
        ],
    }  # fmt: skip


def _open_files(asked: Request, typed: Typed, row: Outgoing | None) -> set[int]:
    """Those of the form's files of which the writer may learn the names: what they have brought, what the letter holds."""
    mine = set(
        OutgoingFile.objects.filter(
            outgoing__author_id=asked.actor.user_id or 0, file_id__in=typed.files
        ).values_list("file_id", flat=True)
    )
    if typed.manner == "forward" and typed.answered_id:
        held = LetterFile.objects.filter(letter=open_letter(asked.actor, typed.answered_id))
        mine |= set(held.values_list("file_id", flat=True))
    rest = [n for n in typed.files if n not in mine]
    return (mine & set(typed.files)) | (own_drafts(asked.actor, rest) if rest else set())


def _quote(asked: Request, typed: Typed) -> tuple[str, str]:
    """The subject of the letter that is answered, and how it will be quoted, as text."""
    if not typed.answered_id:
        return "", ""
    try:
        letter = open_letter(asked.actor, typed.answered_id)
    except NotFound:
        return "", ""
    return letter.subject, text_of(quote_of(letter, typed.manner, lang()))
