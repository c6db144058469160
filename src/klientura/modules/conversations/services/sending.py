"""Sending a letter of ours: put together and left to the worker; taken back while it waits; sent again, or not, when nobody knows."""

import datetime as dt
from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.errors import FieldError, Invalid, NotFound
from klientura.kernel.fields.files import FileRef
from klientura.kernel.files.keeping import looked_up
from klientura.kernel.files.receiving import receive
from klientura.kernel.files.storage import storage
from klientura.kit.formats import Language
from klientura.kit.letters import writing
from klientura.kit.letters.naming import Address
from klientura.modules.conversations.errors import OnItsWay
from klientura.modules.conversations.models import Mailbox, Outgoing, OutgoingFile, Signature
from klientura.modules.conversations.queries.access import open_letter, writable_mailboxes
from klientura.modules.conversations.services.answering import quote_of, references_of
from klientura.modules.conversations.services.drafts import CLOSED_MAILBOX, own_outgoing
from klientura.modules.conversations.services.servers import ask_to_send
from klientura.modules.conversations.services.tracking import begin_tracking, without_traces

UNDO: Final = dt.timedelta(seconds=10)
"""So long a letter waits after it was sent, to be taken back."""
MOST_ATTACHED: Final = 18 * 1024 * 1024
"""Bytes of files of one letter: on their way they grow by a third, and most servers take 25 MB."""
MOST_RECIPIENTS: Final = 100
MOST_SIGNED: Final = 20_000
NO_ADDRESS: Final = _(
    "No address is given for: %(names)s. Put a name with a comma in it in quotes, and the address after it in angle brackets."
)
FARTHEST: Final = dt.timedelta(days=366)


def send(actor: Actor, outgoing: Outgoing, at: dt.datetime | None = None) -> Outgoing:
    """Have a draft sent, in ten seconds or at a moment. Raises Invalid when something of it is not right, OnItsWay."""
    with transaction.atomic():
        row = Outgoing.objects.select_for_update().get(pk=own_outgoing(actor, outgoing.pk).pk)
        if row.state != "draft":
            raise OnItsWay
        now = timezone.now()
        files = files_of(row)
        check(actor, row, files, at, now)
        row.send_at = row.next_at = at or now + UNDO
        row.message_id = writing.new_id(row.mailbox.address)
        raw = _put_together(actor, row, files)
        [row.raw_id] = receive([("letter.eml", raw)])
        row.state, row.attempts, row.said, row.refused, row.version = "waiting", 0, "", {}, row.version + 1
        row.save()
        ask_to_send(row.pk, row.next_at)
    return row


def take_back(actor: Actor, outgoing_id: int) -> Outgoing:
    """Make a draft again of a letter that waits to be sent, or was not sent. Raises OnItsWay."""
    with transaction.atomic():
        row = Outgoing.objects.select_for_update().get(pk=own_outgoing(actor, outgoing_id).pk)
        if row.state not in {"draft", "waiting", "refused"} or row.reached:
            raise OnItsWay
        row.state, row.send_at, row.next_at, row.raw_id = "draft", None, None, None
        row.message_id, row.said, row.version = "", "", row.version + 1
        row.save()
    return row


def settle(actor: Actor, outgoing_id: int, *, again: bool) -> Outgoing:
    """Say of a letter of which nobody knows whether it went: send it once more, the same letter, or take it for sent."""
    with transaction.atomic():
        row = Outgoing.objects.select_for_update().get(pk=own_outgoing(actor, outgoing_id).pk)
        if row.state != "unsure":
            raise OnItsWay
        row.said, row.version = "", row.version + 1
        if again:
            row.state, row.next_at, row.attempts = "waiting", timezone.now(), 0
        else:
            row.state, row.next_at = "sent", None
        row.save()
        if again and row.next_at:
            ask_to_send(row.pk, row.next_at)
    return row


def files_of(row: Outgoing) -> list[FileRef]:
    """The files of a letter in their order."""
    numbers = list(
        OutgoingFile.objects.filter(outgoing=row).order_by("position").values_list("file_id", flat=True)
    )
    found = looked_up(numbers)
    return [found[n] for n in numbers if n in found]


def check(
    actor: Actor, row: Outgoing, files: Collection[FileRef], at: dt.datetime | None, now: dt.datetime
) -> None:
    """Raise Invalid for whatever keeps a letter from being sent."""
    errors: list[FieldError] = []
    if not writable_mailboxes(actor).filter(pk=row.mailbox_id).exists():
        errors.append(FieldError("mailbox", "closed", CLOSED_MAILBOX))
    elif not writing.can_be_named(Address("", row.mailbox.address)):
        text = _("Mail servers do not take the address of this mailbox: %(address)s") % {
            "address": row.mailbox.address
        }
        errors.append(FieldError("mailbox", "email", text))
    everybody = 0
    for key in ("to", "cc", "bcc"):
        people = getattr(row, key)
        everybody += len(people)
        wrong = [
            name or address for name, address in people if not writing.can_be_named(Address(name, address))
        ]
        if wrong:
            names = {"names": ", ".join(wrong)}
            no_address = _("This is no address: %(names)s") % names
            if any("@" not in each for each in wrong):
                no_address = NO_ADDRESS % names
            errors.append(FieldError(key, "email", no_address))
    if not everybody:
        errors.append(FieldError("to", "required", _("Say whom the letter is for.")))
    if everybody > MOST_RECIPIENTS:
        too_many = _("A letter goes to at most %(most)s people.") % {"most": MOST_RECIPIENTS}
        errors.append(FieldError("to", "many", too_many))
    if sum(each.size for each in files) > MOST_ATTACHED:
        large = _("The files are larger than %(most)s MB together: mail servers would not take them.")
        errors.append(FieldError("files", "large", large % {"most": MOST_ATTACHED // 1024 // 1024}))
    if writing.is_blank(row.html) and not files and not (row.manner == "forward" and row.quoting):
        errors.append(FieldError("html", "required", _("The letter is empty.")))
    if at is not None and not now < at < now + FARTHEST:
        errors.append(FieldError("when", "when", _("Choose a moment to come, within a year.")))
    if errors:
        raise Invalid(errors)


def signature_of(mailbox: Mailbox, user_id: int) -> Signature:
    """How a user signs in a mailbox; who has not said it signs with their name, or with that of a shared mailbox."""
    found = Signature.objects.filter(mailbox=mailbox, user_id=user_id).first()
    made = found or Signature(mailbox=mailbox, user_id=user_id)
    if not made.name:
        name = User.objects.filter(pk=user_id).values_list("name", flat=True).first()
        made.name = mailbox.name if mailbox.owner_id is None and mailbox.name else name or ""
    return made


def keep_signature(actor: Actor, mailbox: Mailbox, *, name: str, html: str) -> None:
    """Sign so in a mailbox from now on. Raises NotFound for a mailbox that the actor may not write from, Invalid."""
    if actor.user_id is None or not writable_mailboxes(actor).filter(pk=mailbox.pk).exists():
        raise NotFound
    if len(html) > MOST_SIGNED:
        raise Invalid([FieldError("html", "long", _("This is too long for a signature."))])
    values = {"name": " ".join(name.split())[:120], "html": writing.tidy(html)}
    Signature.objects.update_or_create(mailbox=mailbox, user_id=actor.user_id, defaults=values)


def _put_together(actor: Actor, row: Outgoing, files: Collection[FileRef]) -> bytes:
    signature = signature_of(row.mailbox, row.author_id)
    body = row.html + (f"<div>--<br>{signature.html}</div>" if signature.html else "")
    if row.quoting and row.answered_id is not None:
        body += _quote(actor, row)
    body = begin_tracking(row, without_traces(body))
    references = references_of(row, row.mailbox)
    return writing.put_together(
        writing.Writing(
            sender=Address(signature.name, row.mailbox.address),
            to=_addresses(row.to),
            cc=_addresses(row.cc),
            subject=row.subject,
            html=body,
            at=row.send_at or timezone.now(),
            message_id=row.message_id,
            in_reply_to=references[-1] if references and row.manner == "reply" else "",
            references=references,
            files=[_enclosed(each) for each in files],
        )
    )


def _quote(actor: Actor, row: Outgoing) -> str:
    """The quoted letter, if it is still open to who sends it."""
    try:
        letter = open_letter(actor, row.answered_id or 0)
    except NotFound:
        return ""
    lang: Language = "en" if actor.language == "en" else "ru"
    return quote_of(letter, row.manner, lang)


def _addresses(people: Collection[list[str]]) -> list[Address]:
    return [Address(name, address) for name, address in people]


def _enclosed(each: FileRef) -> writing.Enclosed:
    with storage().open(each.sha256) as stream:
        return writing.Enclosed(each.name, each.media, stream.read())
