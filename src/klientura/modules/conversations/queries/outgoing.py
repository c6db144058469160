"""Letters of ours: drafts, what waits or did not go, and what became of those that stand in threads."""

from collections.abc import Collection

from django.db.models import Q

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import NotFound
from klientura.modules.conversations.models import Mailbox, Outgoing, Thread
from klientura.modules.conversations.queries.access import open_mailboxes

MOST: int = 100
GOING = ("waiting", "sending", "handing", "unsure", "refused")


def drafts_of(actor: Actor, mailbox: Mailbox) -> list[Outgoing]:
    """The actor's own drafts in a mailbox, the latest first. Nobody sees those of others."""
    rows = Outgoing.objects.filter(author_id=actor.user_id or 0, mailbox=mailbox, state="draft")
    return list(rows.order_by("-updated_at", "-pk")[:MOST])


def going_of(mailbox: Mailbox) -> list[Outgoing]:
    """What waits in a mailbox, is on its way, or did not go, the latest first; for those who may read it."""
    rows = Outgoing.objects.filter(mailbox=mailbox, state__in=GOING).select_related("author")
    return list(rows.order_by("-send_at", "-pk")[:MOST])


def open_going(actor: Actor, outgoing_id: int) -> Outgoing:
    """A letter that is no draft any more: of the actor's own, or of a mailbox that they read. Raises NotFound."""
    rows = Outgoing.objects.filter(
        Q(author_id=actor.user_id or 0) | Q(mailbox__in=open_mailboxes(actor)), pk=outgoing_id
    )
    found = rows.exclude(state="draft").select_related("mailbox", "author").first()
    if found is None:
        raise NotFound
    return found


def going_in(thread: Thread) -> list[Outgoing]:
    """The same of one thread, in the order of sending."""
    rows = Outgoing.objects.filter(thread=thread, state__in=GOING, letter=None).select_related("author")
    return list(rows.order_by("send_at", "pk")[:MOST])


def draft_in(actor: Actor, thread: Thread) -> Outgoing | None:
    """The actor's own draft of an answer in a thread."""
    mine = Outgoing.objects.filter(
        Q(thread=thread) | Q(answered__thread=thread), author_id=actor.user_id or 0
    )
    return mine.filter(state="draft").order_by("-updated_at").first()


def outcomes(letter_ids: Collection[int]) -> dict[int, Outgoing]:
    """What became of letters that were sent from here; one query."""
    rows = Outgoing.objects.filter(letter__in=letter_ids).select_related("author").order_by("pk")
    return {row.letter_id: row for row in rows if row.letter_id}


def drafts_and_going(actor: Actor, mailbox: Mailbox) -> tuple[int, int]:
    """How many drafts of the actor's a mailbox holds, and how many letters that wait or did not go."""
    drafts = Outgoing.objects.filter(author_id=actor.user_id or 0, mailbox=mailbox, state="draft").count()
    return drafts, Outgoing.objects.filter(mailbox=mailbox, state__in=GOING).count()
