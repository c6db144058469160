"""From a signed-in user or an API token to an Actor."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import ApiToken, User
from klientura.kernel.access.rights import directory

TOKEN_PREFIX = "klt_"  # noqa: S105 - what every token begins with, so that scanners of leaks know it
USED_RESOLUTION = timedelta(minutes=5)


def actor_of(user: User, access_version: int) -> Actor:
    """Describe a user with the rights of this version."""
    known = directory(access_version)
    return Actor(
        user_id=user.pk,
        name=user.name,
        email=user.email,
        role=known.role_keys.get(user.role_id, ""),
        team_id=user.team_id,
        tree_ids=known.below.get(user.team_id, (user.team_id,)) if user.team_id else (),
        language=user.language,
        time_zone=user.time_zone,
        theme=user.theme,
        rights=known.rights[user.role_id],
    )


def issue_token(user: User, name: str, *, expires_at: datetime | None = None) -> str:
    """Make a token and return it; this is the only moment it can be read."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user, name=name, prefix=token[:12], digest=_digest(token), expires_at=expires_at
    )
    return token


def user_of_token(token: str) -> User | None:
    """The active user whom a valid token stands for. Notes its use at most every five minutes."""
    if not token.startswith(TOKEN_PREFIX) or len(token) > 100 or not token.isascii():
        return None
    now = timezone.now()
    found = (
        ApiToken.objects.select_related("user")
        .filter(digest=_digest(token), revoked_at=None, user__is_active=True)
        .first()
    )
    if found is None or (found.expires_at and found.expires_at <= now):
        return None
    if found.last_used_at is None or found.last_used_at < now - USED_RESOLUTION:
        with connection.cursor() as cursor:
            cursor.execute("update access_api_token set last_used_at = %s where id = %s", [now, found.pk])
    return found.user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
