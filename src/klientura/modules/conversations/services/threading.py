"""Which letters belong together: those of one mailbox that name one another, in whatever order they come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from klientura.modules.conversations.models import Letter, LetterReference, Mailbox, Outgoing, Thread


@dataclass(slots=True)
class Kin:
    """Identifiers that belong together, and the threads that some of them are known to belong to."""

    references: set[str] = field(default_factory=set)
    threads: set[int] = field(default_factory=set)


def groups_of(mailbox: Mailbox, names: Sequence[Sequence[str]]) -> tuple[list[int], list[list[int]]]:
    """Which group each of some letters belongs to, by the identifiers that it names, and the threads known of each group."""
    known = dict(
        LetterReference.objects.filter(
            mailbox=mailbox, reference__in={r for each in names for r in each}
        ).values_list("reference", "thread_id")
    )
    groups = _groups(names, known)
    distinct = list({id(g): g for g in groups.values()}.values())
    order = {id(g): n for n, g in enumerate(distinct)}
    return [order[id(groups[each[0]])] for each in names], [sorted(g.threads) for g in distinct]


def _groups(names: Sequence[Sequence[str]], known: Mapping[str, int]) -> dict[str, Kin]:
    groups: dict[str, Kin] = {}
    by_thread: dict[int, Kin] = {}
    for each in names:
        met = [groups[r] for r in each if r in groups]
        met += [by_thread[known[r]] for r in each if r in known and known[r] in by_thread]
        into = met[0] if met else Kin()
        for other in met[1:]:
            if other is not into:
                into.references |= other.references
                into.threads |= other.threads
        into.references.update(each)
        into.threads.update(known[r] for r in each if r in known)
        groups.update(dict.fromkeys(into.references, into))
        by_thread.update(dict.fromkeys(into.threads, into))
    return groups


def join_threads(mailbox: Mailbox, kept: int, gone: Sequence[int]) -> None:
    """Make one thread of several, when a letter has come that ties them together. What one of them was bound to stays."""
    rows = {t.pk: t for t in Thread.objects.filter(pk__in=[kept, *gone], mailbox=mailbox)}
    one = rows[kept]
    for other in (rows[g] for g in gone if g in rows):
        if other.bound_by_hand > one.bound_by_hand or (one.party_id is None and not one.bound_by_hand):
            one.party_id, one.person_id = other.party_id, other.person_id
            one.subject_object, one.subject_id = other.subject_object, other.subject_id
            one.bound_by_hand = other.bound_by_hand
        one.is_private = one.is_private or other.is_private
    one.save()
    Letter.objects.filter(thread_id__in=gone).update(thread_id=kept)
    LetterReference.objects.filter(thread_id__in=gone).update(thread_id=kept)
    Outgoing.objects.filter(thread_id__in=gone).update(thread_id=kept)
    Thread.objects.filter(pk__in=gone).delete()


_SUMS = (
    "update mail_thread t set letters = s.letters, unread = s.unread, first_at = s.first_at, last_at = s.last_at,"
    " subject = s.subject, preview = s.preview, people = coalesce(s.people, t.people)"
    " from (select thread_id, count(*) letters, count(*) filter (where not seen and direction = 'incoming') unread,"
    " min(at) first_at, max(at) last_at, (array_agg(subject order by at, id))[1] subject,"
    " left(regexp_replace((array_agg(left(said, 300) order by at desc, id desc))[1], '\\s+', ' ', 'g'), 200) preview,"
    " left(string_agg(distinct coalesce(nullif(sender_name, ''), sender), ', ')"
    " filter (where direction = 'incoming'), 300) people"
    " from mail_letter where thread_id = any(%s) group by thread_id) s where t.id = s.thread_id"
)


def refresh_threads(thread_ids: Iterable[int]) -> None:
    """Have threads say anew how many letters they hold, how many are unread, who wrote and what the last one says."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [sorted(set(thread_ids))])
