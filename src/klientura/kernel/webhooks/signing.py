"""Secrets and signatures, as the Standard Webhooks specification has them.

A secret is kept nowhere: it follows from the key of the installation, which is no part of the database, and from a salt
in the webhook's row. So a stolen copy of the database signs nothing, and an administrator sees a secret only when it is made.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from klientura.kernel.webhooks.models import Webhook

PREFIX = "whsec_"
OLD_LIVES = dt.timedelta(hours=24)
"""How long messages bear the signature of the old secret too, after a new one was made."""


def new_salt() -> str:
    """What makes the next secret differ from every other."""
    return secrets.token_hex(32)


def secret_of(webhook: Webhook) -> str:
    """The secret as its receiver is told it: whsec_ and base64."""
    return PREFIX + base64.b64encode(_key(webhook, webhook.salt)).decode()


def _key(webhook: Webhook, salt: str) -> bytes:
    said = f"webhook {webhook.uid} {salt}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).digest()


def message_id(uid: UUID) -> str:
    """What a message is called at its receiver."""
    return f"msg_{uid.hex}"


def headers(webhook: Webhook, uid: UUID, at: dt.datetime, body: bytes) -> dict[str, str]:
    """The headers that prove where a message comes from and when it was sent."""
    stamp = str(int(at.timestamp()))
    signed = b".".join((message_id(uid).encode(), stamp.encode(), body))
    salts = [webhook.salt]
    if webhook.old_salt and webhook.old_until and webhook.old_until > timezone.now():
        salts.append(webhook.old_salt)
    made = [hmac.new(_key(webhook, salt), signed, hashlib.sha256).digest() for salt in salts]
    return {
        "Webhook-Id": message_id(uid),
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": " ".join("v1," + base64.b64encode(each).decode() for each in made),
    }
