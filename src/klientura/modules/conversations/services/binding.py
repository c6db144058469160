"""To whom and to what letters belong: clients by their addresses, deals by the thread or by hand; and the facts written of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.models import User
from klientura.modules.activities.services.contacts import (
    Contact,
    move_contacts,
    record_contacts,
    undo_contacts,
)
from klientura.modules.conversations.models import Letter, LetterFact, Mailbox, Thread
from klientura.modules.parties.queries.by_email import Whose, parties_by_email

AT_ONCE: Final = 500


def bind_letters(mailbox: Mailbox, letters: Sequence[Letter], *, owner_id: int | None = None) -> None:
    """Bind new letters, and their threads when nothing is known of these, and write down the facts, as those of the mailbox's
    owner or of who wrote them. Set-based."""
    theirs = _clients({a for letter in letters for a in letter.addresses})
    threads = {t.pk: t for t in Thread.objects.filter(pk__in={letter.thread_id for letter in letters})}
    bound = {}
    for letter in sorted(letters, key=lambda each: each.at):
        thread, whose = threads[letter.thread_id], _whose(letter, theirs)
        if whose and thread.party_id is None and not thread.bound_by_hand:
            thread.party_id, thread.person_id = whose
            bound[thread.pk] = thread
    Thread.objects.bulk_update(bound.values(), ["party_id", "person_id"])
    _tell(mailbox, letters, threads, theirs, owner_id)


def _clients(addresses: Collection[str]) -> Mapping[str, Whose]:
    """The clients behind addresses; colleagues and our own mailboxes are none, whatever the base says of them."""
    ours = set(User.objects.filter(email__in=addresses).values_list("email", flat=True))
    ours |= set(Mailbox.objects.filter(address__in=addresses).values_list("address", flat=True))
    return parties_by_email(set(addresses) - ours)


def _whose(letter: Letter, theirs: Mapping[str, Whose]) -> Whose | None:
    """Who wrote it, or to whom it was written, the first that is known."""
    named = [address for _name, address in (*letter.to, *letter.cc)]
    order = [letter.sender, *named] if letter.direction == "incoming" else named
    return next((theirs[a] for a in order if a in theirs), None)


def _tell(
    mailbox: Mailbox, letters: Iterable[Letter], threads: Mapping[int, Thread], theirs: Mapping[str, Whose],
    owner_id: int | None = None,
) -> None:  # fmt: skip
    """Write an interaction of each letter that is bound and open to those who see the client, unless there is one."""
    told: dict[str, Contact] = {}
    for letter in letters:
        thread = threads[letter.thread_id]
        by_thread = Whose(thread.party_id, thread.person_id) if thread.party_id else None
        whose = by_thread if thread.bound_by_hand else _whose(letter, theirs) or by_thread
        if (whose or thread.subject_id) and is_open(mailbox, thread, letter):
            told[letter.key] = Contact(
                kind="email",
                direction=letter.direction,
                at=letter.at,
                subject=letter.subject or _("A letter without a subject"),
                body=letter.said,
                party_id=whose.party_id if whose else None,
                person_id=whose.person_id if whose else None,
                owner_id=owner_id or mailbox.owner_id,
                subject_object=thread.subject_object,
                subject_id=thread.subject_id,
            )
    for key in LetterFact.objects.filter(key__in=list(told)).values_list("key", flat=True):
        del told[key]
    ids = record_contacts(list(told.values()))
    LetterFact.objects.bulk_create(
        LetterFact(key=key, interaction_id=number) for key, number in zip(told, ids, strict=True)
    )


def is_open(mailbox: Mailbox, thread: Thread, letter: Letter) -> bool:
    """Whether a letter is shown to whoever sees its client. What machines send is no contact."""
    return (
        mailbox.open_to_clients
        and not thread.is_private
        and not letter.is_private
        and not letter.automatic
        and not letter.failed_for
    )


@transaction.atomic
def bind_thread(
    thread: Thread, *, party_id: int | None, person_id: int | None, subject_object: str | None, subject_id: int | None
) -> None:  # fmt: skip
    """Bind a thread by hand; its facts move with it, and those that were missing are written."""
    thread.party_id, thread.person_id = party_id, person_id
    thread.subject_object, thread.subject_id, thread.bound_by_hand = subject_object, subject_id, True
    thread.save()
    letters = list(Letter.objects.filter(thread=thread).defer("html", "text").order_by("at"))
    if party_id is None and subject_id is None:
        _untell(letters)
        return
    facts = LetterFact.objects.filter(key__in=[letter.key for letter in letters])
    move_contacts(
        list(facts.values_list("interaction_id", flat=True)),
        party_id=party_id,
        person_id=person_id,
        subject_object=subject_object,
        subject_id=subject_id,
    )
    _tell(thread.mailbox, letters, {thread.pk: thread}, {})


@transaction.atomic
def keep_private(thread: Thread, *, is_private: bool) -> None:
    """Hide a thread from those who only see the client, or show it to them again; its facts go or come."""
    thread.is_private = is_private
    thread.save(update_fields=["is_private"])
    letters = list(Letter.objects.filter(thread=thread).defer("html", "text").order_by("at"))
    if is_private:
        _untell(letters)
    else:
        theirs = _clients({a for letter in letters for a in letter.addresses})
        _tell(thread.mailbox, letters, {thread.pk: thread}, theirs)


@transaction.atomic
def open_mailbox_to_clients(mailbox: Mailbox, *, is_open: bool) -> None:
    """Show the letters of a mailbox to whoever sees the client, or to its users only; the facts come or go."""
    mailbox.open_to_clients = is_open
    mailbox.save(update_fields=["open_to_clients"])
    bound = (
        Letter.objects.filter(mailbox=mailbox, thread__party_id__isnull=False)
        .defer("html", "text")
        .order_by("pk")
    )
    last = 0
    while letters := list(bound.filter(pk__gt=last)[:AT_ONCE]):
        last = letters[-1].pk
        if is_open:
            bind_letters(mailbox, letters)
        else:
            _untell(letters)


def _untell(letters: Sequence[Letter]) -> None:
    """Take the facts of letters back, but those that another, open mailbox tells too."""
    keys = {letter.key for letter in letters}
    others = Letter.objects.filter(
        key__in=keys,
        mailbox__open_to_clients=True,
        is_private=False,
        thread__is_private=False,
        thread__party_id__isnull=False,
    ).exclude(pk__in=[letter.pk for letter in letters])
    facts = LetterFact.objects.filter(key__in=keys - set(others.values_list("key", flat=True)))
    undo_contacts(list(facts.values_list("interaction_id", flat=True)))
    facts.delete()
