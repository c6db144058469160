"""Sending notifications to devices (RFC 8291, RFC 8292): sealed for the one browser, through the push service it named.

A delivery is marked as being sent, and that is committed, before it is handed in, so that a process that dies between sends
nothing twice. What each says is judged at that moment by the rights of its reader.
"""

import base64
import datetime as dt
import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import http_ece
import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from py_vapid import Vapid02

from klientura.kernel.access.actor import Actor
from klientura.kernel.notify.devices import forget_ended, raw
from klientura.kernel.notify.models import Notification, PushDelivery, PushDevice, PushKey, Wish
from klientura.kernel.notify.sealing import opened, seal
from klientura.kernel.notify.wishes import Wished, local_now, whole
from klientura.kernel.notify.wording import Line, lines
from klientura.kernel.store.sight import actors_of
from klientura.kernel.webhooks.client import Answer, post

log = logging.getLogger("klientura.notify")
PURPOSE: Final = "push key"
AT_ONCE: Final = 40
TOGETHER: Final = 8
"""Devices that are spoken to at the same time: one whose service is slow does not hold up the others."""
TURN: Final = 30.0
LEASE: Final = dt.timedelta(minutes=3)
"""What has been on its way for so long has lost its process: nobody knows whether it went, and it is not sent again."""
DELAYS: Final = tuple(dt.timedelta(minutes=m) for m in (1, 5, 15, 60))
LATEST: Final = dt.timedelta(hours=12)
"""News that is older is none: it waits in the product."""
LIVES: Final = 24 * 3600
"""Seconds for which a push service keeps a message for a device that is switched off."""
GONE: Final = frozenset({404, 410})
WEARY: Final = frozenset({408, 425, 429})
URGENT: Final = frozenset({"reminder", "mentioned", "invited"})
MOST_TITLE, MOST_BODY = 120, 300

_CLAIM = (
    "update kernel_push_delivery set state = 'sending', next_at = %s where id in (select id from kernel_push_delivery"
    "  where state = 'waiting' and next_at <= %s order by next_at, id limit %s for update skip locked) returning id"
)


def public_key() -> str:
    """The half of the installation's key that browsers are told; made when there is none. A key that cannot be opened any
    more is made anew, and the devices that were bound to it go."""
    row = PushKey.objects.filter(pk=1).first()
    if row is not None and opened(row.secret, PURPOSE) is not None:
        return row.public
    if row is not None:
        PushDevice.objects.all().delete()
        row.delete()
    made = ec.generate_private_key(ec.SECP256R1())
    public = made.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    secret = made.private_numbers().private_value.to_bytes(32, "big")
    values = {"public": _written(public), "secret": seal(_written(secret), PURPOSE)}
    return PushKey.objects.get_or_create(pk=1, defaults=values)[0].public


def send_due(now: dt.datetime | None = None) -> int:
    """Send what is due, for a while; return how many were handed in."""
    begun, sent = time.monotonic(), 0
    forget_ended()
    PushDelivery.objects.filter(state="sending", next_at__lt=now or timezone.now()).update(state="unsure")
    while time.monotonic() - begun < TURN:
        claimed = _claim(now or timezone.now())
        if not claimed:
            return sent
        sent += _send(claimed, now or timezone.now())
    return sent


def is_any_due() -> bool:
    """Whether something waits for a worker."""
    return PushDelivery.objects.filter(state__in=("waiting", "sending"), next_at__lte=timezone.now()).exists()


def send_test(device: PushDevice) -> str:
    """Send a device a notification that says that they come; what was wrong, in words, empty when it was taken."""
    secret = _secret()
    if secret is None:
        return _("Turn notifications on again: the key they were made for is gone.")
    said = {"title": _("Notifications come"), "body": _("Klientura can tell you on this device."), "url": "/me/notifications",
            "tag": "test", "always": True}  # fmt: skip
    return _note_device(device, _hand_in(_message(device, orjson.dumps(said), "high", "test", secret)))


def _claim(now: dt.datetime) -> list[PushDelivery]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + LEASE, now, AT_ONCE])
        ids = [row[0] for row in cursor.fetchall()]
    found = PushDelivery.objects.filter(pk__in=ids).order_by("pk")
    return list(found.select_related("device", "notification", "notification__actor"))


def _send(claimed: Sequence[PushDelivery], now: dt.datetime) -> int:
    """Hand in some deliveries; return how many were taken. Those that are late, read, or closed to their reader are dropped."""
    users = {each.device.user_id for each in claimed}
    actors = actors_of(users)
    wishes = {w.user_id: whole(w) for w in Wish.objects.filter(user_id__in=users)}
    by_user: dict[int, list[PushDelivery]] = defaultdict(list)
    dropped: list[int] = []
    for each in claimed:
        actor, notification = actors.get(each.device.user_id), each.notification
        over = notification.read_at is not None or notification.user_id != each.device.user_id
        until = _quiet_until(wishes.get(each.device.user_id), actor, now) if actor else None
        if actor is None or over or (until is None and now - notification.at > LATEST + _held(each, wishes)):
            dropped.append(each.pk)
        elif until is not None:
            PushDelivery.objects.filter(pk=each.pk).update(state="waiting", next_at=until)
        else:
            by_user[each.device.user_id].append(each)
    secret = _secret()
    made: list[tuple[PushDelivery, Message]] = []
    for user_id, mine in by_user.items():
        bodies = _bodies(actors[user_id], [each.notification for each in mine], now) if secret else {}
        for each in mine:
            if secret and (body := bodies.get(each.notification_id)):
                urgency = "high" if each.notification.kind in URGENT else "normal"
                topic = f"n{each.notification_id}"
                made.append((each, _message(each.device, body, urgency, topic, secret)))
            else:
                dropped.append(each.pk)
    PushDelivery.objects.filter(pk__in=dropped).update(state="dropped")
    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = list(pool.map(_hand_in, [message for _each, message in made]))
    return sum(_note(each, answer, now) for (each, _sent), answer in zip(made, answers, strict=True))


def _held(each: PushDelivery, wishes: dict[int, Wished]) -> dt.timedelta:
    """By how much what waited for the end of somebody's quiet hours may be older."""
    wish = wishes.get(each.device.user_id)
    return dt.timedelta(days=1) if wish is not None and wish.quiet_from is not None else dt.timedelta()


def _quiet_until(wish: Wished | None, actor: Actor, now: dt.datetime) -> dt.datetime | None:
    """When the quiet hours that it is now are over; None outside of them."""
    here = local_now(now, actor.time_zone)
    if wish is None or wish.quiet_until is None or not wish.is_quiet(here.time()):
        return None
    end = here.replace(hour=wish.quiet_until.hour, minute=wish.quiet_until.minute, second=0, microsecond=0)
    return end if end > here else end + dt.timedelta(days=1)


def _bodies(actor: Actor, rows: Sequence[Notification], now: dt.datetime) -> dict[int, bytes]:
    """By notification: what a device is told, in its reader's language. What is closed to them is left out."""
    with translation.override(actor.language), timezone.override(local_now(now, actor.time_zone).tzinfo):
        return {line.id: orjson.dumps(_said(line)) for line in lines(actor, rows) if line.open}


def _said(line: Line) -> dict[str, object]:
    titles = ", ".join(record.title for record in line.records)
    about = " · ".join(part for part in (titles, line.who) if part)
    url = line.url or (line.records[0].url if line.records else "") or "/notifications"
    body = "\n".join(part for part in (about, line.detail) if part)
    return {
        "title": line.text[:MOST_TITLE],
        "body": body[:MOST_BODY],
        "url": url,
        "tag": f"n{line.id}",
        "at": int(line.at.timestamp() * 1000),
    }


@dataclass(frozen=True, slots=True)
class Message:
    """What is handed in, and where; nothing of the database is needed any more."""

    address: str
    body: bytes
    headers: Mapping[str, str]


def _message(device: PushDevice, body: bytes, urgency: str, topic: str, secret: str) -> Message:
    """Seal a message for a device. A later one of the same topic takes its place while it waits at the push service."""
    headers = {
        "Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm", "TTL": str(LIVES), "Urgency": urgency,
        "Topic": topic, "User-Agent": "Klientura", **_signed(device, secret),
    }  # fmt: skip
    sealed = http_ece.encrypt(
        body, private_key=ec.generate_private_key(ec.SECP256R1()), dh=raw(device.p256dh), auth_secret=raw(device.auth),
        version="aes128gcm",
    )  # fmt: skip
    return Message(device.endpoint, sealed, headers)


def _hand_in(message: Message) -> Answer:
    return post(message.address, message.body, message.headers)


def _secret() -> str | None:
    """The secret half of the installation's key; None when there is none that can be opened."""
    row = PushKey.objects.filter(pk=1).first()
    return opened(row.secret, PURPOSE) if row else None


def _signed(device: PushDevice, secret: str) -> dict[str, str]:
    """Who sends it, as push services want to know (VAPID)."""
    parts, site = urlsplit(device.endpoint), urlsplit(device.site)
    host = site.hostname if site.hostname and "." in site.hostname else "localhost"
    about = f"https://{host}" if site.scheme == "https" else f"mailto:klientura@{host}"
    claims = {"sub": about, "aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + LIVES // 2}
    signed: dict[str, str] = Vapid02.from_raw(secret.encode()).sign(claims)
    return signed


def _note(each: PushDelivery, answer: Answer, now: dt.datetime) -> int:
    """Keep how a delivery went; 1 when it was taken."""
    mine = PushDelivery.objects.filter(pk=each.pk)
    again = answer.status is None or answer.status in WEARY or answer.status >= 500
    if answer.is_good:
        mine.update(state="sent")
    elif again and each.attempts < len(DELAYS):
        mine.update(state="waiting", attempts=each.attempts + 1, next_at=now + DELAYS[each.attempts])
    else:
        mine.update(state="failed")
    _note_device(each.device, answer)
    return int(answer.is_good)


def _note_device(device: PushDevice, answer: Answer) -> str:
    """Keep at the device when it was told last or what was wrong; one that is gone goes here too. Returns what was wrong."""
    mine = PushDevice.objects.filter(pk=device.pk)
    if answer.is_good:
        mine.update(used_at=timezone.now(), error="")
        return ""
    if answer.status in GONE:
        log.info("a device of user %s is gone", device.user_id)
        mine.delete()
        return _("The browser takes no notifications any more. Turn them on there again.")
    said = answer.error or _("The push service did not take it (status {status}).").format(
        status=answer.status
    )
    mine.update(error=said[:300])
    return said


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
