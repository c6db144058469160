"""Sending what is due: one message at a time of a webhook, again later when the receiver does not take it, at last given up."""

import datetime as dt
import time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.errors import KernelError
from klientura.kernel.network.reach import Resolve, resolve
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.webhooks import keeping, signing
from klientura.kernel.webhooks.bodies import body_of
from klientura.kernel.webhooks.client import Answer, post
from klientura.kernel.webhooks.hearing import wake
from klientura.kernel.webhooks.models import Delivery, Webhook

DELAYS = tuple(dt.timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 480, 1440))
"""How long to wait after each attempt; after one more it is given up."""
ATTEMPTS = len(DELAYS) + 1
LEASE = dt.timedelta(minutes=2)
"""A message whose sender has died is taken up again after this."""
TURN = 20.0
"""Seconds for which one webhook may keep the worker; others wait too."""
PATIENCE = dt.timedelta(days=3)
"""A webhook that has failed for so long without a success is paused."""
KEPT = dt.timedelta(days=30)
GONE = 410
"""The status by which a receiver says that it wants no more."""

_CLAIM = (
    "update kernel_webhook_delivery set state = 'sending', attempts = attempts + 1, tried_at = %s, next_at = %s"
    " where id = (select id from kernel_webhook_delivery where webhook_id = %s and state in ('waiting', 'sending')"
    "  and next_at <= %s order by next_at, id limit 1 for update skip locked) returning id"
)


def send_due(webhook_id: int, look_up: Resolve = resolve) -> int:
    """Send the messages of a webhook that are due, for a while; return how many were tried.

    A receiver that cannot be reached is left alone until the next minute.
    """
    follow_latest()
    begun, tried = time.monotonic(), 0
    while time.monotonic() - begun < TURN:
        webhook = Webhook.objects.select_related("owner").filter(pk=webhook_id, active=True).first()
        delivery = _claim(webhook_id) if webhook else None
        if webhook is None or delivery is None:
            return tried
        tried += 1
        answer = _try(webhook, delivery, look_up)
        if answer is not None and answer.status is None:
            return tried
    wake(webhook_id)
    return tried


def wake_all() -> int:
    """Wake every webhook that has something due; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct d.webhook_id from kernel_webhook_delivery d join kernel_webhook w on w.id = d.webhook_id"
            " where w.active and d.state in ('waiting', 'sending') and d.next_at <= %s order by 1",
            [timezone.now()],
        )
        due = [row[0] for row in cursor.fetchall()]
    for webhook_id in due:
        wake(webhook_id)
    return len(due)


def forget_old_messages() -> int:
    """Delete messages that are over and a month old; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from kernel_webhook_delivery where at < %s and state in ('delivered', 'failed')",
            [timezone.now() - KEPT],
        )
        return int(cursor.rowcount)


def _claim(webhook_id: int) -> Delivery | None:
    with connection.cursor() as cursor:
        now = timezone.now()
        cursor.execute(_CLAIM, [now, now + LEASE, webhook_id, now])
        row = cursor.fetchone()
    return Delivery.objects.get(pk=row[0]) if row else None


def _try(webhook: Webhook, delivery: Delivery, look_up: Resolve) -> Answer | None:
    """Send one message that is this process's to send; None when there was nothing to be said or nobody to say it for."""
    if not webhook.owner.is_active:
        _put_off(webhook, delivery, "owner")
        return None
    if delivery.body is None:
        try:
            made = body_of(delivery, webhook, keeping.owner_of(webhook))
        except KernelError:
            _put_off(webhook, delivery, "filter")
            return None
        if made is None:
            Delivery.objects.filter(pk=delivery.pk).delete()
            return None
        delivery.body = made.decode()
    body = delivery.body.encode()
    answer = post(
        webhook.address, body, signing.headers(webhook, delivery.uid, timezone.now(), body), look_up
    )
    _note(webhook, delivery, answer)
    return answer


def _put_off(webhook: Webhook, delivery: Delivery, why: str) -> None:
    """Pause a webhook that cannot speak; its message waits for it to be switched on."""
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(
            state="waiting", attempts=max(delivery.attempts - 1, 0), next_at=timezone.now()
        )
        keeping.pause(webhook, why)


def _note(webhook: Webhook, delivery: Delivery, answer: Answer) -> None:
    """Keep how it went, and when to try again."""
    now = timezone.now()
    values: dict[str, Any] = {
        "body": delivery.body, "status": answer.status, "answer": answer.text, "milliseconds": answer.milliseconds,
        "error": answer.error, "state": "delivered", "next_at": None,
    }  # fmt: skip
    if not answer.is_good:
        over = delivery.attempts >= ATTEMPTS
        values["state"] = "failed" if over else "waiting"
        values["next_at"] = None if over else now + DELAYS[delivery.attempts - 1]
        values["error"] = answer.error or _said_no(answer)
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(**values)
        if answer.is_good:
            if webhook.failing_since is not None:
                Webhook.objects.filter(pk=webhook.pk).update(failing_since=None)
        elif webhook.failing_since is None:
            Webhook.objects.filter(pk=webhook.pk).update(failing_since=now)
        elif now - webhook.failing_since > PATIENCE:
            keeping.pause(webhook, "failing")
        if answer.status == GONE:
            keeping.pause(webhook, "gone")


def _said_no(answer: Answer) -> str:
    if answer.status is not None and 300 <= answer.status < 400:
        return _("The server points to another address. Webhooks do not follow; enter that address itself.")
    return _("The server did not take the message (status %(status)s).") % {"status": answer.status}
