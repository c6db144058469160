"""Letters that are being written: kept as they are typed, each window knowing when another one was faster."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.errors import Denied, FieldError, Invalid, NotFound
from klientura.kernel.files.keeping import claim, looked_up, own_drafts
from klientura.kernel.objects.registry import all_shapes
from klientura.kit.letters import naming, writing
from klientura.modules.conversations.errors import DraftMoved
from klientura.modules.conversations.models import LetterFile, Outgoing, OutgoingFile
from klientura.modules.conversations.queries.access import open_letter, writable_mailboxes
from klientura.modules.conversations.services.ties import Ties, ties_of

MOST_PEOPLE: Final = 200
MOST_FILES: Final = 100
TOO_LONG: Final = _("This is too long for a letter.")
CLOSED_MAILBOX: Final = _("You cannot write from this mailbox.")
TYPED_MARK: Final = ";"
"""Before what was typed into a field of several values and not chosen there."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a letter. `about` names the record it was begun at: «opportunity-5».

    `form_key` is the form's own and used once: the same form sent twice is one letter.
    """

    mailbox_id: int | None = None
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    subject: str = ""
    html: str = ""
    quoting: bool = True
    files: Sequence[int] = ()
    manner: str = "new"
    answered_id: int | None = None
    about: str = ""
    form_key: str = ""


def own_outgoing(actor: Actor, outgoing_id: int) -> Outgoing:
    """A letter of the actor's own. Raises NotFound for those of others."""
    found = Outgoing.objects.filter(pk=outgoing_id, author_id=actor.user_id or 0)
    row = found.select_related("mailbox", "answered", "thread").first()
    if row is None:
        raise NotFound
    return row


@transaction.atomic
def keep_draft(
    actor: Actor, typed: Typed, draft_id: int | None = None, version: int | None = None
) -> Outgoing:
    """Keep a letter as it stands in the form; nothing of it but its mailbox has to be right yet.

    Raises DraftMoved, NotFound, Denied, and Invalid for a mailbox that the actor may not write from and for what is too long.
    """
    if actor.user_id is None:
        raise Denied
    mailboxes = {m.pk: m for m in writable_mailboxes(actor)}
    if not mailboxes:
        raise Denied
    chosen = mailboxes.get(typed.mailbox_id or next(iter(mailboxes)))
    if chosen is None:  # never silently from another one
        raise Invalid([FieldError("mailbox", "closed", CLOSED_MAILBOX)])
    if len(typed.html) > writing.MOST_TYPED:
        raise Invalid([FieldError("html", "long", TOO_LONG)])
    row = _written_on(actor, typed, draft_id, version)
    row.mailbox = chosen
    row.to, row.cc, row.bcc = (_people(each) for each in (typed.to, typed.cc, typed.bcc))
    row.subject = " ".join(typed.subject.split())[:500]
    row.html = writing.tidy(typed.html)
    row.quoting = typed.quoting
    if row.manner == "reply" and row.answered and row.answered.mailbox_id == chosen.pk:
        row.thread_id = row.answered.thread_id
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as twice:  # the same form is being kept this very moment
        raise DraftMoved from twice
    _hold(actor, row, typed.files)
    return row


def _written_on(actor: Actor, typed: Typed, draft_id: int | None, version: int | None) -> Outgoing:
    """The draft that the form is of, held, or a new one. Raises DraftMoved, NotFound."""
    mine = Outgoing.objects.select_for_update().filter(author_id=actor.user_id or 0)
    if draft_id is not None:
        found = mine.filter(pk=draft_id).first()
        if found is None:
            raise NotFound
    else:
        found = mine.filter(form_key=typed.form_key).first() if typed.form_key else None
        if found is None:
            return _begun(actor, typed)
        version = 1  # as the form left it
    if found.state != "draft" or found.version != version:
        raise DraftMoved
    found.version += 1
    return found


def of_form(actor: Actor, form_key: str) -> Outgoing | None:
    """The letter that was made of a form already, if it is no draft any more."""
    mine = Outgoing.objects.filter(author_id=actor.user_id or 0, form_key=form_key).exclude(state="draft")
    return mine.first() if form_key else None


def drop_draft(actor: Actor, draft_id: int) -> None:
    """Throw a draft away. Raises NotFound."""
    gone, _rows = Outgoing.objects.filter(pk=draft_id, author_id=actor.user_id or 0, state="draft").delete()
    if not gone:
        raise NotFound


def _begun(actor: Actor, typed: Typed) -> Outgoing:
    """A new draft, with what it answers and what it was begun at, if both are open to its author."""
    row = Outgoing(author_id=actor.user_id or 0, manner=typed.manner, form_key=typed.form_key or None)
    if typed.answered_id is not None and typed.manner != "new":
        row.answered = open_letter(actor, typed.answered_id)
    else:
        row.manner = "new"
    if typed.about:
        ties = tie_of(actor, typed.about)
        row.party_id, row.person_id = ties["party_id"], ties["person_id"]
        row.subject_object, row.subject_id = ties["subject_object"], ties["subject_id"]
    return row


def tie_of(actor: Actor, about: str) -> Ties:
    """The client, or the record and its client, that a letter is begun at. Raises NotFound for what is closed to its author."""
    key, _line, text = about.partition("-")
    shape, is_number = all_shapes().get(key), text.isascii() and text.isdigit() and len(text) < 19
    if shape is None or not shape.spec.subject or not is_number or not may(actor, shape, "read"):
        raise NotFound
    return ties_of(actor, int(text)) if shape.base == "party" else ties_of(actor, None, key, int(text))


def _people(texts: Sequence[str]) -> list[list[str]]:
    """Whom some texts name: [name, address], the address empty where it is none; nothing of the texts is left out.

    More than MOST_PEOPLE are more than a letter may go to, so that it is refused with those who are kept.
    """
    made: dict[str, list[str]] = {}
    for text in texts:
        for each in naming.typed(text.removeprefix(TYPED_MARK)):
            made.setdefault(each.address or each.name, [each.name, each.address])
    return list(made.values())[:MOST_PEOPLE]


def _hold(actor: Actor, row: Outgoing, files: Sequence[int]) -> None:
    """Have a draft hold these files: those that its author has just brought, those of their letters, those of the answered one."""
    wanted = list(dict.fromkeys(files))[:MOST_FILES]
    held = set(OutgoingFile.objects.filter(outgoing=row).values_list("file_id", flat=True))
    if wanted == [] and not held:
        return
    known = held | set(
        OutgoingFile.objects.filter(outgoing__author_id=actor.user_id or 0, file_id__in=wanted).values_list(
            "file_id", flat=True
        )
    )
    if row.manner == "forward" and row.answered_id is not None:
        known |= set(LetterFile.objects.filter(letter_id=row.answered_id).values_list("file_id", flat=True))
    brought = own_drafts(actor, [n for n in wanted if n not in known])
    claim(brought)
    there = looked_up(wanted)
    kept = [n for n in wanted if n in there and (n in known or n in brought)]
    OutgoingFile.objects.filter(outgoing=row).exclude(file_id__in=kept).delete()
    OutgoingFile.objects.bulk_create(
        [OutgoingFile(outgoing=row, file_id=n, position=p) for p, n in enumerate(kept)],
        update_conflicts=True,
        unique_fields=["outgoing", "file_id"],
        update_fields=["position"],
    )
