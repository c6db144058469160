"""The secret address of a user's calendar: made, replaced, revoked. Whoever has it reads that calendar and nothing else."""

import hashlib
import secrets

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.store.sight import actors_of
from klientura.modules.activities.models import Feed


def make(actor: Actor) -> str:
    """A new address for the actor; the one before leads nowhere any more. It is told once: only its digest is kept."""
    token = secrets.token_urlsafe(32)
    Feed.objects.update_or_create(
        user_id=actor.user_id or 0,
        defaults={"digest": _digest(token), "made_at": timezone.now(), "read_at": None},
    )
    return token


def revoke(actor: Actor) -> None:
    """No program reads the actor's calendar any more."""
    Feed.objects.filter(user_id=actor.user_id or 0).delete()


def feed_of(actor: Actor) -> Feed | None:
    """Whether there is an address, and when it was read last."""
    return Feed.objects.filter(user_id=actor.user_id or 0).first()


def reader_of(token: str) -> Actor | None:
    """Whose calendar an address leads to: a user who still works here."""
    feed = Feed.objects.filter(digest=_digest(token)).first()
    if feed is None:
        return None
    actor = actors_of([feed.pk]).get(feed.pk)
    if actor is not None:
        Feed.objects.filter(pk=feed.pk).update(read_at=timezone.now())
    return actor


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
