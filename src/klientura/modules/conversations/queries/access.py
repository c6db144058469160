"""Who may read what of mail.

A mailbox is open to its owner, and a shared one to those it names; to nobody else, administrators included. A letter is
open to them too, and, where the mailbox says so, to whoever may read the interaction that was written of it.
"""

from collections.abc import Sequence
from typing import Final

from django.db.models import Q, QuerySet

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.modules.conversations.models import Letter, LetterFact, Mailbox, Thread

NEEDED: Final = frozenset({"subject", "body", "party", "person", "direction", "at"})
"""Who may not read one of these of an interaction may not read the letter, which tells them all."""


def open_mailboxes(actor: Actor) -> QuerySet[Mailbox]:
    """The mailboxes that an actor may read."""
    if actor.user_id is None:
        return Mailbox.objects.none()
    named = Q(readers__contains=[actor.user_id]) | Q(answerers__contains=[actor.user_id])
    return Mailbox.objects.filter(Q(owner_id=actor.user_id) | (Q(owner=None) & named))


def may_answer(actor: Actor, mailbox: Mailbox) -> bool:
    """Whether an actor may write from a mailbox."""
    if actor.user_id is None:
        return False
    if mailbox.owner_id is None:
        return actor.user_id in mailbox.answerers
    return mailbox.owner_id == actor.user_id


def writable_mailboxes(actor: Actor) -> QuerySet[Mailbox]:
    """The mailboxes that an actor may write from and that can send, their own first."""
    if actor.user_id is None:
        return Mailbox.objects.none()
    mine = Q(owner_id=actor.user_id) | Q(owner=None, answerers__contains=[actor.user_id])
    rows = Mailbox.objects.filter(mine, active=True).exclude(smtp_host="")
    return rows.order_by("owner_id", "address")


def open_thread(actor: Actor, thread_id: int) -> Thread:
    """A thread of a mailbox that the actor may read. Raises NotFound."""
    threads = Thread.objects.filter(pk=thread_id, mailbox__in=open_mailboxes(actor))
    found = threads.select_related("mailbox").first()
    if found is None:
        raise NotFound
    return found


def open_letter(actor: Actor, letter_id: int) -> Letter:
    """A letter that the actor may read. Raises NotFound, whatever the reason."""
    letter = Letter.objects.filter(pk=letter_id).select_related("mailbox", "thread").first()
    if letter is None:
        raise NotFound
    if open_mailboxes(actor).filter(pk=letter.mailbox_id).exists():
        return letter
    if not letter.mailbox.open_to_clients or letter.is_private or letter.thread.is_private:
        raise NotFound
    fact = LetterFact.objects.filter(key=letter.key).first()
    if fact is None or not told_to(actor, [fact.interaction_id]):
        raise NotFound
    return letter


def told_to(actor: Actor, interaction_ids: Sequence[int]) -> set[int]:
    """Those of some interactions that the actor reads with all that a letter tells."""
    shape = shape_of("interaction")
    if not interaction_ids or not may(actor, shape, "read") or not set(readable(actor, shape)) >= NEEDED:
        return set()
    return set(read.titles(actor, shape, interaction_ids))
