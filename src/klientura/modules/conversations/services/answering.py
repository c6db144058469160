"""What an answer begins with: whom it goes to, its subject, the letter that it quotes, its place in the thread."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kit.formats import Language, format_datetime
from klientura.kit.letters import writing
from klientura.kit.letters.naming import base_subject
from klientura.modules.conversations.models import Letter, LetterFile, Mailbox, Outgoing
from klientura.modules.conversations.queries.access import open_mailboxes
from klientura.modules.conversations.services.drafts import Typed

MOST_REFERENCES = 20


def opened(actor: Actor, letter: Letter, manner: str, *, everybody: bool) -> Typed:
    """The form of an answer to a letter, or of a letter that passes it on with its files."""
    base = base_subject(letter.subject)
    if manner == "forward":
        held = LetterFile.objects.filter(letter=letter).order_by("position")
        files = list(held.values_list("file_id", flat=True))
        return Typed(
            mailbox_id=letter.mailbox_id,
            subject=f"Fwd: {base}",
            files=files,
            manner=manner,
            answered_id=letter.pk,
        )
    ours = set(open_mailboxes(actor).values_list("address", flat=True)) | {letter.mailbox.address}
    if letter.direction == "outgoing":
        to, cc = letter.to, letter.cc
    elif letter.reply_to and letter.reply_to != letter.sender:
        to, cc = [["", letter.reply_to]], [*letter.to, *letter.cc]
    else:
        to, cc = [[letter.sender_name, letter.sender]], [*letter.to, *letter.cc]
    first = [shown(n, a) for n, a in to if a]
    others = [shown(n, a) for n, a in cc if a and a not in ours and a not in {x for _n, x in to}]
    return Typed(
        mailbox_id=letter.mailbox_id, to=first, cc=others if everybody else [], subject=f"Re: {base}",
        manner="reply", answered_id=letter.pk,
    )  # fmt: skip


def shown(name: str, address: str) -> str:
    """Somebody as a form holds them; what is no address as it was typed."""
    if not address:
        return name
    plain = "".join(c for c in name if c not in '"\\<>')
    return f'"{plain}" <{address}>' if plain and plain != address else address


def quote_of(letter: Letter, manner: str, lang: Language) -> str:
    """The letter that is answered or passed on, as it will stand below one's own words."""
    page = letter.html or writing.of_text(letter.text)
    at = format_datetime(timezone.localtime(letter.at), lang)
    who = f"{letter.sender_name} <{letter.sender}>" if letter.sender_name else letter.sender
    if manner != "forward":
        return writing.quoted(_("{date}, {who} wrote:").format(date=at, who=who), page)
    heads = [
        _("-------- Forwarded message --------"),
        _("From: {who}").format(who=who),
        _("Date: {date}").format(date=at),
        _("Subject: {subject}").format(subject=letter.subject),
        _("To: {who}").format(who=", ".join(shown(n, a).replace('"', "") for n, a in letter.to)),
    ]
    return writing.forwarded(heads, page)


def references_of(outgoing: Outgoing, mailbox: Mailbox) -> Sequence[str]:
    """The identifiers of the letters before this one in its thread, that of the answered one last."""
    answered = outgoing.answered
    if answered is None or not answered.message_id:
        return ()
    if answered.mailbox_id != mailbox.pk:
        return (answered.message_id,)
    before = Letter.objects.filter(thread_id=answered.thread_id, at__lt=answered.at).exclude(message_id="")
    ids = list(before.order_by("-at", "-pk").values_list("message_id", flat=True)[:MOST_REFERENCES])
    return [*reversed(ids), answered.message_id]
