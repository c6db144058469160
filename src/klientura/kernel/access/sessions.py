"""From a signed-in user or an API token to an Actor."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone, translation
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import ApiToken, User
from klientura.kernel.access.rights import directory
from klientura.kernel.errors import Denied
from klientura.kernel.settings.installation import COLUMNS, Current, current
from klientura.kernel.statements import cursor_for_repeated

TOKEN_PREFIX = "klt_"  # noqa: S105 - what every token begins with, so that scanners of leaks know it
USED_RESOLUTION = timedelta(minutes=5)
DEVICE_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Of passwords that are typed by hand: none looks like another."""
DEVICE_LENGTH = 20

# Every request of a program asks this. Building it anew by the ORM costs more than the answer.
_USER = [field.attname for field in User._meta.concrete_fields]
_OF_TOKEN = (
    sql.SQL(
        "select t.id, t.expires_at, t.last_used_at, {}, {}"
        " from access_api_token t join access_user u on u.id = t.user_id, kernel_installation i"
        " where t.digest = %s and t.purpose = %s and t.revoked_at is null and u.is_active and i.id = 1"
    )
    .format(
        sql.SQL(", ").join(sql.Identifier("i", name) for name in COLUMNS),
        sql.SQL(", ").join(sql.Identifier("u", f.column or f.name) for f in User._meta.concrete_fields),
    )
    .as_string(None)
)


def actor_of(user: User, access_version: int) -> Actor:
    """Describe a user with the rights of this version."""
    known, now = directory(access_version), timezone.now()
    team = user.team_id
    tree = known.below.get(team, (team,)) if team else ()
    above = known.above.get(team, ()) if team else ()
    return Actor(
        user_id=user.pk,
        name=user.name,
        email=user.email,
        role=known.role_keys.get(user.role_id, ""),
        team_id=team,
        tree_ids=tree,
        above_ids=above,
        terms=known.terms_of(user.pk, (team, *above) if team else (), now),
        tree_terms=known.terms_of(None, (t for t in tree if t != team), now),
        stands_in=known.standing_in(user.pk, now),
        distributed=known.distributed,
        language=user.language,
        time_zone=user.time_zone,
        theme=user.theme,
        week_start=user.week_start,
        rights=known.rights[user.role_id],
    )


@contextmanager
def at_work(user_id: int | None) -> Iterator[Actor]:
    """Inside, work in the background as a user with the rights of this moment, in their language and time zone.

    Raises Denied when there is no such user any more, or they may not sign in.
    """
    user = User.objects.filter(pk=user_id or 0, is_active=True).first()
    if user is None:
        raise Denied
    actor = actor_of(user, current().access_version)
    with translation.override(actor.language), timezone.override(ZoneInfo(actor.time_zone)):
        yield actor


def issue_token(user: User, name: str, *, expires_at: datetime | None = None) -> str:
    """Make a token and return it; this is the only moment it can be read."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user, name=name, prefix=token[:12], digest=_digest(token), expires_at=expires_at
    )
    return token


def user_of_token(token: str) -> tuple[User, Current] | None:
    """The active user whom a valid token stands for, and the installation. Notes the token's use at most every five minutes."""
    if not token.startswith(TOKEN_PREFIX) or len(token) > 100 or not token.isascii():
        return None
    return _behind(token, ApiToken.API)


def issue_device_password(user: User, name: str) -> str:
    """Make a password for one device of a user and return it, to be typed by hand; this is the only moment it can be read."""
    letters = "".join(secrets.choice(DEVICE_LETTERS) for _place in range(DEVICE_LENGTH))
    ApiToken.objects.create(
        user=user, name=name, purpose=ApiToken.DEVICE, prefix=letters[:4], digest=_digest(letters)
    )
    return "-".join(letters[i : i + 5] for i in range(0, DEVICE_LENGTH, 5))


def user_of_device(login: str, password: str) -> tuple[User, Current] | None:
    """The active user with this e-mail whose device has this password. Notes its use at most every five minutes."""
    letters = "".join(c for c in password.lower() if c not in "- ")
    if len(letters) != DEVICE_LENGTH or not letters.isascii():
        return None
    found = _behind(letters, ApiToken.DEVICE)
    return found if found is not None and found[0].email.casefold() == login.strip().casefold() else None


def _behind(token: str, purpose: str) -> tuple[User, Current] | None:
    now = timezone.now()
    with cursor_for_repeated() as cursor:
        cursor.execute(_OF_TOKEN, [_digest(token), purpose])
        found = cursor.fetchone()
        if found is None:
            return None
        token_id, expires_at, last_used_at, *values = found
        installation = Current(*values[: len(COLUMNS)])
        if expires_at and expires_at <= now:
            return None
        if last_used_at is None or last_used_at < now - USED_RESOLUTION:
            cursor.execute("update access_api_token set last_used_at = %s where id = %s", [now, token_id])
    return User.from_db(connection.alias, _USER, values[len(COLUMNS) :]), installation


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
