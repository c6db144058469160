"""Devices that take notifications: browsers a user has let show them. Kept, looked up, let go; what is on its way to them."""

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Collection, Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.notify.models import PushDelivery, PushDevice
from klientura.kernel.webhooks.addresses import BadAddress, take_apart

SEND: Final = "klientura.notify.push"
MOST: Final = 20
"""Devices of one user; the one that was added first goes when there are more."""
MOST_ENDPOINT: Final = 1000
AUTH_BYTES: Final = 16
IN_SESSION: Final = "push_device"
"""By this a session knows which device is its own, so that it goes when the session is ended."""
_BROWSERS: Final = (
    ("YaBrowser/", "Яндекс Браузер"), ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
_BASE64: Final = re.compile(r"[A-Za-z0-9_-]{1,200}={0,2}")

OUTLIVES: Final = dt.timedelta(days=14)
"""A sign-in lasts half a day, a reminder has to come the next morning: so much longer a device is told. Signing out, a new
password and a taken right to sign in end it at once."""
_ENDED = (
    "select id from kernel_push_device where session not in ("
    " select encode(sha256(convert_to(session_key, 'UTF8')), 'hex') from django_session where expire_date > %s)"
)
_QUEUE = (
    "insert into kernel_push_delivery (notification_id, device_id, state, attempts, next_at)"
    " select n.id, d.id, 'waiting', 0, %s from kernel_notification n join kernel_push_device d on d.user_id = n.user_id"
    " where n.id = any(%s) on conflict do nothing"
)


def devices_of(actor: Actor) -> list[PushDevice]:
    """The actor's own devices, the last added first."""
    return list(PushDevice.objects.filter(user_id=actor.user_id or 0).order_by("-pk"))


def device_of(actor: Actor, device_id: int) -> PushDevice:
    """One of these. Raises NotFound."""
    found = PushDevice.objects.filter(pk=device_id, user_id=actor.user_id or 0).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def add(
    actor: Actor, *, endpoint: str, p256dh: str, auth: str, browser: str, site: str, session_key: str | None
) -> PushDevice:
    """Have notifications come to a browser from now on; one that is known goes over to the actor. Raises BadRequest, Denied.

    It ends when the sign-in whose key is given is ended, and `OUTLIVES` after that has expired.
    """
    if actor.user_id is None:
        raise Denied
    wrong = BadRequest(_("The browser has sent something else than the address of a device."), code="device")
    if len(endpoint) > MOST_ENDPOINT or not may_be_sent_to(endpoint):
        raise wrong
    if len(raw(auth)) != AUTH_BYTES:
        raise wrong
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(p256dh))
    except ValueError:
        raise wrong from None
    # A known one is another subscription of whoever uses the browser now; what was on its way to the former goes with it.
    PushDevice.objects.filter(endpoint=endpoint).exclude(user_id=actor.user_id).delete()
    values = {
        "user_id": actor.user_id,
        "p256dh": p256dh,
        "auth": auth,
        "name": name_of(browser),
        "site": site[:300],
        "session": digest_of(session_key),
        "error": "",
    }
    made, _is_new = PushDevice.objects.update_or_create(endpoint=endpoint, defaults=values)
    mine = PushDevice.objects.filter(user_id=actor.user_id).order_by("-pk").values_list("pk", flat=True)
    PushDevice.objects.filter(pk__in=list(mine[MOST:])).delete()
    return made


def remove(actor: Actor, device_id: int) -> None:
    """Send a device nothing any more. Raises NotFound."""
    device_of(actor, device_id).delete()


def let_go(sender: Any, request: Any, user: Any, **more: Any) -> None:
    """Whoever signs out on a device has nothing sent to it any more."""
    device_id = (
        request.session.get(IN_SESSION) if request is not None and hasattr(request, "session") else None
    )
    if device_id is not None and user is not None:
        PushDevice.objects.filter(pk=device_id, user_id=user.pk).delete()


def digest_of(session_key: str | None) -> str:
    """By what a device knows its sign-in; the key itself lets in, so it is not kept here."""
    return hashlib.sha256(session_key.encode()).hexdigest() if session_key else ""


def go_on(sender: Any, request: Any, user: Any, **more: Any) -> None:
    """A sign-in that got another key, by a new password or by signing in once more, keeps its device."""
    session = getattr(request, "session", None)
    device_id = session.get(IN_SESSION) if session is not None else None
    if session is not None and device_id is not None and user is not None:
        mine = PushDevice.objects.filter(pk=device_id, user_id=user.pk)
        mine.update(session=digest_of(session.session_key))


def forget_ended() -> None:
    """Let those devices go whose sign-in was ended, or expired long ago."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, [timezone.now() - OUTLIVES])
        ended = [row[0] for row in cursor.fetchall()]
    PushDevice.objects.filter(pk__in=ended).delete()


def keep_only(user_id: int, device_id: int | None) -> None:
    """With a new password all sign-ins end but the one in which it was set; so do the devices of a user but the one there."""
    PushDevice.objects.filter(user_id=user_id).exclude(pk=device_id or 0).delete()


def have_pushed(notification_ids: Sequence[int]) -> None:
    """Have notifications sent to all devices of those whom they tell, when the transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, [timezone.now(), list(notification_ids)])
    # Afterwards, for there is one task of all: whoever tells at the same time would wait for the end of this transaction.
    transaction.on_commit(wake, robust=True)


def forget_waiting(user_id: int, kinds: Collection[str]) -> None:
    """What waits for a user's devices is sent no more."""
    waiting = PushDelivery.objects.filter(
        state="waiting", device__user_id=user_id, notification__kind__in=kinds
    )
    waiting.update(state="dropped")


def wake() -> None:
    """Have the worker send what is due. One waiting task is enough."""
    try:
        with transaction.atomic():
            app.configure_task(SEND, queueing_lock=SEND).defer()
    except AlreadyEnqueued:
        return


def may_be_sent_to(endpoint: str) -> bool:
    """Whether an address can be that of a push service: sealed, or within a network that the installation names."""
    try:
        target = take_apart(endpoint)
    except BadAddress:
        return False
    return target.scheme == "https" or target.is_inside


def raw(text: str) -> bytes:
    """The bytes of a key as browsers write it; none when it is written otherwise."""
    if not _BASE64.fullmatch(text):
        return b""
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except (ValueError, binascii.Error):
        return b""


def name_of(browser: str) -> str:
    """What a browser is called, by how it names itself: «Chrome, Windows»."""
    called = [next((name for sign, name in known if sign in browser), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(part for part in called if part)
