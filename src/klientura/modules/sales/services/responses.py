"""How soon a lead is to be answered, when it was, and whose attention it needs when it was not."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.db import connection
from django.utils import timezone

from klientura.kernel.notify.telling import Told, tell_new
from klientura.kernel.objects.batch import Draft
from klientura.kernel.settings.days import company_zone
from klientura.kernel.settings.working import working_time
from klientura.modules.activities.services.reminding import CAUGHT_UP, People
from klientura.modules.sales.models import Lead, ResponseTime

MOST_MINUTES: Final = 30_000
OPEN: Final = ("new", "in_work", "qualified")


def promise(drafts: Sequence[Draft]) -> None:
    """Note by when these leads are to be answered: so many working minutes after they came, by their channel.

    Of several times for a channel the shortest counts.
    """
    if not drafts:
        return
    known = (
        ResponseTime.objects.filter(deleted_at=None).order_by("-minutes").values_list("channel", "minutes")
    )
    minutes = {channel or "": number for channel, number in known}
    time = working_time() if minutes else None
    zone = company_zone() if minutes else dt.UTC
    for draft in drafts:
        number = minutes.get(draft.get("channel") or "", minutes.get(""))
        due = None
        if time is not None and number is not None:
            came = (draft.before.get("created_at") or timezone.now()).astimezone(zone)
            due = time.after(came.replace(tzinfo=None), number).replace(tzinfo=zone)
        draft.values["response_due_at"] = due


# The leads that interactions are about now, and those that they were about before somebody changed that.
_ANSWERED: Final = (
    "update lead l set first_response_at = v.at from (select s.id, (select min(i.at) from interaction i"
    "  where i.subject_object = 'lead' and i.subject_id = s.id and i.deleted_at is null"
    "  and i.direction is distinct from 'incoming' and i.kind <> 'note') as at"
    " from (select subject_id as id from interaction where id = any(%(ids)s) and subject_object = 'lead'"
    "  union select (changes -> 'subject_id' ->> 0)::bigint from kernel_change"
    "  where root_object = 'interaction' and root_id = any(%(ids)s) and action = 'update'"
    "  and changes -> 'subject_id' ->> 0 is not null) s) v"
    " where l.id = v.id and l.status <> 'converted' and l.first_response_at is distinct from v.at"
)


def note_first_responses(interaction_ids: Sequence[int]) -> None:
    """Keep when leads were first answered: by a letter, a call, a message, a meeting that was not theirs. Set-based, repeatable.

    Of a converted lead it stays: its interactions are those of the deal then.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, {"ids": list(interaction_ids)})


# When they last spoke to us, and since when we have waited for a word of theirs: the first of ours after their last.
_TALKED: Final = (
    "update lead l set heard_at = v.heard, silent_since = v.silent from (select s.id,"
    "  (select max(i.at) from interaction i where i.subject_object = 'lead' and i.subject_id = s.id"
    "   and i.deleted_at is null and i.direction = 'incoming') as heard,"
    "  (select min(i.at) from interaction i where i.subject_object = 'lead' and i.subject_id = s.id"
    "   and i.deleted_at is null and i.direction = 'outgoing' and i.kind <> 'note' and i.at > coalesce("
    "    (select max(h.at) from interaction h where h.subject_object = 'lead' and h.subject_id = s.id"
    "     and h.deleted_at is null and h.direction = 'incoming'), '-infinity')) as silent"
    " from (select subject_id as id from interaction where id = any(%(ids)s) and subject_object = 'lead'"
    "  union select (changes -> 'subject_id' ->> 0)::bigint from kernel_change"
    "  where root_object = 'interaction' and root_id = any(%(ids)s) and action = 'update'"
    "  and changes -> 'subject_id' ->> 0 is not null) s) v"
    " where l.id = v.id and l.status <> 'converted'"
    " and (l.heard_at, l.silent_since) is distinct from (v.heard, v.silent) returning l.id"
)


def note_talks(interaction_ids: Sequence[int]) -> list[int]:
    """Keep when leads were last heard from and since when they are silent; return those for which that has changed."""
    with connection.cursor() as cursor:
        cursor.execute(_TALKED, {"ids": list(interaction_ids)})
        return [row[0] for row in cursor.fetchall()]


def remind_of_unanswered(now: dt.datetime) -> int:
    """Tell owners and their heads of leads that were not answered in time, once; return how many notifications that made."""
    found = Lead.objects.filter(
        deleted_at=None, status__in=OPEN, first_response_at=None, owner_id__isnull=False,
        response_due_at__lte=now, response_due_at__gt=now - CAUGHT_UP,
    )  # fmt: skip
    rows = list(found.order_by("pk").values_list("pk", "owner_id", "response_due_at")[:5000])
    if not rows:
        return 0
    people = People({owner for _pk, owner, _due in rows if owner})
    told = [
        _told(pk, user_id, due, now, "" if user_id == owner else people.names.get(owner, ""))
        for pk, owner, due in rows
        if owner and due
        for user_id in dict.fromkeys((owner, *people.heads_of(owner)))
    ]
    return tell_new(told)


def _told(lead_id: int, user_id: int, due: dt.datetime, now: dt.datetime, name: str) -> Told:
    about = "unanswered_by" if name else "unanswered"
    payload = {"about": about, "at": due.isoformat(), "name": name}
    return Told(
        user_id,
        "due",
        f"unanswered:{lead_id}:{int(due.timestamp())}",
        now,
        "lead",
        [lead_id],
        payload=payload,
    )
