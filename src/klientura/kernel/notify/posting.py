"""Sending what is due by e-mail: to each user one letter, judged at that moment, never twice.

A letter's notifications are marked as being sent, and that is committed, before the letter is handed in. When the process
dies between, nobody knows whether the server took it: then it is not sent again.
"""

import datetime as dt
import logging
import time
from collections.abc import Collection
from smtplib import SMTPException, SMTPRecipientsRefused

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.utils import timezone, translation

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.notify.letters import letter
from klientura.kernel.notify.mail import NotSent, connection_to, note_failure, reason_of, server
from klientura.kernel.notify.models import MailServer, Notification, Wish
from klientura.kernel.notify.wishes import local_now, whole
from klientura.kernel.notify.wording import lines
from klientura.kernel.store.sight import actors_of
from klientura.kit.formats import Language

log = logging.getLogger("klientura.notify")
USERS_AT_ONCE = 500
ROWS_AT_ONCE = 500
MOST_ATTEMPTS = 8
FOR_GOOD = 500
"""An answer of the mail server from this number on will not be another tomorrow."""
LOST = dt.timedelta(minutes=15)
"""A letter that has been on its way for so long has lost its process."""

# Apart, and the digests from where the last ones ended: hundreds that wait for nine o'clock must not stand before what is due.
_WAITING = (
    "select n.user_id, n.mail, min(n.at) from kernel_notification n where n.mail = %s and n.user_id > %s"
    " and (n.mailed_at is null or n.mailed_at + interval '1 minute' * (2 ^ least(n.attempts, 10)) <= %s)"
    " group by 1, 2 order by 1, 2 limit %s"
)


def post(now: dt.datetime | None = None) -> int:
    """Send what is due; return how many letters went. One user's trouble stops no other; the server's trouble stops all."""
    now = now or timezone.now()
    row = server()
    if row is None or not row.active:
        return 0
    Notification.objects.filter(mail="sending", mailed_at__lt=now - LOST).update(mail="sent")
    due = _due(now)
    if not due:
        return 0
    actors = actors_of(list(due))
    Notification.objects.filter(user_id__in=due.keys() - actors.keys(), mail__in=["now", "digest"]).update(
        mail="dropped"
    )
    sent, began = 0, time.monotonic()
    mails: EmailBackend | None = None
    try:
        mails = connection_to(row)
        mails.open()
        for user_id in sorted(actors):
            passed = dt.timedelta(
                seconds=time.monotonic() - began
            )  # a slow server: each letter has its own time
            sent += _send(actors[user_id], due[user_id], mails, row, now + passed)
    except (NotSent, SMTPException, OSError, ValueError) as failed:
        said = failed.said if isinstance(failed, NotSent) else reason_of(failed)
        log.warning("the mail server fails: %s", said)
        note_failure(row, said)
    else:
        if row.error:
            note_failure(row, "")
    finally:
        if mails is not None:
            mails.close()
    return sent


def _due(now: dt.datetime) -> dict[int, set[str]]:
    """By user: what of theirs is to be sent now, of at most USERS_AT_ONCE users of each sort."""
    due: dict[int, set[str]] = {}
    for mail in ("now", "digest"):
        last, found = 0, 0
        while found < USERS_AT_ONCE:
            with connection.cursor() as cursor:
                cursor.execute(_WAITING, [mail, last, now, USERS_AT_ONCE])
                waiting = cursor.fetchall()
            for user_id, kinds in _wanted_now(waiting, now).items():
                due.setdefault(user_id, set()).update(kinds)
                found += 1
            if len(waiting) < USERS_AT_ONCE:
                break
            last = waiting[-1][0]
    return due


def _wanted_now(waiting: Collection[tuple[int, str, dt.datetime]], now: dt.datetime) -> dict[int, set[str]]:
    """By user: what of theirs may be sent at this moment: not in their quiet hours, the digest at its time."""
    users = {u: None for u, _mail, _oldest in waiting}
    zones = dict(User.objects.filter(pk__in=users).values_list("pk", "time_zone"))
    wishes = {w.user_id: w for w in Wish.objects.filter(user_id__in=users)}
    due: dict[int, set[str]] = {}
    for user_id, mail, oldest in waiting:
        wish, here = wishes.get(user_id), local_now(now, zones.get(user_id, ""))
        wanted = whole(wish)
        if mail == "now" and not wanted.is_quiet(here.time()):
            due.setdefault(user_id, set()).add(mail)
        moment = wanted.digest_moment(here)
        is_new = wish is None or wish.digest_on is None or wish.digest_on < moment.date()
        if mail == "digest" and oldest < moment and is_new:
            due.setdefault(user_id, set()).add(mail)
    return due


_CLAIM = (
    "update kernel_notification set mail = case when read_at is null then 'sending' else 'dropped' end, mailed_at = %s,"
    " attempts = attempts + 1 where id in (select id from kernel_notification where user_id = %s and mail = any(%s)"
    "  order by id desc limit %s for update skip locked) returning id, mail"
)


def _send(actor: Actor, kinds: set[str], mails: EmailBackend, row: MailServer, now: dt.datetime) -> int:
    """Send one user's letter; 1 when it went. What they have read meanwhile needs no letter, what is closed to them gets none."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now, actor.user_id, sorted(kinds), ROWS_AT_ONCE])
        claimed = [number for number, mail in cursor.fetchall() if mail == "sending"]
    if "digest" in kinds:
        wish = Wish.objects.filter(user_id=actor.user_id or 0).first()
        moment = whole(wish).digest_moment(local_now(now, actor.time_zone))
        Wish.objects.update_or_create(user_id=actor.user_id or 0, defaults={"digest_on": moment.date()})
    mine = Notification.objects.filter(pk__in=claimed, mail="sending")
    rows = list(mine.select_related("actor").order_by("-pk"))
    with translation.override(actor.language), timezone.override(local_now(now, actor.time_zone).tzinfo):
        lang: Language = "en" if actor.language == "en" else "ru"
        told = [line for line in lines(actor, rows) if line.open]
        made = letter(actor.user_id or 0, actor.name, told, row.site, lang) if told else None
    if made is None:
        mine.update(mail="dropped")
        return 0
    message = EmailMultiAlternatives(
        made.subject, made.text, row.sender, [actor.email], headers=made.headers, connection=mails
    )
    message.attach_alternative(made.html, "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        log.warning("a letter to user %s was refused: %s", actor.user_id, reason_of(refused))
        if any(code < FOR_GOOD for code, _said in refused.recipients.values()):
            _put_back(claimed, kinds)  # a full or a wary mailbox: later
        else:
            mine.update(mail="dropped")
        return 0
    except (SMTPException, OSError):
        _put_back(claimed, kinds)
        raise
    mine.update(mail="sent")
    return 1


def _put_back(claimed: list[int], kinds: set[str]) -> None:
    """Have what was not sent tried again, later each time; after many times no more."""
    back = "now" if "now" in kinds else "digest"
    Notification.objects.filter(pk__in=claimed, attempts__gte=MOST_ATTEMPTS).update(mail="dropped")
    Notification.objects.filter(pk__in=claimed, mail="sending").update(mail=back)
    if "digest" in kinds:
        owners = Notification.objects.filter(pk__in=claimed).values("user_id")
        Wish.objects.filter(user_id__in=owners).update(digest_on=None)
